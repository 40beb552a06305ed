"""What a policy does to a call that it lets through: tags, `store: false`, caps.

Pure: knows which parameter of which endpoint an obligation stands for, and what has to
change in a request's body. What cannot be changed (a line of a file, an event on a
websocket, a body that nobody can read) must keep the obligation already, or is refused.
Sends nothing and records nothing; `docs/policy.md` has the table.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, NamedTuple, TypeAlias

from affidavit.calls import HANDSHAKE, Call, JsonObject
from affidavit.canonical import Json
from affidavit.errors import Reason

UNMET = "obligation.unmet"
"""Identifier of the reason that an obligation cannot be kept."""

_SOCKET = ".connect"
_OPENAI = ("openai", "azure")
_LEGACY_DEFAULT = 16
"""Output tokens of `completions` where the request does not say."""
_METADATA_PAIRS = 16
_METADATA = frozenset(
    {
        "assistants.create",
        "batches.create",
        "chat.completions",
        "conversations.create",
        "evals.create",
        "evals.runs.create",
        "fine_tuning.jobs.create",
        "responses",
        "threads.create",
        "threads.runs.create",
        "vector_stores.create",
    }
)
_STORE = frozenset({"chat.completions", "responses", "responses.connect"})
_CHOICES: Mapping[str, tuple[str, ...]] = {
    "chat.completions": ("n",),
    "completions": ("n", "best_of"),
    "images.edits": ("n",),
    "images.generations": ("n",),
    "images.variations": ("n",),
}
_LENGTHS: Mapping[str, tuple[str, ...]] = {
    "chat.completions": ("max_completion_tokens", "max_tokens"),
    "completions": ("max_tokens",),
    "live.connect": ("max_output_tokens", "max_response_output_tokens"),
    "realtime.connect": ("max_output_tokens", "max_response_output_tokens"),
    "responses": ("max_output_tokens",),
    "responses.connect": ("max_output_tokens",),
    "threads.runs.create": ("max_completion_tokens",),
}
_TOP_LOGPROBS = frozenset({"chat.completions", "responses", "responses.connect"})
_LOGPROBS = _TOP_LOGPROBS | {"completions"}


class Result(Enum):
    """What became of one obligation."""

    APPLIED = "applied"
    MET = "met"
    """The request kept it already."""
    NOT_APPLICABLE = "not_applicable"
    """The endpoint has no such parameter."""
    OBSERVED = "observed"
    """Observe mode: enforcing would have applied it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Obligations:
    """What one purpose or rule asks of the calls that it concerns."""

    by: str
    """`purpose support.reply`, or `rule no-logprobs`."""
    where: str
    tag: tuple[tuple[str, str], ...] = ()
    """Metadata that the request shall carry."""
    store: bool | None = None
    """False, where the provider shall not keep the answer."""
    n: int | None = None
    """At most so many answers."""
    output_tokens: int | None = None
    """At most so many for each answer."""
    top_logprobs: int | None = None
    logprobs: bool | None = None
    """False, where none may be asked for."""


Given: TypeAlias = Sequence[Obligations]


class _Absent(Enum):
    ABSENT = "absent"


ABSENT = _Absent.ABSENT
"""In the place of a value: the body has no such parameter, or shall not have it."""


class Note(NamedTuple):
    """One obligation and what became of it, for the record."""

    name: str
    """As the policy writes it: `store`, `n`, `tag.team`."""
    by: str
    result: Result
    parameter: str | None = None
    before: Any = ABSENT
    after: Any = ABSENT


class Applied(NamedTuple):
    """What obligations make of one call."""

    changes: Mapping[str, Any] = {}
    """Top-level parameters to set in the body; `ABSENT` for one to take out."""
    notes: tuple[Note, ...] = ()
    problems: tuple[Reason, ...] = ()
    """Why the call may not leave, where one cannot be kept."""


class _Unmet(Exception):
    """An obligation cannot be kept, because of this."""


@dataclass(slots=True)
class _Draft:
    """A body while obligations are applied to it, one after the other."""

    endpoint: str
    provider: str
    body: dict[str, Any]
    changes: dict[str, Any]
    may_change: bool
    tags: dict[str, str]
    """What obligations have asked for until now."""

    def value(self, name: str) -> Any:
        found = self.body.get(name)
        return ABSENT if found is None else found

    def set(self, name: str, *, value: Any) -> None:
        if not self.may_change:
            raise _Unmet("and it cannot be changed on its way")
        self.changes[name] = value
        if value is ABSENT:
            self.body.pop(name, None)
        else:
            self.body[name] = value


_Step: TypeAlias = Iterator[tuple[str, Any, Any]]
"""Parameter, value before and after it, for each that is changed."""


def apply(given: Given, call: Call, body: JsonObject | None) -> Applied:
    """What has to change in `body`, the request that `call` describes.

    None where nobody can read the body, or nothing of it can be changed: then the
    call's parameters must keep every obligation already.
    """
    if call.parameters.get("event") == HANDSHAKE or _has_nothing(call, body):
        return Applied(notes=tuple(_passed_over(given)))
    draft = _Draft(
        endpoint=call.endpoint,
        provider=call.provider,
        body=dict(call.parameters if body is None else body),
        changes={},
        may_change=body is not None,
        tags={},
    )
    notes: list[Note] = []
    problems: list[Reason] = []
    for obligations in given:
        for name, step in _STEPS:
            if _asks(obligations, name):
                try:
                    notes += _taken(draft, obligations, name, step)
                except _Unmet as unmet:
                    problems.append(_problem(obligations, name, draft, str(unmet)))
    return Applied(
        changes={} if problems else draft.changes,
        notes=tuple(notes),
        problems=tuple(problems),
    )


def _has_nothing(call: Call, body: JsonObject | None) -> bool:
    """A request without a body, such as one that only reads."""
    return body is not None and not body and not call.content


def observed(applied: Applied) -> Applied:
    """The same in observe mode: nothing changes, and the record says what would."""
    notes = tuple(
        note._replace(result=Result.OBSERVED) if note.result is Result.APPLIED else note
        for note in applied.notes
    )
    return Applied(notes=notes, problems=applied.problems)


def changed(body: JsonObject, changes: Mapping[str, Any]) -> dict[str, Any]:
    """`body` with its changes."""
    both = {**body, **changes}
    return {name: value for name, value in both.items() if value is not ABSENT}


def _passed_over(given: Given) -> Iterator[Note]:
    for obligations in given:
        for name, _ in _STEPS:
            if _asks(obligations, name):
                yield Note(name, obligations.by, Result.NOT_APPLICABLE)


def _asks(obligations: Obligations, name: str) -> bool:
    return getattr(obligations, name) not in (None, ())


def _taken(
    draft: _Draft,
    obligations: Obligations,
    name: str,
    step: "Callable[[_Draft, Obligations], _Step | None]",
) -> list[Note]:
    by, made = obligations.by, step(draft, obligations)
    if made is None:
        return [Note(name, by, Result.NOT_APPLICABLE)]
    notes = [Note(name, by, Result.APPLIED, *each) for each in made]
    return notes or [Note(name, by, Result.MET)]


def _problem(obligations: Obligations, name: str, draft: _Draft, why: str) -> Reason:
    return Reason(
        rule=UNMET,
        message=f"{obligations.by[:1].upper()}{obligations.by[1:]} obliges `{name}`, "
        f"which cannot be kept on {draft.endpoint}: {why}.",
        remedy="Send the request as the obligation asks, or another way.",
        where=obligations.where,
    )


def _tag(draft: _Draft, obligations: Obligations) -> _Step | None:
    if draft.endpoint.endswith(_SOCKET):
        raise _Unmet("nothing is changed on a websocket")
    if draft.endpoint not in _METADATA:
        return None
    if not draft.may_change:
        return None  # a line of a file: the batch that runs it is tagged
    return _tagged(draft, obligations)


def _tagged(draft: _Draft, obligations: Obligations) -> _Step:
    carried = draft.value("metadata")
    metadata = {} if carried is ABSENT else carried
    if not isinstance(metadata, Mapping):
        raise _Unmet("its `metadata` is no mapping")
    added = {}
    for key, value in obligations.tag:
        if draft.tags.setdefault(key, value) != value:
            raise _Unmet(f"another obligation tags {key!r} with another value")
        if metadata.get(key) != value:
            added[key] = value
    if len({*metadata, *added}) > _METADATA_PAIRS:
        raise _Unmet(f"its metadata would have more than {_METADATA_PAIRS} keys")
    if added:
        draft.set("metadata", value={**metadata, **added})
    for key, value in added.items():
        yield f"metadata.{key}", metadata.get(key, ABSENT), value


def _store(draft: _Draft, _: Obligations) -> _Step | None:
    if draft.endpoint not in _STORE:
        return None
    return _stored(draft)


def _stored(draft: _Draft) -> _Step:
    before = draft.value("store")
    if draft.value("background") is True:
        raise _Unmet("a response in the background has to be stored")
    if before is not False:
        draft.set("store", value=False)
        yield "store", before, False


def _n(draft: _Draft, obligations: Obligations) -> _Step | None:
    names = _CHOICES.get(draft.endpoint)
    if names is None or obligations.n is None:
        return None
    return _capped(draft, names, obligations.n)


def _capped(draft: _Draft, names: Sequence[str], cap: int) -> _Step:
    """Lower those that are higher; where one is absent, the default is within."""
    for name in names:
        before = draft.value(name)
        if before is not ABSENT and _number(name, before) > cap:
            draft.set(name, value=cap)
            yield name, before, cap


def _number(name: str, value: Any) -> int:
    if type(value) is not int:
        raise _Unmet(f"its `{name}` is no whole number")
    return value


def _output_tokens(draft: _Draft, obligations: Obligations) -> _Step | None:
    names, cap = _LENGTHS.get(draft.endpoint), obligations.output_tokens
    if names is None or cap is None:
        return None
    return _shortened(draft, names, cap)


def _shortened(draft: _Draft, names: Sequence[str], cap: int) -> _Step:
    said = [name for name in names if draft.value(name) is not ABSENT]
    # A socket's session may say `inf`, which is no cap.
    if not said and not (draft.endpoint == "completions" and cap >= _LEGACY_DEFAULT):
        name = _spelling(draft, names)
        draft.set(name, value=cap)
        yield name, ABSENT, cap
    yield from _capped(draft, said, cap)


def _spelling(draft: _Draft, names: Sequence[str]) -> str:
    """Only OpenAI's own servers are known to read the newer name."""
    old = draft.endpoint == "chat.completions" and draft.provider not in _OPENAI
    return "max_tokens" if old else names[0]


def _top_logprobs(draft: _Draft, obligations: Obligations) -> _Step | None:
    if draft.endpoint not in _TOP_LOGPROBS or obligations.top_logprobs is None:
        return None
    return _capped(draft, ("top_logprobs",), obligations.top_logprobs)


def _logprobs(draft: _Draft, _: Obligations) -> _Step | None:
    if draft.endpoint not in _LOGPROBS:
        return None
    return _without_logprobs(draft)


def _without_logprobs(draft: _Draft) -> _Step:
    for name in ("logprobs", "top_logprobs"):
        before = draft.value(name)
        if before not in (ABSENT, False):
            draft.set(name, value=ABSENT)
            yield name, before, ABSENT
    included = draft.value("include")
    if isinstance(included, Sequence) and not isinstance(included, str):
        kept = [each for each in included if not str(each).endswith("logprobs")]
        if len(kept) < len(included):
            draft.set("include", value=kept)
            yield "include", list(included), kept


_STEPS: tuple[tuple[str, Callable[[_Draft, Obligations], _Step | None]], ...] = (
    ("tag", _tag),
    ("store", _store),
    ("n", _n),
    ("output_tokens", _output_tokens),
    ("top_logprobs", _top_logprobs),
    ("logprobs", _logprobs),
)


def told(note: Note) -> dict[str, Json]:
    """A note as a decision's record says it; values are whatever the body held."""
    said: dict[str, Json] = {
        "obligation": note.name,
        "by": note.by,
        "result": note.result.value,
    }
    if note.parameter is not None:
        said["parameter"] = note.parameter
        both = {"from": note.before, "to": note.after}
        said |= {name: value for name, value in both.items() if value is not ABSENT}
    return said


def asked(given: Obligations) -> Iterator[str]:
    """What it asks for, as a policy writes it: `store: false`, `tag.team: support`."""
    for name, _ in _STEPS:
        if name == "tag":
            yield from (f"tag.{key}: {value}" for key, value in given.tag)
        elif _asks(given, name):
            value = getattr(given, name)
            yield f"{name}: {'false' if value is False else value}"
