"""A request as the policy obliges to send it: the caller's own, with changes.

Knows where the SDK's options keep a body. What is changed was decided, and is recorded,
before: where it cannot be done nothing leaves, and `CallUngoverned` says so.
"""

import json
from collections.abc import Mapping
from typing import Any, Protocol

import orjson
from pydantic import BaseModel

from affidavit.clients import _calls
from affidavit.clients._calls import Options
from affidavit.clients._reading.shapes import OBJECT
from affidavit.clients.errors import CallUngoverned
from affidavit.policy.obligations import changed


class Copied(Options, Protocol):
    """The SDK's options, as far as a copy with another body goes."""

    def model_copy(self, *, update: Mapping[str, Any]) -> Any:
        """The same options, some of them others."""


def obliged(options: Copied, changes: Mapping[str, Any]) -> Any:
    """A copy of `options` whose body has these `changes`; `ABSENT` takes one out."""
    if options.content is not None:
        return _copy(options, content=_spelled(options.content, changes))
    fields = _calls.form_fields(options.files) if options.files else {}
    if fields.keys() & changes.keys():
        raise _impossible("it stands in a form's part of its own")
    data = _calls.said(options)
    if isinstance(data, bytes):
        return _copy(options, json_data=_spelled(data, changes))
    if isinstance(data, BaseModel):
        data = data.model_dump(exclude_unset=True, mode="json", by_alias=True)
    if data is not None and not isinstance(data, OBJECT):
        raise _impossible("the body is no JSON object")
    return _copy(options, json_data=changed(data or {}, changes), extra_json=None)


def _copy(options: Copied, **update: Any) -> Any:
    return options.model_copy(update=update)


def _spelled(content: Any, changes: Mapping[str, Any]) -> bytes:
    spelled = _calls.spelled_out(content)
    try:
        body = None if spelled is None else json.loads(spelled)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise _impossible("nobody can read the body before it is sent")
    after = changed(body, changes)
    try:
        return orjson.dumps(after)
    except TypeError:  # integers beyond 64 bits
        return json.dumps(after, separators=(",", ":")).encode()


def _impossible(why: str) -> CallUngoverned:
    return CallUngoverned(
        f"The call was not sent: the policy obliges to change its body, and {why}. "
        "Pass the parameters as the SDK's own arguments."
    )
