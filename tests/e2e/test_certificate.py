"""The certificate in a real browser, from `file://`: green when true, red when not.

Screenshots and prints of this run lie in `build/certificates`, to be looked at.
"""

import json
import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from affidavit.attest import sample, summary
from affidavit.attest.certificate.page import certificate
from affidavit.attest.certificate.words import Language
from affidavit.attest.recount import verify_statement
from affidavit.attest.sample_checks import percent, rate_bound
from affidavit.attest.told import opened
from affidavit.keys import Ed25519Signer
from affidavit.tlog.note import VerifierKey, parse_note
from affidavit.tlog.witness import cosign
from affidavit.trail.anchors import KeptHead
from affidavit.trail.reader import TrailReader
from support.anchors import WITNESS, WITNESS_KEY
from support.browser import Page, a_page
from support.certified import NOW, OFFICER_KEY, Certified, certified
from support.statements import attested
from support.trails import Builder, a_trail
from support.twins import TWINS, Twin

SHOTS = Path(__file__).parents[2] / "build" / "certificates"
AXE = (
    Path(__file__).parents[1] / "conformance/sigstore/node_modules/axe-core/axe.min.js"
)
_CHECKS = (
    "[...document.querySelectorAll('#checks li')]"
    ".map(e => [e.className, e.dataset.check, e.innerText])"
)


@dataclass(frozen=True, slots=True)
class Judged:
    """What a page says of itself."""

    verdict: str
    checks: Sequence[tuple[str, str, str]]
    """State, name and words of each check."""

    def of(self, state: str) -> set[str]:
        return {name for each, name, _ in self.checks if each == state}

    def words(self, check: str) -> str:
        return next(words for _, name, words in self.checks if name == check)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with a_page(tmp_path_factory.mktemp("browser")) as opened:
        yield opened


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Certified:
    return certified(tmp_path_factory.mktemp("handed"))


def judged(
    page: Page, html: bytes, path: Path, *, keys: str = "", given: Sequence[Path] = ()
) -> Judged:
    """Open it, give what a reader would, and have it checked."""
    path.write_bytes(html)
    page.open(path)
    page.run(f"document.getElementById('key').value = {json.dumps(keys)}; 1")
    for each in given:
        page.run("delete document.documentElement.dataset.verified; 1")
        page.choose("#folder" if each.is_dir() else "#files", [each])
        page.until("document.documentElement.dataset.verified !== undefined")
    if not given:  # dropping something in presses it as well
        page.run("document.getElementById('verify').click(); 1")
        page.until("document.documentElement.dataset.verified !== undefined")
    verdict = page.run("document.documentElement.dataset.verified")
    return Judged(verdict, [tuple(each) for each in page.run(_CHECKS)])


def keys_of(whole: Certified) -> str:
    return f"{whole.trail.key}\n{OFFICER_KEY}"


@pytest.mark.parametrize("language", Language)
def test_the_true_one_is_green_in_every_language(
    page: Page, whole: Certified, tmp_path: Path, language: Language
) -> None:
    told = judged(
        page,
        certificate(whole.envelope, language),
        tmp_path / "c.html",
        keys=keys_of(whole),
        given=[whole.folder],
    )
    assert (told.verdict, told.of("bad"), told.of("open")) == ("good", set(), set())
    every = {"page", "key", "signature", "head", "figures", "rules", "contract"}
    every |= {"coverage", "beside", "tree", "recount", "sample", "since", "officer"}
    assert told.of("good") == every


def test_without_anything_given_it_says_what_is_open(
    page: Page, whole: Certified, tmp_path: Path
) -> None:
    told = judged(page, certificate(whole.envelope), tmp_path / "c.html")
    assert (told.verdict, told.of("open")) == ("open", {"key", "recount"})
    assert told.of("note") == {"since", "officer"}


def test_where_entries_are_withheld_the_sample_and_the_proof_speak(
    page: Page, whole: Certified, tmp_path: Path
) -> None:
    given = [whole.folder / "sample.json", whole.folder / "since.consistency"]
    html = certificate(whole.envelope)
    told = judged(page, html, tmp_path / "c.html", keys=keys_of(whole), given=given)
    assert {"sample", "since"} <= told.of("good")
    found = re.search(r"40 · (\d+) · ≤ ([0-9.]+) %", told.words("sample"))
    assert found is not None
    assert found[2] == percent(rate_bound(40, int(found[1])))
    # Nobody else had seen this trail: its signer could have drawn again.
    assert (told.verdict, told.of("open")) == ("open", {"anchor"})


def test_an_earlier_statement_or_checkpoint_shows_that_the_past_is_the_same(
    page: Page, whole: Certified, tmp_path: Path
) -> None:
    kept, note = tmp_path / "february.dsse.json", tmp_path / "kept.txt"
    kept.write_bytes(whole.earlier.encode())
    note.write_bytes((whole.trail.path.parent / "before/checkpoint").read_bytes())
    html, path = certificate(whole.envelope), tmp_path / "c.html"
    for each in (kept, note):
        given = [whole.folder, each]
        told = judged(page, html, path, keys=keys_of(whole), given=given)
        assert (told.verdict, "older" in told.of("good")) == ("good", True)
        proof = whole.folder / "since.consistency"
        told = judged(page, html, path, keys=keys_of(whole), given=[proof, each])
        assert "older" in told.of("good")


def test_a_witness_that_fixed_the_sample_makes_it_green_without_any_entry(
    page: Page, whole: Certified, tmp_path: Path
) -> None:
    reader = TrailReader(whole.trail.path)
    told = opened(whole.envelope.encode(), whole.trail.key)
    line = cosign(told.head, WITNESS.name, WITNESS.signer, time=1_775_100_000)
    note = parse_note(told.checkpoint).with_signatures(line).encode()
    head = KeptHead(name="kept", checkpoint=told.checkpoint, cosigned=note)
    made = sample.make(reader, told, evidence=[head], witnesses=[WITNESS_KEY])
    assert made is not None
    path = tmp_path / "sample.json"
    path.write_bytes(made.encode())
    html, keys = certificate(whole.envelope), keys_of(whole)
    seen = judged(page, html, tmp_path / "c.html", keys=keys, given=[path])
    assert (seen.verdict, "anchor" in seen.of("note")) == ("good", True)
    keys += f"\n{WITNESS_KEY}"
    seen = judged(page, html, tmp_path / "c.html", keys=keys, given=[path])
    assert (seen.verdict, "anchor" in seen.of("note")) == ("good", False)
    assert "recount" in seen.of("note")
    bent = path.read_text().replace('"time":1775100000', '"time":1775100001')
    path.write_text(bent)
    seen = judged(page, html, tmp_path / "c.html", keys=keys, given=[path])
    assert seen.of("bad") == {"sample"}
    assert "anchor" in seen.words("sample")


@pytest.mark.parametrize("holds", [True, False])
def test_an_auditor_who_countersigned_is_named(
    page: Page, whole: Certified, tmp_path: Path, *, holds: bool
) -> None:
    auditor = Ed25519Signer.from_seed(b"a" * 32)
    key = VerifierKey("audit.example", auditor.verifier)
    about = whole.envelope if holds else whole.earlier
    data = about.encode()
    report = verify_statement(data, key=whole.trail.key, now=NOW)
    made = summary.summarised(
        report,
        data,
        verifier="https://audit.example",
        now=NOW,
        level=summary.Level.CONSISTENT,
    )
    path = tmp_path / "audit.dsse.json"
    path.write_bytes(summary.countersign(made, auditor).encode())
    html, given = certificate(whole.envelope), [whole.folder, path]
    place = tmp_path / "c.html"
    keys = keys_of(whole)
    assert "auditor" in judged(page, html, place, keys=keys, given=given).of("note")
    told = judged(page, html, place, keys=f"{keys}\n{key}", given=given)
    assert "auditor" in told.of("good" if holds else "bad")
    assert told.verdict == ("good" if holds else "bad")


def test_a_checkpoint_of_another_history_is_red(
    page: Page, whole: Certified, tmp_path: Path
) -> None:
    other = Builder(tmp_path / "other")
    other.genesis()
    other.calls(20, "another.purpose")
    other.write()
    given = [whole.folder, tmp_path / "other" / "checkpoint"]
    html = certificate(whole.envelope)
    told = judged(page, html, tmp_path / "c.html", keys=keys_of(whole), given=given)
    assert (told.verdict, told.of("bad")) == ("bad", {"older"})
    page.seen(shots() / "twin-another-history.png", "#result")


@pytest.mark.parametrize(
    ("key", "red"),
    [
        (
            VerifierKey(
                "acme.example/trails/support",
                Ed25519Signer.from_seed(b"x" * 32).verifier,
            ),
            "signature",
        ),
        (
            VerifierKey("nobody.example", Ed25519Signer.from_seed(b"y" * 32).verifier),
            "officer",
        ),
        ("acme.example/trails/support+00000000+AAAA", "key"),
    ],
)
def test_another_key_is_red(
    page: Page, whole: Certified, tmp_path: Path, key: object, red: str
) -> None:
    html = certificate(whole.envelope)
    told = judged(page, html, tmp_path / "c.html", keys=str(key), given=[whole.folder])
    assert (told.verdict, told.of("bad")) == ("bad", {red})


@pytest.mark.parametrize("twin", TWINS, ids=lambda twin: twin.name)
def test_a_tampered_twin_is_red_and_says_why(
    page: Page, whole: Certified, tmp_path: Path, twin: Twin
) -> None:
    folder = tmp_path / "march"
    shutil.copytree(whole.folder, folder)
    html = twin.made(whole, folder)
    told = judged(page, html, tmp_path / "c.html", keys=keys_of(whole), given=[folder])
    page.seen(shots() / f"twin-{twin.name}.png", "#result")
    assert (told.verdict, twin.red <= told.of("bad")) == ("bad", True), told
    assert told.checks[0][0] == "bad"
    assert twin.named in " ".join(told.words(each) for each in twin.red)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"say(signed ?", b"say(true ?"),
        (b'"bad": "This certificate does not hold."', b'"bad": "All is well."'),
        (b'const PAGE = "', b'const PAGE = "0'),
    ],
)
def test_a_program_or_its_words_that_were_changed_never_run(
    page: Page, whole: Certified, tmp_path: Path, old: bytes, new: bytes
) -> None:
    html = certificate(whole.envelope)
    assert html.count(old) == 1
    path = tmp_path / "c.html"
    path.write_bytes(html.replace(old, new))
    page.open(path)
    page.run("document.getElementById('verify').click(); 1")
    assert page.run("document.documentElement.dataset.verified") is None
    assert page.run("document.getElementById('result').className") == "bad"
    said = page.run("document.getElementById('result').textContent")
    assert said.startswith("The program of this page has not run")
    page.seen(shots() / "twin-program.png", "#result")


def test_it_prints_on_one_page(page: Page, tmp_path: Path) -> None:
    many = certified(tmp_path / "many", clauses=24)
    for language in (Language.GERMAN, Language.FRENCH, Language.ENGLISH):
        assert pages(page, many, language, tmp_path / "c.html") == 1, language


def test_without_contract_and_bill_it_prints_larger_and_on_one_page(
    page: Page, tmp_path: Path
) -> None:
    trail = a_trail(tmp_path / "trail", calls=9)
    for number in range(20):
        made = trail.decision(f"a.rather.long.name.of.a.purpose.{number:02d}")
        trail.outcome(made)
    trail.decision("fraud.scoring", effect="observed")
    trail.write()
    path = tmp_path / "c.html"
    path.write_bytes(certificate(attested(trail), Language.GERMAN))
    page.open(path)
    pdf = page.printed()
    (shots() / "print-plain-de.pdf").write_bytes(pdf)
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1


@pytest.mark.soak
def test_it_prints_on_one_page_in_every_language(
    page: Page, whole: Certified, tmp_path: Path
) -> None:
    for language in Language:
        assert pages(page, whole, language, tmp_path / "c.html") == 1, language


def pages(page: Page, whole: Certified, language: Language, path: Path) -> int:
    path.write_bytes(certificate(whole.envelope, language))
    page.open(path)
    pdf = page.printed()
    clauses = whole.contract.count(b"promise:")
    (shots() / f"print-{clauses}-{language.value}.pdf").write_bytes(pdf)
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_judge_of_accessibility_finds_nothing(
    page: Page, whole: Certified, tmp_path: Path, scheme: str
) -> None:
    assert AXE.exists(), "axe-core is missing: `make node-judges` installs it"
    html, path = certificate(whole.envelope), tmp_path / "c.html"
    media = [{"name": "prefers-color-scheme", "value": scheme}]
    page.ask("Emulation.setEmulatedMedia", features=media)
    try:
        told = judged(page, html, path, keys=keys_of(whole), given=[whole.folder])
        assert told.verdict == "good"
        for width in (1100, 390):
            page.screenshot(shots() / f"{scheme}-{width}.png", width, 900)
            assert violations(page) == []
            overflow = "document.documentElement.scrollWidth > innerWidth"
            assert not page.run(overflow)
    finally:
        page.ask("Emulation.setEmulatedMedia", features=[])
        page.ask("Emulation.clearDeviceMetricsOverride")


def violations(page: Page) -> list[Any]:
    """What axe-core holds against the page as it stands, by its strictest rules."""
    page.run(AXE.read_text() + "; 1")
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found: list[Any] = page.run(
        f"axe.run(document, {{runOnly: {json.dumps(tags)}}}).then(told => "
        "told.violations.map(v => [v.id, v.nodes.map(n => n.html + n.failureSummary)]))"
    )
    return found


def test_nothing_is_asked_of_any_network(whole: Certified) -> None:
    html = certificate(whole.envelope).decode()
    assert "default-src 'none'" in html
    assert "unsafe" not in html
    assert not re.search(r"(src|href|action|style)\s*=\s*\"", html)


def shots() -> Path:
    SHOTS.mkdir(parents=True, exist_ok=True)
    return SHOTS
