"""The governor sees calls together, remembers over processes and never fails by it."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from affidavit.calls import Call, Line, Text
from affidavit.detect.behaviour.store import directory_of
from affidavit.errors import Reason
from affidavit.findings import Kind
from affidavit.policy.loader import Policy, load
from affidavit.trail.reader import TrailReader
from affidavit.wiring import Governor, Settings, read_settings
from affidavit.wiring.behaviour import Watcher
from support.project import a_call, a_dataset_call, a_project, an_outcome

LONG = (
    "It begins where the river meets the coast, and the boats wait for the tide. " * 8
)
PIPELINE = Kind.DATASET_PIPELINE.value


def saying(text: str, **parameters: int | str | bool) -> Call:
    return a_call(texts=(Text(role="user", value=text),), parameters=parameters)


def made(governor: Governor, call: Call, *said: str) -> str:
    verdict = governor.consider(call)
    governor.commit(verdict)
    if not verdict.refused:
        governor.conclude_soon(verdict, lambda: an_outcome(said=said))
        governor.flush()
    return verdict.effect


def watched(settings: Settings) -> Settings:
    """The same, looked at together whatever the policy asks."""
    return replace(settings, watch_behaviour=True)


def findings(settings: Settings, kind: str) -> list[dict[str, Any]]:
    bodies: list[Any] = [each.body for each in TrailReader(settings.trail).records()]
    found = (finding for body in bodies if body for finding in body.get("findings", ()))
    return [finding for finding in found if finding["kind"] == kind]


def chain(start: int, calls: int) -> list[tuple[Call, str]]:
    """An output becomes the next input, and nothing else does."""
    texts = [
        " ".join(f"part{i}w{k}" for k in range(24))
        for i in range(start, start + calls + 1)
    ]
    return [
        (saying(f"Rewrite the text so that it is harder.\n\n{old}"), new)
        for old, new in pairwise(texts)
    ]


def test_a_pipeline_is_a_finding_in_the_trail(tmp_path: Path) -> None:
    settings = watched(a_project(tmp_path, observe=True))
    with Governor(settings=settings) as governor:
        for call, output in chain(0, 16):
            made(governor, call, output)

    found = findings(settings, PIPELINE)
    assert found[-1]["activity"] == "output_reuse"
    assert "bring back outputs" in str(found[-1]["notes"])


def test_the_next_process_remembers(tmp_path: Path) -> None:
    settings = watched(a_project(tmp_path, observe=True))
    calls = chain(0, 16)
    for some in (calls[:9], calls[9:]):
        with Governor(settings=settings) as governor:
            for call, output in some:
                made(governor, call, output)

    assert findings(settings, PIPELINE)


def test_it_can_be_turned_off(tmp_path: Path) -> None:
    a_project(tmp_path, observe=True)
    settings = read_settings(environ={}, directory=tmp_path, watch_behaviour=False)
    with Governor(settings=settings) as governor:
        for call, output in chain(0, 16):
            made(governor, call, output)

    assert not findings(settings, PIPELINE)
    assert not directory_of(settings.trail).exists()


def test_a_lost_store_changes_nothing_for_calls(tmp_path: Path) -> None:
    settings = watched(a_project(tmp_path))
    directory_of(settings.trail).write_text("in the way")
    with Governor(settings=settings) as governor:
        assert made(governor, a_call(), "hello") == "permit"


def test_a_refused_prompt_under_another_purpose_is_a_finding(tmp_path: Path) -> None:
    settings = watched(a_project(tmp_path))
    with Governor(settings=settings) as governor:
        assert made(governor, a_dataset_call()) == "refuse"
        made(governor, a_dataset_call()._replace(purpose="support.triage"))

    (found,) = findings(settings, Kind.DENIED_RETURN.value)
    assert found["score"] == "1.000"


def test_a_refusal_that_asks_for_another_purpose_is_not_held_against_it(
    tmp_path: Path,
) -> None:
    watcher, policy = watching(tmp_path)
    look = watcher.look(policy, 1000)
    look(a_call(purpose=None), ())
    reason = Reason(rule="purpose.undeclared", message="say what for")
    look.decided("0193d6a0-0000-7000-8000-0123456789ab", (reason,), left=False)

    assert watcher.look(policy, 2000)(a_call(), ()) == ()


def watching(directory: Path) -> tuple[Watcher, Policy]:
    settings = watched(a_project(directory))
    return Watcher(directory / "states", b"k" * 32), load(settings.policy)


def test_the_lines_of_a_file_are_one_stream(tmp_path: Path) -> None:
    watcher, policy = watching(tmp_path)
    look = watcher.look_at_file(policy)
    found = [
        look(saying(f"Solve problem {i}", n=16, max_tokens=4000), ()) for i in range(30)
    ]

    assert found[0] == ()
    assert found[-1][0].kind == PIPELINE
    assert watcher.look(policy, 1)(saying("one"), ()) == ()


def test_a_governor_shows_a_files_lines_to_it(tmp_path: Path) -> None:
    with Governor(settings=watched(a_project(tmp_path))) as governor:
        inspection = governor.inspect(
            Line(number=i, call=saying(f"Solve {i}", n=16, max_tokens=4000))
            for i in range(1, 31)
        )

    assert [each.kind for each in inspection.findings] == [PIPELINE]
    assert inspection.findings[0].lines


def test_made_up_purposes_fill_no_disk(tmp_path: Path) -> None:
    watcher, policy = watching(tmp_path)
    for number in range(40):
        watcher.look(policy, 1)(a_call(purpose=f"invented.{number}"), ())

    assert len(list((tmp_path / "states").iterdir())) <= 2


def test_calls_that_never_end_are_forgotten(tmp_path: Path) -> None:
    watcher, policy = watching(tmp_path)
    for number in range(5000):
        watcher.awaits(str(number), watcher.state(policy, "support.reply"), number)
    watcher.concluded("0", an_outcome())
    watcher.concluded("4999", an_outcome())

    assert len(watcher._waiting) == 4095


ASKING = """\
apiVersion: affidavit/v1
kind: Policy
name: asks
purposes:
  support.reply: {models: ["*"], endpoints: ["*"]}
rules:
  - id: pipelines
    effect: review
    any: [%s]
    message: Looked at together, these calls make a data set.
"""


@pytest.mark.parametrize(
    ("condition", "asks"),
    [
        ('{finding: {dataset_pipeline: ">= 0.8"}}', True),
        ('{finding: {denied_return: ">= 0.8"}}', True),
        ("{when: finding.denied_return > 0.5}", True),
        ('{finding: {dataset_generation: ">= 0.8"}}', False),
    ],
)
def test_calls_are_looked_at_together_where_a_rule_asks_for_it(
    tmp_path: Path, *, condition: str, asks: bool
) -> None:
    settings = a_project(tmp_path)
    (tmp_path / "policies" / "policy.yaml").unlink(missing_ok=True)
    path = tmp_path / "asks.yaml"
    path.write_text(ASKING % condition)
    with Governor(settings=replace(settings, policy=path)) as governor:
        assert (governor._watcher is not None) is asks
    off = replace(settings, policy=path, watch_behaviour=False)
    with Governor(settings=off) as governor:
        assert governor._watcher is None
