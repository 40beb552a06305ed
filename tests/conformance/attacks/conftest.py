"""Trails to attack, made once a test process: nobody changes them."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from support.attacks import subjects
from support.attacks.suite import Subject, check_untouched
from support.attacks.watch import Watch

Make = Callable[[Path, Watch], Subject]
KINDS: Mapping[str, Make] = {
    "one record": lambda folder, watch: subjects.of_size(folder, watch, 1),
    "257 records": lambda folder, watch: subjects.of_size(folder, watch, 257),
    "wide": lambda folder, watch: subjects.of_size(folder, watch, 800),
    "half sealed": lambda folder, watch: subjects.of_size(
        folder, watch, 300, pending=9
    ),
    "rotated": lambda folder, watch: subjects.of_size(folder, watch, 60, handover=17),
    "a project": subjects.recorded,
    "pruned": subjects.after_pruning,
    "a dead writer": subjects.vanished,
    "eight processes": subjects.by_processes,
    "anchored": subjects.anchored,
    "70,000 records": lambda folder, watch: subjects.of_size(folder, watch, 70_000),
}


@pytest.fixture(scope="session")
def watch(tmp_path_factory: pytest.TempPathFactory) -> Watch:
    return Watch.begin(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def subject_of(
    tmp_path_factory: pytest.TempPathFactory, watch: Watch
) -> Callable[[str], Subject]:
    """The trail of a kind; made when it is first asked for, and sound."""
    made: dict[str, Subject] = {}

    def of(kind: str) -> Subject:
        if kind not in made:
            folder = tmp_path_factory.mktemp("subject") / "here"
            made[kind] = KINDS[kind](folder, watch)
            check_untouched(made[kind])
        return made[kind]

    return of
