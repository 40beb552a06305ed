"""Which endpoint a request is for: one table, in OpenAI's and in Azure's forms of path.

Knows paths and methods. What an endpoint says is its own module's; a new endpoint is a
new `Route` in that module, listed in `provider`. An endpoint that remembers
(files, batches, jobs) makes its routes in a function that closes over its store.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote

from affidavit.testing.sandbox.http import OTHER, Declined, ReceivedRequest, Reply
from affidavit.testing.sandbox.text import Manner


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What an endpoint answers from: all that varies comes in here."""

    request: ReceivedRequest
    values: Mapping[str, str] = field(default_factory=dict)
    """The parts of the path that the route's pattern names, decoded."""
    deployment: str | None = None
    """Azure's deployment, when the path names one."""
    now: int
    """Seconds since 1970, UTC."""
    serial: str
    """Unique to this answer; every id in it is made from it."""
    manner: Manner = field(default_factory=Manner)


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One endpoint: `pattern` is what follows `/v1/`, such as `models/{model}`."""

    method: str
    pattern: str
    endpoint: str
    answer: Callable[[Asked], Reply]
    in_deployments: bool = False
    """Azure serves it below `/openai/deployments/{deployment}/` too."""


def route(where: str, endpoint: str, answer: Callable[[Asked], Reply]) -> Route:
    """A route in one line; `where` is method and pattern: `GET files/{file}`."""
    method, _, pattern = where.partition(" ")
    return Route(method=method, pattern=pattern, endpoint=endpoint, answer=answer)


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """The route of a request, and what its path says."""

    route: Route
    values: Mapping[str, str]
    place: "Place"

    @property
    def endpoint(self) -> str:
        """The route's name."""
        return self.route.endpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class Unrouted:
    """No route: an unknown path, or a known one by another method."""

    allowed: tuple[str, ...] = ()
    """Methods that this path has; none when the path is unknown."""
    endpoint: str = OTHER

    def declined(self, method: str, path: str) -> Declined:
        """404, or 405 with the methods that exist."""
        if self.allowed:
            return Declined(
                405,
                f"{path} does not answer {method}, only {', '.join(self.allowed)}.",
                code="method_not_allowed",
                headers={"allow": ", ".join(self.allowed)},
            )
        return Declined(
            404,
            f"The sandbox has no endpoint at {path} ({method}).",
            code="unknown_url",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A path without what says whose API it is."""

    segments: tuple[str, ...]
    deployment: str | None = None
    versioned_by_query: bool = False
    """Azure's older form: the query has to name an `api-version`."""


def locate(path: str) -> Place | None:
    """Read `/v1/…`, `/openai/v1/…`, `/openai/deployments/{name}/…` and `/openai/…`."""
    match tuple(unquote(segment) for segment in path.split("/")):
        case ("", "v1", *rest) | ("", "openai", "v1", *rest):
            return Place(segments=tuple(rest))
        case ("", "openai", "deployments", name, *rest):
            return Place(segments=tuple(rest), deployment=name, versioned_by_query=True)
        case ("", "openai", *rest):
            return Place(segments=tuple(rest), versioned_by_query=True)
        case _:
            return None


def find(routes: Sequence[Route], method: str, path: str) -> Match | Unrouted:
    """The route of a request, else which methods its path has."""
    place = locate(path)
    if place is None:
        return Unrouted()
    fitting = [
        Match(route=route, values=values, place=place)
        for route in routes
        if (values := _values(route, place)) is not None
    ]
    for match in fitting:
        if match.route.method == method:
            return match
    return Unrouted(allowed=tuple(match.route.method for match in fitting))


def _values(route: Route, place: Place) -> Mapping[str, str] | None:
    """What the path says for the pattern's names; None when it does not fit."""
    if place.deployment is not None and not route.in_deployments:
        return None
    pattern = route.pattern.split("/")
    if len(pattern) != len(place.segments):
        return None
    values = {}
    for wanted, segment in zip(pattern, place.segments, strict=True):
        if wanted.startswith("{") and segment:
            values[wanted[1:-1]] = segment
        elif wanted != segment:
            return None
    return values
