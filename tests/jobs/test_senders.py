"""The channels: the account's own templates, text messages over HTTP, nothing else."""

import hashlib
import hmac
import json
from datetime import timedelta
from types import SimpleNamespace

import pytest
import requests

from backend.jobs.senders import (
    AccountTemplates,
    HttpSms,
    NoSms,
    SubscribeSender,
    match,
    mismatches,
    open_senders,
    page_link,
)
from backend.messages import messages
from backend.settings import Messaging
from backend.store import facts
from backend.wechat.errors import MEANINGS, Kind, WeChatError
from backend.wechat.gateway import AccountTemplate
from tests.jobs.post import NOW

OURS = messages().template("case_accepted")
KEYS = {"事项名称": "thing1", "受理编号": "character_string2", "受理时间": "date3", "预计办结": "thing4"}


def chosen(id="t1", title="业务受理通知", keys=KEYS):
    """A template as the operator chose it in the account."""
    return AccountTemplate(id, title, keys, False)


PAGE = "pages/screen"


def row(**about):
    """A message to send."""
    return SimpleNamespace(
        id="out_1", applicant="apl_1", template="result", keywords={"item": "认定"}, page=PAGE, **about
    )


def test_a_template_is_found_by_title_and_labels_or_by_the_operator_s_id():
    assert match([chosen()], {}) == {"case_accepted": chosen()}
    other = chosen("t2", "另一个名字")
    assert match([chosen(), other], {"case_accepted": "t2"}) == {"case_accepted": other}
    assert match([other], {}) == {}


@pytest.mark.parametrize(
    ("keys", "word"),
    [
        ({**KEYS, "预计办结": "date4"}, "类型应为 thing"),
        ({label: key for label, key in KEYS.items() if label != "受理编号"}, "缺少"),
        ({**KEYS, "备注": "thing5"}, "多了"),
    ],
)
def test_a_template_with_other_keywords_is_no_pair_and_says_why(keys, word):
    assert match([chosen(keys=keys)], {}) == {}
    assert word in mismatches(OURS, chosen(keys=keys))[0]


class Account:
    """An account whose templates are looked at."""

    def __init__(self):
        self.looks = 0

    def templates(self):
        self.looks += 1
        return [chosen()]


def test_templates_are_looked_up_every_ten_minutes_and_a_missing_one_stops_its_kind():
    account, moment = Account(), [NOW]
    templates = AccountTemplates(account, {}, lambda: moment[0])
    assert templates.of("case_accepted").id == "t1"
    assert (templates.name_of("t1"), templates.name_of("t9")) == ("case_accepted", None)
    with pytest.raises(WeChatError) as caught:
        templates.of("result")
    assert caught.value.errcode == 40037
    assert account.looks == 1
    moment[0] += timedelta(minutes=11)
    assert templates.name_of("t1") == "case_accepted"
    assert account.looks == 2


def test_a_refused_template_is_looked_up_again():
    account = Account()
    account.send_subscribe = lambda *_: (_ for _ in ()).throw(WeChatError(MEANINGS[40037], 40037))
    templates = AccountTemplates(account, {}, lambda: NOW)
    message = SimpleNamespace(
        template="case_accepted",
        openid="o",
        page="",
        keywords=dict.fromkeys(("item", "number", "accepted_on", "due_on"), "x"),
    )
    for _ in range(2):
        with pytest.raises(WeChatError):
            SubscribeSender(account, templates).send(message)
    assert account.looks == 2


def test_every_template_of_ours_is_matched_with_the_sandbox_s_account(gateways):
    assert set(match(gateways.mini_program.templates(), {})) == set(messages().templates)


# --- text messages ----------------------------------------------------------------------------------------------------


class Line:
    """A text-message gateway."""

    def __init__(self, status=200, body='{"id": "sms-1"}', error=None):
        self.status, self.body, self.error, self.posted = status, body, error, []

    def post(self, url, data, headers, timeout):
        self.posted.append((url, data, headers, timeout))
        if self.error:
            raise self.error
        answer = requests.Response()
        answer.status_code, answer._content = self.status, self.body.encode()
        return answer


def LINK(page):
    """WeChat's address for a page."""
    return f"https://wxaurl.example/{page}"


def test_a_text_carries_an_address_that_opens_its_page_and_goes_without_when_wechat_is_away(gateway, platform):
    assert page_link(gateway, "pages/screen?screen=me").startswith("https://wxaurl.cn/")
    platform.control("fault", path="/wxa/generate_urllink", kind="errcode", value=-1)
    assert page_link(gateway, "pages/screen?screen=me") == ""


@pytest.fixture
def phone(post):
    """A person with a registered phone."""
    person = post.person()
    facts.tell(person.id, {"phone": "13800138000"}, "form", post.now)
    return person


def test_a_text_goes_to_the_registered_phone_signed(phone):
    line = Line()
    assert HttpSms("https://sms.example/send", "key", LINK, line).send(row()) == "sms-1"
    [(url, data, headers, timeout)] = line.posted
    body = json.loads(data)
    assert (url, body["phone"], body["id"], body["keywords"]) == (
        "https://sms.example/send",
        "13800138000",
        "out_1",
        {"item": "认定"},
    )
    assert body["link"] == "https://wxaurl.example/pages/screen"
    assert headers["X-Signature"] == hmac.digest(b"key", data, hashlib.sha256).hex()
    assert timeout == (3, 10)


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        (Line(status=500), Kind.TRANSIENT),
        (Line(status=422), Kind.PERMANENT),
        (Line(error=requests.ReadTimeout()), Kind.AMBIGUOUS),
    ],
)
def test_a_text_that_fails_fails_like_every_message(phone, line, kind):
    with pytest.raises(WeChatError) as caught:
        HttpSms("https://sms.example", "key", LINK, line).send(row())
    assert caught.value.kind is kind
    assert caught.value.__context__ is None


def test_without_a_phone_there_is_no_text(post):
    post.person()
    with pytest.raises(WeChatError) as caught:
        HttpSms("https://sms.example", "key", LINK, Line()).send(row())
    assert caught.value.kind is Kind.PERMANENT


def test_texts_are_off_unless_an_address_is_given(gateway):
    assert isinstance(open_senders(Messaging(), gateway, None)["sms"], NoSms)
    assert isinstance(open_senders(Messaging(sms_url="https://sms.example"), gateway, None)["sms"], HttpSms)
    with pytest.raises(WeChatError):
        NoSms().send(row())
