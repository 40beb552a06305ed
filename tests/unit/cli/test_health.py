import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from affidavit.cli import health
from affidavit.cli.health import ENVIRONMENT, PROBLEM, WARNING, Examination
from affidavit.keys.uri import KeyUri
from affidavit.wiring import Settings, read_settings
from affidavit.wiring.keyring import next_path
from support.cli import a_recorded_project, edit_record, record_calls
from support.policies import SUPPORT, written
from support.project import a_project

NOW = datetime.now(UTC)
DAY = datetime(2027, 3, 1, 23, 59, tzinfo=UTC)


def weights(examined: Examination) -> list[int]:
    return [trouble.weight for trouble in examined.troubles]


def examined_trail(settings: Settings) -> Examination:
    _, identity = health.key(settings)
    return health.trail(settings.trail, identity, NOW, lambda _done, _total: None)


def test_each_setting_says_where_it_came_from(tmp_path: Path) -> None:
    settings = read_settings(
        environ={"AFFIDAVIT_PURPOSE": "a.b"}, directory=tmp_path, trail="elsewhere"
    )
    facts = health.settings(settings).facts

    assert facts["purpose"] == {"source": "AFFIDAVIT_PURPOSE", "value": "a.b"}
    assert facts["trail"] == {
        "source": "argument",
        "value": str(tmp_path / "elsewhere"),
    }
    assert facts["tag_requests"] == {"source": "default", "value": True}


@pytest.mark.parametrize(
    ("expires", "days", "weight"),
    [
        ("2027-02-28", -1, PROBLEM),
        ("2027-03-01", 0, WARNING),
        ("2027-03-31", 30, WARNING),
        ("2027-04-01", 31, None),
    ],
)
def test_a_purpose_is_watched_until_its_last_day(
    expires: str, days: int, weight: int | None, tmp_path: Path
) -> None:
    file = written(tmp_path, SUPPORT + f"    expires: {expires}\n")
    examined = health.policy(file, DAY)
    own = [each for each in examined.troubles if "[P" not in each.message]

    assert examined.facts["purposes"] == [
        {
            "days_left": days,
            "expired": days < 0,
            "expires": expires,
            "name": "support.reply",
            "owner": "support@acme.example",
        }
    ]
    assert [each.weight for each in own] == ([] if weight is None else [weight])


def test_warnings_of_the_check_are_passed_on(tmp_path: Path) -> None:
    file = written(tmp_path, SUPPORT.replace("    owner: support@acme.example\n", ""))
    (trouble,) = health.policy(file, DAY).troubles

    assert trouble.level == "warning"
    assert "P104" in trouble.message
    assert trouble.remedy


def test_a_policy_that_only_observes_is_pointed_out(tmp_path: Path) -> None:
    (trouble,) = health.policy(
        written(tmp_path, "mode: observe\n" + SUPPORT), DAY
    ).troubles

    assert trouble.weight == WARNING
    assert "mode observe" in trouble.message


def test_a_policy_that_cannot_be_in_force_is_an_environment_trouble(
    tmp_path: Path,
) -> None:
    examined = health.policy(tmp_path, DAY)

    assert examined.facts == {"loaded": False, "path": str(tmp_path)}
    assert weights(examined) == [ENVIRONMENT]


def test_a_key_that_others_may_read_is_an_environment_trouble(tmp_path: Path) -> None:
    settings = a_project(tmp_path)
    settings.key.chmod(0o644)
    examined, identity = health.key(settings)

    assert identity is None
    assert examined.facts["mode"] == "0644"
    assert examined.facts["vkey"] is None
    assert weights(examined) == [ENVIRONMENT]
    assert "chmod 600" in examined.troubles[0].message


def test_a_rotation_that_was_cut_short_is_a_problem(tmp_path: Path) -> None:
    settings = a_project(tmp_path)
    next_path(settings).write_bytes(settings.key.read_bytes())
    next_path(settings).chmod(0o600)
    examined, identity = health.key(settings)

    assert identity is not None
    assert weights(examined) == [PROBLEM]
    assert "trail key rotate" in (examined.troubles[0].remedy or "")


def test_a_key_service_that_is_away_is_an_environment_trouble(tmp_path: Path) -> None:
    uri = KeyUri("pkcs11:object=k?module-path=/nowhere.so&pin-source=/nowhere")
    examined, identity = health.key(replace(a_project(tmp_path), key_uri=uri))

    assert identity is None
    assert examined.facts["path"] == str(uri)
    assert weights(examined) == [ENVIRONMENT]


def test_a_good_trail_has_its_figures_and_no_trouble_but_lost_outcomes(
    tmp_path: Path,
) -> None:
    examined = examined_trail(a_recorded_project(tmp_path))
    facts = examined.facts

    assert (facts["sealed"], facts["pending"], facts["verdict"]) == (7, 0, "valid")
    assert facts["writable"] is True
    assert isinstance(facts["disk_free_bytes"], int)
    assert isinstance(facts["checkpoint_age_seconds"], int)
    assert facts["no_outcome"] == 1
    assert examined.troubles == ()  # so young a call may still be under way


def test_a_damaged_state_is_an_environment_trouble(tmp_path: Path) -> None:
    settings = a_recorded_project(tmp_path)
    (settings.trail / "state").write_bytes(b"garbage")
    examined = examined_trail(settings)

    assert weights(examined) == [ENVIRONMENT]
    assert "newest backup" in examined.troubles[0].message


def test_a_changed_record_is_a_problem(tmp_path: Path) -> None:
    settings = a_recorded_project(tmp_path)
    edit_record(settings.trail, b'"effect":"refuse"', b'"effect":"permit"')
    examined = examined_trail(settings)

    assert weights(examined) == [PROBLEM]
    assert "record " in examined.troubles[0].message
    assert "trail verify" in str(examined.troubles[0].remedy)


def test_no_trail_is_an_environment_trouble(tmp_path: Path) -> None:
    settings = a_project(tmp_path)
    shutil.rmtree(settings.trail)

    assert weights(examined_trail(settings)) == [ENVIRONMENT]


def test_a_checkpoint_that_is_none_is_an_environment_trouble(tmp_path: Path) -> None:
    settings = a_project(tmp_path)
    (settings.trail / "checkpoint").write_bytes(b"")

    assert weights(examined_trail(settings)) == [ENVIRONMENT]


def test_without_a_key_the_trail_is_looked_at_and_not_verified(tmp_path: Path) -> None:
    settings = a_recorded_project(tmp_path)
    settings.key.unlink()
    facts = examined_trail(settings).facts

    assert facts["sealed"] == 7
    assert facts["verdict"] is None


def test_a_writer_at_work_is_told(tmp_path: Path) -> None:
    settings = a_project(tmp_path)
    governor = record_calls(settings, close=False)
    writers = examined_trail(settings).facts["writers"]
    governor.close()

    assert isinstance(writers, list)
    assert [each["running"] for each in writers] == [True]
    assert examined_trail(settings).facts["writers"] == []
