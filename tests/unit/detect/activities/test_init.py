import re

from affidavit.detect.activities import RULES
from affidavit.detect.rule import Language
from affidavit.findings import Activity


def test_no_two_rules_share_an_id_or_an_activity() -> None:
    assert len({rule.id for rule in RULES}) == len(RULES)
    assert len({rule.activity for rule in RULES}) == len(RULES)


def test_each_is_ordinary_and_named() -> None:
    for rule in RULES:
        assert re.fullmatch(r"OA\d{3}", rule.id)
        assert isinstance(rule.activity, Activity)
        assert rule.weight >= 0.8  # told only when it is sure
        assert set(rule.languages) == {Language.EN, Language.ZH, Language.ID}
        assert len(rule.matches) >= 3
        assert len(rule.ignores) >= 3
