"""The certificate in a real browser, from `file://`: green when true, red when not."""

import base64
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from affidavit.attest import handover
from affidavit.attest.certificate.page import certificate
from affidavit.attest.certificate.words import Language
from affidavit.attest.packaging import Package
from affidavit.attest.statement import write_statement
from affidavit.dsse import Envelope
from affidavit.keys import Ed25519Signer
from affidavit.trail.reader import TrailReader
from support.browser import Page, a_page
from support.statements import attested, content, resigned
from support.trails import Builder, a_trail


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with a_page(tmp_path_factory.mktemp("browser")) as opened:
        yield opened


@pytest.fixture(scope="module")
def trail(tmp_path_factory: pytest.TempPathFactory) -> Builder:
    built = a_trail(tmp_path_factory.mktemp("trail"), calls=150)
    built.decision("fraud.scoring", effect="refuse")
    built.decision(None, effect="review")
    built.outcome(built.decision("crm.<sync> & co"), "error")
    built.write()
    return built


@pytest.fixture(scope="module")
def envelope(trail: Builder) -> Envelope:
    return attested(trail)


@pytest.fixture(scope="module")
def folder(
    tmp_path_factory: pytest.TempPathFactory, trail: Builder, envelope: Envelope
) -> Path:
    out = tmp_path_factory.mktemp("handed") / "october"
    write_statement(out, envelope)
    reader = TrailReader(trail.path)
    handover.write(Package(out), envelope, trail.key, trail=reader)
    return out


def files_of(folder: Path) -> list[Path]:
    return sorted(each for each in folder.rglob("*") if each.is_file())


def judged(
    page: Page,
    html: bytes,
    path: Path,
    *,
    key: object | None = None,
    given: Path | None = None,
    also: tuple[Path, ...] = (),
) -> tuple[str, list[str]]:
    """What the page says of itself: its verdict, and the checks that did not hold."""
    path.write_bytes(html)
    page.open(path)
    if key is not None:
        page.run(f"document.getElementById('key').value = {json.dumps(str(key))}; 1")
    if given is not None:
        # A folder's input takes the folder; each file comes with its path in it.
        page.choose("#folder", [given])
        page.until("document.documentElement.dataset.verified !== undefined")
    if also:
        page.run("delete document.documentElement.dataset.verified; 1")
        page.choose("#files", also)
        page.until("document.documentElement.dataset.verified !== undefined")
    page.run("delete document.documentElement.dataset.verified; 1")
    page.run("document.getElementById('verify').click(); 1")
    page.until("document.documentElement.dataset.verified !== undefined")
    verdict = page.run("document.documentElement.dataset.verified")
    bad = page.run(
        "[...document.querySelectorAll('#checks li.bad')].map(e=>e.innerText)"
    )
    return verdict, bad


@pytest.mark.parametrize("language", Language)
def test_the_true_one_is_green_in_every_language(
    page: Page,
    trail: Builder,
    envelope: Envelope,
    folder: Path,
    tmp_path: Path,
    language: Language,
) -> None:
    html = certificate(envelope, language)
    verdict, bad = judged(page, html, tmp_path / "c.html", key=trail.key, given=folder)
    assert (verdict, bad) == ("good", [])


def test_without_a_key_or_entries_it_says_what_is_open(
    page: Page, envelope: Envelope, tmp_path: Path
) -> None:
    verdict, bad = judged(page, certificate(envelope), tmp_path / "c.html")
    assert (verdict, bad) == ("open", [])
    assert page.run("document.querySelectorAll('#checks li.open').length") == 2


def test_an_older_checkpoint_shows_that_the_past_is_the_same(
    page: Page, trail: Builder, envelope: Envelope, folder: Path, tmp_path: Path
) -> None:
    kept = tmp_path / "checkpoint"
    older = Builder(tmp_path / "older")
    older.records = trail.records[:100]
    older.write()
    kept.write_bytes((tmp_path / "older" / "checkpoint").read_bytes())
    html = certificate(envelope)
    place = tmp_path / "c.html"
    verdict, bad = judged(page, html, place, key=trail.key, given=folder, also=(kept,))
    assert (verdict, bad) == ("good", [])
    other = Builder(tmp_path / "other")
    other.genesis()
    other.calls(30, "another.purpose")
    other.write()
    kept.write_bytes((tmp_path / "other" / "checkpoint").read_bytes())
    verdict, bad = judged(page, html, place, key=trail.key, given=folder, also=(kept,))
    assert verdict == "bad"


Twin = Callable[[bytes, Envelope, Builder], bytes]


def told(page: bytes) -> dict[str, Any]:
    found = re.search(rb'id="envelope">(.*?)</script>', page)
    assert found is not None
    value: dict[str, Any] = json.loads(found[1])
    return value


def with_envelope(page: bytes, value: dict[str, Any]) -> bytes:
    text = json.dumps(value).replace("<", "\\u003c").encode()
    return re.sub(
        rb'(id="envelope">).*?(</script>)', lambda m: m[1] + text + m[2], page
    )


def a_figure_on_the_page(page: bytes, envelope: Envelope, trail: Builder) -> bytes:
    place = b'&quot;byEffect&quot;, &quot;refuse&quot;]">'
    assert page.count(place) == 1
    return page.replace(place + b"1<", place + b"0<")


def the_verdict_on_the_page(page: bytes, envelope: Envelope, trail: Builder) -> bytes:
    place = b'&quot;verdict&quot;]">'
    return re.sub(re.escape(place) + rb"[A-Z ]+<", place + b"FINE<", page)


def a_purpose_on_the_page(page: bytes, envelope: Envelope, trail: Builder) -> bytes:
    return page.replace(b">fraud.scoring<", b">fraud.nothing<")


def the_period_on_the_page(page: bytes, envelope: Envelope, trail: Builder) -> bytes:
    return page.replace(b'&quot;from&quot;]">20', b'&quot;from&quot;]">19')


def every_figure_taken_off_the_page(
    page: bytes, envelope: Envelope, trail: Builder
) -> bytes:
    return page.replace(b"data-figure=", b"data-figur=")


def a_bit_of_the_signature(page: bytes, envelope: Envelope, trail: Builder) -> bytes:
    value = told(page)
    one = value["signatures"][0]
    raw = bytearray(base64.b64decode(one["sig"]))
    raw[5] ^= 1
    one["sig"] = base64.b64encode(raw).decode()
    return with_envelope(page, value)


def a_figure_in_the_payload(page: bytes, envelope: Envelope, trail: Builder) -> bytes:
    value = told(page)
    payload = base64.b64decode(value["payload"]).replace(b'"refuse":1', b'"refuse":0')
    return with_envelope(page, {**value, "payload": base64.b64encode(payload).decode()})


def another_payload_type(page: bytes, envelope: Envelope, trail: Builder) -> bytes:
    return with_envelope(page, {**told(page), "payloadType": "text/plain"})


def no_signature(page: bytes, envelope: Envelope, trail: Builder) -> bytes:
    return with_envelope(page, {**told(page), "signatures": []})


def signed_by_another(page: bytes, envelope: Envelope, trail: Builder) -> bytes:
    data = resigned(content(envelope), Ed25519Signer.from_seed(b"x" * 32))
    return certificate(Envelope.parse(data))


def a_lie_under_the_true_key(page: bytes, envelope: Envelope, trail: Builder) -> bytes:
    lie = content(envelope)
    use = lie["predicate"]["use"]
    use["rows"] = [row for row in use["rows"] if row["effect"] != "refuse"]
    use["byEffect"]["refuse"] = 0
    return certificate(Envelope.parse(resigned(lie, trail.signer)))


def another_tree_head(page: bytes, envelope: Envelope, trail: Builder) -> bytes:
    lie = content(envelope)
    lie["subject"][0]["digest"]["sha256"] = "ab" * 32
    return certificate(Envelope.parse(resigned(lie, trail.signer)))


TWINS: tuple[Twin, ...] = (
    a_figure_on_the_page,
    the_verdict_on_the_page,
    a_purpose_on_the_page,
    the_period_on_the_page,
    every_figure_taken_off_the_page,
    a_bit_of_the_signature,
    a_figure_in_the_payload,
    another_payload_type,
    no_signature,
    signed_by_another,
    a_lie_under_the_true_key,
    another_tree_head,
)


@pytest.mark.parametrize("twin", TWINS)
def test_a_tampered_twin_is_red(
    page: Page,
    trail: Builder,
    envelope: Envelope,
    folder: Path,
    tmp_path: Path,
    twin: Twin,
) -> None:
    true = certificate(envelope)
    html = twin(true, envelope, trail)
    assert html != true
    verdict, bad = judged(page, html, tmp_path / "c.html", key=trail.key, given=folder)
    assert verdict == "bad"
    assert bad


def test_an_entry_that_was_changed_in_the_folder_is_red(
    page: Page, trail: Builder, envelope: Envelope, folder: Path, tmp_path: Path
) -> None:
    bundle = next((folder / "trail" / "tile" / "entries").rglob("*.p/*"))
    true = bundle.read_bytes()
    bundle.write_bytes(true.replace(b"refuse", b"permit", 1))
    try:
        html = certificate(envelope)
        verdict, _ = judged(
            page, html, tmp_path / "c.html", key=trail.key, given=folder
        )
    finally:
        bundle.write_bytes(true)
    assert verdict == "bad"


def test_it_prints_on_one_page(page: Page, envelope: Envelope, tmp_path: Path) -> None:
    for language in Language:
        path = tmp_path / f"{language.value}.html"
        path.write_bytes(certificate(envelope, language))
        page.open(path)
        pdf = page.printed()
        assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1


def test_nothing_is_asked_of_any_network(envelope: Envelope) -> None:
    html = certificate(envelope).decode()
    assert "default-src 'none'" in html
    assert not re.search(r"(src|href|action)\s*=|https?://(?!in-toto|www.w3)", html)
