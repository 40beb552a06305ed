"""From an incident's dossier to evidence (docs/formats/dossier.md).

manifest   every file, and how bodies are treated, as the maker signed it
archive    a dossier as one file, and unpacked again
narrative  what its maker says of it, signed apart
parts      names and policies that follow from records
events     the records about the incident, each proved
report     what the check says
check      all of it: `verify_dossier`
"""

from affidavit.verify.dossier.archive import is_dossier
from affidavit.verify.dossier.check import verify_dossier
from affidavit.verify.dossier.report import DossierReport

__all__ = ["DossierReport", "is_dossier", "verify_dossier"]
