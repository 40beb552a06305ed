"""docs/attacks.md says what is carried out, and nothing else."""

from pathlib import Path

from support.attacks import table

PAGE = Path(__file__).parents[3] / "docs" / "attacks.md"
BEGIN, END = "<!-- every attack, begin -->", "<!-- every attack, end -->"


def test_the_page_lists_every_attack_and_what_finds_it() -> None:
    told = PAGE.read_text("utf-8").split(BEGIN)[1].split(END)[0]

    assert told.strip() == table.markdown().strip(), (
        "regenerate it: PYTHONPATH=sdk:tests python -m support.attacks.table"
    )
