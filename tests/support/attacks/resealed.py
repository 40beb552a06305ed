"""Records changed by whoever holds the signing key, who makes everything anew after it.

The signature holds. What gives these away is that the records contradict each other.
"""

from support.attacks.ground import Ground, Kept, fresh_id
from support.attacks.terms import Attack, Mark, Perform, Said, Unsuited, Who, marked

_OTHER_POLICY = "0" * 64


def _next_of_writer(ground: Ground, index: int) -> int | None:
    """Where the writer of record `index` goes on."""
    writer = ground.records[index].fields["writer"].encode()
    for later in range(index + 1, ground.size):
        if b'"writer":"' + writer in ground.records[later].entry:
            return later
    return None


def _dispensable(ground: Ground, index: int, record: Kept) -> bool:
    """Whether nothing but the numbering would miss it."""
    return (
        index > 0
        and record.fields["kind"] in {"outcome", "heartbeat", "close"}
        and _next_of_writer(ground, index) is not None
    )


def delete_resealed(ground: Ground) -> Mark:
    at = ground.find(
        lambda index, each: _dispensable(ground, index, each),
        "outcome with more of its writer behind it",
    )
    ground.may_shift(at)
    later = _next_of_writer(ground, at)
    assert later is not None
    following = ground.records[later].id
    ground.seal(ground.records[:at] + ground.records[at + 1 :])
    return marked("sequence", later - 1, following, text="1 of its writer missing")


def swap_resealed(ground: Ground) -> Mark:
    at = ground.find(
        lambda index, each: (
            _next_of_writer(ground, index) == index + 1
            and each.fields["kind"] not in {"policy", "genesis"}
        ),
        "two records of one writer in a row",
    )
    records = list(ground.records)
    records[at], records[at + 1] = records[at + 1], records[at]
    ground.seal(records)
    return marked("sequence", at, records[at].id)


def _appended(ground: Ground, *more: Kept) -> None:
    ground.seal([*ground.records, *more])


def _decision(ground: Ground, *, open_: bool | None = None) -> Kept:
    """A decision near the middle; `open_` says whether it has no outcome."""
    ended = {each.id for each in ground.records if b'"kind":"outcome"' in each.entry}
    at = ground.find(
        lambda _, each: (
            each.fields["kind"] == "decision"
            and each.fields["effect"] in {"permit", "observed"}
            and (open_ is None or (each.id in ended) is not open_)
        ),
        "such decision",
    )
    return ground.records[at]


def duplicate_resealed(ground: Ground) -> Mark:
    copied = _decision(ground)
    _appended(ground, copied)
    where = ground.size
    faults = frozenset({("duplicate", where), ("sequence", where)})
    return Mark(index=where, id=copied.id, faults=faults)


def replay_resealed(ground: Ground) -> Mark:
    foreign = ground.other().records[-2]
    _appended(ground, Kept(foreign.entry, foreign.salted))
    return marked("sequence", ground.size, foreign.id)


def _outcome(ground: Ground, writer: str, name: str) -> Kept:
    return ground.appended("outcome", writer, id=name, effect="complete")


def second_outcome(ground: Ground) -> Mark:
    ended = _decision(ground, open_=False)
    _appended(ground, _outcome(ground, ended.fields["writer"], ended.id))
    return marked("outcome", ground.size, ended.id, only=True)


def orphan_outcome(ground: Ground) -> Mark:
    writer = ground.records[-1].fields["writer"]
    name = fresh_id(ground.records[-1].id)
    _appended(ground, _outcome(ground, writer, name))
    return marked("outcome", ground.size, name, only=True)


def _decided(ground: Ground, **fields: object) -> Kept:
    like = _decision(ground).fields
    return ground.appended(
        "decision",
        like["writer"],
        **{"effect": "refuse", "policy": like["policy"], **fields},
    )


def outcome_of_a_refusal(ground: Ground) -> Mark:
    refused = _decided(ground)
    left = _outcome(ground, refused.fields["writer"], refused.id)
    _appended(ground, refused, left.changed(seq=refused.fields["seq"] + 1))
    return marked("outcome", ground.size + 1, refused.id, only=True)


def foreign_policy(ground: Ground) -> Mark:
    decided = _decided(ground, policy=_OTHER_POLICY)
    _appended(ground, decided)
    return marked("policy", ground.size, decided.id, only=True)


def unknown_effect(ground: Ground) -> Mark:
    decided = _decided(ground, effect="waved")
    _appended(ground, decided)
    return marked("form", ground.size, decided.id, only=True)


def second_genesis(ground: Ground) -> Mark:
    writer = ground.records[0].fields["writer"]
    made = ground.appended("genesis", writer)
    _appended(ground, made)
    return marked("genesis", ground.size, made.id, only=True)


def gap_resealed(ground: Ground) -> Mark:
    at = ground.find(
        lambda index, each: (
            each.fields["seq"] > 0 and _next_of_writer(ground, index) is not None
        ),
        "record amid those of its writer",
    )
    mark = ground.records[at].fields["writer"]
    records = [
        each.changed(seq=each.fields["seq"] + 1)
        if index >= at and each.fields["writer"] == mark
        else each
        for index, each in enumerate(ground.records)
    ]
    ground.seal(records)
    return marked("sequence", at, records[at].id, text="1 of its writer missing")


def unknown_field(ground: Ground) -> Mark:
    writer = ground.records[-1].fields["writer"]
    made = ground.appended("heartbeat", writer, remark="trust me")
    _appended(ground, made)
    return marked("form", ground.size, made.id, only=True)


def body_of_another(ground: Ground) -> Mark:
    """Two bodies swapped; entries and tree stay, the signature with them."""
    if ground.size == 1:
        raise Unsuited("has one record")
    at = ground.find(
        lambda index, each: (
            index > 0 and None not in (each.salted, ground.records[index - 1].salted)
        ),
        "two bodies",
    )
    records = list(ground.records)
    records[at] = Kept(records[at].entry, records[at - 1].salted)
    ground.seal(records)
    return marked("body", at, records[at].id, only=True)


def _by_key(name: str, does: str, perform: Perform) -> Attack:
    return Attack(name=name, does=does, who=Who.KEY, perform=perform, said=Said.NAMED)


ATTACKS = (
    _by_key(
        "delete-resealed", "takes a record out and signs the rest", delete_resealed
    ),
    _by_key("swap-resealed", "swaps two records and signs", swap_resealed),
    _by_key("duplicate-resealed", "adds a record again and signs", duplicate_resealed),
    _by_key(
        "replay-resealed", "adds another trail's record and signs", replay_resealed
    ),
    _by_key("gap-resealed", "leaves a place in a writer's sequence", gap_resealed),
    _by_key("second-outcome", "gives a call a second outcome", second_outcome),
    _by_key("orphan-outcome", "adds an outcome without a decision", orphan_outcome),
    _by_key(
        "outcome-of-refusal",
        "adds the outcome of a call that was refused",
        outcome_of_a_refusal,
    ),
    _by_key(
        "foreign-policy", "decides under a policy that was not in force", foreign_policy
    ),
    _by_key("second-genesis", "lets the trail begin once more", second_genesis),
    _by_key("unknown-effect", "invents an effect", unknown_effect),
    _by_key("unknown-field", "adds a field that no writer prints", unknown_field),
    _by_key("body-of-another", "gives a record another's body", body_of_another),
)
