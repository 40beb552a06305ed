"""Calls whose work is deferred: files that are uploaded, and calls that refer to them.

Knows the endpoints that bring files to the provider or set it to work on one, and what
is inspected of each before it leaves. What is sent is what was inspected (`_contents`).
Decides nothing: lines go to the governor one at a time, and so does the call itself.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Protocol
from urllib.parse import unquote

import orjson

from affidavit.calls import Call, Ending, File, JsonObject, Line, Outcome, Reference
from affidavit.clients._calls import Options, Site
from affidavit.clients._files import chunks as _chunks
from affidavit.clients._files import jsonl as _jsonl
from affidavit.clients._files.chunks import Chunks, Position, Upload
from affidavit.clients._files.contents import Contents
from affidavit.clients._files.jsonl import Use
from affidavit.clients._files.summary import Summary
from affidavit.clients._governor import Governor, Verdict
from affidavit.clients.errors import CallUngoverned
from affidavit.errors import AffidavitError

_MAY_WAIT = re.compile(r"/(?:files|uploads|batches|fine_tuning|evals)\b")
_UPLOAD_ID = re.compile(r"/uploads/([^/?#]+)/")
_UNKNOWN_PART = "unknown"
_LINES = (Use.CALLS, Use.TEXTS)
_REFERRING = ("batches.create", "fine_tuning.jobs.create", "evals.runs.create")


class Sent(Protocol):
    """The SDK's options, as far as a copy with other files goes."""

    files: Any

    def model_copy(self, *, update: Mapping[str, Any]) -> Any:
        """The same options, some of them others."""


def may_wait(options: Options) -> bool:
    """Whether deciding may read files: not on an event loop, then."""
    return _MAY_WAIT.search(options.url) is not None


@dataclass(slots=True, kw_only=True)
class Cargo:
    """What a deferred call carries, from its decision to its end."""

    call: Call
    verdict: Verdict
    contents: Contents | None = None
    learn: Callable[[str], None] | None = None
    """Told the identifier that the provider gave to what was sent."""
    _sent: bool = False

    def sending(self, options: Sent) -> Sent:
        """The options to send: the caller's own, with the file that was inspected."""
        self._sent = True
        if self.contents is None:
            return options
        files, sent = options.files, self.contents.sent()
        if isinstance(files, Mapping):
            changed: Any = {self.contents.field: sent}
        else:
            changed = [(self.contents.field, sent)]
        copied: Sent = options.model_copy(update={"files": changed})
        return copied

    def ended(self, outcome: Outcome) -> None:
        """Take what became of the call."""
        name = outcome.response_id
        complete = outcome.ending is Ending.COMPLETE
        if complete and name is not None and self.learn is not None:
            self.learn(name)

    def close(self) -> None:
        """Let go of the file; one that was not sent stands where it stood."""
        if self.contents is None:
            return
        if self._sent:
            self.contents.close()
        else:
            self.contents.restore()
        self.contents = None  # it may be large, and the response may be read for hours


@dataclass(frozen=True, slots=True, kw_only=True)
class _Deferred:
    """One call to one of `ENDPOINTS`."""

    call: Call
    options: Options
    body: JsonObject
    """What the SDK sends beside files; empty when nobody can read it."""
    governor: Governor
    site: Site
    chunks: Chunks

    @property
    def upload_id(self) -> str:
        found = _UPLOAD_ID.search(self.options.url)
        return unquote(found[1]) if found is not None else ""

    def text(self, field: str) -> str | None:
        value = self.body.get(field)
        return value if isinstance(value, str) else None

    def reference(self, name: str) -> Reference:
        try:
            return Reference(id=name, known=self.governor.known(name))
        except AffidavitError as error:
            raise CallUngoverned(
                f"Nothing was sent: the trail could not be searched for {name!r}, to "
                f"which the call refers. {error}"
            ) from error

    def considered(
        self,
        call: Call,
        lines: Iterable[Line] = (),
        *,
        contents: Contents | None = None,
        learn: Callable[[str], None] | None = None,
    ) -> Cargo:
        verdict = self.governor.consider(call, self.governor.inspect(lines))
        return Cargo(call=call, verdict=verdict, contents=contents, learn=learn)

    def unreadable(self, problem: str, call: Call | None = None) -> Cargo:
        """Refused, if the policy enforces: nobody can decide what nobody can read."""
        call = call or self.call
        if call.file is None and call.endpoint not in _REFERRING:
            call = call._replace(file=File(purpose=self.text("purpose")))
        return self.considered(call, [Line(number=0, problem=problem)])


def consider(call: Call, options: Options, governor: Governor, site: Site) -> Cargo:
    """Inspect what `call`, to one of `ENDPOINTS`, carries or refers to, and decide.

    Reads whole files, in bounded memory. Raises what reading them raises, and
    `CallUngoverned` when the trail cannot be searched.
    """
    deferred = _Deferred(
        call=call,
        options=options,
        body=_spelled(call),
        governor=governor,
        site=site,
        chunks=_chunks.of(governor),
    )
    if "streams" in call.unread or "bytes" in call.unread:
        problem = "its body is spelled out by the caller, and not as the SDK spells it"
        return deferred.unreadable(problem)
    return _HANDLERS[call.endpoint](deferred)


def _spelled(call: Call) -> JsonObject:
    if "bytes" in call.unread or not call.content:
        return {}
    body = orjson.loads(call.content)
    return body if isinstance(body, dict) else {}


def _contents(files: Any, field: str) -> Contents | None:
    """The one file of a multipart body; None if there is another number, or name."""
    entries = list(files.items() if isinstance(files, Mapping) else files or ())
    if len(entries) == 1 and entries[0][0] == field:
        return Contents(*entries[0])
    return None


def _file(deferred: _Deferred) -> Cargo:
    """A file in one piece."""
    contents = _contents(deferred.options.files, "file")
    if contents is None:
        return deferred.unreadable("it does not carry exactly one field named `file`")
    if not contents.readable:
        return deferred.considered(deferred.call)  # which httpx refuses to send
    summary = Summary(deferred.call, deferred.site, deferred.text("purpose"))
    with _restored_on_error(contents):
        inspection = deferred.governor.inspect(_whole(summary, contents.chunks()))
    call = _carrying(deferred.call, summary, summary.file())
    verdict = deferred.governor.consider(call, inspection)
    return Cargo(call=call, verdict=verdict, contents=contents)


def _whole(summary: Summary, chunks: Iterable[bytes]) -> Iterator[Line]:
    yield from summary.read(chunks)
    yield from summary.rest()


def _carrying(call: Call, summary: Summary, file: File) -> Call:
    """`call` with what is known of its file, of which the lines are read by now."""
    unread = call.unread if summary.use is Use.UNREAD else dict(summary.unread)
    return call._replace(file=file, model=summary.model or call.model, unread=unread)


@contextmanager
def _restored_on_error(contents: Contents) -> Iterator[None]:
    """Puts a file back when reading or inspecting it failed."""
    try:
        yield
    except BaseException:
        contents.restore()
        raise


def _declared(deferred: _Deferred) -> Cargo:
    """The beginning of an upload in parts, which says what the file will be for."""
    size = deferred.body.get("bytes")
    purpose = deferred.text("purpose")
    file = File(purpose=purpose, size=size if isinstance(size, int) else None)
    summary = Summary(deferred.call, deferred.site, purpose)
    return deferred.considered(
        deferred.call._replace(file=file),
        learn=lambda name: deferred.chunks.begin(name, summary),
    )


def _part(deferred: _Deferred) -> Cargo:
    """One part: its lines are read on from where the part before it ended."""
    name = deferred.upload_id
    upload, reference = deferred.chunks.find(name), deferred.reference(name)
    call = deferred.call._replace(refers=(reference,))
    contents = _contents(deferred.options.files, "data")
    if contents is None:
        problem = "it does not carry exactly one field named `data`"
        return deferred.unreadable(problem, call)
    if not contents.readable:
        return deferred.considered(call)  # which httpx refuses to send
    with _restored_on_error(contents):
        if upload is not None:
            return _further(deferred, call, contents, upload)
        for _ in contents.chunks():
            pass
    purpose = _use(reference)
    file = File(purpose=purpose, size=contents.size, sha256=contents.sha256)
    return deferred.considered(
        call._replace(file=file), _begun_elsewhere(purpose), contents=contents
    )


def _use(reference: Reference) -> str | None:
    """What the provider was told that the upload is for, as far as the trail knows."""
    return reference.known.use if reference.known is not None else None


def _further(
    deferred: _Deferred, call: Call, contents: Contents, upload: Upload
) -> Cargo:
    base = upload.position
    summary = base.summary.copy(call)
    inspection = deferred.governor.inspect(summary.read(contents.chunks()))
    file = replace(summary.file(before=base.summary), sha256=contents.sha256)
    call = _carrying(call, summary, file)
    verdict = deferred.governor.consider(call, inspection)

    chunks, digest, reached = deferred.chunks, file.sha256 or "", Position(summary)

    def learn(part: str) -> None:
        upload.accept(part, digest, base, reached)
        chunks.trim()

    return Cargo(call=call, verdict=verdict, contents=contents, learn=learn)


def _begun_elsewhere(purpose: str | None) -> Iterator[Line]:
    if _jsonl.use(purpose) in _LINES:
        problem = (
            "this process did not begin the upload, so the lines that its parts make "
            "together cannot be read here. Send all parts from one process, in order"
        )
        yield Line(number=0, problem=problem)


def _completed(deferred: _Deferred) -> Cargo:
    """The end of an upload in parts: the file is what its parts are, in this order."""
    name, listed = deferred.upload_id, deferred.body.get("part_ids")
    parts = [each for each in listed or () if isinstance(each, str)]
    upload, reference = deferred.chunks.find(name), deferred.reference(name)
    if upload is None:
        purpose = _use(reference)
        call, _ = _assembled(deferred, reference, File(purpose=purpose), parts, {})
        return deferred.considered(call, _begun_elsewhere(purpose))
    summary = upload.position.summary.copy(deferred.call)
    in_order = parts == upload.order
    lines = summary.rest() if in_order else _disordered(summary, upload, parts)
    inspection = deferred.governor.inspect(lines)
    file = summary.file()
    if not in_order:
        file = replace(file, sha256=None, read=False, lines=0, malformed=0, work=None)
    call, whole = _assembled(deferred, reference, file, parts, upload.digests)
    verdict = deferred.governor.consider(_carrying(call, summary, whole), inspection)
    return Cargo(
        call=call, verdict=verdict, learn=lambda _: deferred.chunks.forget(name)
    )


def _disordered(summary: Summary, upload: Upload, parts: list[str]) -> Iterator[Line]:
    """A problem, for a file whose lines were read in another order than they stand."""
    if summary.use not in _LINES:
        return
    strange = [part for part in parts if part not in upload.digests]
    problem = "its parts are put together in another order than they were inspected in"
    if strange:
        problem = f"its part {strange[0]!r} was not inspected"
    elif len(upload.digests) > len(upload.order):
        problem = "parts were sent while others were on their way, and not in order"
    problem += ". Send the parts one after another, and complete them in that order"
    yield Line(number=0, problem=problem)


def _assembled(
    deferred: _Deferred,
    upload: Reference,
    file: File,
    parts: list[str],
    digests: Mapping[str, str],
) -> tuple[Call, File]:
    """The call and its file, with the digest of each part; parts from elsewhere are
    looked up in the trail.
    """
    refers, found = [upload], dict(digests)
    for part in parts:
        if part not in found:
            reference = deferred.reference(part)
            known = reference.known
            found[part] = (known.sha256 if known else None) or _UNKNOWN_PART
            if known is None:
                refers.append(reference)
    whole = replace(file, parts=tuple(found[part] for part in parts))
    return deferred.call._replace(file=whole, refers=tuple(refers)), whole


def _cancelled(deferred: _Deferred) -> Cargo:
    name = deferred.upload_id
    return deferred.considered(
        deferred.call, learn=lambda _: deferred.chunks.forget(name)
    )


def _referring(deferred: _Deferred) -> Cargo:
    """A call that sets the provider to work on files."""
    names = list(dict.fromkeys(_names(deferred.body)))
    refers = tuple(deferred.reference(name) for name in names)
    call = deferred.call._replace(refers=refers)
    models = {each.known.model if each.known else None for each in refers}
    if call.model is None and len(models) == 1:
        # A batch names no model; the lines of its one file all ask for this one.
        call = call._replace(model=models.pop())
    return deferred.considered(call)


def _names(body: JsonObject) -> Iterator[str]:
    for field in ("input_file_id", "training_file", "validation_file"):
        value = body.get(field)
        if isinstance(value, str):
            yield value
    match body:
        case {"data_source": {"source": {"type": "file_id", "id": str(name)}}}:
            yield name
        case _:
            pass


_HANDLERS: Mapping[str, Callable[[_Deferred], Cargo]] = {
    "files.create": _file,
    "uploads.create": _declared,
    "uploads.parts.create": _part,
    "uploads.complete": _completed,
    "uploads.cancel": _cancelled,
    **dict.fromkeys(_REFERRING, _referring),
}

ENDPOINTS = frozenset(_HANDLERS)
"""Endpoints whose calls carry a file, or set the provider to work on one."""
