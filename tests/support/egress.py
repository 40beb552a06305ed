"""Every public method of the installed openai package that sends, found and not listed.

`python -m support.egress` (with `tests` on PYTHONPATH) prints the table.
"""

import inspect
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import openai

from affidavit.endpoints import named
from support.egress_arguments import Arguments, calls
from support.egress_reach import Reach, reach

TWINS = ("with_raw_response", "with_streaming_response")
"""What else a resource's methods can be called through."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """One public method that a client's user can call."""

    name: str
    """As it is written behind `client.`."""
    reach: Reach

    @property
    def twin(self) -> bool:
        """Whether it is another method, asked for its raw or streaming response."""
        return any(part in TWINS for part in self.name.split("."))

    @property
    def plain(self) -> str:
        """The name of the method that it is, or is a twin of."""
        return plain_name(self.name)

    @property
    def endpoints(self) -> tuple[str, ...]:
        """What a policy calls its routes."""
        routes = (route.partition(" ") for route in self.reach.routes)
        return tuple(
            named(method, re.sub(r"\{[^}]*\}", "x", path)) or f"other:{method} {path}"
            for method, _, path in routes
            if path != "…"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """What to pass beside, or instead of, what a signature tells."""

    arguments: Mapping[str, Any]
    because: str
    majors: tuple[str, ...] = ("2", "3")
    """Versions of openai that have the method."""


def plain_name(name: str) -> str:
    """The name of the method that `name` is, or is a twin of."""
    return ".".join(part for part in name.split(".") if part not in TWINS)


def stock(*, is_async: bool) -> Any:
    """A client as openai makes it; it sends nothing here, only its classes are read."""
    kind = openai.AsyncOpenAI if is_async else openai.OpenAI
    return kind(api_key="k", admin_api_key="k", base_url="http://127.0.0.1:9/v1")


@cache
def methods(*, is_async: bool) -> tuple[Method, ...]:
    """Every public method reachable from a client of the installed package, by name."""
    client = stock(is_async=is_async)
    plain: dict[str, Reach] = {}
    found = []
    for name, _ in _walk(client, ""):
        # A twin wraps the method of its name: its code is read once.
        of = plain_name(name)
        if of not in plain:
            plain[of] = reach(client, at(client, of))
        found.append(Method(name=name, reach=plain[of]))
    return tuple(sorted(found, key=lambda method: method.name))


def _walk(owner: Any, prefix: str) -> Iterator[tuple[str, Any]]:
    for name in sorted({*dir(type(owner)), *vars(owner)}):
        if name.startswith("_"):
            continue
        value = _attribute(owner, name)
        if name in TWINS:
            # Of a twin its own methods only: what is below it hangs below its resource.
            twin = ((each, value) for each in vars(value).items())
            yield from (
                (f"{prefix}{name}.{each}", method)
                for (each, method), _ in twin
                if not each.startswith("_") and callable(method)
            )
        elif _is_resource(value):
            yield from _walk(value, f"{prefix}{name}.")
        elif inspect.ismethod(value) or inspect.isfunction(value):
            yield f"{prefix}{name}", value


def _attribute(owner: Any, name: str) -> Any:
    return getattr(owner, name)


def _is_resource(value: Any) -> bool:
    return type(value).__module__.startswith("openai.resources.")


def at(client: Any, name: str) -> Any:
    """The attribute of a client that a dotted `name` says."""
    for part in name.split("."):
        client = getattr(client, part)
    return client


def twin_classes(client: Any) -> Iterator[tuple[str, type, type]]:
    """Each twin that hangs below a client's own twin, and the one of its resource."""
    for twin in TWINS:
        yield from _twins_below(getattr(client, twin), client, twin, "")


def _twins_below(
    twin: Any, resource: Any, kind: str, prefix: str
) -> Iterator[tuple[str, type, type]]:
    for name in dir(type(twin)):
        if not name.startswith("_"):
            below, beside = getattr(twin, name), getattr(resource, name)
            yield f"{kind}.{prefix}{name}", type(below), type(getattr(beside, kind))
            yield from _twins_below(below, beside, kind, f"{prefix}{name}.")


def arguments(client: Any, name: str) -> Iterator[Arguments]:
    """What to call the method `name` of a stock `client` with, each way it can be."""
    override = OVERRIDES.get(name, Override(arguments={}, because=""))
    function = inspect.unwrap(at(client, name))
    waits = {
        each: 0.001 if each == "poll_interval" else 1
        for each in inspect.signature(function).parameters
        if each.startswith("poll_interval")  # seconds, or `_ms`
    }
    for made in calls(getattr(function, "__func__", function)):
        yield {**made, **waits, **override.arguments}


_HERE = Path(__file__)
_FILES = "beta.agents.environments.files"
OVERRIDES: Mapping[str, Override] = {
    "uploads.upload_file_chunked": Override(
        arguments={"part_size": 4096},
        because="a part has 64 MiB if nothing is said: there would be only one",
    ),
    f"{_FILES}.prepare": Override(
        arguments={"files": {"/workspace/a": _HERE}},
        because="no files, no request",
        majors=("3",),
    ),
    f"{_FILES}.prepare_directory": Override(
        arguments={
            "root": _HERE.parent,
            "destination": "/workspace/a",
            "include": [_HERE.name],
        },
        because="it reads a folder that exists, into a folder of its own",
        majors=("3",),
    ),
    f"{_FILES}.upload": Override(
        arguments={"path": "/workspace/a"},
        because="it takes paths below /workspace only",
        majors=("3",),
    ),
}
"""By method; a test sees to it that each is still a method, and still takes these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreached:
    """A route that a method's source leads to, and its call does not."""

    because: str
    majors: tuple[str, ...] = ("2", "3")


UNREACHED: Mapping[tuple[str, str], Unreached] = {
    (
        "beta.agents.sessions.create",
        "POST /agents/sessions/{session_id}/events",
    ): Unreached(
        because="its stream sends a tool's result when the provider asks for one; "
        "`sessions.stream` and `sessions.events.create` go there in this audit",
        majors=("3",),
    ),
}


def table(found: Iterable[Method]) -> str:
    """Method, routes, endpoints and how it sends; a line each, twins left out."""
    lines = ["method\troutes\tendpoints\tsends"]
    lines += [
        "\t".join(
            (
                method.name,
                ", ".join(method.reach.routes) or "-",
                ", ".join(dict.fromkeys(method.endpoints)) or "-",
                method.reach.how,
            )
        )
        for method in found
        if not method.twin
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Print the table of the installed package."""
    print(table(methods(is_async=False)), end="")  # noqa: T201 - a program


if __name__ == "__main__":
    main()
