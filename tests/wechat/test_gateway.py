"""The gateway against the running sandbox: every call, every fault, and no secret anywhere."""

import io
import json
import logging
import threading
import traceback
from pathlib import Path

import pytest

from backend import clock
from backend.wechat import gateway as module
from backend.wechat.errors import MEANINGS, Kind, Scope, WeChatError, refused, scrub
from backend.wechat.gateway import PLATFORM, AccountKind, Gateway, open_gateways
from backend.wechat.wire import Wire

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(100_000)
SEND = "/cgi-bin/message/subscribe/send"
KINDS = {
    43101: (Kind.PERMANENT, Scope.USER),
    40003: (Kind.PERMANENT, Scope.USER),
    43104: (Kind.PERMANENT, Scope.USER),
    47003: (Kind.PERMANENT, Scope.MESSAGE),
    41030: (Kind.PERMANENT, Scope.MESSAGE),
    45168: (Kind.PERMANENT, Scope.MESSAGE),
    40037: (Kind.PERMANENT, Scope.TEMPLATE),
    43107: (Kind.PERMANENT, Scope.TEMPLATE),
    48001: (Kind.PERMANENT, Scope.ACCOUNT),
    48004: (Kind.PERMANENT, Scope.ACCOUNT),
    40013: (Kind.PERMANENT, Scope.ACCOUNT),
    40125: (Kind.PERMANENT, Scope.ACCOUNT),
    40164: (Kind.PERMANENT, Scope.ACCOUNT),
    89503: (Kind.PERMANENT, Scope.ACCOUNT),
    -1: (Kind.TRANSIENT, Scope.CALL),
    43108: (Kind.TRANSIENT, Scope.CALL),
    45011: (Kind.THROTTLED, Scope.ACCOUNT),
    45009: (Kind.QUOTA, Scope.ACCOUNT),
    40001: (Kind.TOKEN, Scope.ACCOUNT),
    40014: (Kind.TOKEN, Scope.ACCOUNT),
    42001: (Kind.TOKEN, Scope.ACCOUNT),
}


@pytest.fixture
def person(platform, gateway):
    """A person who signed in and allows one message of the acceptance notice."""
    login = gateway.code2session("sandbox:李雷")
    platform.control("subscribe", name="李雷", answers={"业务受理通知": "accept"})
    return login


def template_of(gateway, title="业务受理通知"):
    """The account's template and values for its keys."""
    template = next(row for row in gateway.templates() if row.title == title)
    values = ["急需紧缺人才认定", "AY2026001", "2026年11月20日", "12月5日前"]
    return template.id, dict(zip(template.keys.values(), values, strict=True))


# --- errors -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", KINDS)
def test_every_code_of_the_table_means_what_the_table_says(code):
    error = refused(code, "text rid: 1-2")
    assert (error.kind, error.scope) == KINDS[code]
    assert error.rid == "1-2"


def test_every_meaning_has_a_chinese_sentence():
    assert all("一" <= meaning.sentence[0] <= "鿿" for meaning in MEANINGS.values())


def test_an_unknown_code_stops_its_message_alone():
    assert (refused(99999, "?").kind, refused(99999, "?").scope) == (Kind.PERMANENT, Scope.MESSAGE)


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ({"kind": "http", "value": 502}, Kind.TRANSIENT),
        ({"kind": "html"}, Kind.AMBIGUOUS),
        ({"kind": "reset"}, Kind.AMBIGUOUS),
        ({"kind": "errcode", "value": -1}, Kind.TRANSIENT),
        ({"kind": "errcode", "value": 45009}, Kind.QUOTA),
        ({"kind": "errcode", "value": 45011}, Kind.THROTTLED),
        ({"kind": "errcode", "value": 40001}, Kind.TOKEN),
    ],
    ids=["502", "html", "reset", "busy", "quota", "throttle", "token"],
)
def test_a_fault_of_the_platform_becomes_its_kind_of_error(platform, gateway, fault, kind):
    platform.control("fault", path="/cgi-bin/openapi/quota/get", **fault)
    with pytest.raises(WeChatError) as caught:
        gateway.quota(SEND)
    assert caught.value.kind is kind


def test_no_answer_in_time_is_ambiguous_and_no_connection_is_transient(platform, gateway, settings, redis, monkeypatch):
    gateway.quota(SEND)
    monkeypatch.setattr(module, "TIMEOUT", (1, 0.3))
    hasty = Gateway(AccountKind.MINI_PROGRAM, settings.mini_program, redis, clock.now, base_url=platform.url)
    hasty._client.timeout = (1, 0.3)
    platform.control("fault", path="/cgi-bin/openapi/quota/get", kind="hang", value=1)
    with pytest.raises(WeChatError) as slow:
        hasty.quota(SEND)
    assert slow.value.kind is Kind.AMBIGUOUS
    nobody = Gateway(AccountKind.MINI_PROGRAM, settings.mini_program, redis, clock.now, base_url="http://127.0.0.1:9")
    with pytest.raises(WeChatError) as closed:
        nobody.code2session("x")
    assert closed.value.kind is Kind.TRANSIENT


def test_an_answer_without_its_fields_is_ambiguous(gateway, monkeypatch):
    monkeypatch.setattr(gateway._client, "get", lambda *_, **__: {})
    with pytest.raises(WeChatError) as caught:
        gateway.code2session("x")
    assert caught.value.kind is Kind.AMBIGUOUS


def test_no_secret_stands_in_errors_tracebacks_or_logs(platform, gateway, settings, caplog):
    caplog.set_level(logging.DEBUG)
    gateway.quota(SEND)
    token, code = gateway._client.access_token, platform.control("code", name="李雷")["code"]
    platform.control("fault", path="*", kind="reset")
    texts = []
    for call in (lambda: gateway.code2session(code), lambda: gateway.quota(SEND)):
        with pytest.raises(WeChatError) as caught:
            call()
        assert caught.value.__cause__ is None and caught.value.__context__ is None
        texts.append("".join(traceback.format_exception(caught.value)) + repr(caught.value))
    said = "".join(texts) + caplog.text
    assert "urllib3" in caplog.text
    for secret in (token, settings.mini_program.secret, code):
        assert secret not in said
    assert scrub("x?access_token=abc&secret=d") == "x?access_token=***&secret=***"


# --- the token --------------------------------------------------------------------------------------------------------


def test_a_stale_token_is_renewed_once_and_the_call_repeated_once(platform, gateway):
    gateway.quota(SEND)
    platform.control("rotate")
    assert gateway.quota(SEND).used == 0
    assert platform.count("/cgi-bin/openapi/quota/get", 40001) == 1
    assert platform.count("/cgi-bin/stable_token") == 2


def test_a_platform_that_always_refuses_the_token_costs_two_calls_and_no_stampede(platform, gateway):
    platform.control("fault", path="/cgi-bin/openapi/quota/get", kind="errcode", value=40001)
    for _ in range(3):
        with pytest.raises(WeChatError):
            gateway.quota(SEND)
    assert platform.count("/cgi-bin/openapi/quota/get") == 6
    assert platform.count("/cgi-bin/stable_token") == 2


def test_fifty_threads_share_one_token_cold_and_after_a_rotation(platform, gateway):
    def rush():
        threads = [threading.Thread(target=gateway.quota, args=(SEND,)) for _ in range(50)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    rush()
    assert platform.count("/cgi-bin/stable_token") == 1
    platform.control("rotate")
    rush()
    assert platform.count("/cgi-bin/stable_token") == 2


def test_two_processes_share_the_token_through_redis(platform, gateway, settings, redis):
    gateway.quota(SEND)
    other = Gateway(AccountKind.MINI_PROGRAM, settings.mini_program, redis, clock.now, base_url=platform.url)
    other.quota(SEND)
    assert platform.count("/cgi-bin/stable_token") == 1


def test_a_token_is_renewed_before_its_end(platform, gateway):
    gateway.quota(SEND)
    later = clock.now().timestamp() + 7200 - 100
    gateway._client._shared_token._clock = lambda: clock.now().fromtimestamp(later, clock.SHANGHAI)
    platform.control("clock", seconds=7100)
    gateway.quota(SEND)
    assert platform.count("/cgi-bin/openapi/quota/get", 42001) == 0
    assert platform.count("/cgi-bin/stable_token") == 2


def test_without_redis_the_gateway_still_works(platform, settings):
    from redis import Redis

    nobody = Redis(port=9, socket_connect_timeout=0.2)
    alone = Gateway(AccountKind.MINI_PROGRAM, settings.mini_program, nobody, clock.now, base_url=platform.url)
    assert alone.quota(SEND).remaining > 0
    assert alone.quota(SEND).remaining > 0
    assert platform.count("/cgi-bin/stable_token") == 1


def test_a_file_is_sent_whole_the_second_time(platform, gateway):
    gateway.quota(SEND)
    platform.control("rotate")
    stream = io.BytesIO(PICTURE)
    answer = gateway._client.media.upload("image", ("a.png", stream, "image/png"))
    data, media_type = gateway.download(answer["media_id"])
    assert (data, media_type) == (PICTURE, "image/png")


def test_every_call_has_both_time_outs_and_goes_to_the_one_base_address(gateway, platform, monkeypatch):
    seen = []
    original = Wire.request

    def watching(self, method, url, **options):
        seen.append((url, options["timeout"]))
        return original(self, method, url, **options)

    monkeypatch.setattr(Wire, "request", watching)
    gateway.code2session("sandbox:韩梅")
    gateway.quota(SEND)
    gateway._client.get("https://api.weixin.qq.com/cgi-bin/ticket/getticket", params={"type": "jsapi"})
    gateway._client.media.upload("image", ("a.png", PICTURE, "image/png"))
    assert len(seen) == 5
    assert all(url.startswith(platform.url + "/") and timeout == (3, 10) for url, timeout in seen)


def test_calls_go_through_the_proxy_of_the_environment(platform, settings, redis, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY"):
        monkeypatch.setenv(name, platform.url)
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.setenv(name, "")
    behind = Gateway(
        AccountKind.MINI_PROGRAM, settings.mini_program, redis, clock.now, base_url="http://wechat.invalid"
    )
    assert behind.code2session("sandbox:韩梅").openid
    assert platform.count("/sns/jscode2session") == 1


# --- calls ------------------------------------------------------------------------------------------------------------


def test_signing_in_needs_no_token(platform, gateway):
    login = gateway.code2session("sandbox:李雷")
    again = gateway.code2session("sandbox:李雷")
    assert login.openid == again.openid and login.unionid
    assert login.session_key not in repr(login)
    assert platform.count("/cgi-bin/stable_token") == 0


def test_a_used_code_says_what_to_do(platform, gateway):
    code = platform.control("code", name="李雷")["code"]
    gateway.code2session(code)
    with pytest.raises(WeChatError) as caught:
        gateway.code2session(code)
    assert "重新进入" in caught.value.sentence


def test_a_phone_code_gives_the_number_once(platform, gateway):
    code = platform.control("code", name="李雷", kind="phone")["code"]
    assert gateway.phone_number(code) == platform.control("user", name="李雷")["phone"]
    with pytest.raises(WeChatError):
        gateway.phone_number(code)


def test_a_subscribe_message_arrives_as_a_card_and_uses_the_consent(platform, gateway, person):
    template, data = template_of(gateway)
    assert gateway.send_subscribe(person.openid, template, data, "pages/screen?screen=application")
    card = platform.control("chat", name="李雷")["lines"][-1]["content"]
    assert card["title"] == "业务受理通知" and card["lines"][0] == ["事项名称", "急需紧缺人才认定"]
    with pytest.raises(WeChatError) as caught:
        gateway.send_subscribe(person.openid, template, data)
    assert caught.value.errcode == 43101


def test_state_and_language_travel_with_the_message(gateway, person, monkeypatch):
    sent = {}
    monkeypatch.setattr(gateway._client, "post", lambda url, data: sent.update(data) or {"msgid": 7})
    gateway._program_state = "trial"
    assert gateway.send_subscribe(person.openid, "t", {"thing1": "x"}, "pages/a", lang="en_US") == "7"
    assert (sent["miniprogram_state"], sent["lang"], sent["page"]) == ("trial", "en_US", "pages/a")
    assert sent["data"] == {"thing1": {"value": "x"}}


def test_customer_messages_and_typing_on_both_paths(platform, gateways):
    for kind in AccountKind:
        gateway = gateways.of(kind)
        openid = platform.control("user", name="李雷")["openids"][kind.value]
        platform.control("text", name="李雷", text="在吗", account=kind.value)
        gateway.typing(openid)
        gateway.typing(openid, begin=False)
        gateway.send_text(openid, "在的")
        gateway.send_image(openid, gateway.upload_image("a.png", PICTURE, "image/png"))
    kinds = [line["kind"] for line in platform.control("chat", name="李雷")["lines"] if line["direction"] == "in"]
    assert kinds.count("text") == 2 and kinds.count("image") == 2


def test_cards_of_pages_and_links_reach_the_chat(platform, gateway, person):
    platform.control("text", name="李雷", text="在吗")
    thumb = gateway.upload_image("a.png", PICTURE, "image/png")
    gateway.send_page(person.openid, "我的办件", "pages/screen?screen=me", thumb)
    gateway.send_link(person.openid, "指南", "说明", "https://example.org")
    assert [line["kind"] for line in platform.control("chat", name="李雷")["lines"]][-2:] == ["miniprogrampage", "link"]


def test_the_content_check_reads_the_suggestion_not_the_code(gateway, person):
    assert gateway.check_text(person.openid, "请问补贴").passes
    assert not gateway.check_text(person.openid, "赌博").passes


def test_a_page_code_is_a_picture_and_a_bad_page_an_error(gateway):
    assert gateway.page_code("case=1", "pages/screen").startswith(b"\x89PNG")
    with pytest.raises(WeChatError) as caught:
        gateway.page_code("case=1", "pages/nowhere")
    assert caught.value.errcode == 41030


def test_a_link_quota_menu_ticket_and_unionid(platform, gateways):
    gateway, official = gateways.mini_program, gateways.official_account
    assert gateway.url_link("pages/screen", "a=1", days=90).startswith("https://")
    assert gateway.quota(SEND).limit == 10_000_000
    official.set_menu([{"type": "click", "name": "问政策", "key": "ask"}])
    config = official.page_config("https://city.example/h5/#/x")
    assert set(config) == {"appId", "timestamp", "nonceStr", "signature"}
    official.page_config("https://city.example/h5/")
    assert platform.count("/cgi-bin/ticket/getticket") == 1
    user = platform.control("user", name="李雷")
    assert official.unionid(user["openids"]["official_account"]) == user["unionid"]


def test_only_the_gateway_imports_wechatpy():
    root = Path(__file__).parents[2]
    files = [path for folder in ("backend", "miniprogram_api", "bot") for path in (root / folder).rglob("*.py")]
    users = [path.name for path in files if "wechatpy" in path.read_text(encoding="utf8").split('"""', 2)[-1]]
    assert users == ["gateway.py"]


def test_an_installation_without_official_account_has_one_gateway(settings, redis):
    from dataclasses import replace

    alone = open_gateways(replace(settings, official_account=None), redis, clock.now)
    assert alone.official_account is None and alone.of("official_account") is None


def test_absolute_addresses_move_to_the_base_with_path_and_query(gateway, platform):
    moved = gateway._client._absolute(f"{PLATFORM}wxa/x?type=1", "")
    assert moved == f"{platform.url}/wxa/x?type=1"
    assert gateway._client._absolute("media/get", f"{PLATFORM}cgi-bin/") == f"{platform.url}/cgi-bin/media/get"
    assert json.dumps(moved)
