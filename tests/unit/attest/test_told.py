"""A statement's shape: what is too much, too little or another's is refused."""

from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from affidavit import dsse
from affidavit.attest.told import opened
from affidavit.errors import Malformed, SignatureInvalid
from support.statements import attested, content, resigned
from support.trails import Builder, a_trail


@pytest.fixture
def trail(tmp_path: Path) -> Builder:
    built = a_trail(tmp_path, calls=1)
    built.write()
    return built


def test_a_statement_is_named_by_the_digest_of_what_is_signed(trail: Builder) -> None:
    envelope = attested(trail)
    told = opened(envelope.encode(), trail.key)
    assert told.digest == sha256(envelope.payload).hexdigest()
    assert told.head.size == len(trail.records)


@pytest.mark.parametrize(
    "change",
    [
        lambda it: it["predicate"].pop("use"),
        lambda it: it["predicate"].update(surplus=1),
        lambda it: it.update(surplus=1),
        lambda it: it.update(predicateType="https://example.com/v1"),
        lambda it: it["subject"][0].update(name="other"),
        lambda it: it["predicate"].update(verdict="FINE"),
        lambda it: it["predicate"].update(verdict=None),
        lambda it: it["predicate"].update(openings=[{}]),
        lambda it: it["predicate"]["period"].update(to="2020-01-01T00:00:00.000Z"),
    ],
)
def test_another_shape_is_refused(trail: Builder, change: Any) -> None:
    statement = content(attested(trail))
    change(statement)
    with pytest.raises(Malformed):
        opened(resigned(statement, trail.signer), trail.key)


def test_what_another_key_or_payload_type_signed_is_refused(trail: Builder) -> None:
    other = Builder(Path(), seed=b"o" * 32)
    with pytest.raises(SignatureInvalid):
        opened(attested(trail).encode(), other.key)
    odd = dsse.sign("text/plain", b"{}", [trail.signer]).encode()
    with pytest.raises(Malformed, match="no statement"):
        opened(odd, trail.key)


def test_a_section_that_is_no_object_is_refused(trail: Builder) -> None:
    statement = content(attested(trail))
    statement["predicate"]["use"] = []
    told = opened(resigned(statement, trail.signer), trail.key)
    with pytest.raises(Malformed, match="use is not an object"):
        told.section("use")
