"""The section `contract` of a statement: made, held against itself, recounted.

Pure. Knows the section's shape (docs/formats/statement.md) and what follows from what
in it. Which figure answers a check is `contract_checks`, how it is counted
`contract_tally`.
"""

import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from affidavit import canonical
from affidavit.attest import contract as contracts
from affidavit.attest.agreement import Section, differences, rows_in
from affidavit.attest.contract import Contract
from affidavit.attest.contract_checks import count, judged
from affidavit.attest.contract_model import ContractFile
from affidavit.attest.contract_tally import (
    FIELDS,
    ContractTally,
    Row,
    Scope,
    questions,
    rows_of,
)
from affidavit.attest.inventory import bare
from affidavit.attest.tally import ATTESTED, Period
from affidavit.canonical import Json
from affidavit.dsse import Envelope
from affidavit.errors import Invalid, Malformed
from affidavit.policy.signature import Signed
from affidavit.trail.record import Labels, Opening, parse_moment

NAME = "contract"
_FIELDS = {"digest", "terms", "figures", "clauses", "scheduled", "result"}
_BODILY = ("spoken", "pruned", "incidents")
"""Figures that only bodies tell."""
_NONCE_BYTES = 16
_HEX = re.compile(r"[0-9a-f]{64}")
_ASKS = {
    "longestGap": ("longest_gap",),
    "spoken": ("no_activity", "refusals"),
    "pruned": ("retention",),
    "signatures": ("policies_signed",),
    "incidents": ("no_open_incident",),
}
"""Figures that are there where a check of these asks for them."""


def section(
    contract: Contract, period: Period, predicate: Section, figures: Section
) -> dict[str, Json]:
    """The section, from the other sections and its own figures."""
    return _made(contract.content, contract.digest, period, predicate, figures)


def _made(
    content: ContractFile,
    digest: str,
    period: Period,
    predicate: Section,
    figures: Section,
) -> dict[str, Json]:
    clauses, result = judged(content, predicate, figures)
    return {
        "digest": {"sha256": digest},
        "terms": content.terms,
        "figures": dict(figures),
        "clauses": clauses,
        "scheduled": contracts.is_scheduled(content, period),
        "result": result.value,
    }


def project_openings(content: ContractFile, labels: Labels) -> list[Opening]:
    """What opens every project that the contract names, for whoever has the secret."""
    return [labels.opening("project", each) for each in Scope(content).projects]


def wants_signatures(contract: Contract) -> bool:
    """Whether a check asks who signed the policies."""
    return "signatures" in _needed(contract.content)


def signatures_of(
    envelopes: Iterable[Envelope], policies: Container[str]
) -> list[Json]:
    """The figure `signatures`: of each policy the one envelope with most signatures,
    by digest. Unverified; what is no signature of a policy is passed over.
    """
    found: dict[str, Envelope] = {}
    for envelope in envelopes:
        try:
            digest = bare(Signed.parse(envelope.payload).digest)
        except Invalid:
            continue
        known = found.get(digest)
        fewer = known is None or len(known.signatures) < len(envelope.signatures)
        if digest in policies and fewer:
            found[digest] = envelope
    return [{"digest": it, "envelope": found[it].as_json()} for it in sorted(found)]


def _needed(content: ContractFile) -> set[str]:
    asked = {check.name for each in content.clauses for check in each.checks}
    return {name for name, by in _ASKS.items() if asked & set(by)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The section of somebody's statement, as far as its shape is right."""

    content: ContractFile
    digest: str
    figures: Section
    openings: tuple[Opening, ...]
    section: Section

    @classmethod
    def parse(cls, value: Json) -> "Told":
        """Read a section; `Malformed` when it is none."""
        match value:
            case {
                "digest": {"sha256": str(digest)},
                "terms": dict(terms),
                "figures": dict(figures),
                **others,
            } if others.keys() == _FIELDS - {"digest", "terms", "figures"}:
                openings = figures.get("openings")
            case _:
                raise Malformed("the statement's contract is no such section")
        if _HEX.fullmatch(digest) is None or not isinstance(openings, list):
            raise Malformed("the statement's contract has no digest or no openings")
        content = contracts.of_terms(terms)
        if figures.keys() != {"rows", "openings", *_needed(content)}:
            raise Malformed("the contract's figures are not those that its checks need")
        return cls(
            content=content,
            digest=digest,
            figures=figures,
            openings=tuple(map(_opening, openings)),
            section=cast("dict[str, Json]", value),
        )

    def contradictions(self, predicate: Section, period: Period) -> Iterator[str]:
        """What does not follow from the statement's own figures."""
        yield from self._about_rows(predicate)
        named = [each.value for each in self.openings]
        if named != Scope(self.content).projects:
            yield "contract.figures.openings: they are not those of the projects named"
        yield from self._about_bodies()
        if "longestGap" in self.figures:
            yield from _about_gap(self.figures["longestGap"], period)
        due = _made(self.content, self.digest, period, predicate, self.figures)
        yield from differences(due, self.section, NAME)

    def _about_rows(self, predicate: Section) -> Iterator[str]:
        scope, rows = Scope(self.content), _rows_in(self.figures["rows"])
        if rows_of(rows) != self.figures["rows"]:
            yield "contract.figures.rows: not in order, or one stands there twice"
        if any(not scope.holds(values) for values, _ in rows):
            yield "contract.figures.rows: one of them is not in the contract's scope"
        use = predicate["use"]
        every = rows_in(use if isinstance(use, Mapping) else {})
        told: Counter[Row] = Counter()
        for (values, effect), amount in rows.items():
            told[values[: len(ATTESTED)], effect] += amount
        if any(amount > every[row] for row, amount in told.items()):
            yield "contract.figures.rows: more than use.rows has of such decisions"
        if not scope.projects:
            due = {row: n for row, n in every.items() if scope.holds((*row[0], None))}
            if due != dict(told):
                yield "contract.figures.rows: not those of use.rows that are in scope"

    def _about_bodies(self) -> Iterator[str]:
        asked = [(each.clause, each.check) for each in questions(self.content)]
        spoken = self.figures.get("spoken", [])
        told: list[object] = []
        for each in spoken if isinstance(spoken, list) else (None,):
            match each:
                case {"clause": str(clause), "check": int(check), **rest} if (
                    rest.keys() == {"decisions", "unread"}
                ):
                    told.append((clause, check))
                    count(rest["decisions"])
                    count(rest["unread"])
                case _:
                    raise Malformed(f"not what bodies told a check: {each!r:.200}")
        if told != asked:
            yield "contract.figures.spoken: not what its checks ask of bodies"

    def tally(self, period: Period) -> ContractTally:
        """What counts the section's figures again."""
        return ContractTally(self.content, period)

    @property
    def unheard(self) -> tuple[str, ...]:
        """What stays the writer's word without bodies, as sentences."""
        names = [name for name in _BODILY if name in self.figures]
        if not names:
            return ()
        told = ", ".join(names)
        return (
            (
                f"What only bodies tell of the contract ({told}) was not counted "
                "again: it is the writer's word."
            ),
        )

    def recounted(
        self, tally: ContractTally, attested: Sequence[Opening], *, bodies: bool
    ) -> Iterator[str]:
        """What the records say otherwise."""
        counted = tally.figures(attested, self.openings)
        said = dict(self.figures)
        for name in _BODILY:
            if name in counted and name in said:
                value = counted.pop(name)
                if bodies and name == "spoken":
                    yield from _spoken_differs(value, said[name])
                elif bodies:
                    yield from differences({name: value}, said, "contract.figures")
        yield from differences(counted, said, "contract.figures")


def _spoken_differs(counted: Any, said: Any) -> Iterator[str]:
    """Bodies may have been pruned since: then fewer show, and more are missing."""
    for ours, theirs in zip(counted, said, strict=True):
        seen, missing = count(ours["decisions"]), count(ours["unread"])
        told, lacked = count(theirs["decisions"]), count(theirs["unread"])
        fits = seen <= told and lacked <= missing and told + lacked <= seen + missing
        if not fits or (lacked == missing and told != seen):
            yield (
                f"contract.figures.spoken: clause {ours['clause']}, check "
                f"{ours['check']}: {told} and {lacked} unread, counted: {seen} and "
                f"{missing} unread"
            )


def _about_gap(value: Json, period: Period) -> Iterator[str]:
    match value:
        case {"seconds": int(seconds), "from": str(start), "to": str(end), **rest} if (
            not rest
        ):
            apart = parse_moment(end) - parse_moment(start)
        case _:
            raise Malformed("the contract's longest gap is none")
    whole = int(apart.total_seconds())
    if whole != seconds or start < period.start or end > period.end or start > end:
        yield "contract.figures.longestGap: not a time within the period"


def _rows_in(value: Json) -> Counter[Row]:
    found: Counter[Row] = Counter()
    for row in value if isinstance(value, list) else (None,):
        match row:
            case {"effect": str(effect), "decisions": amount, **values} if (
                values.keys() == set(FIELDS)
                and all(it is None or isinstance(it, str) for it in values.values())
            ):
                told: Any = tuple(values[name] for name in FIELDS)
                found[told, effect] += count(amount)
            case _:
                raise Malformed(f"not a row of the contract's figures: {row!r:.200}")
    return found


def _opening(value: Json) -> Opening:
    match value:
        case {"field": "project", "value": str(text), "nonce": str(nonce), **rest} if (
            not rest
        ):
            return Opening("project", text, canonical.untext(nonce, size=_NONCE_BYTES))
        case _:
            raise Malformed(f"not the opening of a project: {value!r:.200}")
