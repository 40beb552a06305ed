"""Which key was in force when, as a trail's `key` records prove, held against the pins.

Pure. A verifier trusts the keys that it pins and no other. A trail whose checkpoint a
pinned key signed may begin under another key, if each hands over to the next by a
record that both signed, upon the very tree that the new one went on with. Whoever holds
only a later key can therefore not write anew what came before it, unless no earlier key
is pinned and nobody kept an older checkpoint: that is said, then.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from affidavit import canonical
from affidavit.errors import Invalid, KeyUnusable, Malformed, SignatureInvalid
from affidavit.tlog.checkpoint import Checkpoint
from affidavit.tlog.logkeys import LogKeys, SignedHead
from affidavit.tlog.note import VerifierKey, parse_note
from affidavit.trail.keyrecord import Action, KeyStatement, verify_key_record
from affidavit.verify.form import named
from affidavit.verify.ledger import Rare
from affidavit.verify.report import Fault, KeySpan, Problem, Problems

Agrees = Callable[[int, bytes], bool]
"""Whether the first so many records of the tree have this root."""


class KeyCheck:
    """Takes the genesis and each `key` record in order. `settle` comes last."""

    def __init__(self, pinned: LogKeys, problems: Problems) -> None:
        self._pinned = pinned
        self._pins = {str(each) for each in (*pinned.keys, *pinned.ml_dsa)}
        self._problems = problems
        self._spans: list[KeySpan] = []
        self._second: list[KeySpan] = []
        self._genesis: Rare | None = None
        self._made_upon: list[tuple[Rare, KeyStatement]] = []
        self._used: list[tuple[SignedHead, str]] = []
        self.unchecked: list[str] = []

    @property
    def spans(self) -> tuple[KeySpan, ...]:
        """Every key that the records name, oldest first; ML-DSA-44 ones last."""
        return (*self._spans, *self._second)

    @property
    def chain(self) -> LogKeys | None:
        """The Ed25519 keys that one after the other signed this trail, pinned or not;
        None where that could not be followed.
        """
        keys = tuple(VerifierKey.parse(each.vkey) for each in self._spans)
        return LogKeys(keys) if keys else None

    def genesis(self, rare: Rare) -> None:
        """The record that says which key came first."""
        if rare.index != 0 or not rare.body:
            return
        self._genesis = rare
        try:
            body = canonical.loads(rare.body)
            key = body.get("key") if isinstance(body, dict) else None
            first = VerifierKey.parse(key if isinstance(key, str) else "")
        except (Malformed, KeyUnusable) as error:
            self._add(Fault.GENESIS, rare, f"names no key that can be read: {error}")
            return
        if first.name != self._pinned.name:
            self._add(
                Fault.GENESIS,
                rare,
                f"the trail did not begin as that of {self._pinned}",
            )
            return
        self._spans.append(self._span(str(first), 0, rare.at))

    def take(self, rare: Rare) -> None:
        """A `key` record."""
        if not rare.body or rare.index is None:
            return
        try:
            said = verify_key_record(rare.body, index=rare.index, at=rare.at).statement
        except Invalid as error:
            self._add(Fault.KEY, rare, f"a key record that does not hold: {error}")
            return
        if said.origin != self._pinned.name:
            self._add(Fault.KEY, rare, f"a key record of another trail, {said.origin}")
        elif self._spans and self._spans[-1].vkey != str(said.by):
            self._add(
                Fault.KEY,
                rare,
                f"a key record by {_short(str(said.by))}, which was not in force: "
                f"{_short(self._spans[-1].vkey)} was",
            )
        else:
            self._made_upon.append((rare, said))
            self._apply(rare, said, rare.index)

    def _apply(self, rare: Rare, said: KeyStatement, index: int) -> None:
        key = str(said.key)
        match said.action:
            case Action.ROTATE:
                if self._spans:
                    self._spans[-1] = replace(self._spans[-1], until=index)
                self._spans.append(self._span(key, index, said.at))
            case Action.ADD:
                self._second.append(self._span(key, index, said.at))
            case Action.REVOKE:
                self._revoke(rare, key, said.reason, index)

    def _revoke(self, rare: Rare, key: str, reason: str, index: int) -> None:
        if not any(each.vkey == key for each in self.spans):
            self._add(Fault.KEY, rare, f"revokes {_short(key)}, unknown here")
        for spans in (self._spans, self._second):
            spans[:] = [
                replace(each, revoked=index, reason=reason)
                if each.vkey == key
                else each
                for each in spans
            ]

    def _span(self, vkey: str, since: int, at: str) -> KeySpan:
        return KeySpan(vkey=vkey, since=since, at=at, pinned=vkey in self._pins)

    def used(self, head: SignedHead, where: str) -> None:
        """A checkpoint that pinned keys signed; whether each might is settled later."""
        self._used.append((head, where))

    def settle(self, agrees: Agrees | None, *, covered: int) -> None:
        """Judge what only all key records tell.

        `agrees` is None where the tree itself does not hold. `covered` is how many
        records an older checkpoint or an anchor covers.
        """
        for rare, said in self._made_upon:
            if agrees is not None and not agrees(said.size, said.root):
                self._add(
                    Fault.KEY,
                    rare,
                    f"the {said.size} records before it are not those upon which "
                    f"{_short(str(said.by))} signed it: their root was "
                    f"{said.root.hex()}. What came before was written anew.",
                )
        if not self._spans:
            return  # bodies were not looked at, or the genesis was bad
        for head, where in self._used:
            self._judge(head, where)
        self._judge_pins(covered)

    def _judge(self, head: SignedHead, where: str) -> None:
        size = head.checkpoint.size
        chain = {each.vkey for each in self._spans}
        for key in head.by:
            if self._spans[0].pinned and str(key) not in chain:
                self._report(
                    Fault.KEY,
                    f"{where} is signed by {_short(str(key))}, to which no key record "
                    f"leads from {_short(self._spans[0].vkey)}, the trail's first key",
                )
        for name in map(str, (*head.by, *head.ml_dsa)):
            if (fault := wrongly(self.spans, name, size)) is not None:
                self._report(Fault.KEY, f"{where} is signed by {fault}")

    def _judge_pins(self, covered: int) -> None:
        """Whether pins and records speak of one history."""
        known = {each.vkey for each in self._spans}
        absent = [each for each in self._pinned.keys if str(each) not in known]
        first = self._spans[0]
        if first.pinned and absent:
            self.unchecked.append(
                f"No key record names {_list(absent)}, which you trust too: this is a "
                "copy of before that key came into force, or a history that whoever "
                "holds the key before it made up since."
            )
        if first.pinned:
            return
        if absent:
            told = (
                f"the trail did not begin as that of {_list(absent)}, and no key "
                f"record leads from its first key, {_short(first.vkey)}, to it. It is "
                "another trail, or this one was written anew under another key."
            )
            if self._genesis is not None:
                self._add(Fault.GENESIS, self._genesis, told)
            return
        since = next(each.since for each in self._spans if each.pinned)
        if since > covered:
            self.unchecked.append(
                f"Records 0 to {since - 1} came before the first key that you trust; "
                f"they begin under {first.vkey}, whose key records lead to it. Whoever "
                "holds the trusted key could have made both up: trust the first key "
                "too, or hold the trail against an older checkpoint, a witness or a "
                "time stamp."
            )

    def successor(self, data: bytes) -> str:
        """What to say of a checkpoint that no pinned key signed: whether records under
        a pinned key's signature name one that did. Empty when they do not.
        """
        trusted = False
        for each in self._spans:
            if trusted and not each.pinned and _signed(data, each.vkey):
                return (
                    f" Record {each.since}, under the signature of the key before it "
                    f"and so on from one that is trusted, names {each.vkey} as its "
                    "successor, and that key signed this checkpoint. Ask the trail's "
                    "owner whether that is true, by another way than the trail; then "
                    "trust both keys."
                )
            trusted = trusted or each.pinned
        return ""

    def _add(self, fault: Fault, rare: Rare, message: str) -> None:
        self._problems.add(named(fault, message, rare.index, rare.entry))

    def _report(self, fault: Fault, message: str, index: int | None = None) -> None:
        self._problems.add(Problem(fault=fault, message=message, index=index))


def wrongly(spans: tuple[KeySpan, ...], vkey: str, size: int) -> str | None:
    """Why a signature by `vkey` on what `size` records tell does not count; None where
    it does, or the key is not this trail's.
    """
    mine = [each for each in spans if each.vkey == vkey]
    if not mine or any(each.signs(size) for each in mine):
        return None
    each = mine[-1]
    if size <= each.since:
        return f"{_short(vkey)}, which came into force only with record {each.since}"
    if each.revoked is not None and (each.until is None or each.revoked < each.until):
        return f"{_short(vkey)}, which record {each.revoked} revoked: {each.reason}"
    told = f"{_short(vkey)}, which record {each.until} had replaced"
    if each.revoked is not None:
        return f"{told} and record {each.revoked} revoked: {each.reason}"
    return told


def disowned(spans: Sequence[KeySpan], key_ids: Sequence[str], size: int) -> str | None:
    """Why what keys signed besides checkpoints does not count, at the size that it is
    about; None where it does. `key_ids` are SPKI digests, as in a DSSE envelope.

    Of a checkpoint the tree tells whether it is true, whoever signed it. Of anything
    else nothing does, once the key may be in other hands.
    """
    for each in spans:
        if spki_of(each.vkey) not in key_ids:
            continue
        if each.revoked is not None:
            return (
                f"signed by {_short(each.vkey)}, which record {each.revoked} revoked "
                f"({each.reason}): whoever has that key may have made this at any "
                "time. Ask for one that the key in force signed."
            )
        if not each.signs(size):
            return f"signed by {wrongly(tuple(spans), each.vkey, size)}"
    return None


def spki_of(vkey: str) -> str:
    """The digest that statements name a key by; empty for one that signs none."""
    try:
        return VerifierKey.parse(vkey).verifier.key_id
    except KeyUnusable:
        return ""


def _signed(data: bytes, vkey: str) -> bool:
    key = VerifierKey.parse(vkey)
    try:
        LogKeys((key,)).signed(data)
    except (Malformed, SignatureInvalid):
        return False
    return True


def foreign(data: bytes, pinned: LogKeys) -> bool:
    """Whether a note bears a line of the log by a key that nobody pinned, and none by a
    pinned one: perhaps an earlier key's.
    """
    note = parse_note(data)
    Checkpoint.parse(note.text)
    pins = {each.key_id for each in pinned.keys}
    own = {each.key_id for each in note.signatures if each.name == pinned.name}
    return bool(own) and not own & pins


def _short(vkey: str) -> str:
    """Name and key ID, which is enough for a sentence."""
    return "+".join(vkey.split("+", 2)[:2])


def _list(keys: list[VerifierKey]) -> str:
    return ", ".join(map(str, keys))
