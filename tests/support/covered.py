"""Statements about coverage, over a built trail and a bill of our own."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from affidavit.attest.statement import Asked, build_statement
from affidavit.attest.tally import Period
from affidavit.dsse import Envelope
from affidavit.reconcile.kept import Kept
from affidavit.reconcile.reconciliation import Asked as Reconciled
from affidavit.trail.reader import TrailReader
from support.bills import a_page, a_result, written
from support.statements import identity_of
from support.trails import START, Builder, a_trail

DAY = START.strftime("%Y-%m-%d")
NEXT = (START + timedelta(days=1)).strftime("%Y-%m-%d")
FETCHED = "2026-03-20T08:00:00Z"
ONE_DAY = Period(f"{DAY}T00:00:00.000Z", f"{NEXT}T00:00:00.000Z")


def a_bill(requests: int = 4, *, fetched: str = FETCHED, **asked: Any) -> Kept:
    """What the provider says it served on the trail's day."""
    row = a_result(
        num_model_requests=requests,
        model="gpt-5",
        project_id=None,
        input_tokens=48,
        output_tokens=80,
    )
    return Kept(
        asked=Reconciled(**({"start": DAY, "end": NEXT} | asked)),
        fetched=fetched,
        documents=(("completions.json", written(a_page({DAY: [row], NEXT: []}))),),
    )


def covered(
    folder: Path, bill: Kept, period: Period = ONE_DAY
) -> tuple[Builder, Envelope]:
    """A trail of four calls, and a statement that holds `bill` against it."""
    trail = a_trail(folder, calls=4)
    trail.write()
    envelope = build_statement(
        TrailReader(trail.path),
        identity_of(trail),
        period,
        now=START + timedelta(days=30),
        asked=Asked(coverage=bill),
    )
    return trail, envelope
