"""Cases from recorded calls, as text to put into a test file."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from affidavit.calls import Call
from affidavit.cli import output, recorded
from affidavit.cli.recorded import Recorded
from affidavit.cli.wording import count
from affidavit.policy import writing
from affidavit.providers import of

_OBSERVED = "observed"


def say_recorded(trail: Path, ids: Sequence[str]) -> int:
    """Print each recorded call as a case; what the trail does not hold as comments."""
    if not ids:
        raise click.UsageError("Give the IDs of the calls, as `trail show` lists them.")
    found = recorded.decisions(trail, ids)
    for line in _lines(found):
        output.say(line)
    output.hint(
        f"{count(len(found), 'case')}: put them under `cases:` of a *.test.yaml file"
    )
    return 0


def _lines(found: Sequence[Recorded]) -> Iterator[str]:
    for each in found:
        yield from writing.comment(f"Recorded at {each.past.at} as {each.past.id}.", 2)
        for missing in each.missing:
            yield from writing.comment(f"Not in the trail: {missing}", 2)
        yield from writing.item(case_of(each), 2)


def case_of(each: Recorded) -> dict[str, Any]:
    """A case that expects what was decided then."""
    past = each.past
    effect = past.effect
    expect: dict[str, Any] = {"effect": "refuse" if effect == _OBSERVED else effect}
    return {
        "name": f"recorded call {past.id}",
        "at": past.at[:10],
        "call": _call(past.call, each) if past.call is not None else {},
        "expect": expect,
    }


def _call(call: Call, each: Recorded) -> dict[str, Any]:
    named: dict[str, Any] = {
        "purpose": call.purpose,
        "model": call.model,
        "endpoint": call.endpoint,
        "base_url": call.origin,
        "provider": None if of(call.host) == call.provider else call.provider,
        "project": call.project,
        "user": call.subject,
        "safety_identifier": call.safety_id,
    }
    said = {name: value for name, value in named.items() if value is not None}
    if call.purpose is None:
        said = {"declares_no_purpose": True, **said}
    if call.model is None:
        said["names_no_model"] = True
    if call.parameters:
        said["parameters"] = dict(call.parameters)
    said["findings"] = [
        {"kind": f.kind, "score": round(f.score, 3), "activity": f.activity}
        for f in each.past.findings
    ]
    return said
