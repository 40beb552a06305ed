"""A change counts as approved by whoever owned it before, as it is now, or not."""

from affidavit.policy.approvals import (
    EMPTY,
    Change,
    Commit,
    Part,
    State,
    address,
    missing,
    read,
    uncommitted,
)
from support.policies import HEAD

BASE = """\
owners:
  "*": [legal@acme.example]
  support-team: [ana@acme.example, bo@acme.example]
purposes:
  support.reply: {owner: support-team, models: ["gpt-5*"]}
  crm.sync: {owner: crm@acme.example}
  lone: {models: ["o1"]}
rules:
  - {id: one, owner: dpo@acme.example, effect: deny, message: m, any: [{model: x}]}
  - {id: two, effect: deny, message: m, any: [{model: x}]}
waivers:
  - {rule: one, purpose: crm.sync, ticket: T}
"""
ME = "me@acme.example"
FILE = "policy.yaml"


def state(body: str) -> State:
    return read((HEAD + body).encode())


def told(
    new: str,
    *approvers: str,
    author: str = ME,
    base: str = BASE,
    approved: str | None = None,
    rules: dict[str, str] | None = None,
) -> list[str]:
    """What is missing when `author` makes `base` `new`, and people approve after it."""
    before, after = state(base), state(new)
    seen = after if approved is None else state(approved)
    none: frozenset[str] = frozenset()
    edit = Commit(
        id="1",
        author=author,
        approvers=none,
        states={FILE: after},
        before={FILE: (before,)},
    )
    nod = Commit(
        id="2",
        author="someone@acme.example",
        approvers=frozenset(approvers),
        states={FILE: seen},
        before={FILE: (seen,)},
    )
    change = Change(
        name=FILE, base=before, head=after, commits=[edit, nod], rules=rules or {}
    )
    return [f"{each.rule} {each.message}" for each in missing(FILE, change)]


def changed(old: str, new: str) -> str:
    assert BASE.count(old) == 1
    return BASE.replace(old, new)


def test_no_change_needs_no_approval() -> None:
    assert told(BASE) == []
    assert told(f"# a comment\n{BASE}") == []


def test_a_change_needs_its_owner_or_whoever_stands_for_it() -> None:
    wider = changed("gpt-5*", "*")
    (message,) = told(wider)
    assert message == (
        "P040 changes purpose support.reply without approval of ana@acme.example or "
        "bo@acme.example"
    )
    assert told(wider, "bo@acme.example") == []
    assert told(wider, "BO@acme.example".lower()) == []
    (message,) = told(wider, "crm@acme.example")
    assert message.endswith("; approved by crm@acme.example only")


def test_an_approval_of_an_earlier_version_is_none_of_this_one() -> None:
    wider = changed("gpt-5*", "*")
    half = changed("gpt-5*", "gpt-*")
    assert told(wider, "ana@acme.example", approved=half) != []
    # Of another part it stays one: that part is as it was.
    assert told(wider, "ana@acme.example", approved=wider + "mode: observe\n") == []


def test_nobody_approves_what_they_wrote() -> None:
    wider = changed("gpt-5*", "*")
    ana = "ana@acme.example"
    assert told(wider, ana, author=ana) != []
    assert told(wider, "bo@acme.example", author=ana) == []
    mine = changed("owner: crm@acme.example", "owner: crm@acme.example, models: [o1]")
    (message,) = told(mine, "crm@acme.example", author="crm@acme.example")
    assert "without approval of legal@acme.example" in message
    assert told(mine, "legal@acme.example", author="crm@acme.example") == []


def test_nobody_becomes_an_owner_by_the_change_itself() -> None:
    taken = changed("owner: crm@acme.example", f"owner: {ME}")
    friend = "friend@acme.example"
    assert told(taken, friend) != []
    assert told(taken, "crm@acme.example") == []
    listed = changed("[ana@acme.example, bo@acme.example]", f"[{friend}]")
    assert told(listed.replace("gpt-5*", "*"), friend) != []


def test_what_is_new_or_without_owner_is_for_those_of_the_star() -> None:
    new = changed("rules:\n", "  fresh: {owner: friend@acme.example}\nrules:\n")
    assert told(new, "friend@acme.example") != []
    assert told(new, "legal@acme.example") == []
    assert told(changed("o1", "o3"), "legal@acme.example") == []
    assert told(BASE + "mode: observe\n", "ana@acme.example") != []
    assert told(BASE + "mode: observe\n", "legal@acme.example") == []


def test_without_a_star_the_new_owner_approves_and_the_rest_has_nobody() -> None:
    base = "purposes:\n  a: {owner: ana@acme.example}\n"
    new = base + "  b: {owner: bo@acme.example}\n"
    assert told(new, "bo@acme.example", base=base) == []
    (message,) = told(base + "mode: observe\n", "bo@acme.example", base=base)
    assert message == "P041 adds `mode`: nobody can approve it, because nobody owns it"
    wider = base.replace("}", ", models: [o1]}")
    (message,) = told(wider, author="ana@acme.example", base=base)
    assert "ana@acme.example alone, who wrote it" in message


def test_what_is_removed_needs_the_owner_it_had() -> None:
    gone = changed("  crm.sync: {owner: crm@acme.example}\n", "")
    (message,) = told(gone)
    assert message.startswith("P040 removes purpose crm.sync without approval of crm@")
    assert told(gone, "crm@acme.example") == []


def test_a_waiver_is_the_business_of_the_rules_owner() -> None:
    longer = changed("ticket: T", "ticket: U")
    rules = {"one": "dpo@acme.example"}
    assert told(longer, "crm@acme.example", rules=rules) != []
    assert told(longer, "dpo@acme.example", rules=rules) == []
    assert told(longer, "legal@acme.example") == []


def test_a_rule_is_its_owners_wherever_it_stands() -> None:
    changed_rule = changed(
        "dpo@acme.example, effect: deny", "dpo@acme.example, effect: warn"
    )
    (message,) = told(changed_rule)
    assert message.startswith("P040 changes rule one without approval of dpo@")
    assert told(changed_rule, "dpo@acme.example") == []


def test_a_merge_has_no_author_of_what_a_parent_had() -> None:
    before, after = state(BASE), state(changed("gpt-5*", "*"))
    ana = frozenset({"ana@acme.example"})
    merge = Commit(
        id="m",
        author="ana@acme.example",
        approvers=ana,
        states={FILE: after},
        before={FILE: (before, after)},
    )
    change = Change(name=FILE, base=before, head=after, commits=[merge], rules={})
    assert missing(FILE, change) == ()


def test_diagnostics_stand_at_what_they_are_about() -> None:
    new = (
        changed("gpt-5*", "*")
        .replace("ticket: T", "ticket: U")
        .replace("{id: two, effect: deny", "{id: two, effect: warn")
    )
    text = HEAD + new + "mode: observe\n"
    change = Change(
        name=FILE, base=state(BASE), head=read(text.encode()), commits=[], rules={}
    )
    lines = text.splitlines()
    at = [lines[each.line - 1][each.column - 1 :] for each in missing(FILE, change)]
    assert [each.split(":")[0].split(",")[0] for each in at] == [
        "support.reply",
        "two",
        "waivers",
        "mode",
    ]


def test_a_file_that_is_no_policy_has_no_parts() -> None:
    assert read(None) == EMPTY
    assert read(b"- a") == EMPTY
    assert read(b"a: [") == EMPTY
    odd = read(b"purposes: 1\nrules: {a: 1}\nwaivers: x\nowners: {a: 1}\nn: 0.5\n")
    assert set(odd.parts) == {
        Part("field", name) for name in ("purposes", "rules", "waivers", "owners", "n")
    }
    assert str(Part("waivers", "one")) == "waivers of one"


def test_addresses_are_read_from_names() -> None:
    assert address("Ana B <Ana@Acme.example>") == "ana@acme.example"
    assert address(" ana@acme.example ") == "ana@acme.example"


def test_what_is_not_committed_is_said() -> None:
    assert uncommitted("p.yaml").rule == "P042"
