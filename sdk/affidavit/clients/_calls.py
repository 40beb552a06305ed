"""From what the SDK is about to send to a `Call`: pure, one parse, no copy of the body.

Knows `FinalRequestOptions`-like values and the facts of a client that decide where a
request goes. Knows no governor. A body that nobody can read before it is sent raises
`CallUngoverned`: what cannot be shown to the policy does not leave.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Sized
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

import orjson
from openai import NotGiven, Omit
from pydantic import BaseModel

from affidavit import providers
from affidavit.calls import Call, JsonObject, Text
from affidavit.clients._reading import bodies as _bodies
from affidavit.clients._reading import parameters as _parameters
from affidavit.clients._reading.shapes import OBJECT
from affidavit.clients.errors import CallUngoverned
from affidavit.endpoints import named

_CANONICAL = orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//")
_LEADING = re.compile(r"/(?:openai/)?(?:v\d+/)?")
_DEPLOYMENT = re.compile(r"/deployments/([^/]+)(?=/)")
_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}


class Options(Protocol):
    """What is read of `openai._models.FinalRequestOptions`, in either major."""

    method: str
    url: str
    headers: Any
    json_data: Any
    extra_json: Any
    content: Any
    files: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Where a client's relative paths lead."""

    origin: str
    """`scheme://host[:port]`, lower case."""
    host: str
    path: str
    """Path of the base URL, with a slash last."""
    provider: str

    @classmethod
    def of(cls, base_url: str, *, azure: bool = False) -> "Site":
        """Read an absolute URL; `azure` says that the client speaks Azure's dialect."""
        parts = urlsplit(base_url)
        host = (parts.hostname or "").rstrip(".")
        return cls(
            origin=origin(parts.scheme, host, parts.port),
            host=host,
            path=parts.path if parts.path.endswith("/") else parts.path + "/",
            provider="azure" if azure else providers.of(host),
        )


def origin(scheme: str, host: str, port: int | None) -> str:
    """An origin in its one spelling (RFC 6454 §6.2)."""
    scheme, host = scheme.lower(), host.lower()
    name = f"[{host}]" if ":" in host else host
    if port is None or port == _PORTS.get(scheme):
        return f"{scheme}://{name}"
    return f"{scheme}://{name}:{port}"


def call(
    options: Options,
    site: Site,
    *,
    purpose: str | None,
    project: str | None = None,
    placed: Callable[[str], str] | None = None,
) -> Call:
    """The call that `options` describe.

    `placed` gives the absolute URL of a relative one, for a client that does more than
    join it to its base URL (Azure's deployments). Raises `CallUngoverned` for a body
    that cannot be read before it is sent.
    """
    method, url = options.method.upper(), options.url
    if placed is not None:
        url = placed(url)
    endpoint, site, deployment = _destination(method, url, site)
    content, body, unread = _body(options, method)
    texts: tuple[Text, ...] = ()
    if body:
        reading = _bodies.Reading(body)
        texts = tuple(reading.texts)
        unread |= reading.unread
    model = deployment or _text(body, "model") or _parameters.model(body)
    return Call(
        endpoint=endpoint,
        provider=site.provider,
        host=site.host,
        origin=site.origin,
        model=model,
        purpose=purpose,
        subject=_text(body, "user"),
        safety_id=_text(body, "safety_identifier"),
        project=header(options.headers, "openai-project") or project,
        parameters=_parameters.parameters(body),
        texts=texts,
        content=content,
        unread=unread,
    )


def batched(upload: Call, site: Site, method: str, url: str, body: JsonObject) -> Call:
    """The call that one line of an uploaded batch file asks for.

    It is made under the purpose and the project that the upload declares.
    """
    endpoint, site, deployment = _destination(method.upper(), url, site)
    reading = _bodies.Reading(body)
    return upload._replace(
        endpoint=endpoint,
        provider=site.provider,
        host=site.host,
        origin=site.origin,
        model=deployment or _text(body, "model"),
        subject=_text(body, "user"),
        safety_id=_text(body, "safety_identifier"),
        parameters=_parameters.parameters(body),
        texts=tuple(reading.texts),
        content=b"",
        unread=reading.unread,
    )


def header(headers: object, name: str) -> str | None:
    """The last value of a header (named in lower case) in what a user passes.

    None for `NotGiven`, and for a header that the user asks to omit.
    """
    found = None
    # Asked first because it is the usual case, and asking `Mapping` about it is slow.
    if not isinstance(headers, NotGiven) and isinstance(headers, OBJECT):
        for key, value in headers.items():
            if key.lower() == name and isinstance(value, str):
                found = value
    return found


def _text(body: JsonObject, key: str) -> str | None:
    value = body.get(key)
    return value if isinstance(value, str) else None


@lru_cache(maxsize=1024)
def _destination(method: str, url: str, site: Site) -> tuple[str, Site, str | None]:
    """Name of the endpoint, the site that serves it, and Azure's deployment if any."""
    if _ABSOLUTE.match(url):
        there, path = Site.of(url), urlsplit(url).path
        if there.origin != site.origin:
            return f"other:{method} {there.origin}{path}", there, None
    else:
        path = site.path + url.lstrip("/").partition("?")[0].partition("#")[0]
    deployment = _DEPLOYMENT.search(path)
    short = path
    if deployment is not None:
        short = path[: deployment.start()] + path[deployment.end() :]
    if short.startswith(site.path):
        short = short[len(site.path) - 1 :]
    name = named(method, short) or named(method, _LEADING.sub("/", short, count=1))
    model = unquote(deployment[1]) if deployment is not None else None
    return name or f"other:{method} {short}", site, model


def content(options: Options) -> bytes:
    """The body that `options` describe, as `Call.content` holds it."""
    return _body(options, options.method.upper())[0]


def deployment(path: str) -> str | None:
    """The deployment that the path of a request to Azure names."""
    found = _DEPLOYMENT.search(path.partition("?")[0])
    return unquote(found[1]) if found is not None else None


_Body = tuple[bytes, JsonObject, dict[str, int]]


def _body(options: Options, method: str) -> _Body:
    """Canonical bytes, the object they spell (empty if none), and unread parts."""
    if method == "GET":
        return b"", {}, {}  # the SDK sends none
    if options.content is not None:
        return _raw(options.content)
    unread = _files(options.files) if options.files else {}
    data = said(options)
    if options.files and (parts := form_fields(options.files)):
        data = _merged(parts, data if isinstance(data, OBJECT) else {})
    if data is None:
        return b"", {}, unread
    if isinstance(data, bytes):
        return _raw(data)
    content, body = _canonical(data)
    return content, body, unread


def said(options: Options) -> Any:
    """The JSON that the SDK sends: the body with `extra_body` merged over it."""
    data, extra = options.json_data, options.extra_json
    if extra is None or data is None:
        return extra if data is None else data
    return _merged(data, extra) if isinstance(data, OBJECT) else data


def _merged(data: JsonObject, extra: JsonObject) -> JsonObject:
    """What the SDK sends for `extra_body`: the later wins, and `Omit` takes away."""
    both = {**data, **extra}
    return {key: value for key, value in both.items() if not isinstance(value, Omit)}


def form_fields(files: object) -> dict[str, Any]:
    """What a form says in JSON: a part with that type and no file's name."""
    pairs = files.items() if isinstance(files, OBJECT) else files
    found: dict[str, Any] = {}
    for pair in pairs if isinstance(pairs, Iterable) else ():
        match pair:
            case (str(name), (None, bytes(data), "application/json", *_)):
                with suppress(orjson.JSONDecodeError):
                    found[name] = orjson.loads(data)
            case _:
                pass
    return found


def _files(files: object) -> dict[str, int]:
    return {"files": len(files)} if isinstance(files, Sized) and len(files) else {}


def _raw(data: object) -> _Body:
    """A body that the caller spelled out: read it as JSON, else name its digest."""
    spelled = spelled_out(data)
    if spelled is None:
        # A file or an iterator: reading it here would leave nothing to send.
        return b"", {}, {"streams": 1}
    try:
        content, body = _canonical(orjson.loads(spelled))
    except orjson.JSONDecodeError:
        digest = hashlib.sha256(spelled).hexdigest()
        named_only = orjson.dumps({"bytes": len(spelled), "sha256": digest})
        return named_only, {}, {"bytes": 1}
    return content, body, {}


def spelled_out(data: object) -> bytes | None:
    """The bytes of a body that the caller spelled out; None where it is a stream."""
    if isinstance(data, bytes | bytearray):
        return bytes(data)
    if isinstance(data, list | tuple) and all(isinstance(part, bytes) for part in data):
        return b"".join(data)
    return None


def _canonical(data: Any) -> tuple[bytes, JsonObject]:
    """Canonical JSON of a body, and the body as plain values."""
    try:
        content = orjson.dumps(data, option=_CANONICAL)
    except TypeError:
        return _converted(data)
    return content, data if isinstance(data, OBJECT) else {}


def _converted(data: Any) -> tuple[bytes, JsonObject]:
    """The same for a body that holds model objects or large integers."""
    models: list[BaseModel] = []

    def plain(value: object) -> object:
        if not isinstance(value, BaseModel):
            raise TypeError(f"a {type(value).__name__} is not JSON")
        models.append(value)
        # As the SDK spells it, so that the decision is on what is really sent.
        return value.model_dump(exclude_unset=True, mode="json", by_alias=True)

    try:
        content = orjson.dumps(data, plain, _CANONICAL)
    except TypeError:
        content = _uncommon(data, plain)
    body = orjson.loads(content) if models else data
    return content, body if isinstance(body, OBJECT) else {}


def _uncommon(data: Any, plain: Callable[[object], object]) -> bytes:
    """What orjson cannot spell and the SDK can: integers beyond 64 bits."""
    try:
        text = json.dumps(
            data,
            default=plain,
            sort_keys=True,
            separators=(",", ":"),
            ensure_ascii=False,
            allow_nan=False,
        )
        return text.encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise CallUngoverned(
            f"The request's body cannot be written as JSON ({error}), so no policy can "
            "decide about it and nothing was sent. Pass plain values."
        ) from error
