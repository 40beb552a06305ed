"""Records, bodies and tiles that the checkpoint covers, changed without the key.

Whoever does this has the files and knows the format as well as we do.
"""

from support.attacks.ground import WIDTH, Ground, Kept, fresh_id
from support.attacks.terms import Attack, Mark, Perform, Said, Unsuited, Who, marked

OTHERWISE = {
    "permit": "refuse",
    "refuse": "permit",
    "review": "permit",
    "observed": "permit",
    "complete": "error",
    "error": "complete",
    "abandoned": "complete",
}


def _told_otherwise(record: Kept) -> Kept:
    """The same record telling something else: another effect, or another time."""
    fields = record.fields
    if "effect" in fields:
        return record.changed(effect=OTHERWISE[fields["effect"]])
    return record.changed(at=fields["at"][:-4] + f"{int(fields['at'][-4]) ^ 1}Z")


def _any(ground: Ground) -> int:
    return ground.find(lambda *_: True, "record")


def _with_next(ground: Ground) -> int:
    """A record with another behind it in the same bundle."""
    return ground.find(
        lambda index, _: index + 1 < ground.size and (index + 1) % WIDTH != 0,
        "two records",
    )


def _rewritten(ground: Ground, index: int, *instead: Kept, drop: int = 1) -> None:
    """Put `instead` in the place of `drop` records from `index` on, in its bundle."""
    bundle, place = divmod(index, WIDTH)
    entries = ground.bundle(bundle)
    entries[place : place + drop] = [each.entry for each in instead]
    ground.put_entries(bundle, entries)


def edit_entry(ground: Ground) -> Mark:
    at = _any(ground)
    edited = _told_otherwise(ground.records[at])
    _rewritten(ground, at, edited)
    return marked("entry", at, edited.id)


def edit_sequence(ground: Ground) -> Mark:
    at = _any(ground)
    edited = ground.records[at].changed(seq=ground.records[at].fields["seq"] + 1)
    _rewritten(ground, at, edited)
    return marked("entry", at, edited.id)


def edit_and_rehash(ground: Ground) -> Mark:
    at = _any(ground)
    records = list(ground.records)
    records[at] = records[at].saying(purpose="harmless")
    ground.seal(records, sign=False)
    return marked("root", only=True, text="no one record can be named")


def delete_entry(ground: Ground) -> Mark:
    at = _with_next(ground)
    _rewritten(ground, at)
    return marked("entry", at, ground.records[at + 1].id)


def insert_entry(ground: Ground) -> Mark:
    at = _any(ground)
    real = ground.records[at]
    invented = real.changed(id=fresh_id(real.id), seq=real.fields["seq"] + 7)
    _rewritten(ground, at, invented, drop=0)
    return marked("entry", at, invented.id)


def swap_entries(ground: Ground) -> Mark:
    at = _with_next(ground)
    one, other = ground.records[at : at + 2]
    _rewritten(ground, at, other, one, drop=2)
    faults = frozenset({("entry", at), ("entry", at + 1)})
    return Mark(index=at, id=other.id, faults=faults)


def duplicate_entry(ground: Ground) -> Mark:
    at = ground.find(lambda index, _: (index + 1) % WIDTH != 0, "record")
    _rewritten(ground, at + 1, ground.records[at], drop=0)
    return marked("entry", at + 1, ground.records[at].id)


def replay_entry(ground: Ground) -> Mark:
    at = _any(ground)
    foreign = ground.other().records[-1]
    _rewritten(ground, at, Kept(foreign.entry, foreign.salted))
    return marked("entry", at, foreign.id)


def change_label(ground: Ground) -> Mark:
    at = ground.find(lambda _, each: "labels" in each.fields, "labelled decision")
    labels = dict(ground.records[at].fields["labels"])
    name = "purpose" if "purpose" in labels else next(iter(labels))
    labels[name] = "AAAAAAAAAAAAAAAAAAAAAA"
    edited = ground.records[at].changed(labels=labels)
    _rewritten(ground, at, edited)
    return marked("entry", at, edited.id)


def tear_bundle(ground: Ground) -> Mark:
    path = ground.at("tile/entries", (ground.size - 1) // WIDTH)
    path.write_bytes(path.read_bytes()[:-7])
    return marked("entry", ground.size - 1)


def remove_bundle(ground: Ground) -> Mark:
    bundle = (ground.size - 1) // WIDTH // 2
    ground.at("tile/entries", bundle).unlink()
    return marked("missing", bundle * WIDTH)


def edit_tile(ground: Ground) -> Mark:
    bundle = (ground.size - 1) // WIDTH // 2
    path = ground.at("tile/0", bundle)
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    return marked("tile", only=True, text=f"tile/0/{bundle:03d}")


def edit_upper_tile(ground: Ground) -> Mark:
    if ground.size <= WIDTH:
        raise Unsuited("has no tile above the leaves")
    path = min(each for each in (ground.path / "tile/1").rglob("*") if each.is_file())
    path.write_bytes(path.read_bytes()[::-1])
    return marked("tile", only=True, text="tile/1/000")


def remove_tile(ground: Ground) -> Mark:
    ground.at("tile/0", (ground.size - 1) // WIDTH // 2).unlink()
    return marked("missing")


def _with_body(ground: Ground, *, after: int = -1) -> int:
    return ground.find(
        lambda index, each: index > after and each.salted is not None, "body left"
    )


def _bodies(ground: Ground, index: int) -> list[bytes | None]:
    first = index // WIDTH * WIDTH
    return [each.salted for each in ground.records[first : first + WIDTH]]


def edit_body(ground: Ground) -> Mark:
    at = _with_body(ground)
    bodies = _bodies(ground, at)
    bodies[at % WIDTH] = ground.records[at].saying(purpose="harmless").salted
    ground.put_bodies(at // WIDTH, bodies)
    return marked("body", at, ground.records[at].id)


def edit_salt(ground: Ground) -> Mark:
    at = _with_body(ground)
    bodies = _bodies(ground, at)
    salted = ground.records[at].salted or b""
    bodies[at % WIDTH] = bytes([salted[0] ^ 1]) + salted[1:]
    ground.put_bodies(at // WIDTH, bodies)
    return marked("body", at, ground.records[at].id)


def swap_bodies(ground: Ground) -> Mark:
    at = ground.find(
        lambda index, each: (
            each.salted is not None
            and (index + 1) % WIDTH != 0
            and index + 1 < ground.size
            and ground.records[index + 1].salted is not None
        ),
        "two bodies",
    )
    bodies = _bodies(ground, at)
    place = at % WIDTH
    bodies[place : place + 2] = bodies[place : place + 2][::-1]
    ground.put_bodies(at // WIDTH, bodies)
    faults = frozenset({("body", at), ("body", at + 1)})
    return Mark(index=at, id=ground.records[at].id, faults=faults)


def remove_bodies(ground: Ground) -> Mark:
    bundle = (ground.size - 1) // WIDTH // 2
    ground.at("body", bundle).unlink()
    return marked("body", bundle * WIDTH)


def _by_files(
    name: str, does: str, perform: Perform, said: Said = Said.NAMED
) -> Attack:
    return Attack(name=name, does=does, who=Who.FILES, perform=perform, said=said)


ATTACKS = (
    _by_files("edit-entry", "tells a record otherwise", edit_entry),
    _by_files("edit-sequence", "numbers a record otherwise", edit_sequence),
    _by_files(
        "edit-and-rehash",
        "edits a record and makes tiles and bodies anew, all but the signature",
        edit_and_rehash,
        Said.FOUND,
    ),
    _by_files("delete-entry", "takes a record out", delete_entry),
    _by_files("insert-entry", "puts an invented record in", insert_entry),
    _by_files("swap-entries", "swaps two records", swap_entries),
    _by_files("duplicate-entry", "puts a record in twice", duplicate_entry),
    _by_files(
        "replay-entry", "puts another trail's record in a record's place", replay_entry
    ),
    _by_files("change-label", "moves a decision to another purpose", change_label),
    _by_files("tear-bundle", "cuts a bundle amid its last record", tear_bundle),
    _by_files("remove-bundle", "removes a bundle of records", remove_bundle),
    _by_files("edit-tile", "changes a tile of leaf hashes", edit_tile, Said.FOUND),
    _by_files(
        "edit-upper-tile",
        "changes a tile above the leaves",
        edit_upper_tile,
        Said.FOUND,
    ),
    _by_files("remove-tile", "removes a tile", remove_tile, Said.FOUND),
    _by_files("edit-body", "changes what a record's body says", edit_body),
    _by_files(
        "edit-salt", "changes a body's salt, so that it opens nothing", edit_salt
    ),
    _by_files("swap-bodies", "swaps the bodies of two records", swap_bodies),
    _by_files("remove-bodies", "removes a bundle of bodies", remove_bodies),
)
