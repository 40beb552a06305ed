"""The folder that a disclosure is handed over as: staged, then put in its place whole.

Knows names and bytes, and the words of README.txt. What they prove is `disclosure`'s.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from affidavit.durable import unwritable
from affidavit.errors import SettingsInvalid
from affidavit.verify.disclosure.manifest import By, Manifest


class Package:
    """A package under way."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, name: str, data: bytes) -> None:
        """One file of it; `TrailUnavailable` when the disk refuses."""
        path = self.path / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        except OSError as error:
            raise unwritable(path, error) from error


@contextmanager
def staged(out: Path) -> Iterator[Package]:
    """A package beside `out` that takes its name when nothing was raised.

    `SettingsInvalid` where something stands already: disclosures are not overwritten. A
    crash leaves a folder `.NAME.PID`, and nothing under the name itself.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise SettingsInvalid(
            f"{out}: something stands there, and disclosures are not overwritten. Name "
            "another directory, or move it away."
        )
    staging = out.with_name(f".{out.name}.{os.getpid()}")
    try:
        staging.mkdir(parents=True)
    except OSError as error:
        raise unwritable(out, error) from error
    try:
        yield Package(staging)
        os.replace(staging, out)
    except OSError as error:
        raise unwritable(out, error) from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def readme(told: Manifest) -> str:
    """What a person who opens the folder should know.

    Not the key: whoever takes it from here checks nothing.
    """
    counts, window = told.counts, told.window
    return f"""\
Disclosure of records of {told.origin}
from {window.start} to {window.end}, the end not included.

{_asked(told)}

    {counts.window} records of this time, {counts.decisions} of them decisions on calls
    {counts.selected} asked for, and {counts.outcomes} outcomes of these calls
    {counts.disclosed} disclosed, {counts.withheld} withheld, {counts.pruned} pruned, \
{counts.missing} missing

How to check it. Get the verifier key of {told.origin} by
another way than this folder: on paper, from a contract, from their web site. It is a
line of text that begins with that name. Then run, with the open-source program
affidavit:

    affidavit verify THIS-FOLDER --key VERIFIER-KEY

It counts everything again, and names each record that was left out, altered or added.
This text is not signed and proves nothing. Other programs can do the same: the format
is written down in docs/formats/disclosure.md of that project.

What is in here:

    disclosure.dsse.json  what was asked and what is given, signed
    checkpoint            the signed tree head that everything is proved under
    tile/                 the entries of the time, and their hashes
    records.jsonl         the records that were asked for, one a line
    proofs/               records outside the range of entries, proved one by one
    content/              what was sent and answered, where that is revealed
    anchors/              what witnesses and time-stamping authorities saw

What the entries of other records tell: their time, kind, effect, the policy's digest,
which process wrote them, and labels: pseudonyms for purpose, model, endpoint, subject,
safety identifier and project. Equal values have equal labels, so that it shows how many
calls share one. Which value it is does not show, and nobody without the trail's secret
can find it out by trying values. Nothing of their bodies or contents is in here.
"""


def _asked(told: Manifest) -> str:
    selection = told.selection
    match selection.by:
        case By.LABELS:
            values = " and ".join(
                f"{each.field} {each.value!r}" for each in selection.openings
            )
            return f"Asked for: every decision of this time with {values}."
        case By.IDS:
            return f"Asked for: {len(selection.ids)} records by their ids."
        case By.NOTHING:
            return "Asked for: how much there was, and no record in particular."
