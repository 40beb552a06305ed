import re

import pytest

from affidavit.detect.rule import Terms
from affidavit.detect.rules import learning
from affidavit.detect.scan import spell

SETS = {name: v for name, v in vars(learning).items() if isinstance(v, Terms)}
PATTERNS = ("FOR_TRAINING", "FOR_ZH", "FOR_ID")


@pytest.mark.parametrize("name", SETS)
def test_no_literal_is_listed_twice_under_two_spellings(name: str) -> None:
    spelled = [spell(literal) for literal in SETS[name].literals]

    assert len(set(spelled)) == len(spelled)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("FOR_TRAINING", "chats which we will feed into our tuning run", True),
        ("FOR_TRAINING", "the model is then trained with them", True),
        ("FOR_TRAINING", "a large language model trained by somebody", False),
        ("FOR_TRAINING", "the model of the train and its departure", False),
        ("FOR_ZH", "之后拿去微调我们的小模型", True),
        ("FOR_ZH", "训练营的同学", False),
        ("FOR_ID", "yang akan dipakai melatih bot", True),
        ("FOR_ID", "pelatihan karyawan", False),
    ],
)
def test_a_purpose_is_told_from_talk(name: str, text: str, said: bool) -> None:  # noqa: FBT001 - a case
    assert bool(re.search(getattr(learning, name), text)) is said
