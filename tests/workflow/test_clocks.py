"""Time alone: warnings in their order, each once; limits that wait for a calendar; what expires."""

from datetime import date, timedelta

import pytest

from backend.policy.loader import PackError, load_packs
from backend.store import workcalendar
from backend.store.models import Application, OutboxMessage, StaffAlert, StepRecord
from backend.store.statistics import Span, breaches
from backend.workdays import NATIONAL, UncoveredYear
from backend.workflow import clocks, commands, rulebook
from tests.workflow.fixtures import written
from tests.workflow.office import MONDAY, Office, Talent, to_review

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


# --- promised limits --------------------------------------------------------------------------------------------------

RECOGNITION, LENGTH = "items/recognition.yml", "length: 10, unit: workday}"
PROMISE = (RECOGNITION, LENGTH, "length: 10, unit: workday, promised: 5}")
PROMISED, STATUTORY = date(2026, 3, 9), DUE
"""Five workdays promised and ten by law from the same Monday."""


@pytest.fixture
def promising(store, tmp_path):
    """The office of a test city whose reviewers promise five workdays of the ten the text gives them."""
    rulebook.shelf.use(load_packs(written(tmp_path, *PROMISE)))
    yield Office()
    rulebook.shelf.use(None)


def test_a_case_is_due_by_the_promise_and_keeps_the_day_by_law_beside_it(promising):
    case = to_review(promising, Talent())
    stay = StepRecord.get(StepRecord.left_at.is_null())
    assert (case.due_on, stay.due_on, stay.statutory_on) == (PROMISED, PROMISED, STATUTORY)
    assert (stay.promised_length, stay.limit_length) == (5, 10)


def test_a_correction_moves_both_days(promising):
    talent = Talent()
    case = to_review(promising, talent)
    commands.correct(promising.reviewer, case.id, [commands.Point("material", "contract", "缺盖章页")], MONDAY)
    back = MONDAY + timedelta(days=7)
    commands.hand_in(talent.me, case.id, "contract", talent.paper("contract", back, "grey"), back)
    commands.answer(talent.me, case.id, back)
    stay = StepRecord.get(StepRecord.left_at.is_null())
    assert (stay.due_on - PROMISED, stay.statutory_on - STATUTORY) == (timedelta(days=7), timedelta(days=7))


def test_a_broken_promise_is_the_supervisors_matter_and_a_broken_law_the_coordinators(promising):
    to_review(promising, Talent())
    for day in (6, 10, 16, 17):
        commands.flag_overdue(at(date(2026, 3, day)))
    told = [(alert.level, alert.role) for alert in StaffAlert.select().order_by(StaffAlert.id)]
    assert told == [(1, "reviewer"), (2, "reviewer"), (2, "supervisor"), (3, "reviewer"), (3, "coordinator")]
    assert "承诺2026-03-09、法定2026-03-16" in StaffAlert.get(StaffAlert.level == 2).text


def test_the_list_of_breaches_tells_a_broken_promise_from_a_broken_law(promising):
    case = to_review(promising, Talent())
    span = Span(case.city, date(2026, 1, 1), date(2026, 6, 30))
    for day, unlawful in ((10, False), (17, True)):
        (breach,) = breaches(span, date(2026, 3, day))
        assert (breach.due_on, breach.statutory_on, breach.unlawful) == (PROMISED, STATUTORY, unlawful)


@pytest.mark.parametrize(
    "line",
    [
        "length: 10, unit: workday, promised: 11}",
        "length: 10, unit: workday, promised: 0}",
        "length: 10, unit: workday, limit: promised, promised: 5}",
        "promised: 5}",
    ],
)
def test_a_promise_that_is_none_is_refused_by_the_loader(tmp_path, line):
    with pytest.raises(PackError):
        load_packs(written(tmp_path, RECOGNITION, LENGTH, line))["testcity"].on(MONDAY.date())


def test_a_notice_cannot_be_promised_shorter(tmp_path):
    line = "public_notice, by: hr_bureau, length: 5, unit: workday"
    with pytest.raises(PackError):
        load_packs(written(tmp_path, RECOGNITION, line, f"{line}, promised: 3"))["testcity"].on(MONDAY.date())
