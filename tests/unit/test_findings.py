"""The names of findings are those that detectors give."""

from affidavit.detect.content import KIND
from affidavit.detect.rules import RULES
from affidavit.findings import Activity, Kind


def test_every_activity_is_one_that_some_rule_recognises() -> None:
    recognised = {rule.activity for rule in RULES if rule.activity is not None}

    assert recognised == set(Activity)


def test_the_detectors_kind_is_a_known_one() -> None:
    assert Kind(KIND) is Kind.DATASET_GENERATION
