"""Walking tests over everything the worker does: each task twice, each template sent, each time kept."""

import json
import logging
import threading
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from huey.exceptions import HueyException

from backend import clock
from backend.clock import SHANGHAI
from backend.jobs import campaigns, farewell, inbound, tasks
from backend.jobs.delivery import Courier
from backend.jobs.outcome import AFTER, Policy
from backend.jobs.pace import Pace
from backend.jobs.senders import AccountTemplates, open_senders
from backend.jobs.tasks import SCHEDULES, TASKS, Desk, Queue, Schedule, Timetable
from backend.jobs.worker import Worker
from backend.messages import messages
from backend.run.health import HEARTBEAT
from backend.store import chat, credits, facts, outbox, people, sealed
from backend.store.database import transaction
from backend.store.models import Applicant, Appointment, Campaign, Identity, InAppMessage, OutboxMessage
from backend.store.models_messaging import InboundMessage
from backend.wechat.errors import MEANINGS
from backend.wechat.gateway import AccountKind, open_gateways
from tests.jobs.post import KEYWORDS
from tests.test_messages import values_of

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=SHANGHAI)


@pytest.fixture
def settings(chosen_store, redis_server):
    """Settings with an open store on SQLite."""
    return replace(chosen_store, redis_url=redis_server.url, embedded_redis=False)


@pytest.fixture
def desk(settings, platform, gateways):
    """What tasks may use, against the sandbox."""
    templates = AccountTemplates(gateways.mini_program, {}, clock.now)
    asked = lambda applicant, text, city, day: [{"text": "好的", "citations": [], "links": []}]  # noqa: E731
    queued = []
    later = lambda name, about: queued.append((name, about))  # noqa: E731
    inboxes = inbound.open_inboxes(settings, gateways, templates, asked, farewell.forget, later, clock.now)
    made = Desk(settings, clock.now, inboxes, templates, later)
    object.__setattr__(made, "queued", queued)
    return made


def world_of_work(desk, platform):
    """Something for every task to do: an unanswered question, a campaign, an appointment, facts, a waiting farewell."""
    user = platform.control("user", name="孙悦")
    app_id = desk.settings.mini_program.app_id
    person = people.sign_in("mini_program", app_id, user["openids"]["mini_program"], user["unionid"], clock.now())
    Applicant.update(city="anyang").execute()
    platform.control("text", name="孙悦", text="在吗")
    row = InboundMessage(
        key="k", app_id=app_id, account="mini_program", openid=user["openids"]["mini_program"], applicant=person,
        kind="text", received_at=clock.now() - timedelta(minutes=5),
    )  # fmt: skip
    sealed.put(row, "content_sealed", "在吗")
    row.save(force_insert=True)
    facts.tell(
        person.id, {"bus_card_issued_on": (clock.today() - timedelta(days=364)).isoformat()}, "form", clock.now()
    )
    tomorrow = clock.today() + timedelta(days=1)
    Appointment.create(applicant=person, city="anyang", window="w", day=tomorrow, slot="09:00", counter=1)
    values = {"subject": "通知", "summary": "内容", "published_on": date(2026, 11, 20)}
    campaign = campaigns.create("x", "notice", values, {}, "stf_a", clock.now())
    campaigns.approve(campaign.id, "stf_b", clock.now())
    campaigns.start(campaign.id, "stf_b", clock.now())
    return {"answer": row.id, "fill_campaign": campaign.id}


def state_of_things():
    """Everything a person or the platform would notice if a task did its work twice."""
    return {
        "outbox": sorted((row.event, row.template) for row in OutboxMessage.select()),
        "inbox": sorted((row.event, row.title) for row in InAppMessage.select()),
        "answered": sorted((row.key, row.state) for row in InboundMessage.select()),
        "said": sorted(row.text for row in chat.newest(Applicant.select().first().id)),
        "campaigns": sorted((row.id, row.state, row.cursor) for row in Campaign.select()),
        "identities": Identity.select().count(),
    }


@pytest.mark.parametrize("name", TASKS)
def test_every_task_is_safe_to_run_twice(desk, platform, name):
    about = world_of_work(desk, platform).get(name, "20261120")
    TASKS[name](desk, about)
    once, heard = state_of_things(), platform.control("chat", name="孙悦")
    TASKS[name](desk, about)
    assert state_of_things() == once
    assert platform.control("chat", name="孙悦") == heard


@pytest.mark.parametrize("name", TASKS)
def test_every_task_finds_nothing_to_do_in_an_empty_store(desk, name):
    if name == "answer":
        pytest.skip("always about a message that is there")
    TASKS[name](desk, "nothing")
    assert OutboxMessage.select().count() == 0


def test_every_task_says_what_it_does_and_everything_scheduled_exists():
    assert all(task.__doc__ for task in TASKS.values())
    assert {row.task for row in SCHEDULES} <= set(TASKS)
    assert set(TASKS) - {row.task for row in SCHEDULES} == {"answer", "fill_campaign"}


# --- every kind of message has a template, and a sender ---------------------------------------------------------------


@pytest.mark.parametrize("template", messages().templates.values(), ids=lambda template: template.id)
def test_every_message_kind_is_taken_by_the_strict_platform(settings, platform, gateways, redis, template):
    user = platform.control("user", name="孙悦")
    app_id = settings.mini_program.app_id
    person = people.sign_in("mini_program", app_id, user["openids"]["mini_program"], user["unionid"], clock.now())
    platform.control("subscribe", name="孙悦", answers={template.title: "accept"})
    platform.control("words", sensitive=[])
    credits.popup(person.id, template.id, "accept", "p1", clock.now())
    with transaction():
        outbox.enqueue("e1", person, template.id, values_of(template))
    templates = AccountTemplates(gateways.mini_program, {}, clock.now)
    senders = open_senders(settings.messaging, gateways.mini_program, templates)
    pace = Pace(redis, app_id, 1000)
    courier = Courier("w", app_id, senders, pace, Policy(), clock.now, threads=1, name_of=templates.name_of)
    for _ in range(20):
        courier.turn()
        if OutboxMessage.get().state == "sent":
            break
        threading.Event().wait(0.05)
    assert (OutboxMessage.get().state, OutboxMessage.get().errcode) == ("sent", 0)
    card = platform.control("chat", name="孙悦")["lines"][-1]["content"]
    assert (card["title"], card["msgid"]) == (template.title, OutboxMessage.get().msgid)


def test_every_channel_has_a_sender(settings, gateways):
    assert set(open_senders(settings.messaging, gateways.mini_program, None)) == {"subscribe", "sms"}


def test_every_kind_of_error_has_a_consequence():
    assert all((m.kind, m.scope) in AFTER or (m.kind, None) in AFTER for m in MEANINGS.values())


# --- the timetable ----------------------------------------------------------------------------------------------------


def test_a_period_names_itself_and_a_day_begins_at_its_time():
    hourly, daily = Schedule("x", minutes=60), Schedule("y", at=NOW.time())
    assert hourly.period(NOW) == hourly.period(NOW + timedelta(minutes=59)) != hourly.period(NOW + timedelta(hours=1))
    assert daily.period(NOW - timedelta(minutes=1)) is None
    assert daily.period(NOW) == daily.period(NOW + timedelta(hours=9)) == "20261120"


def test_what_is_due_is_queued_once_however_many_workers_look(settings, redis):
    queue, moment = Queue(settings), [NOW]
    tables = [Timetable(redis, queue, lambda: moment[0]) for _ in range(3)]
    looked = [table.look() for table in tables]
    assert sorted(looked[0]) == sorted(row.task for row in SCHEDULES)
    assert looked[1:] == [[], []]
    assert len(queue.huey.pending()) == len(SCHEDULES)
    moment[0] = NOW + timedelta(minutes=1)
    assert set(tables[1].look()) == {"answer_forgotten", "fill_campaigns"}
    moment[0] = NOW + timedelta(days=1, hours=-4)
    assert "remind" not in tables[1].look()


def test_tasks_travel_signed(settings, redis):
    queue = Queue(settings)
    queue.later("tidy", "20261120")
    assert (queue.huey.pending()[0].args) == ("tidy", "20261120")
    stranger = Queue(replace(settings, session_key=b"another key of thirty-two bytes!"))
    stranger.later("tidy", "20261120")
    queue.huey.dequeue()
    with pytest.raises((ValueError, HueyException)):
        queue.huey.dequeue()


# --- the process ------------------------------------------------------------------------------------------------------


def test_a_worker_beats_delivers_answers_and_ends_cleanly(settings, platform, redis):
    settings = replace(settings, wechat_base_url=platform.url)
    gateways = open_gateways(settings, redis, clock.now)
    user = platform.control("user", name="孙悦")
    app_id = settings.mini_program.app_id
    login = gateways.mini_program.code2session("sandbox:孙悦")
    person = people.sign_in("mini_program", app_id, login.openid, user["unionid"], clock.now())
    platform.control("subscribe", name="孙悦", answers={"业务受理通知": "accept"})
    credits.popup(person.id, "case_accepted", "accept", "p1", clock.now())
    with transaction():
        outbox.enqueue("e1", person, "case_accepted", KEYWORDS)
    answers = [{"text": "好的", "citations": [], "links": []}]
    worker = Worker(settings, lambda *_: answers, farewell.forget)
    thread = threading.Thread(target=worker.run)
    thread.start()
    platform.control("text", name="孙悦", text="在吗")
    account = worker._queue.desk.inboxes[AccountKind.MINI_PROGRAM]
    push = platform.pusher.message(next(iter(platform.world.accounts.values())), login.openid, "text", Content="在吗")
    account.message(inbound.Message(login.openid, "gh", push["CreateTime"], "message:1", "text", "在吗"))
    for _ in range(200):
        lines = [line for line in platform.control("chat", name="孙悦")["lines"] if line["direction"] == "in"]
        if {line["kind"] for line in lines} == {"card", "text"}:
            break
        threading.Event().wait(0.1)
    worker.stop.set()
    thread.join(30)
    assert sorted(line["kind"] for line in lines) == ["card", "text"]
    assert abs(int(redis.get(HEARTBEAT)) - clock.now().timestamp()) < 60
    assert not thread.is_alive()


def test_logs_of_delivery_and_tasks_hold_ids_only(settings, platform, desk, caplog):
    caplog.set_level(logging.INFO)
    about = world_of_work(desk, platform)
    for name in TASKS:
        TASKS[name](desk, about.get(name, "20261120"))
    said = json.dumps([record.getMessage() for record in caplog.records if record.name.startswith("backend")])
    assert said != "[]"
    for private in ("在吗", "孙悦", InboundMessage.get().openid, "13800138000"):
        assert private not in said.encode().decode("unicode_escape", "ignore")
    assert tasks.log.name in {record.name for record in caplog.records}
