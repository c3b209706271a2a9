"""The sandbox is as strict as the platform: its rules, counted and refused, with wechatpy itself as the client."""

import hashlib
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import requests
from requests.adapters import HTTPAdapter
from wechatpy import WeChatClient
from wechatpy.exceptions import APILimitedException, WeChatClientException

from backend.clock import now
from backend.wechat.sandbox import app as sandbox_app
from backend.wechat.sandbox.keywords import accepts
from backend.wechat.sandbox.page import _framers
from backend.wechat.sandbox.snapshot import Snapshot
from backend.wechat.sandbox.world import World

SEND = "/cgi-bin/message/subscribe/send"
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(100)


class Moved(HTTPAdapter):
    """Sends what is meant for the platform to the sandbox."""

    def __init__(self, base):
        super().__init__()
        self._netloc = urlsplit(base).netloc

    def send(self, request, **options):
        request.url = urlsplit(request.url)._replace(scheme="http", netloc=self._netloc).geturl()
        return super().send(request, **options)


@pytest.fixture
def client(platform, settings):
    """wechatpy as it comes, for the mini-program."""
    return moved(WeChatClient(settings.mini_program.app_id, settings.mini_program.secret), platform)


@pytest.fixture
def official(platform, settings):
    """wechatpy as it comes, for the official account."""
    return moved(WeChatClient(settings.official_account.app_id, settings.official_account.secret), platform)


def moved(client, platform):
    """Let a client talk to the sandbox."""
    client._http.mount("https://api.weixin.qq.com", Moved(platform.url))
    return client


@pytest.fixture
def openid(client):
    """A person who signed in just now."""
    return client.wxa.code_to_session("sandbox:陈晨")["openid"]


@pytest.fixture
def template(client, platform):
    """A template with every type of keyword that messages use."""
    keys = {"thing1": "事项", "date2": "日期", "phrase3": "结果", "amount4": "金额"}
    platform.control("template", title="样例", keys=keys)
    return next(row["priTmplId"] for row in client.template.get_subscribe_message_templates() if row["title"] == "样例")


GOOD = {"thing1": "急需紧缺人才认定", "date2": "2026年11月20日", "phrase3": "审核通过", "amount4": "1200.00元"}


def send(client, openid, template, page="pages/screen", **changes):
    """Send a subscribe message; `changes` overwrite keyword values."""
    data = {key: {"value": value} for key, value in (GOOD | changes).items()}
    return client.wxa.send_subscribe_message(openid, template, data, page)


def refused(call, *args, **options):
    """Return the errcode with which a call is refused."""
    with pytest.raises(WeChatClientException) as caught:
        call(*args, **options)
    return caught.value.errcode


# --- tokens and limits ------------------------------------------------------------------------------------------------


def test_the_two_families_of_tokens_do_not_disturb_one_another(platform, settings):
    login = {"grant_type": "client_credential", "appid": settings.mini_program.app_id, "secret": "sandbox-secret"}
    stable = [platform.post("/cgi-bin/stable_token", json=login).json() for _ in range(2)]
    plain = [platform.get("/cgi-bin/token", params=login).json() for _ in range(2)]
    assert stable[0]["access_token"] == stable[1]["access_token"] != plain[0]["access_token"]
    assert plain[0]["access_token"] != plain[1]["access_token"]
    assert "errcode" not in stable[0] and len(stable[0]["access_token"]) > 100


def test_an_old_token_lives_five_minutes_more(client, platform):
    client.fetch_access_token()
    first = client.session.get(client.access_token_key)
    client.fetch_access_token()
    url = "/wxaapi/newtmpl/gettemplate"
    assert platform.get(url, params={"access_token": first}).json()["errcode"] == 0
    platform.control("clock", seconds=301)
    assert platform.get(url, params={"access_token": first}).json()["errcode"] == 42001
    assert platform.get(url, params={"access_token": "x"}).json()["errcode"] == 40001
    assert platform.get(url).json()["errcode"] == 41001


def test_forced_refreshes_are_thirty_seconds_apart_and_twenty_a_day(platform, settings):
    login = {"grant_type": "client_credential", "appid": settings.mini_program.app_id, "secret": "sandbox-secret"}
    url, body = "/cgi-bin/stable_token", login | {"force_refresh": True}
    assert "access_token" in platform.post(url, json=body).json()
    assert platform.post(url, json=body).json()["errcode"] == 45011
    for _ in range(19):
        platform.control("clock", seconds=31)
        assert "access_token" in platform.post(url, json=body).json()
    platform.control("clock", seconds=31)
    assert platform.post(url, json=body).json()["errcode"] == 45009


@pytest.mark.parametrize(
    ("field", "code"), [({"appid": "wx"}, 40013), ({"secret": "x"}, 40125), ({"grant_type": "x"}, 40002)]
)
def test_wrong_credentials_are_named(platform, settings, field, code):
    login = {"grant_type": "client_credential", "appid": settings.mini_program.app_id, "secret": "sandbox-secret"}
    answer = platform.post("/cgi-bin/stable_token", json=login | field)
    assert (answer.status_code, answer.json()["errcode"]) == (200, code)
    assert " rid: " in answer.json()["errmsg"]


def test_day_and_minute_limits_and_clearing_them_ten_times_a_month(client, platform, settings):
    path = "/wxaapi/newtmpl/gettemplate"
    platform.control("limit", path=path, span="day", limit=1)
    client.template.get_subscribe_message_templates()
    with pytest.raises(APILimitedException):
        client.template.get_subscribe_message_templates()
    body = {"appid": settings.mini_program.app_id, "appsecret": "sandbox-secret"}
    codes = [platform.post("/cgi-bin/clear_quota/v2", json=body).json()["errcode"] for _ in range(11)]
    assert codes == [0] * 10 + [48006]
    platform.control("limit", path=path, span="minute", limit=0)
    assert refused(client.template.get_subscribe_message_templates) == 45011


def test_the_quota_counts_what_was_called(client, platform):
    client.template.get_subscribe_message_templates()
    answer = client.post("openapi/quota/get", data={"cgi_path": "/wxaapi/newtmpl/gettemplate"})
    assert answer["quota"]["used"] == 1


# --- sign-in ----------------------------------------------------------------------------------------------------------


def test_a_code_works_once_and_for_five_minutes(client, platform):
    code, old = (platform.control("code", name="陈晨")["code"] for _ in range(2))
    assert client.wxa.code_to_session(code)["session_key"]
    assert refused(client.wxa.code_to_session, code) == 40163
    platform.control("clock", seconds=301)
    assert refused(client.wxa.code_to_session, old) == 40029


def test_a_person_has_one_openid_an_account_and_one_unionid(platform, client, official):
    user = platform.control("user", name="陈晨")
    assert client.wxa.code_to_session("sandbox:陈晨")["unionid"] == user["unionid"]
    assert len(set(user["openids"].values())) == 2
    assert official.user.get(user["openids"]["official_account"])["unionid"] == user["unionid"]


def test_a_risky_person_cannot_sign_in(client, platform):
    platform.control("user", name="黑名单", blocked=True)
    assert refused(client.wxa.code_to_session, "sandbox:黑名单") == 40226


# --- subscribe messages -----------------------------------------------------------------------------------------------


def test_a_one_time_consent_gives_one_message(client, platform, openid, template):
    assert refused(send, client, openid, template) == 43101
    platform.control("subscribe", name="陈晨", answers={"样例": "accept"})
    assert send(client, openid, template)["msgid"] > 2**53
    assert refused(send, client, openid, template) == 43101


def test_a_long_term_consent_lasts_until_it_is_taken_back(client, platform, openid, template):
    platform.control("template", title="样例", type=3)
    platform.control("subscribe", name="陈晨", answers={"样例": "accept"})
    assert send(client, openid, template)["errcode"] == send(client, openid, template)["errcode"] == 0
    platform.control("cancel", name="陈晨", template="样例")
    assert refused(send, client, openid, template) == 43101


BAD_VALUES = {
    "thing1": ["", "长" * 21, "两\n行", "x\x07"],
    "date2": ["明天", "2026年2月30日", "20日"],
    "phrase3": ["审核通过了吗呢", "pass", "通过1"],
    "amount4": ["12345678901", "一百", "¥¥1"],
}


@pytest.mark.parametrize(("key", "value"), [(key, value) for key, values in BAD_VALUES.items() for value in values])
def test_a_bad_keyword_rejects_the_message_and_is_named(client, platform, openid, template, key, value):
    platform.control("subscribe", name="陈晨", answers={"样例": "accept"})
    with pytest.raises(WeChatClientException) as caught:
        send(client, openid, template, **{key: value})
    assert caught.value.errcode == 47003 and key in caught.value.errmsg
    assert platform.control("consents", name="陈晨")["样例"]["remaining"] == 1


def test_other_mistakes_in_a_message_have_their_codes(client, platform, openid, template):
    platform.control("subscribe", name="陈晨", answers={"样例": "accept"})
    assert refused(send, client, "o-nobody", template) == 40003
    assert refused(send, client, openid, "no-template") == 40037
    assert refused(send, client, openid, template, page="pages/nowhere") == 41030
    assert refused(send, client, openid, template, thing1="赌博") == 45168
    platform.control("template", title="样例", banned=True)
    assert refused(send, client, openid, template) == 43107


def test_two_sends_to_one_person_at_a_time_are_refused(client, platform, openid, template):
    platform.control("subscribe", name="陈晨", answers={"样例": "accept"})
    platform.world.busy.add(openid)
    assert refused(send, client, openid, template) == 43108
    platform.world.busy.clear()
    assert send(client, openid, template)["errcode"] == 0


def test_at_most_three_templates_are_asked_for_at_a_time(platform):
    titles = [row["title"] for row in platform.control("templates")["templates"]][:4]
    url = "/_ctl/subscribe"
    answer = platform.post(url, json={"name": "陈晨", "answers": dict.fromkeys(titles, "accept")})
    assert answer.status_code == 400


# --- customer messages ------------------------------------------------------------------------------------------------


def test_five_customer_messages_in_forty_eight_hours(client, platform, openid):
    assert refused(client.message.send_text, openid, "您好") == 45015
    platform.control("text", name="陈晨", text="在吗")
    for _ in range(5):
        client.message.send_text(openid, "您好")
    assert refused(client.message.send_text, openid, "您好") == 45047
    platform.control("text", name="陈晨", text="还在吗")
    platform.control("clock", seconds=48 * 3600 + 1)
    client.fetch_access_token()
    assert refused(client.message.send_text, openid, "您好") == 45015


def test_entering_the_chat_allows_two_messages_for_a_minute(client, platform, openid):
    platform.control("enter", name="陈晨")
    client.message.send_text(openid, "一")
    client.message.send_text(openid, "二")
    assert refused(client.message.send_text, openid, "三") == 45047


def test_customer_messages_have_their_own_limits(client, platform, openid):
    platform.control("text", name="陈晨", text="在吗")
    assert refused(client.message.send_text, openid, "长" * 700) == 45002
    assert refused(client.message.send_image, openid, "no-media") == 40007
    assert refused(client.message.send_voice, openid, "no-media") == 40008


def test_typing_needs_a_message_of_the_last_thirty_seconds_and_its_own_path(client, platform, openid):
    def typing(path="message/custom/business/typing", command="Typing"):
        return client.post(path, data={"touser": openid, "command": command})

    assert refused(typing) == 45080
    platform.control("text", name="陈晨", text="在吗")
    assert refused(typing, command="Sleeping") == 45072
    assert typing()["errcode"] == 0
    assert refused(typing) == 45081
    assert refused(typing, path="message/custom/typing") == 40200


# --- files, checks, menus ---------------------------------------------------------------------------------------------


def test_temporary_files_are_pictures_and_live_three_days(client, platform):
    media = client.media.upload("image", ("a.png", PICTURE, "image/png"))
    assert client.media.download(media["media_id"]).content == PICTURE
    assert refused(client.media.upload, "image", ("a.txt", b"text", "text/plain")) == 40004
    assert refused(client.media.upload, "image", ("a.png", PICTURE + bytes(2 * 1024 * 1024), "image/png")) == 40009
    platform.control("clock", seconds=3 * 86400 + 1)
    client.fetch_access_token()
    assert refused(client.media.download, media["media_id"]) == 40007


def test_the_content_check_wants_version_two_and_a_recent_visit(client, platform, openid):
    def check(**changes):
        body = {"version": 2, "openid": openid, "scene": 2, "content": "你好"} | changes
        return client.post("https://api.weixin.qq.com/wxa/msg_sec_check", data=body)

    assert check()["result"]["suggest"] == "pass"
    bad = check(content="赌博")
    assert (bad["errcode"], bad["result"]["suggest"]) == (0, "risky")
    assert refused(check, version=1) == 44990
    assert refused(check, scene=9) == 40129
    assert refused(check, content="长" * 2501) == 45002
    platform.control("clock", seconds=2 * 3600 + 1)
    client.fetch_access_token()
    assert refused(check) == 61010


def test_a_menu_has_three_buttons_of_five_entries(official, client):
    entry = {"type": "click", "name": "问", "key": "ask"}
    official.menu.create({"button": [entry, {"name": "更多", "sub_button": [entry] * 5}]})
    assert official.menu.get()["menu"]["button"][0]["key"] == "ask"
    assert refused(official.menu.create, {"button": [entry] * 4}) == 40016
    assert refused(official.menu.create, {"button": [{"name": "更多", "sub_button": [entry] * 6}]}) == 40023
    assert refused(official.menu.create, {"button": [{"type": "click", "name": "问"}]}) == 40019
    assert refused(client.menu.create, {"button": [entry]}) == 48001
    official.menu.delete()


def test_ocr_reads_what_was_written_and_nothing_else(client, platform):
    reading = {"type": "Front", "name": "陈晨"}
    platform.control("ocr", sha256=hashlib.sha256(PICTURE).hexdigest(), reading=reading)
    assert client.wxa.ocr_idcard(file_bytes=PICTURE, filename="a.png", mime_type="image/png")["name"] == "陈晨"
    assert refused(client.wxa.ocr_idcard, file_bytes=b"other", filename="a.png", mime_type="image/png") == 101002


def test_links_last_thirty_days_at_most(client):
    link = {"path": "pages/screen", "query": "a=1", "is_expire": True, "expire_type": 1}
    assert client.wxa.get_url_link(**link, expire_interval=30)["url_link"]
    assert refused(client.wxa.get_url_link, **link, expire_interval=31) == 85402


# --- bodies, faults, state --------------------------------------------------------------------------------------------


def test_bad_bodies_and_unknown_paths_are_errors_with_status_200(platform, client):
    token = {"access_token": client.access_token}
    for body, code in ((b"", 44002), (b"x", 47001), (b"[]", 47001), (b"\xff", 47001)):
        answer = platform.post(f"{SEND}", params=token, data=body)
        assert (answer.status_code, answer.json()["errcode"]) == (200, code)
    assert platform.get("/cgi-bin/nowhere").json()["errcode"] == 40066
    assert platform.get(f"{SEND}").json()["errcode"] == 43002


def test_a_fault_strikes_so_often_and_at_the_rate_it_was_told(platform, client):
    platform.control("fault", path="/wxaapi/*", kind="errcode", value=-1, times=2)
    codes = [refused(client.template.get_subscribe_message_templates) for _ in range(2)]
    assert codes == [-1, -1]
    assert client.template.get_subscribe_message_templates()
    platform.control("dice", seed=7)
    platform.control("fault", path="/wxaapi/*", kind="errcode", value=-1, rate=0.5)
    struck = 0
    for _ in range(40):
        try:
            client.template.get_subscribe_message_templates()
        except WeChatClientException:
            struck += 1
    assert 10 < struck < 30


def test_an_effect_without_an_answer_has_happened(platform, client, openid, template):
    platform.control("subscribe", name="陈晨", answers={"样例": "accept"})
    platform.control("fault", path=SEND, kind="reset", effect=True, times=1)
    with pytest.raises(requests.RequestException):
        send(client, openid, template)
    assert platform.control("chat", name="陈晨")["lines"][-1]["kind"] == "card"


def test_people_consents_and_chats_outlive_a_restart(platform, client, openid, template, tmp_path, settings):
    platform.control("subscribe", name="陈晨", answers={"样例": "accept"})
    platform.control("picture", name="陈晨", data="iVBORw0KGgo=")
    Snapshot(platform.world, tmp_path / "w.json").save()
    fresh = World(now)
    for account in sandbox_app.accounts_of(settings):
        fresh.accounts[account.app_id] = account
    Snapshot(fresh, tmp_path / "w.json").load()
    assert fresh.users == platform.world.users and fresh.chats == platform.world.chats
    assert fresh.consents == platform.world.consents and fresh.media == platform.world.media
    assert fresh.serial > platform.world.serial


def test_a_broken_file_is_set_aside(tmp_path):
    (tmp_path / "w.json").write_text("{")
    Snapshot(World(now), tmp_path / "w.json").load()
    assert [path.name for path in tmp_path.iterdir()] == ["w.broken"]


# --- pages ------------------------------------------------------------------------------------------------------------


def test_the_pages_show_people_their_cards_and_the_calls(platform, client, openid, template):
    platform.control("subscribe", name="陈晨", answers={"样例": "accept"})
    send(client, openid, template, thing1="<b>认定</b>")
    assert "陈晨" in platform.get("/").text
    person = platform.get("/people/陈晨").text
    assert "样例" in person and "&lt;b&gt;认定" in person and "<b>认定" not in person
    assert SEND in platform.get("/calls").text
    assert "故障开关" in platform.get("/faults").text
    assert platform.get("/people/没有").status_code == 404


def test_the_pages_load_nothing_from_elsewhere_and_forms_of_other_sites_are_refused(platform):
    page = platform.get("/")
    assert "default-src 'self'" in page.headers["Content-Security-Policy"]
    assert _framers("http://127.0.0.1:8000") == "'self' http://127.0.0.1:8000 http://localhost:8000"
    assert "http://" not in page.text.replace(platform.url, "") and "https://" not in page.text
    foreign = {"Origin": "https://evil.example"}
    assert platform.post("/people", data={"name": "x"}, headers=foreign).status_code == 403


def test_the_phone_on_the_page_writes_answers_and_switches(platform):
    platform.post("/people", data={"name": "陈晨"})
    page = platform.post("/people/陈晨/text", data={"text": "在吗", "account": "mini_program"}).text
    assert "在吗" in page and "推送没有被接受" in page
    chosen = next(iter(platform.world.accounts.values())).templates
    platform.post("/people/陈晨/subscribe", data={"template": next(iter(chosen)), "answer": "accept"})
    assert platform.world.consents
    platform.post("/faults/add", data={"ready": "0"})
    assert platform.faults.active
    platform.post("/faults/mend", data={})
    assert not platform.faults.active
    moved_to = platform.post("/accounts/mini_program", data={"mode": "plain", "format": "xml"}).text
    assert "明文" in moved_to


def test_the_page_disorders_the_events_and_sets_the_platform_s_clock_ahead(platform):
    platform.post("/events", data={"disorder": ["late", "twice", "silent"]})
    assert (platform.pusher.delay, platform.pusher.duplicates, platform.pusher.shuffled) == (10.0, True, False)
    assert platform.world.sent_events is False
    platform.post("/events", data={})
    assert (platform.pusher.delay, platform.pusher.duplicates, platform.world.sent_events) == (0.0, False, True)
    before = platform.world.now()
    assert "拨快了 2 天" in platform.post("/clock", data={"seconds": "172800"}).text
    assert platform.world.now() - before >= timedelta(days=2)
    assert platform.post("/clock", data={"seconds": "1"}).status_code == 400
    platform.post("/clock/back", data={})
    assert platform.world.now() - before < timedelta(days=1)


def test_values_of_every_type_are_checked_by_their_own_rule():
    good = {
        "thing1": "任意 abc！", "number2": "12.5", "letter3": "ABC", "symbol4": "-+", "character_string5": "AY-2026/01",
        "time6": "2026年11月20日 09:30", "time7": "15:01~16:00", "date8": "2026-11-20~2026-11-26", "amount9": "¥12.50",
        "phone_number10": "0372-12345", "car_number11": "豫E12345", "name12": "王小明", "name13": "John Smith",
        "phrase14": "已完成", "enum15": "甲",
    }  # fmt: skip
    bad = {
        "thing1": "", "number2": "十", "letter3": "甲", "symbol4": "甲", "character_string5": "甲", "time6": "25:00",
        "date8": "2026-13-01", "amount9": "12元整", "phone_number10": "x", "car_number11": "豫豫豫",
        "name12": "长" * 11, "phrase14": "ok", "enum15": "乙", "unknown16": "x",
    }  # fmt: skip
    options = {"enum15": ("甲",)}
    assert [key for key, value in good.items() if not accepts(key, value, options)] == []
    assert [key for key, value in bad.items() if accepts(key, value, options)] == []


def test_outside_wechat_the_service_tells_the_sandbox_what_a_person_chose(platform, settings):
    from dataclasses import replace

    from backend.wechat.sandbox.remote import answer_dialogue

    moved_to = replace(settings, wechat_base_url=platform.url)
    openid = platform.control("user", name="陈晨")["openids"]["mini_program"]
    template = platform.control("templates")["templates"][0]
    assert answer_dialogue(moved_to, openid, {template["id"]: "accept"})
    assert platform.control("consents", name="陈晨")[template["title"]]["remaining"] == 1
    assert not answer_dialogue(moved_to, "o-nobody", {template["id"]: "accept"})
    assert not answer_dialogue(replace(moved_to, sandbox=False), openid, {template["id"]: "accept"})
    assert not answer_dialogue(replace(moved_to, wechat_base_url="http://127.0.0.1:9"), openid, {})
