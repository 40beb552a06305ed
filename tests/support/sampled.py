"""A trail with a statement and its sample, and answers to challenges about it."""

import json
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from affidavit import canonical
from affidavit.attest import sample
from affidavit.attest.challenge import Challenge, Response
from affidavit.attest.recount import StatementReport, verify_statement
from affidavit.attest.sample import Sample
from affidavit.attest.sample_shown import Shown
from affidavit.attest.statement import Asked, build_statement
from affidavit.attest.told import Told, opened
from affidavit.dsse import Envelope
from affidavit.trail.reader import TrailReader
from affidavit.verify.anchors import Pins
from support.statements import LATER, MONTH, identity_of
from support.trails import Builder, a_trail


@dataclass
class Sampled:
    trail: Builder
    folder: Path
    wanted: int | None = 10
    bodies: bool = False

    @cached_property
    def reader(self) -> TrailReader:
        return TrailReader(self.trail.path)

    @cached_property
    def envelope(self) -> Envelope:
        return build_statement(
            self.reader,
            identity_of(self.trail),
            MONTH,
            now=LATER,
            asked=Asked(sample=self.wanted),
        )

    @cached_property
    def told(self) -> Told:
        return opened(self.envelope.encode(), self.trail.key)

    @cached_property
    def sample(self) -> Sample:
        made = sample.make(self.reader, self.told, bodies=self.bodies)
        assert made is not None
        return made

    def checked(
        self,
        changed: Sample | bytes | None = None,
        *,
        pins: Pins | None = None,
        trail: TrailReader | None = None,
        demanded: bool = False,
    ) -> StatementReport:
        """What a verifier says with this sample beside the statement."""
        found = self.sample if changed is None else changed
        data = found if isinstance(found, bytes) else found.encode()
        (self.folder / sample.FILE_NAME).write_bytes(data)
        return self.looked(pins=pins, trail=trail, demanded=demanded)

    def looked(
        self,
        *,
        pins: Pins | None = None,
        trail: TrailReader | None = None,
        demanded: bool = False,
    ) -> StatementReport:
        report = verify_statement(
            self.envelope.encode(), key=self.trail.key, now=LATER, trail=trail
        )
        return sample.answered(
            report, self.envelope, folder=self.folder, pins=pins, demanded=demanded
        )[0]

    def challenge(self, *, wanted: int = 5, bodies: bool = False) -> Challenge:
        nonce = b"nonce of the counterparty, 32 by."
        return Challenge.of(self.told, wanted=wanted, nonce=nonce[:32], bodies=bodies)


def a_sampled(folder: Path, *, calls: int = 40, **more: Any) -> Sampled:
    trail = a_trail(folder / "trail", calls=calls)
    trail.write()
    (folder / "out").mkdir()
    return Sampled(trail, folder / "out", **more)


def without(shown: Shown, place: int) -> Shown:
    """The records but for one of them."""
    kept = [each for at, each in enumerate(shown.records) if at != place]
    return replace(shown, records=tuple(kept))


def edited(shown: Shown, place: int, **fields: Any) -> Shown:
    """The records, one entry of them changed."""
    ones = list(shown.records)
    entry = json.loads(ones[place].data) | fields
    ones[place] = replace(ones[place], data=canonical.dumps(entry))
    return replace(shown, records=tuple(ones))


def response_in(envelope: Envelope) -> Response:
    return Response.parse(envelope.payload)
