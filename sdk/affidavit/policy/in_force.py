"""A policy in force: what the engine reads, and nothing that the loader needed.

Knows purposes, rules and waivers as values, compiled and immutable, and the one
function that decides expiry. Knows no YAML, no file and no clock.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import Enum
from typing import Literal, NamedTuple, TypeAlias

from affidavit.calls import Call, Finding
from affidavit.errors import Reason
from affidavit.findings import Kind
from affidavit.policy.budgets import Budget, Price
from affidavit.policy.globs import Globs
from affidavit.policy.obligations import Obligations

Mode = Literal["enforce", "observe"]


class RuleEffect(Enum):
    """What a matching rule asks for: deny beats review beats warn beats allow."""

    DENY = "deny"
    REVIEW = "review"
    WARN = "warn"
    ALLOW = "allow"


class Level(Enum):
    """How far a rule may be set aside."""

    HARD = "hard"
    """Nobody can waive it."""
    WAIVABLE = "waivable"
    """A waiver sets it aside for one purpose until a date."""
    ADVISORY = "advisory"
    """It warns and decides nothing."""
    SHADOW = "shadow"
    """It decides nothing; what it would have done is recorded."""


class Severity(Enum):
    """How much a match matters to whoever reads the trail. It decides nothing."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class ModelKind(Enum):
    """What a model that a purpose trains is for."""

    CLASSIFIER = "classifier"
    EMBEDDING = "embedding"
    ORGANISER = "organiser"
    """Clusters, ranks or routes data."""
    GENERATIVE = "generative"
    REWARD = "reward"
    """Rates or labels outputs for the training of another model."""
    OTHER = "other"


class Truth(Enum):
    """Whether a condition holds. What cannot be evaluated is neither."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Group(Enum):
    """How conditions combine: all of `all`, one of `any`, not one of `none`."""

    ALL = "all"
    ANY = "any"
    NONE = "none"


def utc_day(now: datetime) -> date:
    """The calendar day of `now` in UTC. A naive time is taken to be UTC already."""
    return (now if now.tzinfo in (None, UTC) else now.astimezone(UTC)).date()


def expired(expires: date | None, day: date) -> bool:
    """Whether `expires`, the last valid day (UTC, inclusive), lies before `day`.

    Run time, command line and replay all ask here.
    """
    return expires is not None and day > expires


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainsModel:
    """The model that a purpose develops with output."""

    kind: ModelKind
    distributed: bool
    competing: bool | None = None
    """None when the policy does not say."""
    within_provider: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluatesModel:
    """The model that a purpose evaluates with output."""

    competing: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """Who approved a purpose, when, and where that is written down."""

    by: tuple[str, ...]
    ticket: str
    date: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Purpose:
    """One purpose that the policy knows."""

    name: str
    where: str
    description: str | None = None
    owner: str | None = None
    models: Globs | None = None
    """None when the policy lists none: then the purpose alone permits nothing."""
    endpoints: Globs | None = None
    expires: date | None = None
    activities: Globs | None = None
    trains_model: TrainsModel | None = None
    evaluates_model: EvaluatesModel | None = None
    data: frozenset[str] = frozenset()
    approval: Approval | None = None
    budgets: tuple[Budget, ...] = ()
    obligations: tuple[Obligations, ...] = ()
    """At most one, as a tuple for whoever adds those of rules."""
    permission: Reason
    """Why a call within the purpose's lists is permitted."""

    def allows(self, call: Call) -> bool:
        """Whether the purpose by itself permits the call's model on its endpoint."""
        return (
            self.models is not None
            and self.endpoints is not None
            and (self.models.match(call.model) or call.only_connects)
            and self.endpoints.match(call.endpoint)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """An approved exception from one rule for one purpose."""

    rule: str
    purpose: str
    approved_by: tuple[str, ...]
    ticket: str
    expires: date
    where: str


class Facts(NamedTuple):
    """What a condition reads: the call, what detectors say, the purpose if known."""

    call: Call
    findings: tuple[Finding, ...]
    purpose: Purpose | None
    day: date | None = None
    """The call's day in UTC; None where no call is made."""
    activations: dict[int, object] | None = None
    """What expressions read, made when the first of a decision is asked."""
    answers: "dict[str, Truth] | None" = None
    """What expressions answered, which are asked again for the evidence."""


Test: TypeAlias = Callable[[Facts], Truth]
Choice: TypeAlias = Callable[[Facts], "tuple[tuple[Rule, Test], ...]"]
"""Which rules a call can match at all, each with a test of what is not yet known.

For every call that it is asked about, a rule that it leaves out comes out as NO, and
one that it names as the test beside it.
"""


_BEHAVIOURS = (Kind.DATASET_PIPELINE.value, Kind.DENIED_RETURN.value)
_OF_BEHAVIOUR = frozenset(f"finding.{kind}" for kind in _BEHAVIOURS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One key of one condition, compiled."""

    name: str
    """The key, such as `model` or `finding.dataset_generation`."""
    wanted: str
    test: Test
    of_purpose: bool = False
    """Whether the test reads nothing but the declared purpose."""
    of_findings: bool = False
    """Whether the test reads nothing but findings."""
    expression: str | None = None
    """The CEL expression that it asks, as written; None for any other key."""
    saw: Callable[[Facts], str]
    """What the call shows, in words that may be recorded."""

    def evidence(self, facts: Facts) -> str:
        """What was seen and what was wanted, on one line."""
        return f"{self.name} is {self.saw(facts)}; the rule says {self.wanted}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """Checks that must all hold, and the list that they stand in."""

    group: Group
    where: str
    checks: tuple[Check, ...]
    test: Test


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule, compiled."""

    id: str
    effect: RuleEffect
    level: Level
    message: str
    where: str
    clause: str | None = None
    remedy: str | None = None
    owner: str | None = None
    severity: Severity | None = None
    conditions: tuple[Condition, ...]
    test: Test
    waivers: Mapping[str, tuple[Waiver, ...]] = field(default_factory=dict)
    """By the purpose that they are for."""
    terms: str | None = None
    """Whose terms it rests on; None for a rule that holds whosever apply."""
    obligations: Obligations | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """A provider's terms as rules, and when somebody last compared the two."""

    name: str
    provider: str
    source: str
    reviewed: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What is in force. Only `loader.load` makes one, and only from a valid policy."""

    name: str
    mode: Mode
    digest: str
    """`sha256:` and 64 hex digits over the effective policy (see `loader.load`)."""
    sources: tuple[tuple[str, str], ...]
    """Each file that was read: its path as given, and `sha256:<hex>` of its bytes."""
    purposes: Mapping[str, Purpose]
    rules: tuple[Rule, ...]
    """Every rule, in the order of evaluation."""
    applicable: Mapping[str, tuple[Rule, ...]]
    """By purpose, the rules that are not settled as NO by the purpose alone.

    A purpose that is not in here has all of them."""
    choices: Mapping[str, Choice] = field(default_factory=dict)
    """By purpose, which of these a call can match; `""` for any other purpose."""
    packs: tuple[Pack, ...] = ()
    obliging: tuple[Rule, ...] = ()
    """Those of `rules` that have obligations."""
    prices: tuple[Price, ...] = ()
    """The first that names a model counts."""
    require_signature: bool = False
    """Whether one of its files says that it must be signed. The settings may too."""
    origins: frozenset[str] | None = None
    """The only origins that calls may go to; None for each client's own."""

    @property
    def looks_at_behaviour(self) -> bool:
        """Whether a rule asks what the calls of a purpose do together."""
        checks = (
            check
            for rule in self.rules
            for condition in rule.conditions
            for check in condition.checks
        )
        return any(
            each.name in _OF_BEHAVIOUR
            or (each.name == "when" and any(k in each.wanted for k in _BEHAVIOURS))
            for each in checks
        )

    @property
    def names_activities(self) -> bool:
        """Whether any purpose does: then ordinary activities are looked for."""
        return any(each.activities is not None for each in self.purposes.values())
