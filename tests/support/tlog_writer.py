"""Writes whole logs to a directory with `affidavit.tlog` alone, for judges to read."""

from collections.abc import Iterable
from pathlib import Path

from affidavit.keys import Signer
from affidavit.tlog.checkpoint import Checkpoint, sign
from affidavit.tlog.growth import Edge
from affidavit.tlog.merkle import leaf_hashes
from affidavit.tlog.tiles import Read, encode_entries, tiles_for


def write_log(
    directory: Path, entries: list[bytes], origin: str, signer: Signer
) -> Checkpoint:
    """Write checkpoint, tiles and entry bundles of a log with these entries."""
    edge = Edge()
    files = edge.extend(leaf_hashes(entries)) + list(edge.partials())
    bundles = [tile for tile in tiles_for(len(entries)) if tile.level == "entries"]
    for tile in bundles:
        part = entries[tile.index * 256 : tile.index * 256 + tile.width]
        files.append((tile, encode_entries(part)))
    write_files(directory, ((tile.path, content) for tile, content in files))
    checkpoint = Checkpoint(origin, edge.size, edge.root())
    write_files(directory, [("checkpoint", sign(checkpoint, signer))])
    return checkpoint


def write_files(directory: Path, files: Iterable[tuple[str, bytes]]) -> None:
    """Write files under `directory`, making the folders on the way."""
    for path, content in files:
        target = directory / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


def reader(directory: Path) -> Read:
    """Read paths of the log in `directory`."""
    return lambda path: (directory / path).read_bytes()
