"""Records that are acknowledged and in no tree yet: about a second's, in WALs.

Nothing is signed there. A chain of MACs under the trail's secret is what protects them,
so that its owner sees more than an outsider, and neither sees everything.
"""

from support import trails
from support.attacks.ground import Ground
from support.attacks.tail import Framed, grow, tail
from support.attacks.terms import Attack, Held, Mark, Said, Unsuited, Who, marked


def _edited(frame: Framed) -> bytes:
    """The frame's payload, telling another time."""
    fields = frame.fields
    digit = fields["at"][-2]
    other = fields["at"][:-2] + f"{(int(digit) + 1) % 10}Z"
    return frame.payload.replace(fields["at"].encode(), other.encode())


def edit_unsealed(ground: Ground) -> Mark:
    """Its checksum is mended: whoever knows the format can."""
    own = tail(ground)
    first, victim, *rest = own.frames
    mended = trails.checked(victim.mac, _edited(victim))
    own.write(own.bytes_of(first) + mended + own.bytes_of(*rest))
    return Mark(id=victim.fields["id"], faults=frozenset({("wal", None)}))


def damage_unsealed(ground: Ground) -> Mark:
    own = tail(ground)
    data = bytearray(own.bytes_of(*own.frames))
    data[own.frames[0].end - own.frames[0].start + 40] ^= 1
    own.write(bytes(data))
    return marked("wal", only=True)


def tear_unsealed(ground: Ground) -> Mark:
    own = tail(ground)
    own.write(own.bytes_of(*own.frames)[:-20])
    return Mark(text="are no whole record")


def remove_unsealed(ground: Ground) -> Mark:
    own = tail(ground)
    first, _, *rest = own.frames
    own.write(own.bytes_of(first, *rest))
    return Mark(id=rest[0].fields["id"], faults=frozenset({("sequence", None)}))


def remove_last_unsealed(ground: Ground) -> Mark:
    own = tail(ground)
    own.write(own.bytes_of(*own.frames[:-1]))
    return Mark()


def remove_all_unsealed(ground: Ground) -> Mark:
    for path in [tail(ground).path, *(ground.path / "wal").glob("*.wal")]:
        path.unlink(missing_ok=True)
    return Mark()


def edit_with_secret(ground: Ground) -> Mark:
    own = tail(ground)
    payloads = [each.payload for each in own.frames]
    payloads[1] = _edited(own.frames[1])
    own.write(own.chained(ground.wal_key, payloads))
    return Mark()


def foreign_wal(ground: Ground) -> Mark:
    other = ground.other()
    writer = trails.writer_name("w")
    own = [each for each in other.records if each.fields["writer"] == writer]
    data, _ = other.wal(writer, own)
    trails.put(ground.path / f"wal/{writer}-000000.wal", data)
    return marked("wal", text="moved here from elsewhere")


def wal_put_back(ground: Ground) -> Mark:
    """The tail was taken into the tree since, and its WAL removed; here it is again."""
    if any((ground.path / "wal").glob("*.wal")):
        raise Unsuited("has a living writer's WAL")
    grow(ground.path, ground.secret)
    own = tail(ground)
    data = own.path.read_bytes()
    ground.seal([*ground.records, *own.records])
    own.path.write_bytes(data)
    return Mark(text="are in the tree already")


ATTACKS = (
    Attack(
        name="edit-unsealed",
        does="edits a record that is not sealed yet, and mends its checksum",
        who=Who.FILES,
        perform=edit_unsealed,
        said=Said.OUT_OF_REACH,
        admits="MAC was not checked",
        found_by=frozenset({Held.SECRET}),
        with_secret=Said.NAMED,
    ),
    Attack(
        name="damage-unsealed",
        does="damages a record that is not sealed yet",
        who=Who.FILES,
        perform=damage_unsealed,
        said=Said.FOUND,
    ),
    Attack(
        name="tear-unsealed",
        does="tears the last frame, as a crash does",
        who=Who.FILES,
        perform=tear_unsealed,
        said=Said.NOTED,
    ),
    Attack(
        name="remove-unsealed",
        does="takes out a record that is not sealed yet",
        who=Who.FILES,
        perform=remove_unsealed,
        said=Said.NAMED,
    ),
    Attack(
        name="remove-last-unsealed",
        does="takes out the last record that is not sealed yet",
        who=Who.FILES,
        perform=remove_last_unsealed,
        said=Said.OUT_OF_REACH,
        admits="would not show",
    ),
    Attack(
        name="remove-all-unsealed",
        does="removes every record that is not sealed yet",
        who=Who.FILES,
        perform=remove_all_unsealed,
        said=Said.OUT_OF_REACH,
        admits="goes on to the present was not checked",
    ),
    Attack(
        name="edit-unsealed-with-secret",
        does="edits a record that is not sealed yet, and makes its MACs anew",
        who=Who.SECRET,
        perform=edit_with_secret,
        said=Said.OUT_OF_REACH,
        admits="chang",
    ),
    Attack(
        name="foreign-wal",
        does="moves another trail's WAL here",
        who=Who.FILES,
        perform=foreign_wal,
        said=Said.FOUND,
    ),
    Attack(
        name="wal-put-back",
        does="puts a WAL back that was taken in and removed",
        who=Who.FILES,
        perform=wal_put_back,
        said=Said.NOTED,
    ),
)
