"""Certificates and folders that somebody has changed, and what must show of each."""

import base64
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from affidavit.attest.certificate.page import certificate
from affidavit.dsse import Envelope
from affidavit.keys import Ed25519Signer
from support.certified import Certified
from support.statements import content, resigned

Made = Callable[[Certified, Path], bytes]


@dataclass(frozen=True, slots=True)
class Twin:
    """One change: of the page, of what is signed, or of the folder in `Path`."""

    made: Made
    red: frozenset[str]
    """Checks that must fail."""
    named: str = ""
    """What their words must tell."""

    @property
    def name(self) -> str:
        return self.made.__name__.replace("_", "-")


def _told(page: bytes) -> dict[str, Any]:
    found = re.search(rb'id="envelope">(.*?)</script>', page)
    assert found is not None
    value: dict[str, Any] = json.loads(found[1])
    return value


def _with(page: bytes, value: dict[str, Any]) -> bytes:
    text = json.dumps(value).replace("<", "\\u003c").encode()
    return re.sub(
        rb'(id="envelope">).*?(</script>)', lambda m: m[1] + text + m[2], page
    )


def _replaced(whole: Certified, old: str, new: str) -> bytes:
    page = certificate(whole.envelope)
    assert old.encode() in page, old
    return page.replace(old.encode(), new.encode(), 1)


def _lied(whole: Certified, change: Callable[[Any], object]) -> bytes:
    """What the holder of the true key could sign."""
    said = content(whole.envelope)
    change(said["predicate"])
    return certificate(Envelope.parse(resigned(said, whole.trail.signer)))


def _spoilt(path: Path, old: bytes, new: bytes) -> None:
    data = path.read_bytes()
    assert old in data, path
    path.write_bytes(data.replace(old, new, 1))


def a_figure_on_the_page(whole: Certified, _: Path) -> bytes:
    place = '&quot;byEffect&quot;, &quot;refuse&quot;]" data-form="count">'
    return _replaced(whole, f"{place}8<", f"{place}0<")


def a_word_on_the_page(whole: Certified, _: Path) -> bytes:
    return _replaced(whole, "<dt>refused</dt>", "<dt>escalated</dt>")


def a_sentence_added(whole: Certified, _: Path) -> bytes:
    return _replaced(whole, "</footer>", "<p>Audited by us.</p></footer>")


def the_verdict_on_the_page(whole: Certified, _: Path) -> bytes:
    return _replaced(whole, "</b> Pass with exceptions", "</b> Pass")


def a_bar_of_a_chart(whole: Certified, _: Path) -> bytes:
    return _replaced(whole, '<rect class="refuse"', '<rect class="permit"')


def a_bit_of_the_signature(whole: Certified, _: Path) -> bytes:
    page = certificate(whole.envelope)
    value = _told(page)
    raw = bytearray(base64.b64decode(value["signatures"][0]["sig"]))
    raw[5] ^= 1
    value["signatures"][0]["sig"] = base64.b64encode(raw).decode()
    return _with(page, value)


def a_figure_in_the_payload(whole: Certified, _: Path) -> bytes:
    page = certificate(whole.envelope)
    value = _told(page)
    payload = base64.b64decode(value["payload"])
    assert b'"refuse":8' in payload
    payload = payload.replace(b'"refuse":8', b'"refuse":0')
    return _with(page, {**value, "payload": base64.b64encode(payload).decode()})


def another_payload_type(whole: Certified, _: Path) -> bytes:
    page = certificate(whole.envelope)
    return _with(page, {**_told(page), "payloadType": "text/plain"})


def signed_by_another(whole: Certified, _: Path) -> bytes:
    other = Ed25519Signer.from_seed(b"x" * 32)
    return certificate(Envelope.parse(resigned(content(whole.envelope), other)))


def another_root(whole: Certified, _: Path) -> bytes:
    said = content(whole.envelope)
    said["subject"][0]["digest"]["sha256"] = "ab" * 32
    return certificate(Envelope.parse(resigned(said, whole.trail.signer)))


def the_verdict_signed_anew(whole: Certified, _: Path) -> bytes:
    def change(told: Any) -> None:
        told["verdict"], told["exceptions"] = "PASS", []

    return _lied(whole, change)


def refusals_left_out_under_the_true_key(whole: Certified, _: Path) -> bytes:
    def change(told: Any) -> None:
        row = next(it for it in told["use"]["rows"] if it["effect"] == "refuse")
        row["effect"] = "permit"

    return _lied(whole, change)


def a_whole_lie_under_the_true_key(whole: Certified, _: Path) -> bytes:
    """Every sum fits: one permitted call of a purpose becomes one of another."""

    def change(told: Any) -> None:
        wanted = ("gpt-5", "permit")
        rows = [
            it for it in told["use"]["rows"] if (it["model"], it["effect"]) == wanted
        ]
        for row, by in ((rows[0], -1), (rows[1], 1)):
            row["decisions"] += by
            for each in told["use"]["byPurpose"]:
                each["decisions"] += by * (each["purpose"] == row["purpose"])
            for each in told["contract"]["figures"]["rows"]:
                same = all(each[it] == row[it] for it in ("purpose", "model", "effect"))
                each["decisions"] += by * same

    return _lied(whole, change)


def an_opening_altered(whole: Certified, _: Path) -> bytes:
    def change(told: Any) -> None:
        told["openings"][0]["nonce"] = "A" * 22

    return _lied(whole, change)


def uncovered_requests_netted(whole: Certified, _: Path) -> bytes:
    def change(told: Any) -> None:
        requests = told["coverage"]["requests"]
        requests["uncovered"] -= requests["excess"]
        requests["excess"] = 0

    return _lied(whole, change)


def coverage_that_no_entry_bears_out(whole: Certified, _: Path) -> bytes:
    """Every sum fits: a call of one day becomes one of the next."""

    def change(told: Any) -> None:
        rows = told["coverage"]["recorded"]
        rows[0]["calls"] -= 1
        rows[2]["calls"] += 1

    return _lied(whole, change)


def a_broken_promise_called_kept(whole: Certified, _: Path) -> bytes:
    def change(told: Any) -> None:
        for clause in told["contract"]["clauses"]:
            clause["result"] = "met"
            for check in clause["checks"]:
                check["result"] = "met"
        told["contract"]["result"] = "met"
        told["exceptions"] = [it for it in told["exceptions"] if "Clause" not in it]

    return _lied(whole, change)


def another_past_named(whole: Certified, _: Path) -> bytes:
    def change(told: Any) -> None:
        told["since"]["root"] = "cd" * 32

    return _lied(whole, change)


def _entries(folder: Path) -> Path:
    return next((folder / "trail/tile/entries").rglob("000"))


def an_entry_altered(whole: Certified, folder: Path) -> bytes:
    _spoilt(_entries(folder), b'"effect":"refuse"', b'"effect":"permit"')
    return certificate(whole.envelope)


def an_entry_dropped(whole: Certified, folder: Path) -> bytes:
    data = _entries(folder).read_bytes()
    first = 2 + int.from_bytes(data[:2], "big")
    _entries(folder).write_bytes(data[first:])
    return certificate(whole.envelope)


def an_entry_added(whole: Certified, folder: Path) -> bytes:
    data = _entries(folder).read_bytes()
    first = 2 + int.from_bytes(data[:2], "big")
    _entries(folder).write_bytes(data + data[:first])
    return certificate(whole.envelope)


def entries_missing(whole: Certified, folder: Path) -> bytes:
    _entries(folder).unlink()
    return certificate(whole.envelope)


def _resampled(folder: Path, change: Callable[[Any], object]) -> None:
    path = folder / "sample.json"
    told = json.loads(path.read_bytes())
    change(told)
    text = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    path.write_bytes(text.encode())


def a_record_left_out_of_the_sample(whole: Certified, folder: Path) -> bytes:
    _resampled(folder, lambda told: told["records"].pop(7))
    return certificate(whole.envelope)


def records_of_the_sample_swapped(whole: Certified, folder: Path) -> bytes:
    def change(told: Any) -> None:
        one, other = told["records"][3:5]
        one["entry"], other["entry"] = other["entry"], one["entry"]

    _resampled(folder, change)
    return certificate(whole.envelope)


def the_sample_of_another_statement(whole: Certified, folder: Path) -> bytes:
    _resampled(folder, lambda told: told["statement"].update(sha256="0" * 64))
    return certificate(whole.envelope)


def another_contract_in_the_folder(whole: Certified, folder: Path) -> bytes:
    _spoilt(folder / "contract.yaml", b"Acme Ltd", b"Acme Inc")
    return certificate(whole.envelope)


def another_bill_in_the_folder(whole: Certified, folder: Path) -> bytes:
    path = next((folder / "usage").iterdir())
    _spoilt(path, b'"num_model_requests": 5', b'"num_model_requests": 4')
    return certificate(whole.envelope)


def another_bundle_in_the_folder(whole: Certified, folder: Path) -> bytes:
    path = folder / "statement.sigstore.json"
    told = json.loads(path.read_bytes())
    told["dsseEnvelope"]["signatures"][0]["sig"] = "AAAA"
    path.write_text(json.dumps(told))
    return certificate(whole.envelope)


def _twin(made: Made, *red: str, named: str = "") -> Twin:
    return Twin(made, frozenset(red), named)


TWINS: tuple[Twin, ...] = (
    _twin(a_figure_on_the_page, "page", "figures", named="refuse: 0 ≠ 8"),
    _twin(a_word_on_the_page, "page"),
    _twin(a_sentence_added, "page"),
    _twin(the_verdict_on_the_page, "page"),
    _twin(a_bar_of_a_chart, "page"),
    _twin(a_bit_of_the_signature, "signature"),
    _twin(a_figure_in_the_payload, "signature"),
    _twin(another_payload_type, "signature"),
    _twin(signed_by_another, "signature"),
    _twin(another_root, "head", named="abab"),
    _twin(the_verdict_signed_anew, "rules", named='verdict: "PASS" ≠'),
    _twin(refusals_left_out_under_the_true_key, "rules", "recount", named="rows"),
    _twin(a_whole_lie_under_the_true_key, "recount", named="use.rows["),
    _twin(an_opening_altered, "recount", named="use"),
    _twin(uncovered_requests_netted, "coverage", named="coverage.requests"),
    _twin(coverage_that_no_entry_bears_out, "recount", named="coverage.recorded"),
    _twin(a_broken_promise_called_kept, "contract", named="contract.clauses"),
    _twin(another_past_named, "since", named="60"),
    _twin(an_entry_altered, "tree", named="#"),
    _twin(an_entry_dropped, "tree", named="255 ≠ 256"),
    _twin(an_entry_added, "tree", named="257 ≠ 256"),
    _twin(entries_missing, "tree", named="tile/entries 0"),
    _twin(a_record_left_out_of_the_sample, "sample"),
    _twin(records_of_the_sample_swapped, "sample", named="proof"),
    _twin(the_sample_of_another_statement, "sample", named="statement"),
    _twin(another_contract_in_the_folder, "beside", named="contract.yaml"),
    _twin(another_bill_in_the_folder, "beside", named="completions.json"),
    _twin(another_bundle_in_the_folder, "beside", named="sigstore"),
)
