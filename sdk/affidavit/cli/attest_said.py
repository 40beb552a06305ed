"""What `affidavit attest` says about the statement that it made.

Knows the report, for people and for programs (docs/cli.md). Makes nothing.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from affidavit.attest import anchored
from affidavit.attest.predicate import Claim
from affidavit.canonical import Json
from affidavit.cli import findings, machine, output
from affidavit.cli.wording import count
from affidavit.trail.identity import Identity

COLOURS = {
    Claim.PASS: output.GOOD,
    Claim.EXCEPTIONS: output.ODD,
    Claim.INCOMPLETE: output.BAD,
}


def exit_code(predicate: Mapping[str, Any]) -> int:
    """2 where the statement says INCOMPLETE, 1 where a promise was not kept."""
    if Claim(predicate["verdict"]) is Claim.INCOMPLETE:
        return 2
    contract = predicate.get("contract")
    return 1 if contract and contract["result"] != "met" else 0


def as_json(
    path: Path, identity: Identity, predicate: Mapping[str, Any]
) -> dict[str, Json]:
    """For programs."""
    return {
        "anchors": predicate["anchors"],
        "contract": _kept(predicate),
        "exceptions": predicate["exceptions"],
        "integrity": predicate["integrity"],
        "origin": predicate["origin"],
        "path": machine.text(path),
        "period": predicate["period"],
        "records": predicate["records"],
        "root": predicate["tree"]["root"],
        "since": predicate.get("since"),
        "size": predicate["tree"]["size"],
        "use": predicate["use"],
        "verdict": predicate["verdict"],
        "vkey": str(identity.verifier),
    }


def say(path: Path, identity: Identity, predicate: Mapping[str, Any]) -> None:
    """For people."""
    claim, period = Claim(predicate["verdict"]), predicate["period"]
    output.say(claim.value, colour=COLOURS[claim])
    tree, total = predicate["tree"], predicate["records"]["total"]
    output.say_pairs(
        [
            ("origin", predicate["origin"]),
            ("period", f"{period['from']} to {period['to']}, the end not included"),
            ("records", f"{total} in the period, {tree['size']} in the tree"),
            ("root", tree["root"]),
            ("anchors", anchored.in_words(predicate["anchors"])),
            ("goes on from", in_words(predicate.get("since"))),
        ]
    )
    _say_contract(predicate.get("contract"))
    findings.say_list("Exceptions:", predicate["exceptions"])
    _say_rows(predicate["use"]["rows"])
    findings.say_list("What this does not prove:", predicate["doesNotProve"])
    output.say()
    output.say(f"Written to {path}. Hand it over with the verifier key:")
    output.say(f"  {identity.verifier}")
    output.say("The other side checks it, and counts again from the entries in there:")
    output.say(f"  affidavit verify {path.parent} --key VKEY")


def _say_rows(rows: Sequence[Mapping[str, Any]]) -> None:
    if not rows:
        output.say("No decisions in this period.")
        return
    fields = ("purpose", "model", "endpoint", "effect", "decisions")
    cells = [
        ["-" if row[name] is None else str(row[name]) for name in fields]
        for row in rows
    ]
    output.say_table(fields, cells)
    counted = sum(int(row["decisions"]) for row in rows)
    output.say(count(counted, "decision"))


def in_words(since: Mapping[str, Any] | None) -> str:
    """The attestation before, as a line."""
    if since is None:
        return "no earlier attestation"
    return f"the one until {since['to']}, of {since['size']} records"


def _kept(predicate: Mapping[str, Any]) -> Json:
    contract = predicate.get("contract")
    if contract is None:
        return None
    return {
        "clauses": [
            {"id": each["id"], "result": each["result"]} for each in contract["clauses"]
        ],
        "name": contract["terms"]["name"],
        "result": contract["result"],
        "scheduled": contract["scheduled"],
    }


def _say_contract(contract: Mapping[str, Any] | None) -> None:
    if contract is None:
        return
    output.say(f"Contract {contract['terms']['name']}: {contract['result']}")
    rows = [
        (
            clause["id"],
            clause["result"],
            ", ".join(f"{it['check']}: {it['result']}" for it in clause["checks"]),
            terms["promise"],
        )
        for clause, terms in zip(
            contract["clauses"], contract["terms"]["clauses"], strict=True
        )
    ]
    output.say_table(("clause", "result", "checks", "promise"), rows)
