"""pytest plugin: openai's own tests, run on the governed classes in the place of stock.

Loaded with `-p plugin` before any test is imported. `AFFIDAVIT_SUITE_CLASSES` names a
`module:factory` that gives the classes by name; without it the stock classes stay.
`AFFIDAVIT_SUITE_RESULTS` names the file that gets each test's outcome as JSON.
"""

import json
import os
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import openai
import openai.lib.azure
import pytest

_MODULE_CLIENTS = {
    "_ModuleClient": "OpenAI",
    "_AzureModuleClient": "AzureOpenAI",
    "_BedrockModuleClient": "BedrockOpenAI",
}


def _classes() -> Mapping[str, Any]:
    where = os.environ.get("AFFIDAVIT_SUITE_CLASSES")
    if not where:
        return {}
    module, _, factory = where.partition(":")
    classes: Mapping[str, Any] = getattr(import_module(module), factory)()
    return classes


CLASSES = _classes()


def _replace() -> None:
    for name, kind in CLASSES.items():
        setattr(openai, name, kind)
    openai.Client, openai.AsyncClient = CLASSES["OpenAI"], CLASSES["AsyncOpenAI"]
    # The client behind `openai.responses.create(…)`. Its own methods stand first: they
    # read the module's settings; ours come before the stock class that they rest on.
    for name, base in _MODULE_CLIENTS.items():
        original = getattr(openai, name)
        setattr(openai, name, type(name, (original, CLASSES[base]), {}))


if CLASSES:
    _replace()


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """While tests are imported, also `from openai.lib.azure import …` gives ours.

    Later it must not: the SDK asks there whether a client is one of Azure's.
    """
    home, stock = openai.lib.azure, {}
    for name in ("AzureOpenAI", "AsyncAzureOpenAI"):
        if name in CLASSES:
            stock[name] = getattr(home, name)
            setattr(home, name, CLASSES[name])
    try:
        return (yield)
    finally:
        for name, kind in stock.items():
            setattr(home, name, kind)


def pytest_make_parametrize_id(val: object) -> str | None:
    """A class keeps its name in a test's name, whoever made it."""
    return next((name for name, kind in CLASSES.items() if val is kind), None)


_outcomes: dict[str, str] = {}


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    before = _outcomes.get(report.nodeid)
    if report.when == "call" or report.outcome != "passed":
        # A failure counts, in whatever phase, and no later phase mends it.
        _outcomes[report.nodeid] = "failed" if before == "failed" else report.outcome


def pytest_sessionfinish(session: pytest.Session) -> None:
    results = os.environ.get("AFFIDAVIT_SUITE_RESULTS")
    if results and not hasattr(session.config, "workerinput"):
        Path(results).write_text(json.dumps(_outcomes, sort_keys=True), "utf-8")
