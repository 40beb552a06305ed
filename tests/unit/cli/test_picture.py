import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from affidavit.cli.picture import WIDTH, picture
from support.cli import Ran, invoke
from support.project import a_project

SVG = "{http://www.w3.org/2000/svg}"


def told(directory: Path, *arguments: str) -> Ran:
    a_project(directory)
    return invoke(
        "policy",
        "explain",
        "--purpose",
        "support.reply",
        "--model",
        "gpt-5",
        "--json",
        *arguments,
        cwd=directory,
    )


def drawn(directory: Path, *arguments: str) -> ET.Element:
    return ET.fromstring(picture(told(directory, *arguments).json))


def test_a_picture_stands_alone_and_follows_the_readers_colours(tmp_path: Path) -> None:
    text = picture(told(tmp_path).json)

    assert "prefers-color-scheme:dark" in text
    assert re.findall(r"(?:href|src|url\()", text) == []
    assert re.findall(r"https?://[^\"]+", text) == ["http://www.w3.org/2000/svg"]


def test_it_shows_what_decided_and_every_rule(tmp_path: Path) -> None:
    found = drawn(tmp_path, "--finding", "dataset_generation=0.9", "--param", "n=16")
    words = " ".join("".join(each.itertext()) for each in found.iter(f"{SVG}text"))

    for part in (
        "refuse",
        "openai-dataset-generation",
        "the rule says >= 0.8",
        "many-samples-at-once",
        "RULES THAT DID NOT MATCH",
        "ungoverned-file",
        "n = 16",
        "0.900",
    ):
        assert part in words


@pytest.mark.parametrize("name", ["<b>&\"'", "x\u202eevil", "y" * 300])
def test_no_name_from_outside_breaks_it(name: str, tmp_path: Path) -> None:
    found = drawn(tmp_path, "--host", name, "--param", f"{name}=1")
    sizes = [float(each.get("x", "0")) for each in found.iter(f"{SVG}text")]

    assert max(sizes) < WIDTH
    assert "\u202e" not in ET.tostring(found, encoding="unicode")


def test_nothing_lies_below_its_edge(tmp_path: Path) -> None:
    found = drawn(tmp_path, "--finding", "dataset_generation=0.9")
    height = float(found.get("height", "0"))

    assert all(float(t.get("y", "0")) < height for t in found.iter(f"{SVG}text"))
