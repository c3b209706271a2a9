"""Pushes through the sandbox, over HTTP, to what they make happen: answers, credits, reports, farewells."""

import io
import threading
import time
from dataclasses import replace

import pytest
from flask import Flask
from PIL import Image

from backend import clock
from backend.jobs import farewell, inbound, menu, pictures
from backend.jobs.inbound import PICTURE_KEPT, PICTURE_NEEDS_CONSENT, REST, SORRY, WELCOME, _parts, unanswered, written
from backend.jobs.senders import AccountTemplates
from backend.store import chat, credits, materials, outbox, people
from backend.store.database import transaction
from backend.store.models import Applicant, Identity, InAppMessage, OutboxMessage, Session
from backend.store.models_messaging import InboundMessage, PictureCheck, SentReport
from backend.wechat.errors import Kind, WeChatError
from backend.wechat.gateway import AccountKind, open_gateways
from tests.wechat import rig

REPLY = {
    "text": "硕士每月1200元。",
    "citations": [{"document": "living-2020", "title": "生活补助细则", "article": "第五条"}],
    "links": [],
}


class Assistant:
    """Answers as it was told; keeps the questions."""

    def __init__(self):
        self.asked, self.replies, self.gate = [], [REPLY], None

    def ask(self, applicant, text, city, day):
        self.asked.append((applicant, text))
        if self.gate:
            self.gate.wait(5)
        return self.replies


class Service:
    """The service as WeChat sees it: push addresses over HTTP, tasks done when the test says so."""

    def __init__(self, settings, platform, redis):
        self.platform, self.assistant, self.queued = platform, Assistant(), []
        self.settings = settings = replace(settings, wechat_base_url=platform.url)
        gateways = open_gateways(settings, redis, clock.now)
        self.templates = AccountTemplates(gateways.mini_program, {}, clock.now)
        self.inboxes = inbound.open_inboxes(
            settings, gateways, self.templates, self.assistant.ask, farewell.forget, self._later, clock.now
        )
        self.app = Flask("web")
        for blueprint in inbound.callbacks(settings, self.inboxes, redis):
            self.app.register_blueprint(blueprint)

    def _later(self, name, about):
        self.queued.append((name, about))

    def work(self):
        """Do what was queued."""
        while self.queued:
            name, about = self.queued.pop(0)
            assert name == "answer"
            self.inboxes[AccountKind(InboundMessage.get_by_id(about).account)].answer(about)

    def say(self, text, account="mini_program", **about):
        """A person writes."""
        return self.platform.control("text", name="赵敏", text=text, account=account, **about)

    def heard(self):
        """What the person reads: texts from us, oldest first."""
        lines = self.platform.control("chat", name="赵敏")["lines"]
        return [line["content"]["content"] for line in lines if line["direction"] == "in" and line["kind"] == "text"]

    def person(self):
        """The id of the person, signed in to the mini-program."""
        user = self.platform.control("user", name="赵敏")
        openid = user["openids"]["mini_program"]
        app_id = self.inboxes[AccountKind.MINI_PROGRAM].app_id
        return people.sign_in("mini_program", app_id, openid, user["unionid"], clock.now()).id


@pytest.fixture
def settings(chosen_store, redis_server):
    """One database is enough here: the queries are those of the other tests."""
    return replace(chosen_store, redis_url=redis_server.url, embedded_redis=False)


@pytest.fixture
def platform(settings):
    """A running, fresh sandbox platform."""
    with rig.platform(settings) as running:
        yield running


@pytest.fixture
def service(settings, platform, redis):
    """The service, with its push addresses entered in the accounts."""
    made = Service(settings, platform, redis)
    platform.pusher.retry_pause = 0.05
    with rig.served(made.app) as url:
        for kind, path in (("mini_program", "mp"), ("official_account", "oa")):
            platform.control("account", account=kind, callback_url=f"{url}/wechat/{path}")
        yield made


# --- questions --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["plain", "compatible", "safe"])
@pytest.mark.parametrize("data_format", ["xml", "json"])
def test_a_question_in_the_mini_program_is_answered_by_a_customer_message(service, mode, data_format):
    told = service.say("硕士补贴多少", mode=mode, format=data_format)
    assert (told["accepted"], told["reply"]) == (True, {})
    assert service.heard() == []
    service.work()
    assert service.heard() == ["硕士每月1200元。\n依据：《生活补助细则》第五条"]


def test_a_question_in_the_official_account_is_answered_in_the_reply(service):
    told = service.say("硕士补贴多少", account="official_account")
    assert told["reply"]["Content"].startswith("硕士每月1200元。")
    assert InboundMessage.get().answered_by == "passive"
    assert InboundMessage.get().content_sealed is None


def test_a_slow_answer_in_the_official_account_follows_as_a_customer_message(service, monkeypatch):
    monkeypatch.setattr("backend.wechat.callback.ANSWER_SECONDS", 0.2)
    service.assistant.gate = threading.Event()
    account = service.inboxes[AccountKind.OFFICIAL_ACCOUNT]
    done = threading.Event()
    late = account.answered_late
    object.__setattr__(account, "answered_late", lambda push, text: (late(push, text), done.set()))
    quick = Flask("quick")
    blueprint = inbound.create_blueprint(
        AccountKind.OFFICIAL_ACCOUNT, account.gateway._account, account.handlers(), account.gateway._redis, clock.now,
        answer_seconds=0.2,
    )  # fmt: skip
    quick.register_blueprint(blueprint)
    with rig.served(quick) as url:
        service.platform.control("account", account="official_account", callback_url=f"{url}/wechat/oa")
        told = service.say("硕士补贴多少", account="official_account")
        assert (told["accepted"], told["reply"]) == (True, {})
        service.assistant.gate.set()
        assert done.wait(5)
    assert service.heard() == ["硕士每月1200元。\n依据：《生活补助细则》第五条"]
    assert InboundMessage.get().answered_by == "customer"


def test_both_accounts_and_the_mini_program_share_the_person_and_the_conversation(service):
    person = service.person()
    service.say("我的电话13800138000，硕士补贴多少", account="official_account")
    service.say("那博士呢")
    service.work()
    assert {applicant for applicant, _ in service.assistant.asked} == {person}
    lines = [line.text for line in chat.newest(person)][::-1]
    assert lines[0] == "我的电话138****8000，硕士补贴多少"
    assert [line.speaker for line in chat.newest(person)] == ["assistant", "applicant"] * 2
    assert Identity.select().where(Identity.applicant == person).count() == 2


def test_a_stranger_in_the_official_account_becomes_a_person_the_mini_program_knows_later(service):
    service.say("你好", account="official_account")
    assert service.person() == Identity.get(Identity.kind == "official_account").applicant_id


def test_a_repeated_push_and_a_repeated_task_answer_once(service):
    service.say("硕士补贴多少")
    [(_, about)] = service.queued
    service.queued *= 3
    service.work()
    assert len(service.heard()) == len(service.assistant.asked) == 1
    assert InboundMessage.get_by_id(about).state == "answered"


def test_a_question_whose_task_was_lost_is_found(service):
    service.say("硕士补贴多少")
    service.queued.clear()
    now = clock.now()
    assert unanswered(now) == []
    later = now.replace(year=now.year + 1)
    assert unanswered(later) == [InboundMessage.get().id]


def test_an_answer_outside_the_window_goes_to_the_message_centre_and_the_outbox(service):
    service.say("硕士补贴多少")
    service.platform.world.windows.clear()
    service.work()
    assert service.heard() == []
    row = OutboxMessage.get()
    assert (row.template, row.state, row.keywords["question"]) == ("assistant_reply", "queued", "硕士补贴多少")
    assert "硕士每月1200元" in InAppMessage.get().body
    assert InboundMessage.get().answered_by == "inbox"


def test_a_busy_platform_is_tried_again_and_an_ambiguous_answer_is_not(service):
    service.say("硕士补贴多少")
    service.platform.control("fault", path="/cgi-bin/message/custom/send", kind="errcode", value=-1, times=1)
    [(_, about)] = service.queued
    account = service.inboxes[AccountKind.MINI_PROGRAM]
    with pytest.raises(WeChatError) as caught:
        account.answer(about)
    assert caught.value.kind is Kind.TRANSIENT
    account.answer(about)
    assert len(service.heard()) == 1
    service.queued.clear()
    service.say("那博士呢")
    service.platform.control("fault", path="/cgi-bin/message/custom/send", kind="reset", effect=True, times=1)
    service.work()
    assert len(service.heard()) == 2
    assert {row.state for row in InboundMessage.select()} == {"answered"}


def test_an_assistant_that_says_nothing_is_excused(service):
    service.assistant.replies = []
    service.say("？")
    service.work()
    assert service.heard() == [SORRY]


def test_what_is_neither_text_nor_picture_is_explained(service):
    account = next(row for row in service.platform.world.accounts.values() if row.kind == "mini_program")
    openid = service.platform.control("user", name="赵敏")["openids"]["mini_program"]
    service.say("在吗")
    push = service.platform.pusher.message(account, openid, "voice", MediaId="m", Format="amr")
    service.platform.control("push", account="mini_program", push=push)
    service.work()
    assert "图片" in service.heard()[-1]


# --- pictures ---------------------------------------------------------------------------------------------------------


def photograph():
    """A small photograph in base64."""
    import base64

    data = io.BytesIO()
    Image.new("RGB", (80, 60), "white").save(data, "JPEG")
    return base64.b64encode(data.getvalue()).decode()


def test_a_picture_is_kept_among_the_papers_once_the_person_agreed(service):
    person = service.person()
    service.platform.control("picture", name="赵敏", data=photograph())
    service.work()
    assert service.heard() == [PICTURE_NEEDS_CONSENT]
    assert not materials.on_file(person)
    people.agree(person, ["privacy"], "1", "hash", "weapp", clock.now())
    service.platform.control("picture", name="赵敏", data=photograph())
    service.work()
    assert service.heard()[-1] == PICTURE_KEPT
    [paper] = materials.on_file(person)
    assert (paper.source, len(materials.pages(paper.id))) == ("wechat", 1)


@pytest.mark.parametrize("data_format", ["xml", "json"])
def test_a_picture_that_wechat_finds_risky_is_taken_away_again(service, data_format):
    person = service.person()
    people.agree(person, ["privacy"], "1", "hash", "weapp", clock.now())
    service.platform.control("account", account="mini_program", format=data_format)
    service.platform.control("unfit", data=photograph())
    service.platform.control("picture", name="赵敏", data=photograph())
    service.work()
    for _ in range(600):  # the finding comes from a thread of the platform
        if InAppMessage.select().where(InAppMessage.applicant == person).exists():
            break
        time.sleep(0.05)
    assert not materials.on_file(person)
    assert PictureCheck.select().count() == 0


def test_a_fit_picture_stays_whichever_word_comes_first(service):
    person = service.person()
    with transaction():
        paper = materials.create(person, "other", "图片", clock.now(), source="wechat")
    pictures.found("t1", "pass", clock.now())
    pictures.found("t1", "pass", clock.now())
    assert PictureCheck.select().count() == 1
    pictures._note("t1", clock.now(), material=paper.id)
    assert (PictureCheck.select().count(), len(materials.on_file(person))) == (0, 1)


def test_a_picture_stays_when_wechat_does_not_check_it(service):
    person = service.person()
    people.agree(person, ["privacy"], "1", "hash", "weapp", clock.now())
    service.platform.control("fault", path="/wxa/media_check_async", kind="errcode", value=-1)
    service.platform.control("picture", name="赵敏", data=photograph())
    service.work()
    assert len(materials.on_file(person)) == 1


def test_a_picture_that_is_none_is_refused_with_a_reason(service):
    person = service.person()
    people.agree(person, ["privacy"], "1", "hash", "weapp", clock.now())
    service.platform.control("picture", name="赵敏", data="aGVsbG8=")
    service.work()
    assert "没能保存" in service.heard()[-1]


# --- events -----------------------------------------------------------------------------------------------------------


def test_the_dialogue_s_answers_reach_the_ledger_under_our_names(service):
    person = service.person()
    service.platform.control("subscribe", name="赵敏", answers={"业务受理通知": "accept", "办理结果通知": "reject"})
    balances = credits.balances(person)
    assert (balances["case_accepted"].remaining, balances["result"].remaining) == (1, 0)
    service.platform.control("cancel", name="赵敏", template="业务受理通知")
    assert credits.balances(person)["case_accepted"].remaining == 0


def test_a_long_term_template_is_known_as_such(service):
    person = service.person()
    service.platform.control("template", title="业务受理通知", type=3)
    service.platform.control("subscribe", name="赵敏", answers={"业务受理通知": "accept"})
    assert credits.balances(person)["case_accepted"].long_term


def test_the_platform_s_reports_are_kept_for_the_worker(service):
    person = service.person()
    service.platform.control("subscribe", name="赵敏", answers={"业务受理通知": "accept"})
    account = service.inboxes[AccountKind.MINI_PROGRAM]
    template = service.templates.of("case_accepted")
    values = ["认定", "A1", "2026年11月20日", "12月"]
    data = dict(zip(template.keys.values(), values, strict=True))
    msgid = account.gateway.send_subscribe(people.openid_of(person, account.app_id), template.id, data)
    for _ in range(100):
        if SentReport.select().count():
            break
        threading.Event().wait(0.05)
    [report] = SentReport.select()
    assert (report.msgid, report.errcode, report.template_id) == (msgid, 0, template.id)


def test_the_official_account_gets_a_menu_where_it_has_none_whose_buttons_answer(service):
    inbox = service.inboxes[AccountKind.OFFICIAL_ACCOUNT]
    assert (menu.offer(inbox.gateway, service.settings), menu.offer(inbox.gateway, service.settings)) == (True, False)
    theirs = next(row for row in service.platform.world.accounts.values() if row.kind == "official_account")
    keys = [button["key"] for button in theirs.menu["button"] if button["type"] == "click"]
    assert keys == list(inbound.MENU)


def test_following_menu_and_leaving(service):
    told = service.platform.control("follow", name="赵敏")
    assert told["reply"]["Content"] == WELCOME
    assert "提问" in service.platform.control("click", name="赵敏", key="ask")["reply"]["Content"]
    assert service.platform.control("click", name="赵敏", key="unknown")["reply"] == {}
    service.platform.control("follow", name="赵敏", yes=False)
    assert not Identity.get(Identity.kind == "official_account").subscribed


@pytest.mark.parametrize("event", ["user_authorization_revoke", "user_authorization_cancellation"])
def test_a_person_who_revokes_is_forgotten(service, event):
    person = service.person()
    people.open_session(person, "weapp", clock.now())
    service.say("硕士补贴多少")
    service.work()
    service.platform.control("revoke", name="赵敏", event=event)
    gone = Applicant.get_by_id(person)
    assert (gone.state, chat.newest(person)) == ("deleted", [])
    assert Session.select().where(Session.revoked_at.is_null()).count() == 0
    assert InboundMessage.select().count() == 0


def test_an_unknown_event_asks_for_nothing(service):
    assert service.platform.control("enter", name="赵敏")["accepted"]


# --- words ------------------------------------------------------------------------------------------------------------


def test_a_long_answer_is_cut_at_line_ends_into_few_pieces():
    text = "\n".join(f"第{number}条：" + "内容" * 60 for number in range(40))
    parts = _parts(text)
    assert len(parts) == 4
    assert all(len(part.encode()) <= 2048 for part in parts)
    assert parts[0].endswith("内容") and parts[-1].endswith(REST)
    assert _parts("短") == ["短"]
    assert _parts("") == [SORRY]


def test_a_reply_is_written_with_its_places_once():
    twice = REPLY | {"citations": REPLY["citations"] * 2}
    assert written(twice).count("第五条") == 1
    assert written({"text": " 你好 "}) == "你好"


def test_the_outbox_shows_the_answer_s_own_event(service):
    service.say("硕士补贴多少")
    service.platform.world.windows.clear()
    service.work()
    person = InboundMessage.get().applicant_id
    assert [row.event for row in outbox.of_applicant(person)] == [f"inbound:{InboundMessage.get().id}"]
