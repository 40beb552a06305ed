"""Every kind of call that two policies could tell apart, spread out along axes.

Knows what a condition may look at, and gives for each such axis values of which any
other is like one, as far as the policies' conditions and lists go: names by the
patterns they are held against, numbers by their thresholds, days by what expires.
Decides nothing. The declared domain: names of printable ASCII, scores in steps of
0.001, hosts that answer as who they are.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import product
from typing import Any, NamedTuple, TypeAlias

from affidavit import endpoints, providers
from affidavit.calls import HANDSHAKE, Call
from affidavit.policy import makers, ranges
from affidavit.policy.arrangement import kinds
from affidavit.policy.globs import Globs
from affidavit.policy.in_force import Policy
from affidavit.policy.looks import Look

WHERE, MODEL, ENDPOINT, DAY, TERMS = "where", "model", "endpoint", "day", "terms"
PARAMETER, FINDING = "parameter.", "finding."
_EVENT = "parameter.event"
_IDENTITIES = ("safety_id", "subject", "project")
_REROUTES = tuple(f"{PARAMETER}{name}" for name in ("models", "plugins", "preset"))
"""Parameters that exchange a router's model for another."""
_PRESET = _REROUTES[-1]
_HOSTS: Mapping[str, str] = {
    "openai": "api.openai.com",
    "azure": "acme.openai.azure.com",
    "anthropic": "api.anthropic.com",
    "google": "generativelanguage.googleapis.com",
    "mistral": "api.mistral.ai",
    "xai": "api.x.ai",
    "deepseek": "api.deepseek.com",
    "meta": "api.llama.com",
    "cohere": "api.cohere.com",
    "aws": "bedrock-runtime.eu-west-1.amazonaws.com",
    "openrouter": "openrouter.ai",
    "groq": "api.groq.com",
    "together": "api.together.xyz",
    "fireworks": "api.fireworks.ai",
    "other": "gateway.example",
}
"""A host of each provider."""
_HOST_PATTERNS = (
    *("*.api.openai.com", "*.openai.azure.com", "*.cognitiveservices.azure.com"),
    *("*.services.ai.azure.com", "*.models.ai.azure.com", "*.openai.azure.us"),
    *("*.cognitiveservices.azure.us", "*.api.x.ai", "*.openrouter.ai"),
    *("?*-aiplatform.googleapis.com", "aiplatform.?*.rep.googleapis.com"),
    *("bedrock-runtime.?*.amazonaws.com", "bedrock-mantle.?*.api.aws"),
    *("codestral.mistral.ai", "api.cohere.ai", "api.together.ai"),
    *("models.inference.ai.azure.com", "aiplatform.googleapis.com"),
    *_HOSTS.values(),
)
_MODELS = (
    *("gpt-5", "gpt-5-mini", "gpt-4o", "o4-mini", "text-embedding-3-large"),
    *("claude-opus-4", "gemini-2.5-pro", "some-other-model"),
)
_ENDS = ("-x", "-mini", "-2026-01-01")
"""Of names that are longer, for whoever looks at more than patterns."""
_PATHS = ("other:POST /some/other/path",)
_OTHERS = "other:*"


class Place(NamedTuple):
    """Where a call goes."""

    provider: str
    host: str
    origin: str


class Spoken(NamedTuple):
    """An endpoint, and for a connection the event that is spoken over it."""

    endpoint: str
    event: str | None = None


Values: TypeAlias = Mapping[str, Any]
"""By axis, one value: all that a call is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """The axes that do not hang on the purpose."""

    axes: Mapping[str, tuple[Any, ...]]
    seen: Mapping[str, tuple[Any, ...]]
    """What each axis is held against: patterns, thresholds, words."""
    models: tuple[str, ...]
    """Names for which terms may differ, beside those of the axis."""
    packs: frozenset[str]
    """Whose terms the policies' packs hold."""

    def base(self) -> dict[str, Any]:
        """The first value of every axis."""
        return {name: values[0] for name, values in self.axes.items()}


def domain(policies: Sequence[Policy], looks: Iterable[Look], *, since: date) -> Domain:
    """The axes along which the policies' conditions and lists look.

    Raises `arrangement.TooLarge` where patterns combine in too many ways.
    """
    seen = _seen(policies, looks)
    packs = frozenset(
        pack.provider
        for policy in policies
        for pack in policy.packs
        if pack.provider in providers.TERMS
    )
    listed = _texts(seen[MODEL])
    axes: dict[str, tuple[Any, ...]] = {
        MODEL: (*kinds(listed, prefer=_MODELS), None),
        ENDPOINT: _spoken(seen),
        WHERE: _places(policies, seen, routed=bool(packs)),
    }
    models = tuple(_carried(listed)) if packs else ()
    if packs:
        axes[TERMS] = tuple(_vectors(axes, models, packs))
    for name in sorted(seen):
        if name.startswith(PARAMETER) and name != _EVENT:
            axes[name] = ranges.parameters(seen[name])
    for name in _IDENTITIES:
        if name in seen:
            axes[name] = (None, "someone")
    axes[DAY] = ranges.days(since, _last_days(policies))
    return Domain(axes=axes, seen=seen, models=models, packs=packs)


def _seen(
    policies: Sequence[Policy], looks: Iterable[Look]
) -> dict[str, tuple[Any, ...]]:
    found: dict[str, list[Any]] = {MODEL: [], ENDPOINT: []}
    for look in looks:
        found.setdefault(look.name, []).append(look.value)
    for purpose in (each for policy in policies for each in policy.purposes.values()):
        for name, globs in ((MODEL, purpose.models), (ENDPOINT, purpose.endpoints)):
            if globs is not None:
                found[name] += globs.patterns
    return {name: tuple(_once(values)) for name, values in found.items()}


def _once(values: Iterable[Any]) -> Iterable[Any]:
    """Each of them once: 1 and True are equal, and no equal thresholds."""
    return {(type(v), v): v for v in values if v is not None}.values()


def _texts(values: Iterable[object]) -> list[str]:
    return sorted(value for value in values if isinstance(value, str))


def _carried(patterns: Sequence[str]) -> Iterator[str]:
    """Names of models that differ in whose terms they carry, at some provider."""
    for dialect in makers.dialects(patterns):
        yield from kinds((*patterns, *dialect), prefer=_MODELS)


def binding(packs: frozenset[str], call: Call) -> frozenset[str]:
    """Those of `packs` whose rules the call is under; all where nobody can tell."""
    terms = providers.terms(call.provider, call.model, call.parameters)
    return packs if terms is None else packs & terms


def _vectors(
    axes: Mapping[str, tuple[Any, ...]],
    models: Sequence[str],
    packs: frozenset[str],
) -> Iterator[frozenset[str]]:
    """Every set of packs' terms that some call is under."""
    found: dict[frozenset[str], None] = {}
    for place in {place.provider: place for place in axes[WHERE]}.values():
        for model in (*axes[MODEL], *models):
            terms = providers.terms(place.provider, model, {})
            found[packs if terms is None else packs & terms] = None
    yield from sorted(found, key=lambda each: (-len(each), sorted(each)))


def realised(
    whole: Domain, within: Mapping[str, tuple[Any, ...]]
) -> Mapping[str, Any] | None:
    """Values for whose call the terms are those of `within`; None if no call's are."""
    wanted = within.get(TERMS)
    if wanted is None:
        return {}
    models = within.get(MODEL) or whole.axes[MODEL]
    names: tuple[str | None, ...] = (*models, *alike(whole, models))
    exchanges = _exchanges(whole, within)
    places = within.get(WHERE) or whole.axes[WHERE]
    answering = {place.provider: place for place in reversed(places)}
    for place in reversed(answering.values()):
        router = place.provider == "openrouter"
        for exchanged in exchanges if router else exchanges[:1]:
            other = any(value is not None for value in exchanged.values())
            for model in names:
                terms = _terms(place.provider, model, exchanged=other)
                if (whole.packs if terms is None else whole.packs & terms) in wanted:
                    return {WHERE: place, MODEL: model, **exchanged}
    return None


@lru_cache(maxsize=65_536)
def _terms(
    provider: str, model: str | None, *, exchanged: bool
) -> frozenset[str] | None:
    parameters = {_PRESET.removeprefix(PARAMETER): True} if exchanged else {}
    return providers.terms(provider, model, parameters)


def alike(whole: Domain, models: Iterable[str | None]) -> list[str]:
    """Other names that no pattern of the policies tells from these."""
    patterns = tuple(_texts(whole.seen[MODEL]))
    listed = [name for name in models if name is not None]
    wanted = {_fits(patterns, name) for name in listed}
    longer = [name + end for name in listed for end in _ENDS]
    names: list[str] = [*whole.models, *longer]
    return [name for name in names if _fits(patterns, name) in wanted]


@lru_cache(maxsize=16_384)
def _fits(patterns: tuple[str, ...], name: str) -> tuple[bool, ...]:
    return tuple(match(name) for match in _matchers(patterns))


def _exchanges(
    whole: Domain, within: Mapping[str, tuple[Any, ...]]
) -> list[dict[str, Any]]:
    """Ways to set, or not, the parameters that exchange a router's model."""
    choices: dict[str, list[Any]] = {}
    for name in _REROUTES:
        values = within.get(name) or whole.axes.get(name)
        if values is None and name == _PRESET:
            values = (None, True)
        if values is not None:
            present = [value for value in values if value is not None]
            choices[name] = [*([None] if None in values else []), *present[:1]]
    combined = product(*choices.values())
    return [dict(zip(choices, each, strict=True)) for each in combined]


@lru_cache(maxsize=8)
def _matchers(
    patterns: tuple[str, ...],
) -> tuple[Callable[[str | None], bool], ...]:
    return tuple(Globs((pattern,)).match for pattern in patterns)


def _spoken(seen: Mapping[str, tuple[Any, ...]]) -> tuple[Spoken, ...]:
    patterns = _texts(seen.get(ENDPOINT, ()))
    known: dict[tuple[bool, ...], str] = {}
    globs = [Globs((pattern,)).match for pattern in patterns]
    common = ("responses", "chat.completions", "embeddings")
    for name in (*common, *sorted(endpoints.NAMES)):
        fits = tuple(match(name) for match in globs)
        known.setdefault((name in endpoints.CONNECTIONS, *fits), name)
    others = kinds(patterns, prefer=_PATHS, within=_OTHERS)
    events = [None, HANDSHAKE, *_texts(seen.get(_EVENT, ())), "some.event"]
    return (
        *map(Spoken, (n for n in known.values() if n not in endpoints.CONNECTIONS)),
        *(
            Spoken(name, event)
            for name in known.values()
            if name in endpoints.CONNECTIONS
            for event in dict.fromkeys(events)
        ),
        *map(Spoken, map(_path, others)),
    )


def _path(name: str) -> str:
    """As a call spells it: `other:POST /new/thing`."""
    method, space, path = name.removeprefix("other:").partition(" ")
    return f"other:{method.upper()}{space}{path}"


def _places(
    policies: Sequence[Policy], seen: Mapping[str, tuple[Any, ...]], *, routed: bool
) -> tuple[Place, ...]:
    origins = sorted({origin for policy in policies for origin in policy.origins or ()})
    hosts = list(_HOSTS.values())
    if patterns := _texts(seen.get("host", ())):
        hosts += kinds((*patterns, *_HOST_PATTERNS), prefer=hosts)
    looked = routed or origins or seen.keys() & {"provider", "host", "origin"}
    found = [Place(providers.of(host), host, f"https://{host}") for host in hosts]
    for origin in (*origins, *_texts(seen.get("origin", ()))):
        host = origin.partition("://")[2].partition(":")[0]
        found.append(Place(providers.of(host), host, origin))
    if patterns:  # a client that speaks Azure's dialect is Azure's wherever it goes
        found += [Place("azure", each.host, each.origin) for each in found]
    return tuple(dict.fromkeys(found)) if looked else tuple(found[:1])


def _last_days(policies: Sequence[Policy]) -> Iterable[date]:
    for policy in policies:
        for purpose in policy.purposes.values():
            if purpose.expires is not None:
                yield purpose.expires
        for rule in policy.rules:
            for waivers in rule.waivers.values():
                yield from (waiver.expires for waiver in waivers)


def call_of(values: Values, purpose: str | None) -> Call:
    """The call that these values describe."""
    place: Place = values[WHERE]
    spoken: Spoken = values[ENDPOINT]
    prefix = len(PARAMETER)
    parameters = {
        name[prefix:]: value
        for name, value in values.items()
        if name.startswith(PARAMETER) and value is not None
    }
    if spoken.event is not None:
        parameters["event"] = spoken.event
    return Call(
        endpoint=spoken.endpoint,
        provider=place.provider,
        host=place.host,
        origin=place.origin,
        model=values[MODEL],
        purpose=purpose,
        subject=values.get("subject"),
        safety_id=values.get("safety_id"),
        project=values.get("project"),
        parameters=parameters,
    )
