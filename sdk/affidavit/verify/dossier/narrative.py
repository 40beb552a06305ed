"""The narrative: what a dossier's maker says of it, signed apart from the evidence.

Knows its payload and its place. It names the evidence that it is about by the digest of
the manifest, and no evidence names it: whoever sets it aside loses nothing that is
proved, and it cannot be put beside another dossier.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from affidavit import canonical
from affidavit.errors import Malformed

PAYLOAD_TYPE = "application/vnd.affidavit.narrative+json"
ENVELOPE, TEXT = "narrative/narrative.dsse.json", "narrative/narrative.md"
MAX_BYTES = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrative:
    """A text about one dossier."""

    incident: str
    dossier: str
    """SHA-256 of the payload of the dossier's manifest, hex."""
    text: str
    """Markdown."""

    def __post_init__(self) -> None:
        if not self.text.strip() or len(self.text.encode()) > MAX_BYTES:
            raise Malformed(f"a narrative has up to {MAX_BYTES} bytes of text")

    def encode(self) -> bytes:
        """The payload that is signed: canonical JSON."""
        return canonical.dumps(
            {
                "dossier": self.dossier,
                "incident": self.incident,
                "text": self.text,
                "v": 1,
            }
        )

    @classmethod
    def parse(cls, data: bytes) -> "Narrative":
        """Read a payload; `Malformed` unless `encode` would print exactly it."""
        value = canonical.loads(data)
        match value:
            case {
                "dossier": str(dossier),
                "incident": str(incident),
                "text": str(text),
                "v": 1,
            } if isinstance(value, Mapping) and len(value) == 4:
                return cls(incident=incident, dossier=dossier, text=text)
            case _:
                raise Malformed("a narrative of another version or form")
