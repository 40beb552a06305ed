"""Recorded outputs to look for, and reports of looking for them."""

from collections.abc import Sequence

from affidavit.fingerprint import Key, of
from affidavit.scan.data.index import Index
from affidavit.scan.data.recorded import Recorded
from affidavit.scan.data.result import FilePart, HitPart, Report, TrailPart
from affidavit.scan.data.seek import Trail
from support.printed import prose

KEY = Key(b"k" * 32)
OUTPUTS = [prose(80, seed) for seed in range(40)]


def a_trail(outputs: Sequence[str], key: Key = KEY) -> Trail:
    recorded = Recorded(key)
    for at, text in enumerate(outputs):
        data = of(text, key).encode()
        recorded.prints += data
        recorded.sizes.append(len(data))
        recorded.records.append(at)
        recorded.names.append(f"call-{at}")
    return Trail(key, Index.of(recorded))


def a_report(
    *,
    kinds: dict[str, int] | None = None,
    counts: dict[str, int] | None = None,
    problems: Sequence[str] = (),
    verdict: str = "valid",
) -> Report:
    """A scan of one file with ten rows against one trail."""
    trail = TrailPart(
        origin="acme.example/trail",
        size=12,
        root="ab" * 32,
        checkpoint="note",
        verdict=verdict,
        since=None,
        until=None,
        counts={"outputs": 5, "short": 2, **(counts or {})},
        lengths={30: 5, 60: 0, 120: 0, 300: 0},
    )
    found = kinds or {}
    file = FilePart(
        name="train/a<b>\x1b.jsonl",
        format="JSON lines",
        size=100,
        sha256="cd" * 32,
        rows=10,
        kinds=found,
        problems=problems,
        left_out=None,
    )
    hits = [
        HitPart(
            file=0,
            row=at + 1,
            name="<id>",
            place="text",
            kind=kind,
            share=0.5,
            trail=0,
            record=3,
            call="call-1",
        )
        for at, kind in enumerate(found)
    ]
    return Report(
        trails=[trail],
        files=[file],
        hits=hits,
        recall_exact=0.99,
        recall_light=0.916,
        at="2026-11-23T05:00:00.000Z",
        seconds=1.5,
        memory=1 << 20,
    )
