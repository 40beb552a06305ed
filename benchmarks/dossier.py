"""What a dossier takes: one safety identifier's calls in a trail of a million records.

    python benchmarks/dossier.py [--records 1000000] [--users 997] [--keep DIR]

Builds the trail in bulk through the writer's own encoders, then opens an incident from
a notice and makes and checks its dossier, each step in a process of its own. Prints
seconds, MiB and the step's largest resident memory. At last takes a record out of the
archive by hand and shows what `verify` says.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from random import Random

from disclosure import BATCH, IDENTITY, ORIGIN, Day, resident, size

from affidavit import canonical
from affidavit.cli import dossier_making
from affidavit.cli.dossier_making import Beside, Subject
from affidavit.incident import book
from affidavit.incident.dossier import scope
from affidavit.incident.model import Aspect, Notice, NoticeKind, Opened, Target
from affidavit.tlog.merkle import EMPTY_ROOT
from affidavit.tlog.tiles import decode_entries, encode_entries
from affidavit.trail import record
from affidavit.trail.reader import TrailReader
from affidavit.trail.record import Kind, Record
from affidavit.trail.state import State
from affidavit.trail.storage import Leaf, Storage
from affidavit.verify.dossier import DossierReport, archive, verify_dossier

USER = "user-17"
DAY_MS = 86_400_000
OPENED = 1_772_409_600_000 + 2 * DAY_MS


def leaves(calls: int) -> Iterator[Leaf]:
    """A day of calls, then the incident about one of 997 users."""
    yield from Day(calls, calls).leaves()
    random = Random(5).randbytes
    target = Target(aspect=Aspect.SAFETY, value=USER)
    opened = Opened(
        notice=Notice(kind=NoticeKind.WARNING, entity=USER),
        reason="a benchmark",
        suspends=(target,),
    )
    data, salt = canonical.dumps(opened.body()), random(record.SALT_BYTES)
    made = Record(
        kind=Kind.INCIDENT,
        id=record.new_id(OPENED, random(record.ID_BYTES)),
        at=record.stamp(OPENED),
        body=data,
    )
    writer = record.new_writer(random)
    yield Leaf(record.encode(made, writer=writer, seq=0, salt=salt), salt + data)


def build(path: Path, records: int) -> int:
    """Write the trail; how many records it has."""
    storage = Storage(path, IDENTITY)
    state = State(origin=ORIGIN, size=0, root=EMPTY_ROOT)
    # `Day` adds a tenth of its calls on both sides, and a call is two records.
    every = leaves(records * 10 // 24)
    while batch := list(islice(every, BATCH)):
        state = storage.extend(state, batch, {})
    storage.publish(state)
    return state.size


def silent(_done: int, _total: int) -> None:
    """Tells nobody."""


def make(folder: Path) -> DossierReport:
    """From the notice in the trail to the finished dossier, its own check included."""
    reader = TrailReader(folder / "trail")
    (incident,) = book.read(reader).incidents.values()
    subject = Subject(
        reader=reader,
        identity=IDENTITY,
        incident=incident,
        note=reader.checkpoint_bytes(),
        window=scope.window(incident),
        selection=dossier_making.selection(reader, IDENTITY, incident),
    )
    plan = dossier_making.planned(subject, silent)
    reviewed = plan.reviewed(plan.encode())
    beside = Beside(narrative="# What happened\n")
    out = folder / "dossier.zip"
    return dossier_making.make(subject, reviewed, beside, out, silent)


def check(path: Path) -> DossierReport:
    """What the receiver runs."""
    with archive.opened(path, path.parent) as unpacked:
        return verify_dossier(unpacked, key=IDENTITY.verifier)


def without_a_record(folder: Path) -> Path:
    """The dossier with one entry of its window taken out by hand."""
    out = folder / "forged.zip"
    with archive.opened(folder / "dossier.zip", folder) as unpacked:
        bundle = unpacked / "calls/tile/entries/000"
        entries = decode_entries(bundle.read_bytes(), 256)
        bundle.write_bytes(encode_entries(entries[:100] + entries[101:]))
        archive.pack(unpacked, out)
    return out


def take(step: str, folder: Path) -> None:
    """One step, in a process of its own; prints what it counted and took."""
    begun = time.perf_counter()
    if step == "forge":
        told = check(without_a_record(folder))
        if told.exit_code != 1:
            raise SystemExit("a record was left out, and nobody saw it")
        print(json.dumps({"said": [str(each) for each in told.problems[:3]]}))
        return
    report = make(folder) if step == "dossier" else check(folder / "dossier.zip")
    if report.exit_code:
        raise SystemExit(f"does not hold: {report.first_bad}")
    print(
        json.dumps(
            {
                "counts": report.calls.counts.as_json(),
                "cpu": time.process_time(),
                "kib": resident(),
                "seconds": time.perf_counter() - begun,
            }
        )
    )


def measured(step: str, folder: Path) -> None:
    """Run a step in its own process, and print what it took."""
    command = [sys.executable, __file__, "--step", step, "--folder", str(folder)]
    begun = time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    seconds = time.perf_counter() - begun
    told = json.loads(done.stdout)
    if step == "forge":
        print("forged     " + "\n           ".join(told["said"]))
        return
    print(
        f"{step:<10} {seconds:6.2f} s  {told['cpu']:6.2f} CPU-s  "
        f"{told['kib'] / 1024:6.0f} MiB resident"
    )
    print(f"           {json.dumps(told['counts'])}")


def main() -> None:
    """Build, make, check, forge."""
    options = argparse.ArgumentParser()
    options.add_argument("--records", type=int, default=1_000_000)
    options.add_argument("--keep", type=Path)
    options.add_argument("--step", choices=["dossier", "verify", "forge"])
    options.add_argument("--folder", type=Path)
    told = options.parse_args()
    if told.step:
        take(told.step, told.folder)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        records = build(folder / "trail", told.records)
        print(f"trail      {records} records, {size(folder / 'trail'):.1f} MiB")
        measured("dossier", folder)
        print(f"archive    {size(folder / 'dossier.zip'):.1f} MiB")
        measured("verify", folder)
        measured("forge", folder)
        if told.keep is not None:
            shutil.copy(folder / "dossier.zip", told.keep)


if __name__ == "__main__":
    main()
