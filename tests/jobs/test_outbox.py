"""The outbox: one promise for each event, person and template, held by one worker at a time."""

from datetime import timedelta

import pytest

from backend.store import inbox, outbox
from backend.store.database import transaction
from backend.store.models import OutboxMessage
from backend.store.outbox import NotSendable, OutsideTransaction, enqueue
from tests.jobs.post import KEYWORDS, TEMPLATE


def test_a_message_is_queued_and_shown_once_for_each_event(post):
    person = post.person()
    with transaction():
        told = [enqueue("e1", person, TEMPLATE, KEYWORDS, due=post.now) for _ in range(3)]
    assert told == [True, False, False]
    assert OutboxMessage.select().count() == 1
    [shown] = inbox.newest(person.id)
    assert (shown.event, shown.title) == ("e1", "业务受理通知")
    assert "AY1" in shown.body
    assert inbox.pushed(person.id, ["e1"]) == {"e1": "queued"}


def test_a_message_apart_from_its_change_is_refused(post):
    person = post.person()
    with pytest.raises(OutsideTransaction):
        enqueue("e1", person, TEMPLATE, KEYWORDS)


def test_a_change_that_fails_takes_its_message_with_it(post):
    person = post.person()
    with pytest.raises(ZeroDivisionError), transaction():
        enqueue("e1", person, TEMPLATE, KEYWORDS)
        raise ZeroDivisionError
    assert OutboxMessage.select().count() == 0
    assert inbox.newest(person.id) == []


def test_the_page_and_deadline_come_from_the_template_unless_given(post):
    person = post.person()
    row = post.message(person)
    assert row.page == "pages/screen?screen=application"
    assert row.deadline == post.now + timedelta(hours=72)
    other = post.message(person, "e2", deadline=post.now + timedelta(hours=1))
    assert other.deadline == post.now + timedelta(hours=1)


def test_one_message_of_a_person_is_held_at_a_time_oldest_first(post):
    first, second = post.person(), post.person()
    post.message(first, "a")
    post.later(seconds=1)
    for event in ("b", "c"):
        post.message(first, event)
    post.message(second, "d")
    held = outbox.lease("w1", post.app_id, post.now, 10)
    assert [OutboxMessage.get_by_id(row.id).event for row in held] == ["a", "d"]
    assert outbox.lease("w2", post.app_id, post.now, 10) == []


def test_what_is_not_due_or_blocked_waits(post):
    person = post.person()
    with transaction():
        enqueue("e1", person, TEMPLATE, KEYWORDS, due=post.now + timedelta(minutes=1))
    assert outbox.lease("w1", post.app_id, post.now, 10) == []
    post.later(minutes=2)
    assert outbox.lease("w1", post.app_id, post.now, 10, [TEMPLATE]) == []
    assert len(outbox.lease("w1", post.app_id, post.now, 10)) == 1


def test_a_lease_knows_where_and_whether_to_send(post):
    person = post.person(remaining=2, preferences={"reminders": {}})
    post.message(person)
    [row] = outbox.lease("w1", post.app_id, post.now, 10)
    assert (row.openid, row.remaining, row.long_term, row.active) == ("o1", 2, False, True)
    assert row.keywords["item"] == "急需紧缺人才认定"
    stranger = post.person(remaining=None, identity=False)
    post.message(stranger)
    [row] = outbox.lease("w1", post.app_id, post.now, 10)
    assert (row.openid, row.credit, row.remaining) == (None, None, 0)


def test_rows_of_a_dead_worker_are_taken_up_and_of_a_living_one_are_not(post):
    people = [post.person() for _ in range(3)]
    for person in people:
        post.message(person)
    held = outbox.lease("dead", post.app_id, post.now, 2)
    with transaction():
        outbox.start([held[0].id], [], "dead", post.now)
    outbox.lease("alive", post.app_id, post.now, 10)
    post.later(seconds=15)
    outbox.renew("alive", post.now)
    post.later(seconds=15)
    assert outbox.recover("other", post.now, post.now) == (1, 1)
    states = {row.id: row.state for row in OutboxMessage.select()}
    assert (states[held[0].id], states[held[1].id]) == ("unknown", "queued")
    assert sorted(states.values()) == ["leased", "queued", "unknown"]


def test_a_worker_does_not_lose_its_own_rows_to_a_clock_set_ahead(post):
    post.message(post.person())
    outbox.lease("w1", post.app_id, post.now, 10)
    post.later(days=5)
    assert outbox.recover("w1", post.now, post.now) == (0, 0)


def test_staff_send_a_finished_message_again_and_see_both(post):
    person = post.person(remaining=0)
    row = post.message(person)
    with pytest.raises(NotSendable):
        outbox.send_again(row.id, "stf_1", post.now)
    post.deliver()
    again = outbox.send_again(row.id, "stf_1", post.now)
    third = outbox.send_again(OutboxMessage.update(state="failed").execute() and again.id, "stf_1", post.now)
    assert (again.event, third.event) == ("e1#2", "e1#3")
    assert [entry.event for entry in outbox.of_applicant(person.id)] == ["e1#3", "e1#2", "e1"]
    assert len(inbox.newest(person.id)) == 1


def test_the_backlog_is_counted(post):
    post.message(post.person())
    post.later(seconds=7)
    assert outbox.backlog(post.now) == (1, 7.0)
