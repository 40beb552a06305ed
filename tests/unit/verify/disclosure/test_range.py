"""Attacks are in test_check; here is what the reading of a range does by itself."""

from pathlib import Path

from affidavit.trail.reader import TrailReader
from affidavit.verify import Fault
from affidavit.verify.disclosure.manifest import Manifest
from affidavit.verify.disclosure.range import RangeCheck
from affidavit.verify.report import Problems
from support.disclosed import a_day, disclosed, edit_bundle, manifest
from support.trails import canonical


def walked(package: Path) -> tuple[list[tuple[int, bytes]], Problems]:
    problems = Problems()
    told = Manifest.parse(canonical(manifest(package)))
    taken: list[tuple[int, bytes]] = []
    RangeCheck(TrailReader(package), told, problems).walk(
        lambda *each: taken.append(each), told.root, None
    )
    return taken, problems


def test_every_entry_is_taken_in_order(tmp_path: Path) -> None:
    day = a_day(tmp_path / "trail", calls=500)
    package = disclosed(day)
    taken, problems = walked(package)
    told = manifest(package)["range"]
    assert problems.kept == []
    assert taken == [
        (index, day.records[index].entry) for index in range(told["first"], told["end"])
    ]


def test_a_range_without_a_bundle_still_names_what_was_altered(tmp_path: Path) -> None:
    day = a_day(tmp_path / "trail", calls=500)
    package = disclosed(day)
    first = manifest(package)["range"]["first"]

    def edit(entries: list[bytes]) -> None:
        entries[7] = entries[8]

    edit_bundle(package, edit, first)
    (package / f"tile/entries/{first // 256 + 1:03d}").unlink()
    taken, problems = walked(package)
    found = [(each.fault, each.index) for each in problems.kept]
    assert found == [(Fault.MISSING, first + 256), (Fault.ENTRY, first + 7)]
    assert len(taken) == manifest(package)["range"]["end"] - first - 256
