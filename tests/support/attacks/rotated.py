"""Keys that were handed over: what whoever holds only one of them can do.

A trail that was rotated binds its new key to the tree that it took over, under the old
key's signature. The verifier pins both.
"""

import base64
import hashlib

from affidavit.keys import Ed25519Signer
from affidavit.tlog.note import VerifierKey
from support import trails
from support.attacks.ground import Ground, Kept
from support.attacks.history import FORGER
from support.attacks.terms import Attack, Mark, Perform, Said, Unsuited, Who, marked
from support.trails import Fields, b64url


def statement(
    origin: str, by: Ed25519Signer, new: Ed25519Signer, at: str, leaves: list[bytes]
) -> Fields:
    """The body of a `key` record with which `by` hands over to `new`."""
    old_key, new_key = (str(VerifierKey(origin, each.verifier)) for each in (by, new))
    head = trails.root(leaves)
    lines = (
        "affidavit-key/1",
        "rotate",
        origin,
        old_key,
        new_key,
        at,
        str(len(leaves)),
        base64.b64encode(head).decode(),
        "",
    )
    message = "".join(f"{line}\n" for line in lines).encode()
    return {
        "action": "rotate",
        "by": old_key,
        "key": new_key,
        "origin": origin,
        "possession": b64url(new.sign(message)),
        "root": head.hex(),
        "signature": b64url(by.sign(message)),
        "size": len(leaves),
    }


def _handover(ground: Ground) -> int:
    return ground.find(
        lambda _, each: each.fields["kind"] == "key", "record that hands a key over"
    )


def reseal_with_later_key(ground: Ground) -> Mark:
    """What came before the handover is written anew by who holds only the new key."""
    at = _handover(ground)
    if at < 2:
        raise Unsuited("has nothing before the handover but its genesis")
    records = list(ground.records)
    records[1] = records[1].saying(purpose="harmless")
    ground.seal(records)
    return marked("key", at, records[at].id, text="written anew")


def reseal_with_retired_key(ground: Ground) -> Mark:
    """The old key was stolen after it was replaced, and signs what is there now."""
    _handover(ground)
    ground.seal(ground.records, signer=ground.retired)
    return marked("key", text="had replaced")


def drop_handover(ground: Ground) -> Mark:
    """Without the record that binds it, the new key could sign any past."""
    at = _handover(ground)
    writer = ground.records[at].fields["writer"]
    if ground.next_seq(writer) != 1:
        raise Unsuited("has other records of who wrote the handover")
    ground.seal(ground.records[:at] + ground.records[at + 1 :])
    return marked("key", text="no key record leads")


def copy_handover(ground: Ground) -> Mark:
    at = _handover(ground)
    real = ground.records[at]
    again = real.changed(
        id=trails.uuid7(0xC0, trails.START), writer=trails.writer_name("copier"), seq=0
    )
    ground.seal([*ground.records, again])
    return marked("key", ground.size, again.id, text="copied or moved here")


def forge_handover(ground: Ground) -> Mark:
    """A record names the forger's key as the next, signed by nobody else."""
    _handover(ground)
    leaves = [trails.leaf(each.entry) for each in ground.records]
    last = ground.records[-1].fields
    said = statement(ground.origin, FORGER, FORGER, last["at"], leaves)
    said["by"] = str(VerifierKey(ground.origin, ground.signer.verifier))
    body = trails.canonical(said)
    salted = b"sixteen bytes of" + body
    made = ground.appended("key", trails.writer_name("forger"))
    digest = b64url(hashlib.sha256(salted).digest())
    forged = Kept(made.changed(body=digest).entry, salted)
    ground.seal([*ground.records, forged], signer=FORGER)
    return Mark(
        index=ground.size,
        id=forged.id,
        faults=frozenset({("checkpoint", None), ("key", ground.size)}),
    )


def _attack(
    name: str,
    does: str,
    perform: Perform,
    said: Said = Said.NAMED,
    who: Who = Who.KEY,
    history: str = "",
) -> Attack:
    return Attack(
        name=name, does=does, who=who, perform=perform, said=said, history=history
    )


ATTACKS = (
    _attack(
        "reseal-later-key",
        "changes what came before the handover and signs with the new key",
        reseal_with_later_key,
        history="CVE-2023-31439 of journald, where any later key would do",
    ),
    _attack(
        "reseal-retired-key",
        "signs the trail of today with a key that was replaced",
        reseal_with_retired_key,
        Said.FOUND,
    ),
    _attack(
        "drop-handover",
        "takes the record out that hands the key over",
        drop_handover,
        Said.FOUND,
    ),
    _attack("copy-handover", "repeats that record elsewhere", copy_handover),
    _attack(
        "forge-handover",
        "adds a record that hands over to a key of his own",
        forge_handover,
        who=Who.FILES,
    ),
)
