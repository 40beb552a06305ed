"""/v1/safety/cases and /v1/safety/alerts, and webhooks that tell of them.

Knows OpenAI's case, alert and event objects. A test makes a notice
(`Sandbox.safety.issue_case`), and what the provider would then serve and send is there:
the objects at their endpoints, the event with headers that its webhook's secret signs.
A program in another process makes them by POST, which the provider itself has not.
"""

import hmac
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any, Final

import orjson

from affidavit.testing.sandbox.body import declined_parameter, json_object
from affidavit.testing.sandbox.http import Reply, json_answer
from affidavit.testing.sandbox.routes import Asked, Route, route
from affidavit.testing.sandbox.shelf import Fields, Shelf

_NOTICES: Final = ("warning", "deactivation")
_DEFAULT_ERROR: Final = "other"


class Safety:
    """The safety notices of one sandbox. Safe for threads."""

    def __init__(
        self, clock: Callable[[], float], new_serial: Callable[[], str]
    ) -> None:
        self._clock, self._new_serial = clock, new_serial
        self._cases: Shelf[Fields] = Shelf("safety case")
        self._alerts: Shelf[Fields] = Shelf("safety alert")

    def issue_case(
        self, entity: str, *, notice: str = "warning", reason: str | None = None
    ) -> Fields:
        """A case about `entity`, a safety identifier; `notice` is `warning` or
        `deactivation`.
        """
        if notice not in _NOTICES:
            raise declined_parameter("notice", "'warning' or 'deactivation'")
        case = {
            "id": f"case_{self._new_serial()}",
            "object": "safety.case",
            "created_at": int(self._clock()),
            "entity_identifier": entity,
            "notice": {"type": notice},
            "reason": reason,
        }
        self._cases.put(str(case["id"]), case)
        return case

    def issue_alert(
        self,
        *,
        request_id: str,
        response_id: str,
        model: str,
        error_type: str = _DEFAULT_ERROR,
        paused: bool = False,
        reason: str | None = None,
    ) -> Fields:
        """An alert about one request."""
        alert = {
            "id": f"alert_{self._new_serial()}",
            "object": "safety.alert",
            "created_at": int(self._clock()),
            "error_type": error_type,
            "model": model,
            "reason": reason,
            "request_id": request_id,
            "request_paused": paused,
            "response_id": response_id,
        }
        self._alerts.put(str(alert["id"]), alert)
        return alert

    def event(self, kind: str, data: Mapping[str, Any]) -> bytes:
        """The payload that a webhook sends: `kind` such as `safety.warning_issued`."""
        return orjson.dumps(
            {
                "id": f"evt_{self._new_serial()}",
                "object": "event",
                "created_at": int(self._clock()),
                "type": kind,
                "data": dict(data),
            }
        )

    def signed(
        self, payload: bytes, secret: str, *, webhook_id: str | None = None
    ) -> dict[str, str]:
        """The headers that a webhook with this secret (`whsec_…`) sends with `payload`
        (standardwebhooks.com).
        """
        name = webhook_id or f"wh_{self._new_serial()}"
        at = str(int(self._clock()))
        key = (
            b64decode(secret.removeprefix("whsec_"))
            if secret.startswith("whsec_")
            else secret.encode()
        )
        message = f"{name}.{at}.".encode() + payload
        mac = b64encode(hmac.new(key, message, sha256).digest()).decode()
        return {
            "webhook-id": name,
            "webhook-timestamp": at,
            "webhook-signature": f"v1,{mac}",
        }

    def routes(self) -> tuple[Route, ...]:
        """Its endpoints."""
        return (
            route("GET safety/cases/{case}", "safety.cases.retrieve", self._case),
            route("GET safety/alerts/{alert}", "safety.alerts.retrieve", self._alert),
            route("POST safety/cases", "sandbox.safety.cases.create", self._make_case),
            route(
                "POST safety/alerts", "sandbox.safety.alerts.create", self._make_alert
            ),
        )

    def _case(self, asked: Asked) -> Reply:
        return json_answer(self._cases.get(asked.values["case"]))

    def _alert(self, asked: Asked) -> Reply:
        return json_answer(self._alerts.get(asked.values["alert"]))

    def _make_case(self, asked: Asked) -> Reply:
        body = json_object(asked.request)
        notice = body.get("notice") or "warning"
        return json_answer(
            self.issue_case(
                _text(body, "entity_identifier"),
                notice=str(notice),
                reason=_optional(body, "reason"),
            )
        )

    def _make_alert(self, asked: Asked) -> Reply:
        body = json_object(asked.request)
        return json_answer(
            self.issue_alert(
                request_id=_text(body, "request_id"),
                response_id=_text(body, "response_id"),
                model=_text(body, "model"),
                error_type=_optional(body, "error_type") or _DEFAULT_ERROR,
                paused=body.get("request_paused") is True,
                reason=_optional(body, "reason"),
            )
        )


def _text(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise declined_parameter(name, "a text, and is required")
    return value


def _optional(body: Mapping[str, Any], name: str) -> str | None:
    value = body.get(name)
    return value if isinstance(value, str) else None
