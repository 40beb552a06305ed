"""`policy budgets`: used and left of each counter, and a store that is founded."""

from pathlib import Path

from affidavit.wiring import Governor, Settings
from support.budgeted import a_budgeted_project
from support.cli import invoke
from support.project import a_call
from support.redis_server import a_server

BOTH = (
    "[{requests: 3/month}, {cost: 5/month, per: subject}]\n"
    'prices:\n  - {models: ["*"], input: 0, output: 0, request: 1.5}'
)


def used(settings: Settings, *subjects: str) -> None:
    with Governor(settings=settings) as governor:
        for subject in subjects:
            governor.commit(governor.consider(a_call(subject=subject)))


def test_each_counter_is_told_with_what_is_left(tmp_path: Path) -> None:
    settings = a_budgeted_project(tmp_path, BOTH)
    used(settings, "ann", "ann", "bob")

    told = invoke("policy", "budgets", "--json", cwd=tmp_path).json
    rows = [(r["unit"], r["used"], r["left"], r["limit"]) for r in told["budgets"]]

    assert rows == [
        ("requests", 3, 0, 3),
        ("cost", 3_000_000_000, 2_000_000_000, 5_000_000_000),
        ("cost", 1_500_000_000, 3_500_000_000, 5_000_000_000),
    ]
    assert told["counted"] == str(settings.budgets)
    assert all(r["frees"].endswith("-01T00:00:00Z") for r in told["budgets"])


def test_a_person_gets_a_table(tmp_path: Path) -> None:
    settings = a_budgeted_project(tmp_path, BOTH)
    used(settings, "ann")

    ran = invoke("policy", "budgets", cwd=tmp_path)

    assert ran.code == 0
    assert "3 requests per month" in ran.out
    assert "1.50" in ran.out
    assert "(subject " in ran.out
    assert "ann" not in ran.out.split("purpose", 1)[1].replace("month and", "")
    assert str(settings.budgets) in ran.err


def test_one_purpose_or_subject_may_be_asked_for(tmp_path: Path) -> None:
    settings = a_budgeted_project(tmp_path, BOTH)
    used(settings, "ann", "bob")

    bob = invoke("policy", "budgets", "--subject", "bob", "--json", cwd=tmp_path).json
    nobody = invoke("policy", "budgets", "--subject", "eve", cwd=tmp_path)
    unknown = invoke("policy", "budgets", "--purpose", "crm.sync", cwd=tmp_path)

    assert [row["used"] for row in bob["budgets"]] == [1_500_000_000]
    assert "No budget" in nobody.out
    assert unknown.code == 2
    assert "declares no purpose 'crm.sync'" in unknown.err


def test_a_table_shows_the_fullest_counters_unless_all_are_asked_for(
    tmp_path: Path,
) -> None:
    settings = a_budgeted_project(tmp_path, "{requests: 9/month, per: subject}")
    used(settings, *(f"user-{number}" for number in range(12)))

    some = invoke("policy", "budgets", cwd=tmp_path)
    everyone = invoke("policy", "budgets", "--all", cwd=tmp_path)

    assert some.out.count("(subject ") == 10
    assert "2 more" in some.err
    assert everyone.out.count("(subject ") == 12


def test_a_budget_that_nothing_was_counted_for_has_all_of_it_left(
    tmp_path: Path,
) -> None:
    a_budgeted_project(tmp_path, "{requests: 3/month}")

    (row,) = invoke("policy", "budgets", "--json", cwd=tmp_path).json["budgets"]

    assert (row["used"], row["left"]) == (0, 3)
    assert not (tmp_path / ".affidavit" / "trail.budgets").exists()


def test_a_store_is_founded_with_what_the_trail_says(tmp_path: Path) -> None:
    settings = a_budgeted_project(tmp_path, "{requests: 3/month}")
    used(settings, "ann", "ann")
    with a_server() as server:
        env = {"AFFIDAVIT_BUDGETS": server.url}
        before = invoke("policy", "budgets", "--json", cwd=tmp_path, env=env).json
        founded = invoke("policy", "budgets", "--found", cwd=tmp_path, env=env)
        after = invoke("policy", "budgets", "--json", cwd=tmp_path, env=env).json

    assert [row["used"] for row in before["budgets"]] == [0]
    assert founded.code == 0
    assert [row["used"] for row in after["budgets"]] == [2]


def test_gaps_are_accepted_only_where_a_store_is_founded(tmp_path: Path) -> None:
    a_budgeted_project(tmp_path, "{requests: 3/month}")

    misused = invoke("policy", "budgets", "--accept-gaps", cwd=tmp_path)
    founded = invoke("policy", "budgets", "--found", "--accept-gaps", cwd=tmp_path)

    assert misused.code == 2
    assert "--accept-gaps goes with --found" in misused.err
    assert founded.code == 0
