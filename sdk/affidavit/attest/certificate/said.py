"""What a certificate's own program says, in the page's language, and what it holds.

Pure. Knows the names that `program/*.js` has for its words.
"""

from affidavit.attest.certificate.words import Language, texts
from affidavit.attest.predicate import DOES_NOT_PROVE
from affidavit.canonical import Json
from affidavit.policy.signature import PAYLOAD_TYPE

STATES = ("good", "open", "bad", "note")
"""Of a check: it holds, it could not be told, it does not hold, it is only said."""


def said(language: Language) -> dict[str, Json]:
    """The program's constant `W`: its words, and two texts of the signed format."""
    return {
        **texts(language)["said"],
        "limits": list(DOES_NOT_PROVE),
        "policyType": PAYLOAD_TYPE,
    }
