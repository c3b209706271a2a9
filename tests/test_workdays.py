"""Legal periods: which day is the first, which the last, and what stops a clock."""

from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from backend.workdays import (
    NATIONAL,
    Span,
    UncoveredYear,
    UnknownUnit,
    WorkCalendar,
    WrongLength,
    add_workdays,
    closed_days,
    due_after_pauses,
    due_on,
    next_workday,
    workdays_in,
)

DAYS = st.dates(date(2005, 1, 1), date(2025, 12, 31))
LENGTHS = st.integers(1, 30)


@pytest.mark.parametrize(
    ("event", "length", "last"),
    [
        (date(2021, 3, 22), 5, date(2021, 3, 29)),  # Monday; the weekend between
        (date(2021, 3, 27), 1, date(2021, 3, 29)),  # a Saturday: Monday is day 1
        (date(2026, 2, 13), 1, date(2026, 2, 14)),  # a Saturday worked before the Spring Festival
        (date(2026, 9, 30), 1, date(2026, 10, 8)),  # the National Day holiday lies between
        (date(2026, 10, 9), 2, date(2026, 10, 12)),  # Saturday the 10th makes up for the holiday
    ],
)
def test_the_first_workday_after_the_event_is_day_one(event, length, last):
    assert due_on(event, length, "workday") == last


@pytest.mark.parametrize(
    ("event", "length", "unit", "last"),
    [
        (date(2020, 4, 10), 3, "month", date(2020, 7, 10)),
        (date(2020, 1, 31), 1, "month", date(2020, 2, 29)),
        (date(2020, 11, 30), 3, "month", date(2021, 2, 28)),
        (date(2020, 2, 29), 1, "year", date(2021, 2, 28)),
        (date(2020, 4, 10), 10, "day", date(2020, 4, 20)),
    ],
)
def test_other_periods_end_on_the_corresponding_day(event, length, unit, last):
    assert due_on(event, length, unit) == last


def test_a_year_without_a_calendar_is_refused():
    with pytest.raises(UncoveredYear) as failure:
        due_on(date(2030, 5, 1), 5, "workday")
    assert failure.value.year == 2030


def test_a_period_that_runs_into_a_year_without_a_calendar_is_refused():
    with pytest.raises(UncoveredYear):
        due_on(date(2026, 12, 30), 5, "workday")


def test_a_year_the_operator_entered_is_covered():
    calendar = WorkCalendar({date(2027, 1, 1): False, date(2027, 1, 2): True}, frozenset({2027}))
    assert due_on(date(2026, 12, 31), 2, "workday", calendar) == date(2027, 1, 4)


def test_the_operators_word_on_a_day_stands_above_the_library():
    calendar = WorkCalendar({date(2026, 3, 4): False})
    assert add_workdays(date(2026, 3, 3), 1, calendar) == date(2026, 3, 5)


def test_closed_days_lists_what_did_not_count():
    assert closed_days(date(2021, 3, 26), date(2021, 3, 29)) == [date(2021, 3, 27), date(2021, 3, 28)]


@pytest.mark.parametrize("length", [0, -1])
def test_a_period_shorter_than_one_unit_is_refused(length):
    with pytest.raises(WrongLength):
        due_on(date(2021, 3, 1), length, "workday")


def test_an_unknown_unit_is_refused():
    with pytest.raises(UnknownUnit):
        due_on(date(2021, 3, 1), 1, "fortnight")


def test_a_pause_gives_back_the_workdays_it_took():
    plain = due_on(date(2021, 3, 1), 10, "workday")
    paused = due_after_pauses(date(2021, 3, 1), 10, "workday", [Span(date(2021, 3, 3), date(2021, 3, 9))])
    assert (plain, paused) == (date(2021, 3, 15), date(2021, 3, 22))


def test_overlapping_pauses_are_not_counted_twice():
    spans = [Span(date(2021, 3, 3), date(2021, 3, 5)), Span(date(2021, 3, 4), date(2021, 3, 9))]
    assert due_after_pauses(date(2021, 3, 1), 10, "workday", spans) == date(2021, 3, 22)


def test_a_pause_after_the_last_day_changes_nothing():
    spans = [Span(date(2021, 6, 1), date(2021, 6, 9))]
    assert due_after_pauses(date(2021, 3, 1), 10, "day", spans) == date(2021, 3, 11)


@given(DAYS, LENGTHS)
def test_a_period_in_workdays_ends_on_a_workday(day, length):
    assert NATIONAL.is_workday(due_on(day, length, "workday"))


@given(DAYS, LENGTHS)
def test_a_period_holds_as_many_workdays_as_it_is_long(day, length):
    assert workdays_in(day, due_on(day, length, "workday")) == length


@given(DAYS, LENGTHS, LENGTHS)
def test_one_period_after_another_is_the_sum_of_both(day, first, second):
    assert due_on(due_on(day, first, "workday"), second, "workday") == due_on(day, first + second, "workday")


@given(DAYS, LENGTHS, st.integers(0, 40), st.integers(0, 40), st.sampled_from(["workday", "day"]))
def test_a_pause_never_shortens_a_period_and_gives_back_what_it_took(day, length, offset, duration, unit):
    stopped = day + timedelta(days=1 + offset)
    span = Span(stopped, stopped + timedelta(days=duration))
    plain, paused = due_on(day, length, unit), due_after_pauses(day, length, unit, [span])
    assume(stopped <= plain)
    assert paused > plain or all(not NATIONAL.is_workday(stopped + timedelta(days=n)) for n in range(duration + 1))
    assert paused >= plain


@given(DAYS)
def test_the_next_workday_is_the_day_itself_or_the_first_after(day):
    found = next_workday(day)
    assert found == day if NATIONAL.is_workday(day) else found == add_workdays(day, 1)
