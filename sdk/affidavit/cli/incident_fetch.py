"""A governed client that asks the provider for its safety documents."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from affidavit.errors import SettingsInvalid
from affidavit.incident.intake import Fetch
from affidavit.trail.notices import Form
from affidavit.wiring.settings import Settings

KEY = "OPENAI_API_KEY"
SECONDS = 10.0
"""The receiver's sender waits meanwhile."""


@contextmanager
def fetching(
    settings: Settings, purpose: str | None, base_url: str | None
) -> Iterator[Fetch]:
    """A function that fetches, while the governor of its calls is open."""
    if not os.environ.get(KEY):
        raise SettingsInvalid(
            f"Fetching needs a key of the project in {KEY}. Without one, give the "
            "notice as a file, or by hand."
        )
    from affidavit.clients.notices import fetch
    from affidavit.clients.openai import OpenAI
    from affidavit.wiring.governor import Governor

    with Governor(settings=settings) as governor:
        client = OpenAI(
            base_url=base_url,
            purpose=purpose,
            affidavit=governor,
            timeout=SECONDS,
            max_retries=1,
        )

        def ask(form: Form, identifier: str) -> bytes:
            return fetch(client, form, identifier)

        yield ask
