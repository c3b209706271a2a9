"""The push address: what it takes, what it refuses, once only, in time."""

import json
import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from xml.sax.saxutils import escape

import pytest
from flask import Flask
from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from hypothesis import strategies as st
from redis import Redis

from backend import clock
from backend.clock import SHANGHAI
from backend.wechat import crypto
from backend.wechat.callback import Handlers, create_blueprint
from backend.wechat.gateway import AccountKind
from backend.wechat.push import MAX_BODY, BadPush, Event, read
from backend.wechat.sandbox import push as platform_push
from backend.wechat.sandbox.push import Shape
from backend.wechat.sandbox.world import Account

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=SHANGHAI)


@dataclass
class Recorder:
    """Handlers that keep what they get."""

    answer: str = ""
    wait: threading.Event | None = None
    fails: int = 0
    messages: list = field(default_factory=list)
    events: list = field(default_factory=list)
    in_time: list = field(default_factory=list)
    late: list = field(default_factory=list)
    done: threading.Event = field(default_factory=threading.Event)

    def handlers(self) -> Handlers:
        return Handlers(self._message, self._event, self.in_time.append, self._late)

    def _message(self, push):
        self.messages.append(push)
        if self.fails:
            self.fails -= 1
            raise OSError("the store is away")
        if self.wait:
            self.wait.wait(5)
        return self.answer

    def _event(self, push):
        self.events.append(push)
        return self.answer

    def _late(self, push, text):
        self.late.append((push, text))
        self.done.set()


class Address:
    """A push address and the platform that pushes to it."""

    def __init__(self, account, redis, recorder, kind=AccountKind.OFFICIAL_ACCOUNT, allow_plain=False, seconds=1.0):
        self.theirs = Account(kind.value, "", account, "gh_1")
        self.moment = NOW
        app = Flask("server")
        app.register_blueprint(
            create_blueprint(kind, account, recorder.handlers(), redis, lambda: self.moment, allow_plain, seconds)
        )
        self.path = {"mini_program": "/wechat/mp", "official_account": "/wechat/oa"}[kind.value]
        self.client, self.serial = app.test_client(), 0

    def text(self, content="你好", number=None, **head):
        """A text message as the platform pushes it."""
        self.serial += 1
        start = {"ToUserName": "gh_1", "FromUserName": "o1", "CreateTime": int(NOW.timestamp()), "MsgType": "text"}
        return {**start, **head, "Content": content, "MsgId": number or 7000 + self.serial}

    def event(self, name, **fields):
        """An event as the platform pushes it."""
        start = {"ToUserName": "gh_1", "FromUserName": "o1", "CreateTime": int(NOW.timestamp()), "MsgType": "event"}
        return {**start, "Event": name, **fields}

    def push(self, push, mode="safe", data_format="xml", **changes):
        """Push in a mode and format; `changes` overwrite query or body."""
        stamp = str(int(NOW.timestamp()))
        params, body, media_type = platform_push.envelope(self.theirs, push, Shape(mode, data_format), stamp)
        body = changes.pop("body", body)
        return self.client.post(self.path, query_string=params | changes, data=body, content_type=media_type)

    def opened(self, answer, mode="safe", data_format="xml"):
        """What the platform reads in an answer."""
        return platform_push.read_reply(self.theirs, answer.data, Shape(mode, data_format))


@pytest.fixture
def recorder():
    """Handlers that keep what they get."""
    return Recorder()


@pytest.fixture
def address(settings, redis, recorder):
    """The push address of the official account, encrypted pushes only."""
    return Address(settings.official_account, redis, recorder)


# --- what is refused --------------------------------------------------------------------------------------------------


def test_a_plain_push_is_refused_unless_allowed(settings, redis, recorder, address):
    assert address.push(address.text(), mode="plain").status_code == 400
    open_address = Address(settings.official_account, redis, recorder, allow_plain=True)
    assert open_address.push(open_address.text(), mode="plain").status_code == 200
    assert len(recorder.messages) == 1


def test_the_plain_part_of_a_compatible_push_is_not_looked_at(address, recorder):
    push = address.text("真的")
    stamp = str(int(NOW.timestamp()))
    params, body, _ = platform_push.envelope(address.theirs, push, Shape("compatible", "xml"), stamp)
    forged = body.decode().replace("<Content><![CDATA[真的", "<Content><![CDATA[假的", 1).encode()
    assert address.client.post(address.path, query_string=params, data=forged).status_code == 200
    assert recorder.messages[0].text == "真的"


WRONG = [{"msg_signature": "0" * 40}, {"nonce": "1"}, {"timestamp": "1"}, {"msg_signature": ""}]


@pytest.mark.parametrize("change", WRONG)
def test_a_push_with_a_wrong_signature_is_refused(address, recorder, change):
    answer = address.push(address.text(), **change)
    assert (answer.status_code, answer.data, recorder.messages) == (400, b"", [])


def test_a_push_for_another_app_is_refused(settings, redis, recorder, address):
    other = Address(settings.mini_program, redis, recorder)
    other.theirs.account = settings.official_account
    assert other.push(other.text()).status_code == 400


@pytest.mark.parametrize("minutes", [-11, 11])
def test_an_old_or_future_push_is_refused(address, minutes):
    address.moment = NOW + timedelta(minutes=minutes)
    assert address.push(address.text()).status_code == 400
    assert address.client.get(address.path, query_string={"timestamp": "1"}).status_code == 400


def test_a_signature_serves_one_plain_body(settings, redis, recorder):
    address = Address(settings.official_account, redis, recorder, allow_plain=True)
    stamp = str(int(NOW.timestamp()))
    shape = Shape("plain", "xml")
    params, body, _ = platform_push.envelope(address.theirs, address.text("一"), shape, stamp)
    _, other, _ = platform_push.envelope(address.theirs, address.text("二"), shape, stamp)
    assert address.client.post(address.path, query_string=params, data=body).status_code == 200
    assert address.client.post(address.path, query_string=params, data=other).status_code == 400
    assert address.client.post(address.path, query_string=params, data=body).status_code == 200
    assert len(recorder.messages) == 1


def test_a_body_over_a_megabyte_is_refused_and_one_below_is_not(address):
    small = address.push(address.text("长" * 100_000))
    assert small.status_code == 200
    assert address.push(address.text(), body=b"<xml>" + b" " * MAX_BODY).status_code == 400


BOMB = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><xml><Encrypt>&b;</Encrypt></xml>'
BODIES = {
    "empty": b"",
    "no xml": b"<xml",
    "not utf-8": b"\xff\xfe<xml></xml>",
    "utf-16": "<xml><Encrypt>x</Encrypt></xml>".encode("utf-16"),
    "bomb": BOMB,
    "other root": b"<a><Encrypt>x</Encrypt></a>",
    "deep xml": b"<xml>" + b"<a>" * 5000 + b"</a>" * 5000 + b"</xml>",
    "deep json": b'{"a":' * 3000 + b"1" + b"}" * 3000,
    "json list": b"[1]",
    "json number": b'{"Encrypt": 1}',
    "huge number": b'{"Encrypt": ' + b"9" * 5000 + b"}",
    "lone surrogate": b'{"Encrypt": "\\ud800", "MsgType": "text"}',
    "not base64": b"<xml><Encrypt>!!!</Encrypt></xml>",
    "nul": b"<xml><Encrypt>\x00</Encrypt></xml>",
}


@pytest.mark.parametrize("body", BODIES.values(), ids=list(BODIES))
@pytest.mark.parametrize("allow_plain", [False, True])
def test_a_malformed_body_gets_400_and_nothing_more(settings, redis, recorder, body, allow_plain):
    address = Address(settings.official_account, redis, recorder, allow_plain=allow_plain)
    answer = address.push(address.text(), mode="plain", body=body)
    assert (answer.status_code, answer.data) == (400, b"")
    assert recorder.messages == recorder.events == []


def test_cut_or_changed_ciphertext_is_refused(address):
    key = crypto.aes_key(address.theirs.account.aes_key)
    good = crypto.encrypt(key, "<xml></xml>", address.theirs.app_id, b"0" * 16)
    bad = [good[:-4], good[:24], "A" * 64, crypto.encrypt(key, "x", "wx_other", b"0" * 16), ""]
    for text in bad:
        stamp, nonce = str(int(NOW.timestamp())), "5"
        query = {"timestamp": stamp, "nonce": nonce, "encrypt_type": "aes"}
        query["msg_signature"] = crypto.signature(address.theirs.account.token, stamp, nonce, text)
        body = f"<xml><Encrypt>{text}</Encrypt></xml>"
        assert address.client.post(address.path, query_string=query, data=body).status_code == 400


# --- what is received -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("data_format", ["xml", "json"])
@pytest.mark.parametrize("count", [1, 2])
def test_the_templates_of_a_subscription_event_are_a_list_in_both_formats(address, recorder, data_format, count):
    entries = [{"TemplateId": f"t{n}", "SubscribeStatusString": "accept", "PopupScene": "2"} for n in range(count)]
    address.push(address.event("subscribe_msg_popup_event", List=entries), data_format=data_format)
    assert [dict(entry) for entry in recorder.events[0].entries] == entries


def test_two_different_events_of_one_second_are_both_received(address, recorder):
    for number in ("1", "2"):
        entry = {"TemplateId": "t", "MsgID": number, "ErrorCode": "0", "ErrorStatus": "success"}
        address.push(address.event("subscribe_msg_sent_event", List=[entry]))
    assert len(recorder.events) == 2


def test_a_repetition_is_worked_on_once_and_gets_the_same_answer(address, recorder):
    recorder.answer = "你好，我是助手"
    push = address.text()
    answers = [address.push(push) for _ in range(3)]
    assert len(recorder.messages) == 1
    assert {address.opened(answer)["Content"] for answer in answers} == {"你好，我是助手"}


def test_parallel_copies_are_worked_on_once(address, recorder):
    recorder.answer, push, answers = "好", address.text(), []
    recorder.wait = threading.Event()
    threading.Timer(0.3, recorder.wait.set).start()
    threads = [threading.Thread(target=lambda: answers.append(address.push(push).status_code)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(recorder.messages) == 1
    assert answers == [200] * 8


def test_a_failed_handler_asks_for_a_repetition_which_then_works(address, recorder):
    recorder.fails, recorder.answer = 1, "好了"
    push = address.text()
    first, second = address.push(push), address.push(push)
    assert (first.status_code, first.data) == (503, b"")
    assert address.opened(second)["Content"] == "好了"


def test_without_redis_encrypted_pushes_are_still_worked_on(settings, recorder):
    nobody = Redis(port=9, socket_connect_timeout=0.2)
    address = Address(settings.official_account, nobody, recorder)
    assert address.push(address.text()).status_code == 200
    assert len(recorder.messages) == 1


# --- answers ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["plain", "compatible", "safe"])
def test_an_answer_comes_in_the_mode_of_the_push_and_cannot_be_broken_open(settings, redis, recorder, mode):
    recorder.answer = "好]]><MsgType>x</MsgType><![CDATA["
    address = Address(settings.official_account, redis, recorder, allow_plain=mode == "plain")
    reply = address.opened(address.push(address.text(), mode=mode), mode=mode)
    assert (reply["Content"], reply["MsgType"], reply["ToUserName"]) == (recorder.answer, "text", "o1")
    assert len(recorder.in_time) == 1


def test_an_answer_that_takes_too_long_goes_out_as_a_message_of_its_own(settings, redis, recorder):
    recorder.answer, recorder.wait = "想好了", threading.Event()
    address = Address(settings.official_account, redis, recorder, seconds=0.2)
    answer = address.push(address.text())
    recorder.wait.set()
    assert recorder.done.wait(5)
    assert (answer.status_code, answer.data) == (200, b"")
    assert [text for _, text in recorder.late] == ["想好了"]
    assert recorder.in_time == []


def test_the_mini_program_never_answers_in_the_reply(settings, redis, recorder):
    recorder.answer = "不会出现"
    address = Address(settings.mini_program, redis, recorder, kind=AccountKind.MINI_PROGRAM)
    answer = address.push(address.text(), data_format="json")
    assert (answer.status_code, answer.data, len(recorder.messages)) == (200, b"", 1)


def test_an_event_may_be_answered(address, recorder):
    recorder.answer = "欢迎"
    assert address.opened(address.push(address.event("subscribe", EventKey="")))["Content"] == "欢迎"


def test_the_platform_s_late_retries_and_duplicates_end_in_one_message(settings, redis, platform):
    """The sandbox pushes over HTTP, gets no answer in time, and repeats."""
    from tests.wechat.rig import served

    recorder = Recorder(answer="收到", fails=1)
    app = Flask("server")
    app.register_blueprint(
        create_blueprint(AccountKind.OFFICIAL_ACCOUNT, settings.official_account, recorder.handlers(), redis, clock.now)
    )
    with served(app) as url:
        platform.pusher.retry_pause = 0.05
        platform.control("account", account="official_account", callback_url=f"{url}/wechat/oa")
        told = platform.control("text", name="王芳", text="在吗", account="official_account")
    assert (told["accepted"], told["tries"]) == (True, 2)
    assert [line["content"]["content"] for line in platform.control("chat", name="王芳")["lines"]] == ["在吗", "收到"]


# --- fuzzing ----------------------------------------------------------------------------------------------------------

TEXT = st.text(st.characters(codec="utf-8"), max_size=40)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)
FIELDS = st.sampled_from(
    ["ToUserName", "FromUserName", "CreateTime", "MsgType", "Event", "EventKey", "Content", "MsgId", "List", "MediaId"]
)


@pytest.fixture(scope="module")
def fuzzed(redis_server, tmp_path_factory):
    """An address that takes plain pushes, for the fuzzers."""
    from backend.settings import Settings
    from tests.wechat import rig

    env = rig.ENVIRONMENT | {"DATA_DIR": str(tmp_path_factory.mktemp("fuzz")), "REDIS_URL": redis_server.url}
    settings = Settings.from_environment(env)
    return Address(settings.official_account, Redis.from_url(redis_server.url), Recorder(), allow_plain=True)


FUZZ = effort(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@FUZZ
@given(
    body=st.binary(max_size=2000),
    query=st.dictionaries(
        st.sampled_from(["signature", "timestamp", "nonce", "msg_signature", "encrypt_type", "echostr", "openid"]),
        st.text(max_size=60),
    ),
)
def test_random_requests_never_break_the_address(fuzzed, body, query):
    assert fuzzed.client.post(fuzzed.path, query_string=query, data=body).status_code == 400
    assert fuzzed.client.get(fuzzed.path, query_string=query).status_code == 400


def nested_xml(name, value):
    """Any value as an XML element, however little sense it makes."""
    if isinstance(value, dict):
        return f"<{name}>{''.join(nested_xml('L', inner) for inner in value.values())}</{name}>"
    if isinstance(value, list):
        return "".join(nested_xml(name, inner) for inner in value)
    return f"<{name}>{escape(str(value))}</{name}>"


WRITERS = {
    "json": json.dumps,
    "xml": lambda push: f"<xml>{''.join(nested_xml(key, value) for key, value in push.items())}</xml>",
}
HEAD = {"ToUserName": "gh", "FromUserName": "o1", "CreateTime": 1, "MsgType": "event"}


@FUZZ
@given(content=st.dictionaries(FIELDS, JSON, max_size=9), data_format=st.sampled_from(["json", "xml"]))
def test_rightly_signed_nonsense_never_breaks_the_address(fuzzed, content, data_format):
    account, stamp = fuzzed.theirs.account, str(int(NOW.timestamp()))
    text = WRITERS[data_format](HEAD | content)
    nonce = crypto.signature(text)
    plain = {"timestamp": stamp, "nonce": nonce, "signature": crypto.signature(account.token, stamp, nonce)}
    sealed = crypto.encrypt(crypto.aes_key(account.aes_key), text, account.app_id, b"0" * 16)
    safe = {"timestamp": stamp, "nonce": "1", "msg_signature": crypto.signature(account.token, stamp, "1", sealed)}
    wrapped = WRITERS[data_format]({"Encrypt": sealed})
    for query, body in ((plain, text), (safe, wrapped)):
        answer = fuzzed.client.post(fuzzed.path, query_string=query, data=body.encode())
        assert answer.status_code in (200, 400)
        assert answer.status_code == 200 or answer.data == b""


@FUZZ
@given(plain=st.binary(max_size=400), cut=st.integers(0, 64))
def test_random_plaintext_under_our_key_never_breaks_the_reader(fuzzed, plain, cut):
    account = fuzzed.theirs.account
    key = crypto.aes_key(account.aes_key)
    text = crypto.encrypt(key, plain.decode("latin-1"), account.app_id, b"0" * 16)
    text = text[: len(text) - cut]
    stamp = str(int(NOW.timestamp()))
    query = {"timestamp": stamp, "nonce": "1", "msg_signature": crypto.signature(account.token, stamp, "1", text)}
    try:
        received = read(account, query, f"<xml><Encrypt>{text}</Encrypt></xml>".encode(), NOW)
    except BadPush:
        return
    assert isinstance(received.push, Event) or received.push.kind
