from pathlib import Path

from affidavit.policy.cases import Cases, read
from support.cli import a_recorded_project, invoke


def ids(directory: Path) -> list[str]:
    listed = invoke("trail", "show", "--kind", "decision", "--json", cwd=directory)
    return [each["id"] for each in listed.lines]


def test_recorded_calls_become_cases_that_the_policy_of_then_passes(
    tmp_path: Path,
) -> None:
    settings = a_recorded_project(tmp_path)
    recorded = ids(tmp_path)
    ran = invoke(
        "policy", "test", "--from-trail", settings.trail, *recorded, cwd=tmp_path
    )
    file = settings.policy.with_name("recorded.test.yaml")
    head = f"apiVersion: affidavit/v1\nkind: PolicyTest\npolicy: {settings.policy}\n"
    file.write_text(f"{head}cases:\n{ran.out}")
    cases = read(file)

    assert ran.code == 0
    assert ran.out.count("Not in the trail: The texts") == 3
    assert isinstance(cases, Cases), cases.found
    assert [each.expect.effect for each in cases.cases] == [
        "permit",
        "permit",
        "refuse",
    ]
    assert invoke("policy", "test", file, cwd=tmp_path).code == 0


def test_a_call_that_the_trail_does_not_hold_is_an_error(tmp_path: Path) -> None:
    settings = a_recorded_project(tmp_path)
    some = invoke(
        "policy", "test", "--from-trail", settings.trail, "ffffff", cwd=tmp_path
    )
    short = invoke("policy", "test", "--from-trail", settings.trail, "0", cwd=tmp_path)
    none = invoke("policy", "test", "--from-trail", settings.trail, cwd=tmp_path)

    assert (some.code, short.code, none.code) == (2, 2, 2)
    assert "no decision whose id begins with ffffff" in some.err
