"""What is recorded of a call after its outcome: records of kind `addendum`.

Knows which call each is about, and how the texts of a long file (a batch's answers) are
told in records that follow one another, a few milliseconds' work at a time, so that no
call waits for the whole. A process that is killed meanwhile leaves an outcome that says
how many texts were to follow: what is missing is known.
"""

import logging
import os
from collections.abc import Callable, Sequence

from affidavit.calls import Outcome
from affidavit.canonical import Json
from affidavit.errors import AffidavitError
from affidavit.fingerprint import Key
from affidavit.gate import printed
from affidavit.trail import record as records
from affidavit.trail.record import Clock, Kind, Randomness, Record
from affidavit.trail.trail import Trail

MOST_IN_ONE = 64
"""Texts whose fingerprints an outcome's own record has room for, whole."""
_LEAST_BYTES = 59 * MOST_IN_ONE
"""Of more texts that have fingerprints at all: 30 words each."""
_log = logging.getLogger("affidavit")
_LOST = "what a model said in call %s was not all recorded: %s"


class Afterwards:
    """One governor's. Safe for threads; a forked child has nothing of its parent's."""

    def __init__(
        self,
        trail: Trail,
        key: Callable[[], Key | None],
        clock: Clock,
        randomness: Randomness,
    ) -> None:
        """`key`: of fingerprints; gives None where they are not kept."""
        self._trail, self._key = trail, key
        self._clock, self._randomness = clock, randomness
        self._begin()

    def _begin(self) -> None:
        self._pid = os.getpid()
        self._waiting: dict[str, tuple[str, ...]] = {}
        self._open: dict[str, _File] = {}

    def read(self, identifier: str, outcome: Outcome) -> Outcome:
        """The outcome as its own record tells it; texts that this has no room for are
        kept for `rest`.
        """
        if (
            outcome.output_bytes < _LEAST_BYTES
            or outcome.said is None
            or self._key() is None
        ):
            return outcome
        texts = tuple(outcome.said)
        if len(texts) <= MOST_IN_ONE:
            return outcome._replace(said=texts)
        self._waiting[identifier] = texts
        return outcome._replace(said=(), follow=len(texts))

    def all_of(self, identifier: str) -> Sequence[str]:
        """The texts that are kept for `rest`."""
        return self._waiting.get(identifier, ())

    def followed(self, identifier: str, make: Callable[[], Record]) -> Record:
        """What `make` gives, the outcome's record, and soon after it the rest."""
        made = make()
        self.rest(identifier)
        return made

    def rest(self, identifier: str) -> None:
        """Hand in what follows an outcome that was handed in. Never raises."""
        texts, key = self._waiting.pop(identifier, None), self._key()
        if texts is not None and key is not None:
            self._here()
            self._open[identifier] = _File(texts, key)
            self._next(identifier)

    def add(self, identifier: str, what: str, said: dict[str, Json]) -> None:
        """Hand in one record about a call. Raises `TrailUnavailable`."""
        made = self._record(identifier, what, said)
        self._trail.note(made, settles_outcome=False)

    def finish(self) -> None:
        """Have all that was handed in written, and all that follows it, as far as the
        trail takes it.
        """
        self._here()
        self._trail.flush()
        while self._open:
            before = {name: file.at for name, file in self._open.items()}
            self._trail.flush()
            if before == {name: file.at for name, file in self._open.items()}:
                return  # a trail that cannot be written has said so

    def _here(self) -> None:
        # In a forked child what follows is the parent's to write.
        if self._pid != os.getpid():
            self._begin()

    def _next(self, identifier: str) -> None:
        try:
            self._trail.note(lambda: self._portion(identifier), settles_outcome=False)
        except AffidavitError as error:
            self._open.pop(identifier, None)
            _log.error(_LOST, identifier, error)

    def _portion(self, identifier: str) -> Record:
        """Made by whoever writes, which then has the next one made."""
        file = self._open[identifier]
        told = file.portion()
        if file.done:
            self._open.pop(identifier, None)
        else:
            self._next(identifier)
        return self._record(identifier, "fingerprints", {"fingerprints": told})

    def _record(self, identifier: str, what: str, said: dict[str, Json]) -> Record:
        return records.fresh(
            Kind.ADDENDUM,
            {"call": identifier, "what": what, **said},
            clock=self._clock,
            randomness=self._randomness,
        )


class _File:
    """The texts of one file, and how far they were told."""

    def __init__(self, texts: Sequence[str], key: Key) -> None:
        self._texts, self._key = texts, key
        self.at = 0

    @property
    def done(self) -> bool:
        return self.at >= len(self._texts)

    def portion(self) -> dict[str, Json]:
        told, self.at = printed.portion(self._texts, self.at, self._key)
        return told
