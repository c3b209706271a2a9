"""Reminders: what is due on a day, in time, once, and not too late."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend import reminders
from backend.clock import SHANGHAI
from backend.messages import compose
from backend.reminders import Allowance, Chance, Correction, Draft, Visit, YearlyCheck, due, lead_of, next_day

DAY = date(2026, 11, 20)
THINGS = {
    "draft": Draft("app_1", "购房补贴", ["合同", "社保证明"], DAY + timedelta(days=7)),
    "correction": Correction("app_1", "认定", ["学历证书不清楚"], DAY + timedelta(days=1)),
    "from tomorrow": Chance("anyang", "living_allowance", "生活补助", eligible_from=DAY + timedelta(days=1)),
    "closing": Chance("anyang", "startup", "创业补贴", closes_on=DAY + timedelta(days=30)),
    "allowance": Allowance("app_1", "生活补助", "2026-12"),
    "yearly": YearlyCheck("bus_card", "乘车卡年审", "窗口", date(2025, 11, 21)),
    "visit": Visit("apt_1", "交材料", "市民之家", DAY + timedelta(days=1), "09:30"),
}
TEMPLATES = {
    "draft": "material_missing",
    "correction": "correction_needed",
    "from tomorrow": "qualifies_soon",
    "closing": "window_closing",
    "allowance": "allowance_ending",
    "yearly": "yearly_check_due",
    "visit": "appointment_tomorrow",
}


@pytest.mark.parametrize("name", THINGS)
def test_each_thing_is_told_by_its_template_with_keywords_that_compose(name):
    [message] = due([THINGS[name]], DAY)
    assert message.template == TEMPLATES[name]
    assert compose(message.template, message.keywords).body


def test_every_kind_of_thing_has_a_rule_and_an_example():
    assert {type(thing) for thing in THINGS.values()} == set(reminders.RULES)


@pytest.mark.parametrize(
    ("days_left", "lead"), [(31, None), (30, 30), (8, 30), (7, 7), (2, 7), (1, 1), (0, 1), (-1, None)]
)
def test_a_lead_holds_until_the_next_shorter_one_begins(days_left, lead):
    assert lead_of(DAY + timedelta(days=days_left), DAY, (30, 7, 1)) == lead


def test_a_message_keeps_its_event_until_the_next_lead_so_that_a_lost_morning_loses_nothing():
    chance = Chance("anyang", "startup", "创业补贴", closes_on=DAY + timedelta(days=30))
    events = [[message.event for message in due([chance], DAY + timedelta(days=n))] for n in range(31)]
    assert events[0] == events[1] == events[22]
    assert events[22] != events[23] == events[24]
    assert len({event for [event] in events}) == 3


def test_nothing_is_said_of_a_draft_that_lacks_nothing_or_has_no_end():
    assert due([Draft("a", "x", [], DAY), Draft("a", "x", ["合同"], None)], DAY) == []


def test_a_reminder_says_until_when_it_is_worth_sending():
    [visit] = due([THINGS["visit"]], DAY)
    assert visit.deadline == datetime(2026, 11, 21, 9, 30, tzinfo=SHANGHAI)
    [closing] = due([THINGS["closing"]], DAY)
    assert closing.deadline == datetime(2026, 12, 21, tzinfo=SHANGHAI)


def test_the_last_day_of_february_comes_round_every_year():
    [message] = due([YearlyCheck("c", "年审", "", date(2028, 2, 29))], date(2029, 2, 27))
    assert message.keywords["due_on"] == date(2029, 2, 28)


@given(starts=st.none() | st.integers(-5, 60), closes=st.none() | st.integers(-5, 60), gap=st.integers(0, 70))
def test_the_next_day_is_exactly_the_next_on_which_something_begins_to_be_due(starts, closes, gap):
    def day(offset):
        return None if offset is None else DAY + timedelta(days=offset)

    chance = Chance("c", "i", "n", day(starts), day(closes))
    following = next_day([chance], DAY)
    told = {message.event for message in due([chance], DAY)}
    for offset in range(1, gap):
        here = DAY + timedelta(days=offset)
        new = {message.event for message in due([chance], here)} - told
        if following is None or here < following:
            assert not new
