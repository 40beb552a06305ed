"""A governed client that asks the provider for its safety documents."""

from pathlib import Path

import pytest

from affidavit.cli.incident_fetch import KEY, fetching
from affidavit.errors import SettingsInvalid
from affidavit.testing import Sandbox
from affidavit.trail.notices import Form
from support.incidents import POLICY
from support.project import a_project


def test_a_document_is_fetched_while_the_governor_is_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY, "sandbox")
    settings = a_project(tmp_path)
    (settings.policy / "policy.yaml").write_text(POLICY)
    with Sandbox() as sandbox:
        case = sandbox.safety.issue_case("user-17")
        with fetching(settings, "notices.read", sandbox.base_url) as fetch:
            data = fetch(Form.CASE, str(case["id"]))

    assert b'"entity_identifier":"user-17"' in data


def test_without_a_key_nothing_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(KEY, raising=False)

    with (
        pytest.raises(SettingsInvalid, match=KEY),
        fetching(a_project(tmp_path), None, None),
    ):
        pass
