"""A provider's safety notices, through the SDK: fetched by a governed client, or their
webhook's signature verified as the SDK does it.

Knows openai's calls and exceptions. What comes back is handed on as it came, byte for
byte: types that an installed SDK lacks are no obstacle. What it says is `incident`'s.
"""

import binascii
from collections.abc import Mapping
from urllib.parse import quote

import openai

from affidavit.clients.errors import PolicyDenied
from affidavit.clients.openai import OpenAI
from affidavit.errors import Incomplete, Malformed, SettingsInvalid, SignatureInvalid
from affidavit.trail.notices import MAX_DOCUMENT_BYTES, Form

SECRET_VARIABLE = "OPENAI_WEBHOOK_SECRET"  # noqa: S105 - the name of a variable
MAX_AGE_SECONDS = 300
HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature")
_LEAST_SECRET_CHARACTERS = 16
_PLACES = {Form.CASE: "cases", Form.ALERT: "alerts"}


def fetch(client: OpenAI, form: Form, identifier: str) -> bytes:
    """The case or alert of that id, as `GET /v1/safety/…` answers.

    Raises `Incomplete` where the policy does not let it or the provider does not give
    it, and `Malformed` for what is larger than any notice.
    """
    where = f"/safety/{_PLACES[form]}/{quote(identifier, safe='')}"
    try:
        data: bytes = client.get(where, cast_to=bytes)
    except PolicyDenied as error:
        raise Incomplete(
            f"{where}: was not fetched, because the policy does not let it "
            f"({error.reason}). Name a purpose that may use `safety.*`, or give the "
            "notice as a file or by hand: that needs nobody's leave."
        ) from error
    except openai.APIError as error:
        raise Incomplete(
            f"{where}: could not be fetched: {error.message}. Check the key and the "
            "id, or give the notice as a file."
        ) from error
    if len(data) > MAX_DOCUMENT_BYTES:
        raise Malformed(f"{where}: {len(data)} bytes, more than any notice has")
    return data


class Webhooks:
    """Verifies what a webhook sends, with one secret."""

    def __init__(self, secret: str, *, max_age: int = MAX_AGE_SECONDS) -> None:
        """`secret` as the provider showed it (`whsec_…`); `max_age` in seconds, to
        either side. `SettingsInvalid` for a secret that is none.
        """
        if len(secret.removeprefix("whsec_")) < _LEAST_SECRET_CHARACTERS:
            raise SettingsInvalid(
                f"{SECRET_VARIABLE}: too short for a webhook's secret. Copy it from "
                "where the webhook was made: whsec_…"
            )
        self._secret, self._max_age = secret, max_age
        # affidavit: allow C101 -- it verifies and sends nothing
        self._webhooks = openai.OpenAI(api_key="unused").webhooks

    def verify(self, payload: bytes, headers: Mapping[str, str]) -> None:
        """Return when whoever holds the secret sent `payload` just now.

        Raises `SignatureInvalid`.
        """
        try:
            self._webhooks.verify_signature(
                payload, headers, secret=self._secret, tolerance=self._max_age
            )
        except openai.InvalidWebhookSignatureError as error:
            raise SignatureInvalid(f"the webhook's signature: {error}") from error
        except binascii.Error as error:
            raise SettingsInvalid(
                f"{SECRET_VARIABLE}: not what the provider showed: {error}"
            ) from error
        except (ValueError, TypeError) as error:
            # A header that is missing, or text where none can be.
            raise SignatureInvalid(
                f"the webhook cannot be verified: {error}"
            ) from error
