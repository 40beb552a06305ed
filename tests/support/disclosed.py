"""Trails with calls of many kinds, disclosures of them, and what they should say.

The oracle reads the plain records that a trail was built from: no tree, no label, no
package is looked at.
"""

import base64
import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from affidavit import dsse
from affidavit.attest.disclosure import Question, disclose
from affidavit.dsse import Envelope
from affidavit.trail.identity import Identity, Secrets
from affidavit.trail.reader import TrailReader
from affidavit.trail.record import Labels
from affidavit.verify.disclosure import DisclosureReport, verify_disclosure
from affidavit.verify.disclosure.manifest import (
    PAYLOAD_TYPE,
    By,
    Manifest,
    Selection,
    Window,
)
from support.trails import POLICY, Builder, Made

ASKED = "research.distillation"
OTHER = "support.reply"


def identity_of(builder: Builder) -> Identity:
    return Identity(builder.signer, Secrets(builder.origin, builder.secret))


def call(builder: Builder, *, writer: str = "w", **told: Any) -> Made:
    """A decision that declares `told`; `effect` and body fields may be among it."""
    effect = told.pop("effect", "permit")
    body = told.pop("body", {})
    told = {"purpose": OTHER, "model": "gpt-5", "endpoint": "responses"} | told
    told = {field: value for field, value in told.items() if value is not None}
    return builder.add(
        "decision",
        {"purpose": None, **told, "mode": "enforce", "reasons": [], **body},
        writer=writer,
        effect=effect,
        policy=POLICY,
        labels={field: builder.label(field, value) for field, value in told.items()},
    )


def a_day(path: Path, *, calls: int = 400, every: int = 40) -> Builder:
    """Two writers; each `every`th call was asked for. Written and sealed."""
    builder = Builder(path)
    builder.genesis()
    for writer in ("w", "v"):
        builder.policy(writer=writer)
    for number in range(calls):
        writer = "wv"[number % 2]
        purpose = OTHER if number % every else ASKED
        made = call(
            builder, writer=writer, purpose=purpose, safety=f"user-{number % 7}"
        )
        builder.outcome(made, writer=writer)
    builder.write()
    return builder


def window(builder: Builder, first: int = 0, last: int | None = None) -> Window:
    """From the time of one record to that of another, its end not included."""
    records = builder.records
    start = str(records[first].fields["at"])
    end = "2027-01-01T00:00:00.000Z" if last is None else records[last].fields["at"]
    return Window(start, str(end))


def of(builder: Builder, **values: str) -> Selection:
    labels = Labels(identity_of(builder).secrets.label)
    return Selection.of_labels([labels.opening(*each) for each in values.items()])


def ask(
    builder: Builder, selection: Selection | None = None, **changes: Any
) -> Question:
    size = len(builder.records)
    changes.setdefault("window", window(builder, size // 4, size * 2 // 3))
    chosen = of(builder, purpose=ASKED) if selection is None else selection
    return Question(selection=chosen, **changes)


def disclosed(
    builder: Builder, question: Question | None = None, name: str = "answer"
) -> Path:
    """A package of the trail, written beside it."""
    out = builder.path.parent / name
    shutil.rmtree(out, ignore_errors=True)
    disclose(
        TrailReader(builder.path), identity_of(builder), question or ask(builder), out
    )
    return out


def check(builder: Builder, package: Path, **options: Any) -> DisclosureReport:
    return verify_disclosure(package, key=builder.key, **options)


def manifest(package: Path) -> dict[str, Any]:
    envelope = json.loads((package / "disclosure.dsse.json").read_bytes())
    told: dict[str, Any] = json.loads(base64.b64decode(envelope["payload"]))
    return told


def sign_manifest(builder: Builder, package: Path, **changes: Any) -> None:
    """What a liar with the key does: another manifest, properly signed."""
    told = manifest(package) | changes
    data = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    Manifest.parse(data.encode())
    envelope = dsse.sign(PAYLOAD_TYPE, data.encode(), [builder.signer])
    Envelope.parse(envelope.encode())
    (package / "disclosure.dsse.json").write_bytes(envelope.encode())


def lines(package: Path) -> list[dict[str, Any]]:
    text = (package / "records.jsonl").read_text()
    return [json.loads(line) for line in text.splitlines()]


def write_lines(package: Path, records: Sequence[Mapping[str, Any]]) -> None:
    text = "".join(
        json.dumps(each, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        + "\n"
        for each in records
    )
    (package / "records.jsonl").write_text(text)


def edit_bundle(package: Path, edit: Callable[[list[bytes]], None], at: int) -> int:
    """Change the entries of the bundle that holds record `at`; its first index."""
    path = next(
        each
        for each in sorted((package / "tile/entries").rglob("*"))
        if each.is_file() and _number(each) == at // 256
    )
    entries = list(split(path.read_bytes()))
    edit(entries)
    data = b"".join(len(each).to_bytes(2, "big") + each for each in entries)
    path.write_bytes(data)
    return at // 256 * 256


def _number(path: Path) -> int:
    return int((path.parent.stem if path.parent.suffix == ".p" else path.name)[-3:])


def split(data: bytes) -> Iterator[bytes]:
    while data:
        length = int.from_bytes(data[:2], "big")
        yield data[2 : 2 + length]
        data = data[2 + length :]


def everything(package: Path) -> dict[str, bytes]:
    """Every file by its name."""
    return {
        str(path.relative_to(package)): path.read_bytes()
        for path in sorted(package.rglob("*"))
        if path.is_file()
    }


def expected(
    records: Sequence[Made], question: Question, values: Mapping[str, str]
) -> dict[int, Made]:
    """By index: what a disclosure of `values`, or of ids, must tell of."""
    numbered = list(enumerate(records))
    picked = {
        index: made
        for index, made in numbered
        if made.fields["at"] in question.window and _fits(made, question, values)
    }
    decided = {each.id for each in picked.values() if each.fields["kind"] == "decision"}
    return picked | {
        index: made
        for index, made in numbered
        if made.fields["kind"] == "outcome" and made.id in decided
    }


def _fits(made: Made, question: Question, values: Mapping[str, str]) -> bool:
    if question.selection.by is By.IDS:
        return made.id in question.selection.ids
    body = json.loads(made.body)
    return made.fields["kind"] == "decision" and all(
        body.get(field) == value for field, value in values.items()
    )
