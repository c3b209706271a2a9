"""Time alone: warnings in their order, each once; limits that wait for a calendar; what expires."""

from datetime import date, timedelta

import pytest

from backend.store import workcalendar
from backend.store.models import Application, OutboxMessage, StaffAlert, StepRecord
from backend.workdays import NATIONAL, UncoveredYear
from backend.workflow import clocks, commands
from tests.workflow.office import MONDAY, Talent, to_review

DUE = date(2026, 3, 16)


def at(day: date):
    return MONDAY.replace(year=day.year, month=day.month, day=day.day)


@pytest.mark.parametrize(
    ("today", "level"),
    [
        (date(2026, 3, 12), None),
        (date(2026, 3, 13), clocks.DUE_SOON),
        (date(2026, 3, 16), clocks.DUE_SOON),
        (date(2026, 3, 17), clocks.OVERDUE),
        (date(2026, 3, 19), clocks.OVERDUE),
        (date(2026, 3, 20), clocks.LATE),
    ],
)
def test_how_far_a_limit_is_gone(today, level):
    assert clocks.level_of(DUE, today, NATIONAL) == level


def test_the_desk_is_warned_first_then_the_supervisor_then_the_coordinator(office, talent):
    case = to_review(office, talent)
    assert case.due_on == DUE
    for day in (13, 17, 20):
        assert commands.flag_overdue(at(date(2026, 3, day))) == 1
        assert commands.flag_overdue(at(date(2026, 3, day))) == 0
    told = [(alert.level, alert.role) for alert in StaffAlert.select().order_by(StaffAlert.id)]
    assert told == [(1, "reviewer"), (2, "reviewer"), (2, "supervisor"), (3, "reviewer"), (3, "coordinator")]
    assert StepRecord.get(StepRecord.left_at.is_null()).overdue_since == date(2026, 3, 17)


def test_the_applicant_is_told_of_a_delay_once(office, talent):
    to_review(office, talent)
    for day in (17, 18, 20):
        commands.flag_overdue(at(date(2026, 3, day)))
    assert OutboxMessage.select().where(OutboxMessage.template == "step_overdue").count() == 1


def test_a_case_in_correction_is_not_late(office, talent):
    case = to_review(office, talent)
    commands.correct(office.reviewer, case.id, [commands.Point("other", "x", "补充说明")], MONDAY)
    assert commands.flag_overdue(at(date(2026, 4, 20))) == 0


def test_a_limit_into_a_year_without_calendar_is_filled_in_later(office):
    december = MONDAY.replace(month=12, day=24)
    case = to_review(office, Talent(december), december)
    assert case.due_on is None
    assert commands.fill_missing_limits(december) == 0
    workcalendar.declare(date(2027, 1, 1), False, "元旦", "stf_1", december)
    workcalendar.cover(2027, "stf_1", december)
    assert commands.fill_missing_limits(december) == 1
    assert Application.get_by_id(case.id).due_on == date(2027, 1, 8)


def test_the_alarm_names_the_year_whose_calendar_is_missing(office):
    assert commands.calendar_runs_out(MONDAY) is None
    assert commands.calendar_runs_out(MONDAY.replace(month=12)) == 2027


def test_a_notice_over_a_year_without_calendar_is_refused_not_guessed(office):
    december = MONDAY.replace(month=12, day=28)
    case = to_review(office, Talent(december), december)
    commands.approve(office.reviewer, case.id, december)
    with pytest.raises(UncoveredYear):
        commands.publish(office.reviewer, [case.id], december)
    assert Application.get_by_id(case.id).state == "running"


def test_everything_the_clock_does_may_be_repeated(office, talent):
    to_review(office, talent)
    late = MONDAY + timedelta(days=60)
    for task in (*clocks.EVERY_HOUR, *clocks.EVERY_DAY):
        task(late)
        assert task(late) == 0
