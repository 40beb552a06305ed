from pathlib import Path

import pytest

from affidavit.errors import PolicyInvalid, PolicyNotFound
from affidavit.policy.assemble import MAX_FILES
from affidavit.policy.loader import Policy, load
from support.policies import HEAD, PACK, SUPPORT, only, refused, written

RULES = "rules:\n  - {id: a, effect: deny, message: m, any: [{model: 'gpt-4*'}]}\n"


def packs(directory: Path, text: str = PACK + RULES, *, name: str = "terms") -> Path:
    (directory / "packs").mkdir(exist_ok=True)
    (directory / "packs" / f"{name}.yaml").write_text(text)
    return directory / "packs"


def loaded(file: Path, packs: Path | None = None) -> Policy:
    return load(file, packs=packs)


def test_nothing_there_names_what_to_run(tmp_path: Path) -> None:
    for path in (tmp_path / "none.yaml", tmp_path):
        with pytest.raises(PolicyNotFound, match="affidavit init"):
            load(path)


def test_in_a_directory_policy_yaml_is_meant(tmp_path: Path) -> None:
    written(tmp_path, "")
    written(tmp_path, "", name="other.yaml")
    assert load(tmp_path).sources[0][0] == str(tmp_path / "policy.yaml")


def test_else_the_only_policy_of_a_directory_is_meant(tmp_path: Path) -> None:
    packs(tmp_path).rename(tmp_path / "unread")
    written(tmp_path, "", name="acme.yml")
    written(tmp_path, "", name="acme.test.yaml")
    (tmp_path / "terms.yaml").write_text(PACK + RULES)
    (tmp_path / "other.yaml").write_text("some: thing\n")
    assert load(tmp_path).sources[0][0] == str(tmp_path / "acme.yml")


def test_of_two_policies_none_is_chosen(tmp_path: Path) -> None:
    written(tmp_path, "", name="a.yaml")
    written(tmp_path, "", name="b.yaml")
    with pytest.raises(PolicyInvalid, match=r"a\.yaml, b\.yaml"):
        load(tmp_path)


def test_a_directory_without_a_policy_says_what_it_holds(tmp_path: Path) -> None:
    (tmp_path / "terms.yaml").write_text(PACK + RULES)
    with pytest.raises(PolicyNotFound, match=r"found: terms\.yaml"):
        load(tmp_path)


def test_the_only_policy_shows_its_syntax_error(tmp_path: Path) -> None:
    (tmp_path / "acme.yaml").write_text("a: [\n")
    with pytest.raises(PolicyInvalid, match="P001"):
        load(tmp_path)


def test_what_is_no_file_is_not_read(tmp_path: Path) -> None:
    with pytest.raises(PolicyNotFound):
        load(Path("/dev/zero"))


def test_a_pack_is_found_by_its_name(tmp_path: Path) -> None:
    policy = loaded(written(tmp_path, "extends: [pack:terms]\n"), packs(tmp_path))
    assert [rule.where for rule in policy.rules] == ["pack:terms:8"]
    assert [source[0] for source in policy.sources][1] == "pack:terms"
    assert [(pack.name, pack.provider) for pack in policy.packs] == [
        ("terms", "openai")
    ]


@pytest.mark.parametrize(
    "reference",
    ["pack:trems", "pack:", "pack:../packs/terms", "pack:TERMS", "pack:not"],
)
def test_an_unknown_pack_names_those_there_are(tmp_path: Path, reference: str) -> None:
    there = packs(tmp_path)
    packs(tmp_path, HEAD, name="not")
    with pytest.raises(PolicyInvalid) as caught:
        loaded(written(tmp_path, f"extends: ['{reference}']\n"), there)
    assert only(caught.value.diagnostics) == ("P020", 1, 11)
    assert "terms" in (caught.value.diagnostics[0].help or "")


def test_a_pack_is_reported_with_its_own_place(tmp_path: Path) -> None:
    there = packs(tmp_path, PACK + RULES.replace("deny", "denny"))
    with pytest.raises(PolicyInvalid) as caught:
        loaded(written(tmp_path, "extends: [pack:terms]\n"), there)
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.path == str(there / "terms.yaml")
    assert (diagnostic.line, diagnostic.rule) == (8, "P012")


def test_a_pack_is_not_in_force_by_itself(tmp_path: Path) -> None:
    with pytest.raises(PolicyInvalid, match="by itself"):
        load(packs(tmp_path) / "terms.yaml")


def test_files_below_the_policy_are_extended_in_order(tmp_path: Path) -> None:
    written(tmp_path, "extends: [deeper/base.yaml]\n" + SUPPORT, name="team/x.yaml")
    (tmp_path / "team" / "deeper").mkdir()
    (tmp_path / "team" / "deeper" / "base.yaml").write_text(HEAD + RULES)
    policy = load(tmp_path / "team" / "x.yaml")
    assert [Path(path).name for path, _ in policy.sources] == ["x.yaml", "base.yaml"]
    assert policy.rules[0].where == f"{tmp_path}/team/deeper/base.yaml:5"


@pytest.mark.parametrize(
    "reference", ["../secret.yaml", "sub/../../secret.yaml", "/etc/passwd", "link.yaml"]
)
def test_a_path_that_leaves_the_directory_is_refused(
    tmp_path: Path, reference: str
) -> None:
    inside = tmp_path / "policies"
    written(tmp_path, RULES, name="secret.yaml")
    file = written(inside, f"extends: [{reference}]\n")
    (inside / "sub").mkdir()
    (inside / "link.yaml").symlink_to(tmp_path / "secret.yaml")
    with pytest.raises(PolicyInvalid) as caught:
        load(file)
    assert only(caught.value.diagnostics) == ("P021", 1, 11)


def test_a_loop_of_links_is_refused(tmp_path: Path) -> None:
    (tmp_path / "loop.yaml").symlink_to(tmp_path / "loop.yaml")
    code, *_ = only(refused(tmp_path, "extends: [loop.yaml]\n"))
    assert code in {"P020", "P021"}  # Python 3.13 resolves what 3.11 cannot


def test_a_file_that_is_missing_is_placed(tmp_path: Path) -> None:
    assert only(refused(tmp_path, "extends:\n  - base.yaml\n")) == ("P020", 2, 5)
    long = "extends:\n  - " + "a" * 250 + ".yaml\n"
    assert only(refused(tmp_path, long)) == ("P020", 2, 5)


def test_a_policy_that_extends_itself_is_refused(tmp_path: Path) -> None:
    written(tmp_path, "extends: [policy.yaml]\n", name="base.yaml")
    (diagnostic,) = refused(tmp_path, "extends: [base.yaml]\n")
    assert diagnostic.rule == "P022"
    assert "policy.yaml → base.yaml → policy.yaml" in diagnostic.message


def test_a_file_extended_twice_is_read_once(tmp_path: Path) -> None:
    written(tmp_path, RULES, name="base.yaml")
    written(tmp_path, "extends: [base.yaml]\n", name="a.yaml")
    file = written(tmp_path, "extends: [a.yaml, ./base.yaml, base.yaml]\n")
    assert len(load(file).sources) == 3


def test_the_number_of_files_is_bounded(tmp_path: Path) -> None:
    for number in range(MAX_FILES + 2):
        written(tmp_path, f"extends: [p{number + 1}.yaml]\n", name=f"p{number}.yaml")
    with pytest.raises(PolicyInvalid, match=f"more than {MAX_FILES} files"):
        load(tmp_path / "p0.yaml")


@pytest.mark.parametrize(
    ("head", "words"),
    [
        ("apiVersion: affidavit/v1\nkind: Polcy\nname: x\n", "Did you mean Policy"),
        ("apiVersion: affidavit/v2\nkind: Policy\nname: x\n", "affidavit/v1"),
        ("kind: Policy\nname: x\n", "`apiVersion` is missing"),
        ("apiVersion: affidavit/v1\nname: x\n", "`kind` is missing"),
        ("apiVersion: affidavit/v1\nkind: [Policy]\nname: x\n", "`kind` is"),
    ],
)
def test_a_file_says_what_it_is(tmp_path: Path, head: str, words: str) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text(head)
    with pytest.raises(PolicyInvalid, match=words):
        load(file)
