"""Calls for windows, and the made-up streams of `benchmarks/streams`."""

import random
import sys
from collections.abc import Iterator
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import Any

from affidavit.calls import Call, Finding, Text
from affidavit.detect.behaviour.features import CallFeatures, of_call
from affidavit.detect.behaviour.stream import Line, Seen, Stream

STREAMS = Path(__file__).parents[2] / "benchmarks" / "streams"


def asked(*texts: str | tuple[str, str], **parameters: Any) -> Call:
    """A chat of these texts, the user's where no role is given."""
    said = [("user", each) if isinstance(each, str) else each for each in texts]
    return Call(
        endpoint="chat.completions",
        provider="openai",
        host="api.openai.com",
        purpose="support.reply",
        parameters=parameters,
        texts=tuple(Text(role=role, value=value) for role, value in said),
    )


def features(
    *texts: str | tuple[str, str],
    at: int = 0,
    findings: tuple[Finding, ...] = (),
    **parameters: Any,
) -> CallFeatures:
    """What is taken of such a call."""
    found = of_call(asked(*texts, **parameters), findings, at)
    assert found is not None
    return found


def watched(lines: Iterator[tuple[Call, str | None]]) -> list[Seen]:
    """What a stream of calls and outputs is seen as, line by line."""
    stream = Stream()
    return [
        stream.see(Line(call, (), output, f"{number:032x}"))
        for number, (call, output) in enumerate(lines, start=1)
    ]


def made_up(kind: str) -> dict[str, Any]:
    """The generators of `benchmarks/streams`: `PIPELINES` or `PRODUCTS`."""
    if str(STREAMS) not in sys.path:
        sys.path.insert(0, str(STREAMS))
    makers: dict[str, Any] = getattr(import_module(kind.lower()), kind)
    return makers


def rows(maker: Any, seed: int, calls: int) -> Iterator[tuple[Call, str]]:
    """The first calls of one made-up stream."""
    pen = import_module("texts").Pen(random.Random(seed))
    for row in islice(maker(pen), calls):
        yield row.call, row.output
