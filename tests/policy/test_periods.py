from datetime import date

import pytest

from backend.policy.periods import add_period
from backend.policy.types import Period


@pytest.mark.parametrize("hired", [date(2020, 4, 1), date(2020, 4, 10), date(2020, 4, 30)])
def test_three_years_from_the_next_month_end_with_the_thirty_sixth_calendar_month(hired):
    assert add_period(hired, Period(36, "whole_month")) == date(2023, 4, 30)


def test_three_months_end_on_the_corresponding_day():
    assert add_period(date(2020, 4, 10), Period(3, "month")) == date(2020, 7, 10)


def test_a_month_without_the_corresponding_day_ends_the_period_with_its_last():
    assert add_period(date(2020, 11, 30), Period(3, "month")) == date(2021, 2, 28)
