"""From a package of disclosed records to evidence (docs/formats/disclosure.md).

    manifest   what was asked and what is in the package, as its writer signed it
    lines      one asked-for record, and what is given of it
    range      entries → the signed root
    walk       which of them were asked for
    given      bodies and contents, held against the entries
    report     what the check says
    check      all of it, over files: `verify_disclosure`

Shares no code with who writes packages but the formats.
"""

from affidavit.verify.disclosure.check import is_disclosure, verify_disclosure
from affidavit.verify.disclosure.report import DisclosureReport

__all__ = ["DisclosureReport", "is_disclosure", "verify_disclosure"]
