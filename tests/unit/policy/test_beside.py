from pathlib import Path

import pytest

from affidavit.policy.beside import beside
from affidavit.policy.diff import compare
from affidavit.policy.sides import side
from support.comparing import TODAY
from support.policies import SUPPORT, written

RULE = "rules:\n  - {id: r, effect: deny, message: m, any: [{model: gpt-4}]}\n"
NO_STORE = (
    "rules:\n  - {id: no-store, effect: warn, message: m, "
    "obligations: {store: false}, any: [{model: '*'}]}\n"
)
WAIVER = (
    "waivers:\n  - {rule: r, purpose: support.reply, approved_by: [d], ticket: T, "
    "expires: 2026-01-01}\n"
)


def told(directory: Path, first: str, second: str) -> list[str]:
    """What is told, and that nothing is of a policy and itself."""
    sides = [
        side(written(directory, body, name=f"{n}.yaml"))
        for n, body in enumerate((first, second))
    ]
    same = compare(sides[0], sides[0], since=TODAY)
    assert [*beside(sides[0], sides[0], same)] == []
    return [*beside(sides[0], sides[1], compare(sides[0], sides[1], since=TODAY))]


def test_the_mode_and_purposes_that_come_and_go_are_told(tmp_path: Path) -> None:
    other = SUPPORT.replace("support.reply", "crm.sync")
    found = told(tmp_path, SUPPORT, "mode: observe\n" + other)

    assert found[0].startswith("mode: enforce before, observe after")
    assert found[1:] == [
        "purpose support.reply is gone: every call that declares it is refused.",
        "purpose crm.sync is new.",
    ]


def test_a_policy_of_another_name_or_without_signatures_is_told(tmp_path: Path) -> None:
    first = "require_signature: true\n" + SUPPORT
    files = [written(tmp_path, first, name="a.yaml"), written(tmp_path, SUPPORT)]
    files[1].write_text(files[1].read_text().replace("name: acme", "name: other"))
    sides = [side(file) for file in files]

    assert [*beside(sides[0], sides[1], compare(*sides, since=TODAY))] == [
        "name: acme before, other after, as records show it.",
        "the policy need no longer be signed.",
    ]


def test_origins_are_told_because_redirects_follow_them(tmp_path: Path) -> None:
    (found,) = told(
        tmp_path, SUPPORT, "origins: ['https://api.openai.com']\n" + SUPPORT
    )

    assert found.startswith("origins: any before, https://api.openai.com after")


def test_budgets_and_obligations_are_told_where_they_change(tmp_path: Path) -> None:
    first = SUPPORT + "    budget: {requests: [100/day, 9/minute]}\n"
    second = (
        SUPPORT + "    budget: {requests: [9/minute, 200/day]}\n"
        "    obligations: {store: false}\n"
    )

    assert told(tmp_path, first, second) == [
        (
            "budget of support.reply: 100 requests per day before, "
            "200 requests per day after."
        ),
        "obligations of support.reply: none before, store: false after.",
    ]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("obligations: {tag: {team: Support}}", "obligations: {tag: {team: support}}"),
        (
            "obligations: {tag: {team: a}, store: false}",
            "obligations: {tag: {team: 'a, store: false'}}",
        ),
        (
            "budget: {requests: 1/day, models: [LISTED, gpt-5-a]}",
            "budget: {requests: 1/day, models: [LISTED, gpt-5-b]}",
        ),
    ],
)
def test_what_nearly_reads_the_same_is_told_apart(
    first: str, second: str, tmp_path: Path
) -> None:
    listed = ", ".join(f"gpt-5-{n}" for n in range(8))  # as many as most places name
    bodies = (
        f"{SUPPORT}    {each}\n".replace("LISTED", listed) for each in (first, second)
    )
    (found,) = told(tmp_path, *bodies)
    before, _, after = found.partition(": ")[2].partition(" before, ")

    assert before != after.removesuffix(" after.")


def test_a_price_that_changes_is_told(tmp_path: Path) -> None:
    budget = SUPPORT + "    budget: {cost: 5/day}\n"
    price = "prices:\n  - {models: ['gpt-5*'], input: 1.25, output: 10}\n"

    assert told(tmp_path, budget + price, budget + price.replace("10", "1")) == [
        (
            "price of gpt-5*: input 1.25, output 10.00 before, "
            "input 1.25, output 1.00 after."
        )
    ]


def test_a_rule_that_obliges_fewer_calls_is_told_as_looser(tmp_path: Path) -> None:
    fewer = NO_STORE.replace("model: '*'", "model: gpt-5")
    first, second = SUPPORT + NO_STORE, SUPPORT + fewer

    assert told(tmp_path, first, second) == [
        (
            "loosened: rule no-store no longer obliges calls of support.reply (model "
            "gpt-5* but gpt-5; endpoint chat.completions, responses)."
        )
    ]
    (back,) = told(tmp_path, second, first)
    assert back.startswith("tightened: rule no-store now obliges calls of")


def test_purposes_whose_calls_are_obliged_no_more_are_named_up_to_six(
    tmp_path: Path,
) -> None:
    purposes = "purposes:\n" + "".join(
        f"  p.{n}: {{owner: x, models: ['*'], endpoints: ['*'], data: [pii]}}\n"
        for n in range(8)
    )
    rule = NO_STORE.replace("model: '*'", "data: pii")
    (found,) = told(tmp_path, purposes + rule, purposes + rule.replace("pii", "other"))

    assert found == (
        "loosened: rule no-store no longer obliges calls of p.0; p.1; p.2; p.3; p.4; "
        "p.5; and 2 more."
    )


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        (
            SUPPORT + RULE.replace("message", "final: true, message"),
            SUPPORT + RULE,
            (
                "rule r, final: true before, none after: files that extend this one "
                "can only tighten what is final."
            ),
        ),
        (
            SUPPORT + "    final: [models, endpoints]\n",
            SUPPORT + "    final: [models]\n",
            (
                "purpose support.reply, final: endpoints, models before, models after: "
                "files that extend this one can only tighten what is final."
            ),
        ),
        (
            "final: [purposes]\n" + SUPPORT,
            SUPPORT,
            (
                "final: purposes before, none after: files that extend this one can "
                "only tighten what is final."
            ),
        ),
        (
            "owners: {legal@x: [ana@x, ben@x]}\n" + SUPPORT,
            "owners: {legal@x: [ana@x]}\n" + SUPPORT,
            "owners, legal@x: ana@x, ben@x before, ana@x after.",
        ),
        (
            "owners: {'*': [ana@x]}\n" + SUPPORT,
            SUPPORT,
            "owners, *: ana@x before, none after.",
        ),
        (
            SUPPORT,
            SUPPORT.replace("support@acme.example", "other@acme.example"),
            (
                "purpose support.reply, owner: support@acme.example before, "
                "other@acme.example after."
            ),
        ),
        (
            SUPPORT + RULE.replace("message", "clause: t/1, message"),
            SUPPORT + RULE,
            "rule r, clause: t/1 before, none after.",
        ),
        (
            SUPPORT + RULE,
            SUPPORT + RULE.replace("message", "level: waivable, message"),
            (
                "rule r, level: hard before, waivable after: only a waivable rule can "
                "be waived."
            ),
        ),
        (
            SUPPORT + RULE,
            SUPPORT + RULE.replace("id: r", "id: q"),
            "rule r is gone: effect deny; level hard.",
        ),
        (
            SUPPORT + RULE.replace("deny", "warn"),
            SUPPORT + RULE.replace("deny", "warn").replace("gpt-4", "gpt-5"),
            "rule r, which only speaks, has other conditions.",
        ),
        (
            SUPPORT + RULE.replace("message", "level: waivable, message"),
            SUPPORT + RULE.replace("message", "level: waivable, message") + WAIVER,
            (
                "waiver of r for support.reply (T) is new: until 2026-01-01; approved "
                "by d."
            ),
        ),
        (
            "extends: ['pack:eu']\n" + SUPPORT,
            SUPPORT,
            "pack eu is gone.",
        ),
    ],
)
def test_what_reviewers_rely_on_is_told_where_it_changes(
    first: str, second: str, words: str, tmp_path: Path
) -> None:
    assert words in told(tmp_path, first, second)


def test_messages_and_descriptions_are_no_changes(tmp_path: Path) -> None:
    first = SUPPORT + "    description: a\n" + RULE
    second = SUPPORT + "    description: b\n" + RULE.replace(": m,", ": n, remedy: r,")

    assert told(tmp_path, first, second) == []


def test_an_extended_file_that_goes_is_told_with_what_it_held_for(
    tmp_path: Path,
) -> None:
    upper = "final: [purposes]\nowners: {'*': [ana@x]}\n"
    written(tmp_path, upper + SUPPORT, name="team.yaml")

    assert told(tmp_path, "extends: [team.yaml]\n" + SUPPORT, SUPPORT) == [
        "extended file team.yaml is gone: owners, * ana@x; final purposes."
    ]
