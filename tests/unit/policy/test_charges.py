"""Charges: what is given back, what is taken besides, and the record of both."""

import pytest

from affidavit.calls import Ending, How, Outcome
from affidavit.policy import charges
from affidavit.policy.amounts import Unit, Window
from affidavit.policy.charges import Charge, Rate
from support.budgeted import MIDNIGHT
from support.project import an_outcome

RATE = Rate(1_000_000, 2_000_000, 5)


def a_charge(unit: Unit = Unit.TOKENS, amount: int = 100, **more: object) -> Charge:
    charge = Charge("b", "", unit, Window.DAY, MIDNIGHT, amount)
    return charge._replace(**more)  # type: ignore[arg-type]  # fields by name


def ended(how: How | None, **tokens: int) -> Outcome:
    ending = Ending.COMPLETE if how is None else Ending.ERROR
    none: dict[str, int | None] = {"input_tokens": None, "output_tokens": None}
    return an_outcome(ending=ending, how=how, **{**none, **tokens})


def test_what_the_provider_counted_replaces_what_was_reserved() -> None:
    outcome = ended(None, input_tokens=20, output_tokens=18)

    for unit, used in (
        (Unit.TOKENS, 38),
        (Unit.INPUT_TOKENS, 20),
        (Unit.OUTPUT_TOKENS, 18),
    ):
        assert charges.difference(a_charge(unit), outcome) == used - 100
    cost = charges.difference(a_charge(Unit.COST, rate=RATE), outcome)
    assert cost == 20 + 36 + 5 - 100


def test_a_cut_stream_that_is_estimated_settles_by_the_estimate() -> None:
    outcome = ended(How.CLOSED, input_tokens=5, output_tokens=2)

    assert charges.difference(a_charge(), outcome) == 7 - 100


def test_a_request_counts_whatever_became_of_it_unless_it_never_left() -> None:
    request = a_charge(Unit.REQUESTS, 1)

    for how in (None, How.TIMEOUT, How.STATUS, How.CLOSED):
        assert charges.difference(request, ended(how)) == 0
    assert charges.difference(request, ended(How.UNSENT)) == -1


def test_what_the_provider_refused_took_no_tokens() -> None:
    assert charges.difference(a_charge(), ended(How.STATUS)) == -100
    cost = a_charge(Unit.COST, rate=RATE)
    assert charges.difference(cost, ended(How.STATUS)) == -100


@pytest.mark.parametrize("how", [How.TIMEOUT, How.BROKEN, How.CANCELLED, How.COLLECTED])
def test_where_nobody_knows_the_reservation_stays_taken(how: How) -> None:
    assert charges.difference(a_charge(), ended(how)) == 0


def test_lines_of_a_file_are_given_back_only_with_their_batch() -> None:
    lines = a_charge(Unit.REQUESTS, 50, later=True)

    assert charges.difference(lines, ended(None, input_tokens=1)) == 0
    assert charges.difference(lines, ended(How.TIMEOUT)) == 0
    assert charges.difference(lines, ended(How.STATUS)) == -50
    assert charges.difference(lines, ended(How.UNSENT)) == -50


def test_money_is_rounded_up() -> None:
    assert Rate(1, 0, 0).cost(1, 1, 0) == 1
    assert Rate(0, 0, 7).cost(3, 0, 0) == 21


@pytest.mark.parametrize(
    "charge",
    [
        a_charge(),
        a_charge(Unit.COST, rate=RATE, who="subject=ab;model=gpt-5"),
        a_charge(Unit.REQUESTS, 50, later=True),
    ],
)
def test_a_record_s_charge_is_read_back(charge: Charge) -> None:
    (said,) = charges.told([charge], [7])

    assert isinstance(said, dict)
    assert said["used"] == 7
    assert charges.charge(said) == charge


def test_what_is_no_charge_is_refused() -> None:
    with pytest.raises(ValueError, match="charge"):
        charges.charge({"budget": "b"})
