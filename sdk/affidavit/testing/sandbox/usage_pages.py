"""GET /v1/organization/usage/{kind} and /v1/organization/costs: pages of buckets.

Knows the parameters of these endpoints (openai 3.54: widths, groups, filters, limits)
and the shapes of their rows. What is in a bucket is `metering`'s. Costs are at a price
that whoever started the sandbox named; it charges nothing by itself.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from affidavit.testing.sandbox.http import Declined, Reply, json_answer
from affidavit.testing.sandbox.metering import Group, Meter, Sum
from affidavit.testing.sandbox.routes import Asked, Route

_DAY: Final = 86_400
_MILLION: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class _Width:
    seconds: int
    usual: int
    """Buckets on a page where none are asked for."""
    most: int


_WIDTHS: Final[Mapping[str, _Width]] = {
    "1m": _Width(60, 60, 1440),
    "1h": _Width(3600, 24, 168),
    "1d": _Width(_DAY, 7, 31),
}
_COST_WIDTHS: Final = {"1d": _Width(_DAY, 7, 180)}

_WHO: Final = ("project_id", "user_id", "api_key_id")
_MORE: Final = ("batch", "service_tier", "api_source")
_GROUPS: Final[Mapping[str, Sequence[str]]] = {
    "completions": (*_WHO, "model", *_MORE),
    "decisions": (*_WHO, "model", *_MORE),
    "embeddings": (*_WHO, "model"),
    "moderations": (*_WHO, "model"),
    "images": (*_WHO, "model", "size", "source"),
    "audio_speeches": (*_WHO, "model"),
    "audio_transcriptions": (*_WHO, "model"),
    "vector_stores": ("project_id",),
    "code_interpreter_sessions": ("project_id",),
    "file_search_calls": (*_WHO, "vector_store_id"),
    "web_search_calls": (*_WHO, "model", "context_level", "api_source"),
    "costs": (*_WHO, "line_item", "api_source"),
}
"""Kind → what its rows can be told apart by."""
_FILTERS: Final = {
    "project_ids": "project_id",
    "api_key_ids": "api_key_id",
    "models": "model",
    "vector_store_ids": "vector_store_id",
    "sources": "source",
}
_OBJECTS: Final = {
    "file_search_calls": "file_searches",
    "web_search_calls": "web_searches",
}
"""Kinds whose rows are called otherwise than their endpoint."""

_REQUESTS: Final = {"num_model_requests": "requests"}
_INPUT: Final = {"input_tokens": "input_tokens"}
_TOKENS: Final = {**_REQUESTS, **_INPUT, "output_tokens": "output_tokens"}
_COUNTS: Final[Mapping[str, Mapping[str, str]]] = {
    "completions": _TOKENS,
    "decisions": _TOKENS,
    "embeddings": {**_REQUESTS, **_INPUT},
    "moderations": {**_REQUESTS, **_INPUT},
    "images": {**_REQUESTS, "images": "units"},
    "audio_speeches": {**_REQUESTS, "characters": "units"},
    "audio_transcriptions": {**_REQUESTS, "seconds": "units"},
    "vector_stores": {"usage_bytes": "units"},
    "code_interpreter_sessions": {"num_sessions": "units"},
    "file_search_calls": {"num_requests": "requests"},
    "web_search_calls": {**_REQUESTS, "num_requests": "requests"},
}
"""Kind → field of a row → what of a sum it is."""

By = tuple[str | bool | None, ...]


class UsagePages:
    """The endpoints over one meter. `price` is US dollars for a million tokens."""

    def __init__(self, meter: Meter, *, price: float = 0) -> None:
        self._meter, self._price = meter, price

    def routes(self) -> Sequence[Route]:
        """One endpoint for each kind of use, and one for costs."""
        usage = (
            _route(f"organization/usage/{kind}", partial(self._usage, kind))
            for kind in sorted(_GROUPS)
            if kind != "costs"
        )
        return (*usage, _route("organization/costs", self._costs))

    def _usage(self, kind: str, asked: Asked) -> Reply:
        query, groups = asked.request.query, _grouped(asked, kind)

        def results(start: int, end: int) -> Sequence[Mapping[str, Any]]:
            sums: dict[By, Sum] = {}
            for group, one in self._meter.between(kind, start, end).items():
                if _wanted(group, query):
                    by = tuple(_value(group, it) for it in groups)
                    sums.setdefault(by, Sum()).add(one)
            return [
                _result(kind, dict(zip(groups, by, strict=True)), one)
                for by, one in sums.items()
            ]

        return self._page(query, _WIDTHS, results)

    def _costs(self, asked: Asked) -> Reply:
        query, groups = asked.request.query, _grouped(asked, "costs")

        def results(start: int, end: int) -> Sequence[Mapping[str, Any]]:
            sums: dict[By, int] = {}
            for group, item, tokens in self._charged(start, end):
                if _wanted(group, query):
                    by = tuple(
                        item if it == "line_item" else _value(group, it)
                        for it in groups
                    )
                    sums[by] = sums.get(by, 0) + tokens
            return [
                _cost(dict(zip(groups, by, strict=True)), tokens, self._price)
                for by, tokens in sums.items()
            ]

        return self._page(query, _COST_WIDTHS, results)

    def _charged(self, start: int, end: int) -> Iterator[tuple[Group, str, int]]:
        """Tokens that cost something: whose, as which line item, how many."""
        for kind in ("completions", "embeddings") if self._price else ():
            for group, one in self._meter.between(kind, start, end).items():
                for item, tokens in (
                    (f"{group.model}, input", one.input_tokens),
                    (f"{group.model}, output", one.output_tokens),
                ):
                    if tokens:
                        yield group, item, tokens

    def _page(
        self,
        query: Mapping[str, str],
        widths: Mapping[str, _Width],
        results: Callable[[int, int], Sequence[Mapping[str, Any]]],
    ) -> Reply:
        width = widths.get(query.get("bucket_width", "1d"))
        if width is None:
            raise Declined(400, f"bucket_width is one of {', '.join(widths)}.")
        wide, most = width.seconds, _number(query, "limit", width.usual)
        if not 0 < most <= width.most:
            raise Declined(400, f"limit is 1 to {width.most} buckets of that width.")
        start = _number(query, "start_time") // wide * wide
        end = _number(query, "end_time", int(self._meter.clock()) + 1)
        token = query.get("page", "").removeprefix("page_")
        if token and not token.isdecimal():
            raise Declined(400, "page is what next_page said.", param="page")
        starts = range(int(token) if token else start, end, wide)
        more = starts[most] if len(starts) > most else None
        return json_answer(
            {
                "object": "page",
                "data": [
                    {
                        "object": "bucket",
                        "start_time": at,
                        "end_time": min(at + wide, end),
                        "results": results(at, at + wide),
                    }
                    for at in starts[:most]
                ],
                "has_more": more is not None,
                "next_page": None if more is None else f"page_{more}",
            }
        )


def _route(pattern: str, answer: Callable[[Asked], Reply]) -> Route:
    name = "admin." + pattern.replace("/", ".")
    return Route(method="GET", pattern=pattern, endpoint=name, answer=answer)


def _grouped(asked: Asked, kind: str) -> Sequence[str]:
    query, known = asked.request.query, _GROUPS[kind]
    groups = list(filter(None, _listed(query, "group_by")))
    for each in groups:
        if each not in known:
            raise Declined(400, f"group_by is of {', '.join(known)}.", param="group_by")
    return groups


def _listed(query: Mapping[str, str], name: str) -> Sequence[str]:
    return query.get(f"{name}[]", query.get(name, "")).split(",")


def _wanted(group: Group, query: Mapping[str, str]) -> bool:
    for name, field in _FILTERS.items():
        only = list(filter(None, _listed(query, name)))
        if only and getattr(group, field) not in only:
            return False
    batch = query.get("batch")
    return batch is None or (batch == "true") is group.batch


def _value(group: Group, name: str) -> str | bool | None:
    if name == "api_source":
        return "unlabeled"
    value: str | bool | None = getattr(group, name, None)
    return value


def _number(query: Mapping[str, str], name: str, default: int | None = None) -> int:
    value = query.get(name)
    if value is None and default is not None:
        return default
    if value is None or not value.isascii() or not value.isdecimal():
        raise Declined(400, f"{name} is needed, as a whole number.", param=name)
    return int(value)


def _result(kind: str, by: Mapping[str, Any], one: Sum) -> Mapping[str, Any]:
    told: dict[str, Any] = {
        "object": f"organization.usage.{_OBJECTS.get(kind, kind)}.result",
        **dict.fromkeys(_GROUPS[kind]),
        **by,
    }
    return told | {name: getattr(one, field) for name, field in _COUNTS[kind].items()}


def _cost(by: Mapping[str, Any], tokens: int, price: float) -> Mapping[str, Any]:
    return {
        "object": "organization.costs.result",
        **dict.fromkeys(_GROUPS["costs"]),
        **by,
        "amount": {"value": tokens * price / _MILLION, "currency": "usd"},
        "quantity": tokens,
    }
