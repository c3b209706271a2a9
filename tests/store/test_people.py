"""Signing in, consent, numbers, directories, calendars: small promises of the store."""

from datetime import date, datetime, timedelta

import pytest

from backend.clock import SHANGHAI
from backend.store import directories, documents, numbers, people, questions, workcalendar
from backend.store.database import transaction
from backend.store.models import Applicant, UnansweredQuestion
from backend.workdays import UncoveredYear, due_on

NOON = datetime(2026, 3, 4, 12, tzinfo=SHANGHAI)


def test_one_wechat_account_is_one_person(store):
    first = people.sign_in("mini_program", "wx1", "openid", None, NOON)
    assert people.sign_in("mini_program", "wx1", "openid", None, NOON).id == first.id


def test_accounts_of_one_unionid_are_one_person(store):
    program = people.sign_in("mini_program", "wx1", "o1", "union", NOON)
    assert people.sign_in("official_account", "wx2", "o2", "union", NOON).id == program.id


def test_a_unionid_that_comes_later_is_learnt(store):
    program = people.sign_in("mini_program", "wx1", "o1", None, NOON)
    people.sign_in("mini_program", "wx1", "o1", "union", NOON)
    assert people.sign_in("official_account", "wx2", "o2", "union", NOON).id == program.id


@pytest.mark.parametrize("later", [people.SESSION_LENGTH, people.SESSION_IDLE + timedelta(seconds=1)])
def test_a_session_ends_with_its_length_and_with_idleness(store, later):
    token = people.open_session(Applicant.create().id, "h5", NOON)
    assert people.session_of(token, NOON + timedelta(days=1))
    assert people.session_of(token, NOON + timedelta(days=1) + later) is None


def test_a_newer_consent_closes_the_older_and_keeps_it(store):
    person = Applicant.create()
    people.agree(person.id, ["privacy"], "1", "hash1", "h5", NOON)
    people.agree(person.id, ["privacy"], "2", "hash2", "h5", NOON + timedelta(days=1))
    assert people.consents(person.id)["privacy"].version == "2"
    assert person.consents.count() == 2


def test_numbers_of_a_series_have_no_gaps_even_after_a_failure(store):
    assert numbers.next_in("case") == 1
    with pytest.raises(ZeroDivisionError), transaction():
        numbers.next_in("case")
        raise ZeroDivisionError
    assert (numbers.next_in("case"), numbers.next_in("card")) == (2, 1)


def test_a_list_remembers_when_each_name_stood_on_it(store):
    directories.replace("c", "key", [directories.Listed("甲"), directories.Listed("乙")], date(2020, 1, 1), "d/1")
    assert directories.replace("c", "key", [directories.Listed("乙")], date(2021, 1, 1), "d/2") == (0, 1)
    assert directories.listed("c", "key", "甲", date(2020, 12, 31))
    assert directories.listed("c", "key", "甲", date(2021, 1, 1)) is None
    assert directories.names("c", "key", date(2022, 1, 1)) == ["乙"]


def test_a_year_the_operator_entered_can_be_reckoned_with(store):
    with pytest.raises(UncoveredYear):
        due_on(date(2027, 1, 4), 5, "workday", workcalendar.calendar())
    workcalendar.declare(date(2027, 1, 6), False, "test", "stf_1", NOON)
    workcalendar.cover(2027, "stf_1", NOON)
    assert due_on(date(2027, 1, 4), 5, "workday", workcalendar.calendar()) == date(2027, 1, 12)


def test_the_citys_own_day_stands_above_the_national_one(store):
    day = date(2026, 3, 9)
    workcalendar.declare(day, False, "all", "stf_1", NOON)
    workcalendar.declare(day, True, "city", "stf_1", NOON, city="c")
    assert not workcalendar.calendar().is_workday(day)
    assert workcalendar.calendar("c").is_workday(day)


def test_an_import_of_the_same_content_is_no_news_and_a_newer_one_is_current(store):
    old, new = [documents.ArticleText("1", "t", "旧")], [documents.ArticleText("1", "t", "新")]
    assert documents.keep("c", "d", "t", "f.txt", "h1", old, NOON)
    assert not documents.keep("c", "d", "t", "f.txt", "h1", old, NOON)
    assert documents.keep("c", "d", "t", "f.txt", "h2", new, NOON)
    assert documents.wording("c", "d", "1") == "新"
    documents.keep("c", "d", "t", "f.txt", "h1", old, NOON)
    assert documents.wording("c", "d", "1") == "旧"


def test_the_same_question_is_counted_and_its_numbers_are_masked(store):
    for text in ("我的电话13800138000能办吗？", "我的电话13800138000，能办吗"):
        questions.unanswered(text, "c", NOON, 0.21)
    row = UnansweredQuestion.get()
    assert (row.times, row.confidence) == (2, 210)
    assert "13800138000" not in row.text
