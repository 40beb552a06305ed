from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from affidavit.errors import Reason
from affidavit.policy.globs import Globs
from affidavit.policy.in_force import Purpose, expired, utc_day
from support.policies import a_call

LAST = date(2027, 3, 31)


@pytest.mark.parametrize(
    ("now", "is_expired"),
    [
        (datetime(2027, 3, 31, 23, 59, 59, 999_999, tzinfo=UTC), False),
        (datetime(2027, 4, 1, tzinfo=UTC), True),
        # 31 March in Honolulu, and 1 April in UTC.
        (datetime(2027, 3, 31, 20, tzinfo=timezone(timedelta(hours=-10))), True),
        # 1 April in Auckland, and 31 March in UTC.
        (datetime(2027, 4, 1, 8, tzinfo=timezone(timedelta(hours=12))), False),
        (datetime(2027, 3, 31, 23, 59), False),  # noqa: DTZ001 - naive is taken as UTC
    ],
)
def test_the_last_day_is_valid_to_its_end_in_utc(
    now: datetime, *, is_expired: bool
) -> None:
    assert expired(LAST, utc_day(now)) is is_expired


def test_what_has_no_date_never_expires() -> None:
    assert not expired(None, date.max)


@pytest.mark.parametrize(
    ("models", "endpoints"), [(None, None), (("*",), None), (None, ("*",))]
)
def test_a_purpose_without_both_lists_allows_nothing_by_itself(
    models: tuple[str, ...] | None, endpoints: tuple[str, ...] | None
) -> None:
    purpose = Purpose(
        name="x",
        where="p.yaml:1",
        models=None if models is None else Globs(models),
        endpoints=None if endpoints is None else Globs(endpoints),
        permission=Reason(rule="purpose.permits", message="x"),
    )
    assert not purpose.allows(a_call(model="gpt-5"))
