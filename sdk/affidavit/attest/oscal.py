"""A statement as OSCAL Assessment Results (NIST, version 1.1.2), for GRC tools.

Pure. Every id is derived from what it names, so that the same statement gives the same
bytes. An observation is a figure; a finding says whether an objective of ours holds. It
is no assessment by a third party, and its remarks say so.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

from affidavit import canonical
from affidavit.canonical import Json

VERSION = "1.1.2"
FILE_NAME = "assessment-results.oscal.json"
_NAMESPACE = UUID("6f3d0c0e-5f1b-5c8e-9a43-0d6a3f8f7b11")
"""Of every id here; itself no more than a constant."""
SELF_MADE = (
    "Made by the assessed organisation's own software from its signed trail. It is "
    "evidence for an assessor, and no assessment by one."
)


@dataclass(frozen=True, slots=True)
class _Objective:
    """Something that either holds of a period or does not."""

    target: str
    title: str
    words: str


_RECORDED = _Objective(
    "affidavit-recorded",
    "Every decision of the period is recorded and its record is whole",
    "The trail verifies, and each decision of the period can be counted.",
)
_ENFORCED = _Objective(
    "affidavit-enforced",
    "No call left that the policy in force would have stopped",
    "No decision of the period has the effect `observed`.",
)
_CONCLUDED = _Objective(
    "affidavit-concluded",
    "Every call that left has a recorded outcome",
    "No call of the period that left is without an outcome.",
)


def assessment(predicate: Mapping[str, Any], statement: str) -> bytes:
    """The document; `statement` is SHA-256 of the envelope's file, hex."""
    ids = _Ids(statement)
    period = predicate["period"]
    observations = list(_observations(predicate, ids))
    return canonical.dumps(
        {
            "assessment-results": {
                "uuid": ids("document"),
                "metadata": {
                    "title": f"Use of AI providers, {predicate['origin']}",
                    "last-modified": period["to"],
                    "version": "1",
                    "oscal-version": VERSION,
                    "remarks": SELF_MADE,
                },
                "import-ap": {"href": "#" + ids("plan")},
                "results": [
                    {
                        "uuid": ids("result"),
                        "title": str(predicate["verdict"]),
                        "description": "Counted from a signed, append-only trail.",
                        "start": period["from"],
                        "end": period["to"],
                        "reviewed-controls": {
                            "control-selections": [{"include-all": {}}]
                        },
                        "observations": observations,
                        "findings": list(_findings(predicate, ids)),
                    }
                ],
                "back-matter": {
                    "resources": [
                        {
                            "uuid": ids("plan"),
                            "title": "The rules of the verdict",
                            "description": "docs/formats/statement.md of affidavit",
                        },
                        {
                            "uuid": ids("statement"),
                            "title": "The signed statement",
                            "rlinks": [
                                {
                                    "href": "statement.dsse.json",
                                    "hashes": [
                                        {"algorithm": "SHA-256", "value": statement}
                                    ],
                                }
                            ],
                        },
                    ]
                },
            }
        }
    )


class _Ids:
    """Ids that follow from the statement and a name."""

    def __init__(self, statement: str) -> None:
        self._statement = statement

    def __call__(self, name: str) -> str:
        return str(uuid5(_NAMESPACE, f"{self._statement}/{name}"))


def _observations(predicate: Mapping[str, Any], ids: _Ids) -> Iterator[Json]:
    effects = predicate["use"]["byEffect"]
    integrity = predicate["integrity"]
    figures = {
        "effects": ("Decisions by effect", effects),
        "outcomes": ("How the calls that left ended", predicate["use"]["outcomes"]),
        "integrity": (
            "What was out of order",
            {
                name: integrity[name]
                for name in ("recoveries", "clockAnomalies", "pending")
            },
        ),
    }
    for place, clause in enumerate(_clauses(predicate)):
        told = {it["check"]: it["result"] for it in clause["checks"]}
        figures[f"clause/{place}"] = (f"Clause {clause['id']}", told)
    for name, (title, counts) in figures.items():
        yield {
            "uuid": ids(f"observation/{name}"),
            "title": title,
            "description": ", ".join(f"{key}: {counts[key]}" for key in counts),
            "methods": ["EXAMINE"],
            "types": ["finding"],
            "collected": predicate["period"]["to"],
            "relevant-evidence": [
                {
                    "href": "#" + ids("statement"),
                    "description": "The statement's own figures.",
                }
            ],
        }


def _findings(predicate: Mapping[str, Any], ids: _Ids) -> Iterator[Json]:
    use, integrity = predicate["use"], predicate["integrity"]
    counted = not (
        integrity["problems"] or integrity["decisionsWithoutBody"] or use["unopened"]
    )
    held: Sequence[tuple[_Objective, bool, str]] = (
        (_RECORDED, counted, "integrity"),
        (_ENFORCED, not int(use["byEffect"].get("observed", 0)), "effects"),
        (_CONCLUDED, not int(integrity["unknownOutcomes"]), "outcomes"),
        *_promised(predicate),
    )
    for objective, holds, observation in held:
        yield {
            "uuid": ids(f"finding/{objective.target}"),
            "title": objective.title,
            "description": objective.words,
            "target": {
                "type": "objective-id",
                "target-id": objective.target,
                "status": {"state": "satisfied" if holds else "not-satisfied"},
            },
            "related-observations": [
                {"observation-uuid": ids(f"observation/{observation}")}
            ],
        }


def _clauses(predicate: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    contract = predicate.get("contract")
    return contract["clauses"] if contract else ()


def _promised(predicate: Mapping[str, Any]) -> Iterator[tuple[_Objective, bool, str]]:
    """An objective for each clause of the contract; one that cannot be told is not
    satisfied, and its observation says why.
    """
    for place, clause in enumerate(_clauses(predicate)):
        said = predicate["contract"]["terms"]["clauses"][place]
        objective = _Objective(
            f"contract-clause-{place + 1}",
            f"Clause {clause['id']} of the contract: {clause['result']}",
            said["promise"],
        )
        yield objective, clause["result"] == "met", f"clause/{place}"


def dangling(document: bytes) -> list[str]:
    """Ids that something in the document refers to and nothing in it has: readers of
    the format accept them, and whoever follows one finds nothing.
    """
    pairs = list(_members(canonical.parse(document)))
    known = {each for name, each in pairs if name == "uuid"}
    referred = [each for name, each in pairs if name == "observation-uuid"]
    referred += [it[1:] for name, it in pairs if name == "href" and it[:1] == "#"]
    return [each for each in dict.fromkeys(referred) if each not in known]


def _members(value: object) -> Iterator[tuple[str, str]]:
    """Every member of every object below that is a text."""
    if isinstance(value, Mapping):
        for name, each in value.items():
            if isinstance(each, str):
                yield str(name), each
            else:
                yield from _members(each)
    elif isinstance(value, list):
        for each in value:
            yield from _members(each)
