"""What a statement says: the predicate's shape, the rules of its verdict, its words.

Pure: figures in, JSON out. The same functions make a predicate and say what one ought
to be, given its own figures; see docs/formats/statement.md.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum

from affidavit import canonical
from affidavit.attest.tally import ATTESTED, Period, Tally, Values
from affidavit.canonical import Json
from affidavit.tlog.checkpoint import Checkpoint
from affidavit.tlog.note import VerifierKey
from affidavit.trail.record import Opening

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "https://affidavit.dev/attestations/usage/v1"
PAYLOAD_TYPE = "application/vnd.in-toto+json"
MAX_EXACT = (1 << 53) - 1
"""Readers that keep every number as a double print larger ones wrong."""
MAX_TOLD = 20
"""Problems of the trail that a statement repeats; the rest are counted."""


class Claim(Enum):
    """The verdict that a statement carries."""

    PASS = "PASS"  # noqa: S105 - a verdict, not a password
    EXCEPTIONS = "PASS WITH EXCEPTIONS"
    INCOMPLETE = "INCOMPLETE"


DOES_NOT_PROVE: Sequence[str] = (
    (
        "That no call to a provider went around this trail: only calls made through a "
        "governed client are in it."
    ),
    (
        "That a purpose was declared truly: it is what the caller declared, before the "
        "call."
    ),
    (
        "That the holder of the signing key did not rewrite the trail before this "
        "statement: that takes an older checkpoint, a witness or a time stamp kept by "
        "somebody else."
    ),
    (
        "That the clock of the recording machine was right: times are that machine's "
        "own, and the order of records is their index."
    ),
    (
        "That records made after this tree head, or still pending then, are absent: "
        "nothing is said about them."
    ),
    (
        "That any law, contract or provider's policy was complied with: the statement "
        "counts what was recorded and decided, and says under which policy."
    ),
)


def number(value: int) -> Json:
    """A count as JSON: text where a double could not hold it."""
    return value if -MAX_EXACT <= value <= MAX_EXACT else str(value)


def rows_of(rows: Counter[tuple[Values, str]]) -> list[dict[str, Json]]:
    """Rows in a fixed order: by purpose, model, endpoint, effect; none first."""
    ordered = sorted(rows.items(), key=lambda item: _order((*item[0][0], item[0][1])))
    return [
        {
            **dict(zip(ATTESTED, values, strict=True)),
            "effect": effect,
            "decisions": number(count),
        }
        for (values, effect), count in ordered
        if count
    ]


def totals_of(rows: Counter[tuple[Values, str]], field: str) -> list[dict[str, Json]]:
    """The rows summed by one of their fields."""
    place, sums = ATTESTED.index(field), Counter[str | None]()
    for (values, _), count in rows.items():
        sums[values[place]] += count
    ordered = sorted(sums.items(), key=lambda item: _order((item[0],)))
    return [{field: value, "decisions": number(n)} for value, n in ordered if n]


def _order(values: Iterable[str | None]) -> list[tuple[bool, str]]:
    return [(value is not None, value or "") for value in values]


def use_of(
    tally: Tally, rows: Counter[tuple[Values, str]], unopened: int
) -> dict[str, Json]:
    """The section `use`: every figure that labels and openings recount."""
    return {
        "rows": rows_of(rows),
        "unopened": number(unopened),
        "byPurpose": totals_of(rows, "purpose"),
        "byModel": totals_of(rows, "model"),
        "byEffect": {name: number(count) for name, count in tally.effects.items()},
        "outcomes": {name: number(count) for name, count in tally.endings.items()},
    }


def days_of(days: Counter[tuple[str, str]]) -> list[Json]:
    """The section `days`: decisions by UTC day and effect, where there are any."""
    return [
        {"day": day, "effect": effect, "decisions": number(days[day, effect])}
        for day, effect in sorted(days)
        if days[day, effect]
    ]


def records_of(tally: Tally) -> dict[str, Json]:
    """The section `records`: how many there are in the period, by kind."""
    return {
        "total": number(tally.kinds.total()),
        "byKind": {name: number(tally.kinds[name]) for name in sorted(tally.kinds)},
    }


def policies_of(tally: Tally) -> list[dict[str, Json]]:
    """The section `policies`: those that a record of the period names."""
    named = [item for item in tally.policies.items() if item[1].last is not None]
    return [
        {
            "digest": {"sha256": digest},
            "name": span.name,
            "mode": span.mode,
            "putInForce": span.put_in_force,
            "lastNamed": span.last,
            "decisions": number(span.decisions),
        }
        for digest, span in sorted(named, key=lambda it: (it[1].put_in_force, it[0]))
    ]


def tree_of(head: Checkpoint, note: bytes) -> dict[str, Json]:
    """The section `tree`: the tree head that everything was counted under."""
    return {
        "size": number(head.size),
        "root": head.root.hex(),
        "hash": "RFC 6962 Merkle tree hash, SHA-256",
        "checkpoint": note.decode(),
    }


def keys_of(key: VerifierKey) -> list[Json]:
    """The section `keys`: told, never to be trusted for being told here."""
    return [
        {
            "algorithm": "Ed25519",
            "keyid": key.verifier.key_id,
            "vkey": str(key),
        }
    ]


def openings_of(openings: Sequence[Opening]) -> list[Json]:
    """The section `openings`: what opens the labels that rows are counted by."""
    return [
        {"field": it.field, "value": it.value, "nonce": canonical.text(it.nonce)}
        for it in openings
    ]


def integrity_of(
    tally: Tally,
    *,
    without_body: int,
    pending: int,
    problems: Sequence[str],
    more_problems: int,
) -> dict[str, Json]:
    """The section `integrity`: what was out of order, and what is not covered."""
    told = list(problems[:MAX_TOLD])
    return {
        "trailBegan": tally.began,
        "recoveries": number(tally.recoveries),
        "clockAnomalies": number(tally.clock_anomalies),
        "unknownOutcomes": number(tally.endings["unknown"]),
        "decisionsWithoutBody": number(without_body),
        "pending": number(pending),
        "problems": told,
        "moreProblems": number(len(problems) - len(told) + more_problems),
    }


def judge(
    period: Period,
    use: Mapping[str, Json],
    integrity: Mapping[str, Json],
    contract: Mapping[str, Json] | None = None,
    coverage: Json = None,
) -> dict[str, Json]:
    """The sections `verdict`, `exceptions` and `doesNotProve`, from the figures."""
    lacking = _lacking(use, integrity)
    exceptions = _exceptions(period, use, integrity)
    if contract is not None:
        lacking += _broken(contract, "cannot tell", "cannot be told from the figures")
        exceptions += _broken(contract, "not met", "is not met")
        if contract["scheduled"] is False:
            exceptions.append("The period is none of the contract's schedule.")
    if isinstance(coverage, Mapping):
        exceptions += _uncovered(coverage)
    claim = Claim.PASS
    if lacking:
        claim = Claim.INCOMPLETE
    elif exceptions:
        claim = Claim.EXCEPTIONS
    return {
        "verdict": claim.value,
        "exceptions": [*lacking, *exceptions],
        "doesNotProve": list(DOES_NOT_PROVE),
    }


def _uncovered(coverage: Mapping[str, Json]) -> list[str]:
    """A sentence for each rule about the provider's bill; there is no tolerance."""
    found = []
    requests, growing = coverage["requests"], coverage["provisional"]
    if isinstance(requests, Mapping) and (uncovered := requests["uncovered"]):
        found.append(
            f"Requests on the provider's bill that are not in the trail: {uncovered}."
        )
    if missing := coverage["missingDays"]:
        found.append(f"Days not held against the provider's bill: {missing}.")
    if isinstance(growing, list) and growing:
        found.append(
            f"Days whose bill was fetched too early and may still grow: {len(growing)}."
        )
    return found


def _broken(contract: Mapping[str, Json], result: str, words: str) -> list[str]:
    """A sentence for each clause with a check of this result."""
    clauses = contract["clauses"]
    found = []
    for clause in clauses if isinstance(clauses, list) else ():
        match clause:
            case {"id": str(name), "checks": list(checks)}:
                names = [
                    str(each["check"])
                    for each in checks
                    if isinstance(each, Mapping) and each["result"] == result
                ]
                if names:
                    listed = ", ".join(names)
                    found.append(f"Clause {name} of the contract {words}: {listed}.")
            case _:
                pass
    return found


def _lacking(use: Mapping[str, Json], integrity: Mapping[str, Json]) -> list[str]:
    found = []
    if integrity["problems"]:
        found.append("The trail did not verify.")
    if integrity["decisionsWithoutBody"] or use["unopened"]:
        found.append(
            "Decisions of the period without a body: "
            f"{integrity['decisionsWithoutBody']}; that could not be told apart by "
            f"purpose and model: {use['unopened']}."
        )
    if integrity["trailBegan"] is None:
        found.append("The trail holds no record.")
    return found


def _exceptions(
    period: Period, use: Mapping[str, Json], integrity: Mapping[str, Json]
) -> list[str]:
    found = []
    began, effects = integrity["trailBegan"], use["byEffect"]
    if isinstance(began, str) and began > period.start:
        found.append(f"The trail began at {began}, after the start of the period.")
    if isinstance(effects, Mapping) and (seen := effects.get("observed")):
        found.append(
            "Calls that left though an enforced policy would have stopped them: "
            f"{seen}."
        )
    for name, words in (
        ("unknownOutcomes", "Calls that left and have no recorded outcome"),
        ("recoveries", "Torn ends of interrupted writes that were cut"),
        ("clockAnomalies", "Times that a recording clock was set back"),
        ("pending", "Records made and not yet covered by the tree head"),
    ):
        if count := integrity[name]:
            found.append(f"{words}: {count}.")
    return found
