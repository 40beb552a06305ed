"""One place, one order: argument, environment, file, default; and where from."""

import os
from pathlib import Path

import pytest

from affidavit.durable import Durability
from affidavit.errors import SettingsInvalid
from affidavit.wiring.settings import (
    NAMES,
    TABLES,
    Settings,
    read_settings,
    variable,
)


def settled(
    directory: Path, environ: dict[str, str] | None = None, **given: object
) -> Settings:
    return read_settings(environ=environ or {}, directory=directory, **given)  # type: ignore[arg-type]  # a helper for tests


def sources(settings: Settings) -> dict[str, str]:
    return dict(settings.sources)


def test_without_any_setting_everything_is_below_the_folder(tmp_path: Path) -> None:
    settings = settled(tmp_path)

    assert settings.policy == tmp_path / "policies"
    assert settings.trail == tmp_path / ".affidavit" / "trail"
    assert settings.key == tmp_path / ".affidavit" / "key.pem"
    assert (settings.purpose, settings.tag_requests) == (None, True)
    assert set(sources(settings).values()) == {"default"}


def test_the_key_stands_beside_the_trail_wherever_that_is(tmp_path: Path) -> None:
    settings = settled(tmp_path, {"AFFIDAVIT_TRAIL": "/var/lib/app/trail"})

    assert settings.key == Path("/var/lib/app/key.pem")


def test_an_argument_beats_the_environment_beats_the_file(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(
        '[tool.affidavit]\npolicy = "p-file"\ntrail = "t-file"\nkey = "k-file"\n'
    )
    environ = {"AFFIDAVIT_POLICY": "p-env", "AFFIDAVIT_TRAIL": "t-env"}

    settings = settled(tmp_path, environ, policy="p-argument")

    assert settings.policy == tmp_path / "p-argument"
    assert settings.trail == tmp_path / "t-env"
    assert settings.key == tmp_path / "k-file"
    assert sources(settings)["policy"] == "argument"
    assert sources(settings)["trail"] == "AFFIDAVIT_TRAIL"
    assert sources(settings)["key"] == f"{tmp_path}/pyproject.toml [tool.affidavit]"


def test_the_nearest_file_upward_is_the_projects_root(tmp_path: Path) -> None:
    (tmp_path / "affidavit.toml").write_text('purpose = "support.reply"\n')
    deep = tmp_path / "src" / "app"
    deep.mkdir(parents=True)

    settings = settled(deep)

    assert settings.policy == tmp_path / "policies"
    assert settings.purpose == "support.reply"


def test_a_project_file_that_says_nothing_of_us_is_passed_by(tmp_path: Path) -> None:
    (tmp_path / "affidavit.toml").write_text("tag_requests = false\n")
    inner = tmp_path / "inner"
    inner.mkdir()
    (inner / "pyproject.toml").write_text("[tool.other]\nx = 1\n")

    assert settled(inner).tag_requests is False


@pytest.mark.parametrize(
    ("value", "expected"), [("true", "yes"), ("1", "yes"), ("False", "no"), ("0", "no")]
)
def test_a_flag_is_read_from_the_environment(
    tmp_path: Path, value: str, expected: str
) -> None:
    settings = settled(tmp_path, {"AFFIDAVIT_TAG_REQUESTS": value})

    assert settings.tag_requests is (expected == "yes")


def test_an_empty_variable_is_no_setting(tmp_path: Path) -> None:
    assert settled(tmp_path, {"AFFIDAVIT_POLICY": ""}).policy == tmp_path / "policies"


def test_durability_is_named_and_by_default_the_strongest(tmp_path: Path) -> None:
    assert settled(tmp_path).durability is Durability.COMMIT
    named = settled(tmp_path, {"AFFIDAVIT_DURABILITY": "process"})
    assert named.durability is Durability.PROCESS


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("policy = 3", "policy must be a path, got 3"),
        ('policy = ""', "policy must be a path"),
        ('tag_requests = "maybe"', "tag_requests must be true or false"),
        ('durability = "maybe"', "durability must be commit or process, got 'maybe'"),
        ('polciy = "x"', "no setting is called 'polciy'. Did you mean 'policy'?"),
        ('zzz = "x"', "Known: policy, trail"),
        ('purpose = "No Such!"', "cannot be a purpose"),
        ("purpose = 3", "cannot be a purpose"),
        ("policy = ", "not TOML"),
        ('keep = "13"', "keep: '13' is no length of time"),
        ("keep = 13", "keep: '13' is no length of time"),
    ],
)
def test_an_unusable_setting_names_file_and_fault(
    tmp_path: Path, content: str, told: str
) -> None:
    (tmp_path / "affidavit.toml").write_text(content)

    with pytest.raises(SettingsInvalid) as caught:
        settled(tmp_path)
    assert told in str(caught.value)
    assert "affidavit.toml" in str(caught.value)


def test_how_long_bodies_are_kept_is_settled_like_all_else(tmp_path: Path) -> None:
    assert settled(tmp_path).keep is None
    (tmp_path / "affidavit.toml").write_text('keep = "13months"')
    assert str(settled(tmp_path).keep) == "13months"
    environ = {"AFFIDAVIT_KEEP": "2years"}
    assert str(settled(tmp_path, environ=environ).keep) == "2years"


def test_a_key_may_live_elsewhere_than_in_a_file(tmp_path: Path) -> None:
    uri = "pkcs11:object=k?module-path=/lib/p11.so"
    here = read_settings(environ={"AFFIDAVIT_KEY": uri}, directory=tmp_path)
    file = read_settings(environ={"AFFIDAVIT_KEY": "file:k.pem"}, directory=tmp_path)

    assert (str(here.key_uri), str(here.key_place)) == (uri, uri)
    assert here.key == tmp_path / ".affidavit" / "key.pem"
    assert (file.key_uri, file.key_place) == (None, tmp_path / "k.pem")
    with pytest.raises(SettingsInvalid, match=r"AFFIDAVIT_KEY: .*on this machine"):
        read_settings(environ={"AFFIDAVIT_KEY": "file://far/k"}, directory=tmp_path)


def test_a_table_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool]\naffidavit = 3\n")

    with pytest.raises(SettingsInvalid, match="must be a table"):
        settled(tmp_path)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "affidavit.toml").write_bytes(b"\xff\xfe\x00")

    with pytest.raises(SettingsInvalid, match="not TOML"):
        settled(tmp_path)


@pytest.mark.parametrize("name", ["affidavit.toml", "pyproject.toml"])
@pytest.mark.parametrize("kind", ["folder", "pipe", "device", "gone", "loop"])
def test_what_is_no_file_in_the_place_of_one_is_not_passed_over(
    name: str, kind: str, tmp_path: Path
) -> None:
    (tmp_path / "affidavit.toml").write_text('purpose = "support.reply"\n')
    here = tmp_path / "here"
    here.mkdir()
    match kind:
        case "folder":
            (here / name).mkdir()
        case "pipe":
            os.mkfifo(here / name)
        case "device":
            (here / name).symlink_to("/dev/zero")
        case _:
            (here / name).symlink_to("gone" if kind == "gone" else name)

    with pytest.raises(SettingsInvalid, match=f"{name}: cannot be read.*remove it"):
        read_settings(environ={}, directory=here)


def test_a_file_that_cannot_be_looked_for_is_not_passed_over(tmp_path: Path) -> None:
    # Longer than any path may be: not a word on whether the file is there.
    nowhere = tmp_path.joinpath(*["x" * 200] * 30)

    with pytest.raises(SettingsInvalid, match="cannot be read: File name too long"):
        read_settings(environ={}, directory=nowhere)


def test_equal_settings_are_one_key(tmp_path: Path) -> None:
    assert hash(settled(tmp_path)) == hash(settled(tmp_path))


def test_each_setting_is_documented() -> None:
    page = (Path(__file__).parents[3] / "docs" / "settings.md").read_text()
    for name in (*NAMES, *TABLES):
        assert f"| `{name}` |" in page
    for name in NAMES:
        assert f"`{variable(name)}`" in page
