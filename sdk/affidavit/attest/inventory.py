"""What a period was decided and signed with: the trail's keys, and its policies' files.

Pure. Knows two sections of a statement, `keyHistory` and `policyFiles`; bytes of
policies are `policies`'s. Both come from records whose bodies a verifier may not have.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import PurePath

from affidavit.attest.agreement import differences
from affidavit.attest.predicate import number
from affidavit.attest.tally import PolicySpan, Tally
from affidavit.canonical import Json
from affidavit.errors import KeyUnusable, Malformed
from affidavit.tlog.mldsa import MlDsaKey
from affidavit.tlog.note import VerifierKey
from affidavit.verify.report import KeySpan

_HEX = re.compile(r"[0-9a-f]{64}")
_KEY = {"algorithm", "vkey", "since", "at", "until", "revoked", "reason"}


def keys_of(spans: Iterable[KeySpan], size: int) -> list[dict[str, Json]]:
    """The section `keyHistory`, as the first `size` records tell it."""
    return [
        {
            "algorithm": _algorithm(span.vkey),
            "vkey": span.vkey,
            "since": number(span.since),
            "at": span.at,
            "until": _within(span.until, size),
            "revoked": _within(span.revoked, size),
            "reason": None if _within(span.revoked, size) is None else span.reason,
        }
        for span in spans
        if span.since < size
    ]


def _within(record: int | None, size: int) -> Json:
    return None if record is None or record >= size else number(record)


def _algorithm(vkey: str) -> str:
    try:
        VerifierKey.parse(vkey)
    except KeyUnusable:
        MlDsaKey.parse(vkey)
        return "ML-DSA-44"
    return "Ed25519"


def _told_algorithm(vkey: Json) -> str:
    try:
        return _algorithm(str(vkey))
    except KeyUnusable as error:
        raise Malformed(f"not a verifier key: {vkey!r:.200}") from error


def files_of(tally: Tally) -> list[dict[str, Json]]:
    """The section `policyFiles`: files of the policies that the period names."""
    named = [item for item in tally.policies.items() if item[1].last is not None]
    return [
        {"digest": {"sha256": digest}, "files": _files(span)}
        for digest, span in sorted(named, key=lambda it: (it[1].put_in_force, it[0]))
    ]


def _files(span: PolicySpan) -> list[Json]:
    """Paths as they stand to the policy's own folder: where that lay tells nothing."""
    folder = PurePath(span.files[0][0]).parent if span.files else PurePath()
    return [
        {"path": _relative(PurePath(path), folder), "sha256": bare(digest)}
        for path, digest in span.files
    ]


def bare(digest: str) -> str:
    """A digest as hex, without the name of its algorithm."""
    return digest.removeprefix("sha256:")


def _relative(path: PurePath, folder: PurePath) -> str:
    return str(path.relative_to(folder)) if path.is_relative_to(folder) else str(path)


def contradictions(predicate: Mapping[str, Json]) -> Iterator[str]:
    """What does not agree in the two sections; `Malformed` when one is none."""
    for key in _listed(predicate.get("keyHistory", [])):
        if key.keys() != _KEY or key["algorithm"] != _told_algorithm(key["vkey"]):
            raise Malformed(f"not a key's history: {key!r:.200}")
    policies = [each.get("digest") for each in _listed(predicate["policies"])]
    told = []
    for each in _listed(predicate.get("policyFiles", [])):
        told.append(each.get("digest"))
        for file in _listed(each.get("files")):
            named = _HEX.fullmatch(str(file.get("sha256")))
            if file.keys() != {"path", "sha256"} or named is None:
                raise Malformed(f"not a policy's file: {file!r:.200}")
    if "policyFiles" in predicate and told != policies:
        yield "policyFiles: they are not of the statement's policies, in their order"


def recounted(
    predicate: Mapping[str, Json], tally: Tally, keys: Sequence[KeySpan], size: int
) -> Iterator[str]:
    """What records say otherwise, as far as bodies are at hand."""
    counted: dict[str, Json] = {}
    if keys and "keyHistory" in predicate:
        counted["keyHistory"] = keys_of(keys, size)
    if "policyFiles" in predicate:
        said = _listed(predicate["policyFiles"])
        files = files_of(tally)
        known = dict(zip(map(_digest, files), files, strict=True))
        counted["policyFiles"] = [
            known[_digest(each)]
            if _digest(each) in known and known[_digest(each)]["files"]
            else each
            for each in said
        ]
    yield from differences(counted, predicate, "")


def _digest(each: Mapping[str, Json]) -> str:
    match each.get("digest"):
        case {"sha256": str(digest)}:
            return digest
        case _:
            raise Malformed(f"not the files of a policy: {each!r:.200}")


def _listed(value: Json) -> list[Mapping[str, Json]]:
    if not isinstance(value, list):
        raise Malformed(f"not a list: {value!r:.80}")
    found = [each for each in value if isinstance(each, Mapping)]
    if len(found) != len(value):
        raise Malformed(f"not a list of objects: {value!r:.200}")
    return found
