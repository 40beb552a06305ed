"""Where a trail's contents are kept, put together from settings and identity.

Imported only where contents are kept or asked for: SQLite and ciphers stay out of the
way of everybody else.
"""

import os

from affidavit.contents import ContentStore, Keeper, content_path
from affidavit.contents.store import Randomness
from affidavit.trail.identity import Identity
from affidavit.wiring.settings import Settings


def content_store(
    settings: Settings, identity: Identity, *, randomness: Randomness = os.urandom
) -> ContentStore:
    """The store beside the settings' trail, whether it is written at present or not."""
    return ContentStore(
        content_path(settings.trail),
        origin=identity.origin,
        store_key=identity.secrets.store,
        randomness=randomness,
    )


def keeper(settings: Settings, identity: Identity, randomness: Randomness) -> Keeper:
    """This process's way into that store."""
    return Keeper(content_store(settings, identity, randomness=randomness))
