import pytest

from affidavit.detect.rule import Terms
from affidavit.detect.rules import lexicon
from affidavit.detect.scan import spell

SETS = {name: v for name, v in vars(lexicon).items() if isinstance(v, Terms)}


@pytest.mark.parametrize("name", SETS)
def test_no_literal_is_listed_twice_under_two_spellings(name: str) -> None:
    literals = SETS[name].literals
    spelled = [*map(spell(literals).__getitem__, literals)]

    assert len(set(spelled)) == len(spelled)
