"""What a governed client needs of whoever decides and records, and which one it gets.

Knows no policy and no trail: `wiring` builds the real one, `testing` one in memory.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from typing import Any, Protocol, TypeVar

from affidavit.calls import Call, Known, Line, Outcome
from affidavit.errors import Reason


class Verdict(Protocol):
    """The decision on one call."""

    @property
    def id(self) -> str:
        """Identifier of the record."""

    @property
    def refused(self) -> bool:
        """Must the call stay here?"""

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Why; at least one when refused."""

    @property
    def changes(self) -> Mapping[str, Any]:
        """Parameters to set in the body before it leaves; nearly always none."""


class Governor(Protocol):
    """Decides calls, makes decisions durable and hears what became of them.

    It gets back the verdicts that it gave, and no others: hence `Any`, so that each may
    have a class of its own.
    """

    @property
    def default_purpose(self) -> str | None:
        """What the settings declare when nothing nearer does."""

    @property
    def tags_requests(self) -> bool:
        """Do requests carry their purpose and the policy's digest to the provider?"""

    @property
    def policy_digest(self) -> str:
        """`sha256:<hex>` of the policy in force."""

    @property
    def keeps_content(self) -> bool:
        """Does it want the bytes of answers, to keep them beside the trail?"""

    @property
    def fingerprints_outputs(self) -> bool:
        """Does it want what models said, to keep fingerprints of it?"""

    def allows_origin(self, origin: str) -> bool:
        """Does the policy name `origin` as a place that calls may be redirected to?"""

    def known(self, name: str) -> Known | None:
        """What the trail knows of a file, an upload or a part: the provider's `name`.

        May read the trail. Raises an `AffidavitError` when it cannot be read.
        """

    def inspect(self, lines: Iterable[Line]) -> Any:
        """Decide each line of a file that is uploaded, one at a time; for `consider`.

        Raises what `lines` raises, and nothing else.
        """

    def consider(self, call: Call, inspection: Any = None) -> Verdict:
        """Decide. Pure, and never raises for a well-formed call.

        `inspection` is what `inspect` gave for the lines of the file that it uploads.
        """

    def commit(self, verdict: Any) -> Any:
        """Make the decision durable, or raise `errors.Unrecorded`.

        Gives back the verdict as it was recorded, or None where it is as it was: one
        that draws on a budget may have become a refusal.
        """

    async def acommit(self, verdict: Any) -> Any:
        """`commit`, for the event loop."""

    def conclude(self, verdict: Any, outcome: Outcome) -> None:
        """Take the outcome. Never blocks and never raises."""

    def conclude_soon(self, verdict: Any, outcome: Callable[[], Outcome]) -> None:
        """The same, of an outcome that may be worked out later, in another thread."""


_Stand = TypeVar("_Stand", bound=Governor)
_stand_ins: list[Governor] = []
"""Of the process and not of a context: code under test starts threads of its own."""


def default_governor() -> Governor:
    """Whom a client asks that was given nobody: the settings' governor, or a stand-in.

    Raises what `wiring.default_governor` raises.
    """
    if _stand_ins:
        return _stand_ins[-1]
    # Imported here and not on top: a client with a governor of its own reads no
    # settings.
    governor: Governor = import_module("affidavit.wiring").default_governor()
    return governor


def offer_opinions(governor: Governor) -> None:
    """Tell a governor that wants second opinions who asks for them: it is below the
    clients, and cannot make one.
    """
    opinions = getattr(governor, "opinions", None)
    if opinions is not None:
        home = import_module("affidavit.clients.second_opinion")
        opinions.asked_by(lambda: home.asker(governor, opinions.plan))


@contextmanager
def stand_in(governor: _Stand) -> Iterator[_Stand]:
    """For tests: clients that are built meanwhile, and name no governor, get this one.

    In every thread of this process. A client that was built before keeps its own. The
    innermost stand-in counts.
    """
    _stand_ins.append(governor)
    try:
        yield governor
    finally:
        # Its last place, wherever that is: scopes of threads end in any order.
        at = max(i for i, each in enumerate(_stand_ins) if each is governor)
        del _stand_ins[at]
