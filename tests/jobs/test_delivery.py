"""The courier: what is promised is sent once, whatever the platform answers and whoever is killed."""

import threading
from datetime import datetime, time, timedelta

import pytest
from redis import Redis

from backend.jobs import breakers
from backend.jobs.outcome import Policy, QuietHours
from backend.jobs.pace import Pace
from backend.store import credits, outbox
from backend.store.database import transaction
from backend.store.models import Campaign, OutboxMessage
from backend.store.models_messaging import Breaker, SentReport
from tests.jobs.post import NOW, TEMPLATE, no_answer, refusal, unreachable


def test_a_message_is_sent_and_its_credit_spent(post):
    person = post.person(remaining=2)
    row = post.message(person)
    post.deliver()
    sent = post.row(person)
    assert (sent.state, sent.msgid, sent.errcode, sent.attempts) == ("sent", "msg-1", 0, 1)
    assert (post.credit(person), sent.sent_at) == (1, NOW)
    assert post.wechat.sent == [row.id]


def test_a_long_term_consent_is_not_spent(post):
    person = post.person(remaining=1, long_term=True)
    for event in ("a", "b"):
        post.message(person, event)
        post.deliver()
    assert (post.credit(person), len(post.wechat.sent)) == (1, 2)


SKIPPED = {
    "no_consent": {"remaining": 0},
    "no_identity": {"identity": False},
    "switched_off": {"preferences": {"reminders": {"progress": {"subscribe": False}}}},
    "person_gone": {"state": "deleted"},
}


@pytest.mark.parametrize(("reason", "about"), SKIPPED.items(), ids=list(SKIPPED))
def test_what_must_not_be_sent_is_skipped_and_counts_as_nothing(post, reason, about):
    person = post.person(**about)
    post.message(person)
    post.deliver()
    row = post.row(person)
    assert (row.state, row.reason, row.sent_at, post.wechat.sent) == ("skipped", reason, None, [])


def test_a_message_past_its_deadline_is_not_sent(post):
    person = post.person()
    post.message(person, deadline=post.now + timedelta(minutes=1))
    post.later(minutes=2)
    post.deliver()
    assert (post.row(person).reason, post.credit(person)) == ("too_late", 1)


def test_many_people_are_served_by_few_threads_each_once(post):
    people = [post.person() for _ in range(60)]
    for person in people:
        post.message(person)
    post.deliver(turns=300)
    assert sorted(post.wechat.sent) == sorted(row.id for row in OutboxMessage.select())
    assert {row.state for row in OutboxMessage.select()} == {"sent"}


def test_messages_to_one_person_go_out_one_after_the_other(post):
    person = post.person(remaining=3)
    running, most = 0, []
    lock = threading.Lock()

    def send(row):
        nonlocal running
        with lock:
            running += 1
            most.append(running)
        threading.Event().wait(0.02)
        with lock:
            running -= 1
        return "m"

    post.wechat.send = send
    for event in ("a", "b", "c"):
        post.message(person, event)
    courier = post.courier()
    for _ in range(3):
        post.deliver(courier)
        post.later(seconds=1)
    assert most == [1, 1, 1]


# --- errors -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [refusal(-1), refusal(43108), unreachable()], ids=str)
def test_a_passing_error_is_tried_again_later_with_the_same_credit(post, error):
    person = post.person()
    post.wechat.told.append(error)
    post.message(person)
    courier = post.deliver()
    row = post.row(person)
    assert (row.state, row.next_at, post.credit(person)) == ("queued", NOW + timedelta(seconds=2), 0)
    post.later(seconds=3)
    post.deliver(courier)
    assert (post.row(person).state, post.credit(person), len(post.wechat.sent)) == ("sent", 0, 2)
    assert [entry.reason for entry in credits.history(person.id, TEMPLATE)] == ["sent"]


def test_a_token_that_a_new_one_does_not_help_holds_everybody_and_costs_no_attempt(post):
    people = [post.person() for _ in range(3)]
    for person in people:
        post.message(person)
    post.wechat.told.extend(refusal(40001) for _ in range(20))
    courier = post.courier(threads=1)
    pace = Pace(post.redis, post.app_id, 100_000)
    while not pace.paused():
        courier.turn()
    over = threading.Event()
    over.set()
    courier.run(over)
    assert {(row.state, row.attempts) for row in map(post.row, people)} == {("queued", 0)}
    post.wechat.told.clear()
    pace.resume()
    post.later(seconds=6)
    post.deliver()
    assert {post.row(person).state for person in people} == {"sent"}
    assert {post.credit(person) for person in people} == {0}


def test_five_attempts_are_enough_and_the_credit_comes_back(post):
    person = post.person()
    post.wechat.told.extend(unreachable() for _ in range(9))
    post.message(person)
    courier = post.courier()
    for _ in range(7):
        post.deliver(courier)
        post.later(minutes=10)
    row = post.row(person)
    assert (row.state, row.reason, row.attempts, post.credit(person)) == ("failed", "gave_up", 5, 1)
    assert len(post.results(row)) == 5


def test_no_attempt_is_planned_after_the_deadline(post):
    person = post.person()
    post.wechat.told.append(unreachable())
    post.message(person, deadline=NOW + timedelta(seconds=1))
    post.deliver()
    assert (post.row(person).reason, post.credit(person)) == ("too_late", 1)


def test_a_refusal_for_want_of_consent_empties_the_ledger(post):
    person = post.person(remaining=3)
    post.wechat.told.append(refusal(43101))
    post.message(person)
    post.deliver()
    row = post.row(person)
    assert (row.state, row.reason, row.errcode, post.credit(person)) == ("failed", "no_consent", 43101, 0)


@pytest.mark.parametrize("code", [40003, 47003, 41030, 45168])
def test_a_refusal_of_one_person_or_message_is_final_and_refunded(post, code):
    person = post.person()
    post.wechat.told.append(refusal(code))
    post.message(person)
    post.deliver()
    row = post.row(person)
    assert (row.state, row.errcode, post.credit(person)) == ("failed", code, 1)


STOPPING = [(40037, f"template:{TEMPLATE}"), (43107, f"template:{TEMPLATE}"), (48001, "account")]


@pytest.mark.parametrize(("code", "scope"), STOPPING)
def test_an_error_of_template_or_account_stops_everything_behind_it(post, code, scope):
    people = [post.person() for _ in range(12)]
    for person in people:
        post.message(person)
    post.wechat.told.extend(refusal(code) for _ in range(100))
    courier = post.courier(threads=2)
    for _ in range(40):
        courier.turn()
    assert [row.scope for row in breakers.open_ones()] == [scope]
    assert {row.state for row in OutboxMessage.select()} == {"queued"}
    assert len(post.wechat.sent) <= 6
    post.wechat.told.clear()
    post.later(minutes=31)
    post.deliver(courier, turns=200)
    assert {row.state for row in OutboxMessage.select()} == {"sent"}
    assert Breaker.select().count() == 0
    assert {post.credit(person) for person in people} == {0}


def test_other_templates_pass_a_template_s_breaker(post):
    breakers.trip(f"template:{TEMPLATE}", 40037, "封禁", NOW)
    person = post.person()
    post.message(person)
    post.message(person, "e2", "result", {"item": "x", "outcome": "已办结", "decided_on": NOW.date()})
    credits.popup(person.id, "result", "accept", "p1", NOW)
    post.deliver()
    assert (post.row(person, "e1").state, post.row(person, "e2").state) == ("queued", "sent")


def test_too_many_calls_pause_everybody_until_the_next_minute_at_half_the_pace(post):
    post.now = NOW + timedelta(seconds=20)
    people = [post.person() for _ in range(2)]
    post.wechat.told.append(refusal(45011))
    for person in people:
        post.message(person)
        post.later(milliseconds=1)
    courier = post.courier(threads=1)
    for _ in range(8):
        courier.turn()
    pace = Pace(post.redis, post.app_id, 100_000)
    assert 0 < pace.paused() <= 40
    first = post.row(people[0])
    assert (first.state, first.attempts, first.next_at) == ("queued", 0, NOW + timedelta(minutes=1))
    assert float(post.redis.hget(f"talent:pace:{post.app_id}", "rate")) == 50_000


def test_a_used_up_quota_pauses_until_midnight(post):
    person = post.person()
    post.wechat.told.append(refusal(45009))
    post.message(person)
    courier = post.courier()
    for _ in range(4):
        courier.turn()
    assert 13.9 < Pace(post.redis, post.app_id, 1).paused() / 3600 <= 14
    assert post.row(person).next_at == datetime(2026, 11, 21, tzinfo=NOW.tzinfo)


def test_a_sender_that_breaks_is_a_failure_of_its_message_alone(post):
    person, other = post.person(), post.person()
    post.wechat.told.append(KeyError("thing1"))
    post.message(person)
    post.later(milliseconds=1)
    post.message(other)
    post.deliver(post.courier(threads=1))
    assert {post.row(person).state, post.row(other).state} == {"failed", "sent"}


# --- quiet hours, other channels --------------------------------------------------------------------------------------


NIGHT = QuietHours(time(21), time(8))


@pytest.mark.parametrize(("hour", "resumes"), [(21, 11), (23, 9), (3, 5)])
def test_nobody_is_disturbed_at_night(post, hour, resumes):
    post.policy = Policy(NIGHT)
    post.now = NOW.replace(hour=hour)
    morning = post.now + timedelta(hours=resumes)
    person = post.person()
    post.message(person)
    courier = post.deliver()
    row = post.row(person)
    assert (row.state, row.next_at, post.wechat.sent) == ("queued", morning, [])
    post.later(hours=resumes)
    post.deliver(courier)
    assert post.row(person).state == "sent"


def test_a_message_that_cannot_wait_goes_out_at_night(post):
    post.policy = Policy(NIGHT)
    post.now = NOW.replace(hour=22)
    person = post.person()
    credits.popup(person.id, "appointment_tomorrow", "accept", "p1", post.now)
    post.message(person, "e1", "appointment_tomorrow", {"topic": "交材料", "at": NOW, "place": "窗口"})
    post.deliver()
    assert post.row(person).state == "sent"


def test_a_text_stands_in_only_where_texts_are_on_and_wanted(post):
    wish = {"reminders": {"progress": {"sms": True}}}
    wants, does_not = post.person(remaining=0, preferences=wish), post.person(remaining=0)
    for person in (wants, does_not):
        post.message(person)
    post.policy = Policy(sms=True)
    post.deliver()
    assert (post.row(wants).state, post.row(wants).channel) == ("sent", "sms")
    assert post.row(does_not).state == "skipped"
    assert len(post.sms.sent) == 1


def test_a_text_follows_a_refusal_for_want_of_consent(post):
    person = post.person(preferences={"reminders": {"progress": {"sms": True}}})
    post.policy = Policy(sms=True)
    post.wechat.told.append(refusal(43101))
    post.message(person)
    courier = post.deliver()
    post.later(seconds=5)
    post.deliver(courier)
    assert (post.row(person).state, post.row(person).channel, post.credit(person)) == ("sent", "sms", 0)


# --- doubt ------------------------------------------------------------------------------------------------------------


def report(post, person, at, msgid="77", errcode=0, template=TEMPLATE):
    """The platform's event about a message."""
    SentReport.create(
        msgid=msgid, app_id=post.app_id, openid=person.identities[0].openid, template_id=f"tpl-{template}",
        errcode=errcode, sent_at=at, received_at=at,
    )  # fmt: skip


def in_doubt(post):
    """A person whose message was sent without an answer, and the courier."""
    person = post.person(remaining=3)
    post.wechat.told.append(no_answer())
    post.message(person)
    courier = post.deliver()
    assert post.row(person).state == "unknown"
    return person, courier


def test_an_unanswered_message_that_the_platform_reports_was_sent(post):
    person, courier = in_doubt(post)
    report(post, person, post.now)
    post.later(seconds=5)
    post.deliver(courier)
    row = post.row(person)
    assert (row.state, row.msgid, row.reason, post.credit(person)) == ("sent", "77", "reported", 2)
    post.later(minutes=20)
    post.deliver(courier)
    assert len(post.wechat.sent) == 1


def test_an_unanswered_message_without_report_is_sent_again_once_later_reports_came(post):
    person, courier = in_doubt(post)
    other = post.person()
    post.later(seconds=30)
    report(post, other, post.now, "88")
    post.deliver(courier)
    assert post.row(person).state == "unknown"
    post.later(seconds=60)
    post.deliver(courier)
    post.deliver(courier)
    assert (post.row(person).state, len(post.wechat.sent), post.credit(person)) == ("sent", 2, 2)
    assert post.results(post.row(person)) == ["no_answer", "surely_not_sent"]


def test_without_any_reports_a_message_is_tried_once_more_and_then_left(post):
    person, courier = in_doubt(post)
    post.wechat.told.append(no_answer())
    for minutes in (2, 9, 2, 12):
        post.later(minutes=minutes)
        post.deliver(courier)
        post.deliver(courier)
    row = post.row(person)
    assert (row.state, row.reason, len(post.wechat.sent)) == ("unknown", "never_known", 2)
    assert (row.sent_at, post.credit(person)) == (None, 2)


def test_a_message_the_platform_could_not_hand_over_is_sent_again(post):
    person = post.person()
    post.message(person)
    courier = post.deliver()
    report(post, person, post.now, "msg-1", errcode=1)
    post.later(seconds=5)
    post.deliver(courier)
    post.deliver(courier)
    assert (post.row(person).state, len(post.wechat.sent)) == ("sent", 2)


def test_reports_of_other_systems_are_dropped_and_the_newest_of_ours_kept(post):
    person = post.person()
    post.message(person)
    courier = post.deliver()
    report(post, person, post.now - timedelta(seconds=1), "foreign", template="x")
    SentReport.update(template_id="other").execute()
    report(post, person, post.now, "msg-1")
    post.later(seconds=5)
    post.deliver(courier)
    assert [row.msgid for row in SentReport.select()] == ["msg-1"]


def test_a_worker_killed_while_sending_loses_nothing_and_sends_nothing_twice(post):
    people = [post.person(remaining=2) for _ in range(3)]
    for person in people:
        post.message(person)
    dead = outbox.lease("dead", post.app_id, post.now, 2)
    sending = [row for row in dead if row.applicant == people[0].id]
    with transaction():
        spent = credits.spend([credits.Spending(r.id, r.credit, r.applicant, r.template) for r in sending], post.now)
        outbox.start([row.id for row in sending], spent, "dead", post.now)
    report(post, people[0], post.now)  # it had arrived, only the answer died with the worker
    post.later(seconds=25)
    courier = post.courier("alive")
    for _ in range(3):
        post.deliver(courier)
        post.later(seconds=5)
    assert {row.state for row in OutboxMessage.select()} == {"sent"}
    assert len(post.wechat.sent) == 2
    assert [post.credit(person) for person in people] == [1, 1, 1]


# --- surroundings -----------------------------------------------------------------------------------------------------


def test_without_redis_nothing_goes_out_and_nothing_is_lost(post):
    person = post.person()
    post.message(person)
    courier = post.courier()
    courier._pace = Pace(Redis(port=9, retry=None), post.app_id, 100)
    for _ in range(3):
        courier.turn()
    assert post.row(person).state == "leased"
    courier._pace = Pace(post.redis, post.app_id, 100)
    post.deliver(courier)
    assert post.row(person).state == "sent"


def test_a_courier_told_to_stop_gives_back_what_it_has_not_begun(post):
    for _ in range(20):
        post.message(post.person())
    post.redis.set(f"talent:pace:{post.app_id}:paused", 1)
    courier, stop = post.courier(), threading.Event()
    courier.turn()
    assert OutboxMessage.select().where(OutboxMessage.state == "leased").count() == 20
    stop.set()
    courier.run(stop)
    assert OutboxMessage.select().where(OutboxMessage.state == "queued").count() == 20


def test_messages_of_a_paused_campaign_wait(post):
    campaign = Campaign.create(name="x", template=TEMPLATE, created_by="s", state="paused")
    person = post.person()
    post.message(person, campaign=campaign.id)
    courier = post.deliver()
    assert post.row(person).state == "queued"
    Campaign.update(state="running").execute()
    post.later(seconds=1)
    post.deliver(courier)
    assert post.row(person).state == "sent"
