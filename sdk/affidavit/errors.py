"""Every exception that affidavit raises on purpose, and the exit code it stands for.

    AffidavitError                     anything else that escapes is a bug in us
    ├── Refused                        the call did not leave: the policy said so      1
    ├── Unrecorded                     the call did not leave: no durable record       2
    │   └── Uncounted                  the call did not leave: its budget is not known
    ├── SettingsInvalid                a setting names nothing usable                  2
    ├── PolicyNotFound                 no policy where the settings point              2
    ├── PolicyInvalid                  a policy that cannot be put in force            2
    ├── ContractInvalid                a contract that cannot be held against anything 2
    ├── TrustInvalid                   a trust file that nothing can be verified by    2
    ├── PolicyUntrusted                not signed by those who must sign a policy      1
    ├── KeyUnusable                    a key file that cannot be read or trusted       2
    ├── TrailNotFound                  no trail where the settings point               2
    ├── TrailUnavailable               the trail cannot be read or written             2
    ├── TrailMismatch                  the trail belongs to another key or origin      2
    ├── AnchorUnavailable              a witness or authority did not do its part      2
    ├── Incomplete                     not enough to decide                            2
    ├── ToolUnavailable                an optional package or program is missing       2
    ├── InterpreterUnsupported         no main interpreter, as under some web servers  2
    └── Invalid                        evidence that does not hold                     1
        ├── Malformed                  bytes that no correct printer prints
        ├── SignatureInvalid           a signature that does not verify
        └── BrokenTrail                the trail does not prove what it claims

Exit codes: 0 clean or valid, 1 violations or invalid, 2 usage, environment or not
enough to decide. A message says what happened, to which thing, and what to do next.

At the client edge a refusal is *also* an `openai.OpenAIError` (see `clients.errors`):
that class alone is let through unretried and unwrapped by openai 2.x and 3.x.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar


class AffidavitError(Exception):
    """Root of everything we raise on purpose."""

    exit_code: ClassVar[int] = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a rule decided as it did, in the words of whoever wrote the rule."""

    rule: str
    message: str
    clause: str | None = None
    remedy: str | None = None
    where: str | None = None
    """`file:line` of the rule, or None for a rule that no file holds."""
    evidence: str | None = None
    severity: str | None = None
    """`low`, `medium`, `high` or `critical`, for whoever reads the trail."""
    owner: str | None = None
    """Who answers for the rule."""

    def __str__(self) -> str:
        clause = f" ({self.clause})" if self.clause else ""
        where = f" [{self.where}]" if self.where else ""
        return f"{self.rule}{clause}: {self.message}{where}"


class Refused(AffidavitError):
    """The policy refused the call. Nothing left this process; the refusal is
    recorded.
    """

    exit_code = 1

    def __init__(self, reasons: Sequence[Reason], *, record_id: str) -> None:
        self.reasons = tuple(reasons)
        self.record_id = record_id
        first = self.reasons[0]
        lines = [f"Call refused by {first}"]
        if first.evidence:
            lines.append(f"  evidence: {first.evidence}")
        if first.remedy:
            lines.append(f"  remedy: {first.remedy}")
        lines += [f"  also: {reason}" for reason in self.reasons[1:]]
        lines.append(f"  record: {record_id}")
        super().__init__("\n".join(lines))

    def __reduce__(self) -> tuple[Any, ...]:
        # As it was made, and not from its message: a pool of processes would lose its
        # own thread to an error that cannot be unpacked.
        return _unpacked, (type(self), self.reasons, self.record_id)

    @property
    def rule(self) -> str:
        """Identifier of the rule that decided."""
        return self.reasons[0].rule

    @property
    def clause(self) -> str | None:
        """The provider's clause that the rule rests on."""
        return self.reasons[0].clause

    @property
    def reason(self) -> str:
        """The rule's message."""
        return self.reasons[0].message

    @property
    def remedy(self) -> str | None:
        """What would make the call acceptable."""
        return self.reasons[0].remedy


def _unpacked(
    kind: type[Refused], reasons: Sequence[Reason], record_id: str
) -> Refused:
    return kind(reasons, record_id=record_id)


class Unrecorded(AffidavitError):
    """The call was not sent, because its decision could not be made durable."""


class Uncounted(Unrecorded):
    """The call was not sent, because what it takes of a budget could not be counted."""


class SettingsInvalid(AffidavitError):
    """A setting is unreadable, unknown or of the wrong kind."""


class PolicyNotFound(AffidavitError):
    """No policy stands where the settings point."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """One finding about a text file. Lines and columns count from 1."""

    path: str
    line: int
    column: int
    rule: str
    message: str
    level: str = "error"
    """`error`, `warning` or `note`."""
    help: str | None = None

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}:{self.column}"
        remedy = f" Help: {self.help}" if self.help else ""
        return f"{place}: {self.level}[{self.rule}]: {self.message}{remedy}"


class PolicyInvalid(AffidavitError):
    """A policy file that cannot be put in force."""

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__("\n".join(str(diagnostic) for diagnostic in diagnostics))


class ContractInvalid(AffidavitError):
    """A contract file that nothing can be held against."""

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__("\n".join(str(diagnostic) for diagnostic in diagnostics))


class TrustInvalid(AffidavitError):
    """A trust file that nothing can be verified by."""

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__("\n".join(str(diagnostic) for diagnostic in diagnostics))


class PolicyUntrusted(AffidavitError):
    """A policy that can be read, and that not enough trusted keys have signed."""

    exit_code = 1


class KeyUnusable(AffidavitError):
    """A key file that is missing, malformed or readable by others."""


class TrailNotFound(AffidavitError):
    """No trail stands where the settings point."""


class TrailUnavailable(AffidavitError):
    """The trail cannot be read or written; the message names path and errno."""


class TrailMismatch(AffidavitError):
    """The trail belongs to another key or origin than the settings say."""


class AnchorUnavailable(AffidavitError):
    """A witness, a time-stamping authority or a place to publish did not do its part;
    the message names its address. Calls go on: anchors are tried again.
    """


class Incomplete(AffidavitError):
    """There is not enough to say valid or invalid; the message says what is missing."""


class ToolUnavailable(AffidavitError):
    """An optional package or outside program is missing; the message names it."""


class InterpreterUnsupported(AffidavitError):
    """The program runs in a sub-interpreter.

    Not an `ImportError`, although importing raises it: a program that does without a
    package that it cannot import would send its calls ungoverned.
    """


class Invalid(AffidavitError):
    """Evidence that does not hold."""

    exit_code = 1


class Malformed(Invalid):
    """Bytes that no correct printer prints."""


class SignatureInvalid(Invalid):
    """A signature that does not verify under the key that must have made it."""


class BrokenTrail(Invalid):
    """The trail does not prove what it claims; `index` is the first bad record, if
    known.
    """

    def __init__(self, message: str, *, index: int | None = None) -> None:
        super().__init__(message)
        self.index = index
