"""What the interface asks of WeChat, against the strict sandbox and without it: numbers, content checks, codes."""

import io
from dataclasses import replace

import pytest
from PIL import Image

from backend.store import facts
from backend.store.models import Complaint, PublicNotice
from backend.workflow import rulebook
from miniprogram_api.app import create_app
from tests.jobs.post import NOW
from tests.miniprogram_api.world import Phone

AWAY = {"kind": "errcode", "value": -1}


@pytest.fixture
def settings(chosen_store, redis_server):
    """The interface over an open, empty store."""
    return replace(chosen_store, redis_url=redis_server.url, embedded_redis=False)


@pytest.fixture
def visitor(settings, platform, redis, test_packs):
    """A phone whose owner is not signed in."""
    rulebook.shelf.use(test_packs)
    app = create_app(replace(settings, wechat_base_url=platform.url))
    yield Phone(app.test_client())
    rulebook.shelf.use(None)


@pytest.fixture
def me(visitor):
    """A person of the sandbox who signed in and agreed."""
    token = visitor.ask("POST", "/session", {"code": "sandbox:王小明"})["token"]
    return Phone(visitor.client, token).agree()


def complaint(text, kind="message"):
    """A message to the window, or what else people write."""
    return {"kind": kind, "subject": "补贴", "text": text, "city": "testcity"}


# --- the phone number -------------------------------------------------------------------------------------------------


def test_the_number_wechat_verified_becomes_a_protected_fact_with_its_source(me, platform):
    number = platform.control("user", name="王小明")["phone"]
    known = me.ask("POST", "/me/phone", {"code": platform.control("code", name="王小明", kind="phone")["code"]})
    assert (known["source"], known["protected"], known["value"]) == ("wechat", True, None)
    assert known["shown"] == f"{number[:3]}****{number[-4:]}"
    [person] = facts.find("phone", number)
    assert facts.reveal(person, "phone") == number


def test_a_code_that_wechat_does_not_take_leaves_typing_open(me, platform):
    code = platform.control("code", name="王小明", kind="phone")["code"]
    me.ask("POST", "/me/phone", {"code": code})
    for spent in (code, "nonsense"):
        status, error = me.error("POST", "/me/phone", {"code": spent})
        assert (status, error["code"]) == (503, "wechat_unavailable")
        assert "直接填写" in error["message"]


def test_the_form_says_where_the_button_s_code_goes(me):
    screen = me.screen("facts", city="testcity")
    fields = [field for block in screen["blocks"] for field in block.get("fields", ())]
    assert [field["from_wechat"] for field in fields if field["name"] == "phone"] in ([], ["/me/phone"])
    assert not [field for field in fields if field["name"] != "phone" and field.get("from_wechat")]


# --- content checks ---------------------------------------------------------------------------------------------------


def test_a_fit_text_is_taken_and_a_risky_one_refused_at_its_field(me, platform):
    me.ask("POST", "/complaints", complaint("请问补贴什么时候发？"))
    status, error = me.error("POST", "/complaints", complaint("来我这里赌博吧"))
    assert (status, error["code"], [field["field"] for field in error["fields"]]) == (422, "unfit_content", ["text"])
    assert Complaint.select().count() == 1
    assert platform.count("/wxa/msg_sec_check") == 4


def test_what_is_told_to_the_organisation_department_is_not_shown_to_wechat(me, platform):
    me.ask("POST", "/complaints", complaint("有人在单位组织赌博", "organization"))
    assert platform.count("/wxa/msg_sec_check") == 0


def test_a_complaint_does_not_wait_for_wechat(me, platform):
    platform.control("fault", path="/wxa/msg_sec_check", **AWAY)
    me.ask("POST", "/complaints", complaint("窗口中午没有人"))
    assert Complaint.select().count() == 1


def test_somebody_who_was_not_here_for_two_hours_is_heard_all_the_same(me, platform):
    platform.control("clock", seconds=3 * 3600)
    me.ask("POST", "/complaints", complaint("窗口中午没有人"))
    assert platform.count("/wxa/msg_sec_check", 61010) > 0


def test_numbers_of_papers_are_masked_before_wechat_sees_a_text(me, platform, monkeypatch):
    from backend.wechat.gateway import Gateway

    seen, original = [], Gateway.check_text
    monkeypatch.setattr(
        Gateway, "check_text", lambda self, openid, text: seen.append(text) or original(self, openid, text)
    )
    me.ask("POST", "/complaints", complaint("我的身份证号是11010119900307889X"))
    assert seen
    assert not [text for text in seen if "19900307" in text]


# --- codes ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def notice():
    """A public notice that runs."""
    return PublicNotice.create(
        city="testcity", item="recognition", agency="office", number="1", title="公示", published_at=NOW, length=7,
        first_day=NOW.date(), closes_on=NOW.date(), unit="day", published_by="stf_1",
    )  # fmt: skip


def test_a_code_is_a_picture_asked_for_once_and_leads_back_to_its_screen(visitor, platform, notice):
    for kind, key in (("notice", notice.id), ("windows", "testcity"), ("home", "testcity")):
        for _ in range(2):
            answer = visitor.send("GET", f"/codes/{kind}/{key}")
            assert answer.mimetype == "image/png"
            Image.open(io.BytesIO(answer.data)).verify()
    assert platform.count("/wxa/getwxacodeunlimit") == 3
    opened = visitor.ask("GET", f"/scenes/n-{notice.id[4:]}")["next"]
    assert (opened["screen"], opened["params"]) == ("notice", {"notice": notice.id})
    assert visitor.ask("GET", "/scenes/w-testcity")["next"]["params"] == {"city": "testcity"}


def test_what_is_not_there_has_no_code_and_a_foreign_code_leads_nowhere(visitor, platform):
    assert visitor.send("GET", "/codes/home/atlantis").status_code == 404
    assert visitor.send("GET", f"/codes/notice/ntc_{'0' * 26}").status_code == 404
    assert visitor.send("GET", "/scenes/z-1").status_code == 404
    assert platform.count("/wxa/getwxacodeunlimit") == 0


def test_without_wechat_there_is_no_code_yet_and_the_answer_says_so(visitor, platform):
    platform.control("fault", path="/wxa/getwxacodeunlimit", **AWAY)
    status, error = visitor.error("GET", "/codes/home/testcity")
    assert (status, error["code"]) == (503, "wechat_unavailable")
