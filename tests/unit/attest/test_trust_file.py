"""A trust file, read strictly."""

from pathlib import Path

import pytest

from affidavit.attest.trust_file import draft, parsed, read, schema, schema_text
from affidavit.errors import Incomplete, TrustInvalid
from support.anchors import WITNESS
from support.trails import Builder
from support.trusting import a_trust, text

PUBLISHED = Path(__file__).parents[3] / "docs/schema/trust.schema.json"


@pytest.fixture
def trail(tmp_path: Path) -> Builder:
    return Builder(tmp_path / "t")


def test_a_file_is_read_with_its_keys_and_paths(trail: Builder, tmp_path: Path) -> None:
    path = tmp_path / "trust.yaml"
    path.write_text(text(trail.key, "minimum_size: 3\n"))
    found = read(path)
    assert found.keys.keys == (trail.key,)
    assert found.content.minimum_size == 3
    assert found.place("tsa.pem") == tmp_path / "tsa.pem"


@pytest.mark.parametrize(
    ("more", "line", "words"),
    [
        ("threshold: 2\n", 5, "`officers`"),
        (f'witnesses: ["{WITNESS.vkey}"]\nquorum: 2\n', 6, "`witnesses`"),
        ("minimum_sise: 2\n", 5, "minimum_size"),
        ("sample: maybe\n", 5, "sample"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(
    more: str, line: int, words: str, trail: Builder
) -> None:
    with pytest.raises(TrustInvalid) as caught:
        a_trust(trail.key, more)
    [found] = caught.value.diagnostics
    assert found.line == line
    assert words in str(found)


def test_keys_of_two_trails_are_refused(trail: Builder) -> None:
    other = Builder(trail.path, origin="other.example/t")
    with pytest.raises(TrustInvalid, match="different trails"):
        parsed(f"{text(trail.key)}  - {other.key}\n".encode(), Path("trust.yaml"))


def test_no_yaml_and_no_file_are_said_in_a_trust_files_words(tmp_path: Path) -> None:
    with pytest.raises(TrustInvalid) as caught:
        parsed(b"keys: [\n", Path("trust.yaml"))
    assert "policy" not in str(caught.value)
    with pytest.raises(Incomplete, match="affidavit trust new"):
        read(tmp_path / "none.yaml")


def test_the_published_schema_is_the_models() -> None:
    assert PUBLISHED.read_text() == schema_text()
    fields = schema()["$defs"]["TrustFile"]["properties"]
    assert all(each["description"] for each in fields.values())


def test_a_draft_is_read_and_its_comments_are_too(trail: Builder) -> None:
    data = draft({"keys": [str(trail.key)], "max_age": "35d"})
    found = parsed(data, Path("trust.yaml"))
    assert found.content.max_age == "35d"
    assert found.content.officers is None
    assert b"# yaml-language-server: $schema=" in data
    assert b"# minimum_size: 120000" in data
