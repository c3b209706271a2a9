"""Ratings, complaints, appointments, cards: who may, how often, until when."""

from datetime import date, timedelta

import pytest

from backend.store.models import Appointment, InAppMessage, Rating
from backend.workflow import commands, decisions, service
from backend.workflow.case import NotYours
from backend.workflow.refusal import Refusal
from tests.workflow.office import CITY, MONDAY, Talent, recognised, to_review


def test_a_low_grade_wants_an_answer_by_a_day(office, talent):
    case = to_review(office, talent)
    assert service.rate(talent.id, case.id, 2, MONDAY).answer_due_on == date(2026, 3, 9)
    assert service.rate(talent.id, case.id, 3, MONDAY).answer_due_on is None
    with pytest.raises(Refusal):
        service.rate(talent.id, case.id, 5, MONDAY)


def test_nobody_rates_anothers_case(office, talent):
    case = to_review(office, talent)
    with pytest.raises(service.NotRatable):
        service.rate(Talent().id, case.id, 5, MONDAY)


def test_a_rating_is_answered_by_the_agency_it_is_about(office, talent):
    case = to_review(office, talent)
    rating = service.rate(talent.id, case.id, 1, MONDAY)
    with pytest.raises(NotYours):
        service.answer_rating(office.stranger, rating.id, "对不起", MONDAY)
    service.answer_rating(office.supervisor, rating.id, "已改进", MONDAY)
    assert Rating.get_by_id(rating.id).answer == "已改进"


def test_each_kind_of_complaint_has_its_own_clock(office, talent):
    due = {
        kind: service.complain(CITY, kind, "题", "内容", MONDAY, applicant_id=talent.id).due_on
        for kind in service.ANSWER_WORKDAYS
    }
    assert due == {"message": date(2026, 3, 9), "complaint": date(2026, 3, 23), "organization": date(2026, 3, 23)}


def test_an_answer_reaches_the_person_and_is_closed_by_it(office, talent):
    row = service.complain(CITY, "message", "补助", "什么时候发", MONDAY, applicant_id=talent.id, agency="hr_bureau")
    service.answer_complaint(office.clerk, row.id, "下周", MONDAY)
    assert InAppMessage.get().title == "留言回复通知"
    with pytest.raises(service.NoSuchComplaint):
        service.answer_complaint(office.clerk, row.id, "再答", MONDAY)
    assert service.close_complaint(talent.id, row.id, True, MONDAY).state == "closed"


def test_windows_offer_working_days_only(office):
    days = {day.day: day for day in service.free_days(CITY, "talent_window", MONDAY)}
    assert days[date(2026, 3, 7)].closed == "休息日"
    assert len(days[date(2026, 3, 3)].slots) == 11


def test_a_counter_is_booked_once_and_given_back(office, talent):
    at = MONDAY.replace(day=3, hour=9, minute=0)
    first = service.book(talent.id, CITY, "talent_window", at, "核验", MONDAY)
    with pytest.raises(service.SlotTaken):
        service.book(Talent().id, CITY, "talent_window", at, "核验", MONDAY)
    service.cancel_appointment(talent.id, first.id, MONDAY)
    service.book(Talent().id, CITY, "talent_window", at, "核验", MONDAY)
    assert [row.id for row in service.appointments_on(date(2026, 3, 3))] != [first.id]


@pytest.mark.parametrize(("hour", "minute"), [(8, 0), (12, 0), (9, 10)])
def test_a_time_that_is_not_offered_cannot_be_booked(office, talent, hour, minute):
    at = MONDAY.replace(day=3, hour=hour, minute=minute)
    with pytest.raises(service.SlotTaken):
        service.book(talent.id, CITY, "talent_window", at, "核验", MONDAY)


def test_nobody_hoards_times(office, talent):
    for hour in (9, 10, 11):
        service.book(talent.id, CITY, "talent_window", MONDAY.replace(day=3, hour=hour, minute=0), "核验", MONDAY)
    with pytest.raises(service.TooManyBooked):
        service.book(talent.id, CITY, "talent_window", MONDAY.replace(day=4, hour=9, minute=0), "核验", MONDAY)
    assert Appointment.select().count() == 3


def test_a_lost_card_is_void_and_a_new_one_takes_its_place(office, talent):
    recognised(office, talent)
    card = decisions.card_of(talent.id, CITY)
    commands.end_card(talent.me, card.id, "lost", "丢失", MONDAY)
    assert decisions.card_of(talent.id, CITY) is None
    new = commands.replace_card(office.clerk, card.id, MONDAY)
    assert decisions.card_of(talent.id, CITY).id == new.id
    assert decisions.card_by_token(card.token).state == "replaced"


def test_a_card_is_cancelled_by_staff_of_its_city_only(office, talent):
    recognised(office, talent)
    card = decisions.card_of(talent.id, CITY)
    for who in (talent.me, Talent().me, office.finance):
        with pytest.raises(decisions.NotYourCard):
            commands.end_card(who, card.id, "cancelled", "不再符合", MONDAY)
    commands.end_card(office.reviewer, card.id, "cancelled", "不再符合", MONDAY + timedelta(days=1))
