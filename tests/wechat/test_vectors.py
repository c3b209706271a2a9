"""The 18 public vectors, against the running push address and against the sandbox platform's side."""

import base64
import json
from datetime import datetime
from pathlib import Path

import pytest
import requests
from flask import Flask

from backend.clock import SHANGHAI
from backend.settings import WeChatAccount
from backend.wechat import crypto
from backend.wechat.callback import Handlers, create_blueprint
from backend.wechat.gateway import AccountKind
from backend.wechat.push import sealed
from backend.wechat.sandbox import push as platform_push
from backend.wechat.sandbox.push import Shape
from backend.wechat.sandbox.world import Account
from tests.wechat import rig
from tests.wechat.rig import served

VECTORS = json.loads((Path(__file__).parent / "vectors.json").read_text(encoding="utf8"))["vectors"]
KEY = "A" * 43


def of_kind(*kinds):
    """Parametrize a test with the vectors of some kinds."""
    chosen = [vector for vector in VECTORS if vector["kind"] in kinds]
    return pytest.mark.parametrize("vector", chosen, ids=[vector["id"] for vector in chosen])


def account_of(vector):
    """The account a vector is for."""
    key = vector.get("encoding_aes_key", KEY)
    return WeChatAccount(vector.get("appid", "wx0"), "secret", vector["token"], key)


@pytest.fixture
def address(redis):
    """Serve the push address for a vector's account at a vector's moment; yields address and what was received."""
    running = []

    def serve(vector):
        received = []
        handlers = Handlers(received.append, received.append, received.append, received.append)
        moment = datetime.fromtimestamp(int(vector["timestamp"]), SHANGHAI)
        blueprint = create_blueprint(
            AccountKind.MINI_PROGRAM, account_of(vector), handlers, redis, lambda: moment, allow_plain=True
        )
        app = Flask("server")
        app.register_blueprint(blueprint)
        context = served(app)
        running.append(context)
        return f"{context.__enter__()}/wechat/mp", received

    yield serve
    for context in running:
        context.__exit__(None, None, None)


def test_there_are_eighteen_vectors_and_every_kind_has_a_test():
    assert len(VECTORS) == 18
    assert {vector["kind"] for vector in VECTORS} == TESTED


@of_kind("callback_signature_sha1")
def test_the_address_check_echoes_for_the_right_signature_alone(vector, address):
    url, _ = address(vector)
    query = {name: vector[name] for name in ("timestamp", "nonce", "signature")} | {"echostr": "4375120948345356249"}
    assert requests.get(url, params=query, timeout=5).text == query["echostr"]
    wrong = vector.get("negative_signature", "0" * 40)
    refused = requests.get(url, params=query | {"signature": wrong}, timeout=5)
    assert (refused.status_code, refused.content) == (400, b"")


@of_kind("callback_signature_sha1")
def test_a_plain_push_with_the_right_signature_is_received(vector, address):
    url, received = address(vector)
    query = {name: vector[name] for name in ("timestamp", "nonce", "signature")}
    body = {"ToUserName": "gh", "FromUserName": "o1", "CreateTime": int(vector["timestamp"]), "MsgType": "event"}
    answer = requests.post(url, params=query, json=body | {"Event": "debug_demo"}, timeout=5)
    assert (answer.status_code, answer.text) == (200, "")
    assert received[0].name == "debug_demo"


@of_kind("encrypted_push")
def test_an_encrypted_push_is_opened(vector, address):
    url, received = address(vector)
    query = {name: vector[name] for name in ("timestamp", "nonce", "msg_signature")}
    query |= {"signature": "not looked at", "encrypt_type": "aes"}
    bodies = {
        "JSON": json.dumps({"ToUserName": "gh", "Encrypt": vector["ciphertext"]}),
        "XML": f"<xml><ToUserName>gh</ToUserName><Encrypt><![CDATA[{vector['ciphertext']}]]></Encrypt></xml>",
    }
    answer = requests.post(url, params=query, data=bodies[vector["data_format"]], timeout=5)
    assert answer.status_code == 200
    assert received[0].openid in vector["plaintext"]
    tampered = requests.post(url, params=query | {"nonce": "1"}, data=bodies[vector["data_format"]], timeout=5)
    assert tampered.status_code == 400


@of_kind("encrypted_echostr")
def test_an_encrypted_echo_is_opened(vector, address):
    url, _ = address(vector)
    query = {name: vector[name] for name in ("timestamp", "nonce", "msg_signature")}
    answer = requests.get(url, params=query | {"echostr": vector["ciphertext"]}, timeout=5)
    assert answer.text == vector["plaintext"]


@of_kind("encrypted_reply")
def test_an_answer_is_sealed_as_published_and_the_platform_opens_it(vector):
    account = account_of(vector)
    for data_format in ("json", "xml"):
        random = vector["random16"].encode()
        reply = sealed(account, vector["plaintext"], data_format, vector["timestamp"], vector["nonce"], random)
        assert vector["ciphertext"] in reply.replace("\\/", "/")
        assert vector["msg_signature"] in reply
        theirs = Account("mini_program", "", account, "gh")
        opened = platform_push._unseal(theirs, platform_push._parse(reply.encode(), data_format))
        assert opened == vector["plaintext"]


@of_kind("encrypted_reply")
def test_the_running_platform_takes_the_published_answer_to_a_push(vector, settings):
    account, random = account_of(vector), vector["random16"].encode()
    answer = sealed(account, vector["plaintext"], "xml", vector["timestamp"], vector["nonce"], random)
    service = Flask("service")
    service.add_url_rule("/push", "push", lambda: answer, methods=["POST"])
    with rig.platform(settings) as platform, served(service) as url:
        theirs = next(row for row in platform.world.accounts.values() if row.kind == "official_account")
        theirs.account, theirs.callback_url = account, f"{url}/push"
        platform.world.accounts = {theirs.app_id: theirs}
        told = platform.control("text", name="王小明", text="在吗", account="official_account", mode="safe")
    assert told["tries"] == 1
    assert told["accepted"] == vector["plaintext"].startswith("<xml>"), told["problem"]


@of_kind("encrypted_push", "encrypted_echostr", "encrypted_reply")
def test_the_platform_seals_as_published(vector):
    key = crypto.aes_key(vector["encoding_aes_key"])
    random = vector["random16"].encode()
    text = crypto.encrypt(key, vector["plaintext"], vector["appid"], random)
    assert text == vector["ciphertext"]
    assert crypto.decrypt(key, vector["ciphertext"], vector["appid"]) == vector["plaintext"]


@of_kind("wxa_rawdata_signature_sha1(rawData+session_key)")
def test_the_client_s_raw_data_signature(vector):
    assert crypto.raw_data_signature(vector["raw_data"], vector["session_key"]) == vector["signature"]


@of_kind("wxa_encryptedData_aes128cbc")
def test_the_client_s_encrypted_data_is_opened_for_its_own_app_alone(vector):
    parts = (vector["session_key"], vector["iv"], vector["encrypted_data"])
    assert crypto.open_client_data(*parts, vector["watermark_appid"]) == json.loads(vector["plaintext"])
    with pytest.raises(crypto.BadCipherText):
        crypto.open_client_data(*parts, "wx_other")


@of_kind("jssdk_signature")
def test_the_signature_of_a_web_page(vector):
    parts = (vector["jsapi_ticket"], vector["noncestr"], vector["timestamp"], vector["url"])
    assert crypto.page_signature(*parts) == vector["signature"]


@of_kind("sorted_concat_sha1")
def test_a_signature_is_the_hash_of_the_sorted_parts(vector):
    assert crypto.signature(*vector["parts"]) == vector["signature"]


def test_the_platform_s_own_pushes_open_in_every_mode_and_format(redis, settings):
    moment = datetime(2026, 11, 20, 9, tzinfo=SHANGHAI)
    theirs = Account("mini_program", "", settings.mini_program, "gh_1")
    event = {"ToUserName": "gh_1", "FromUserName": "o1", "CreateTime": int(moment.timestamp()), "MsgType": "text"}
    shapes = [(mode, data_format) for mode in ("plain", "compatible", "safe") for data_format in ("xml", "json")]
    for place, (mode, data_format) in enumerate(shapes):
        received = []
        handlers = Handlers(received.append, received.append, received.append, received.append)
        kind = AccountKind.MINI_PROGRAM
        app = Flask("server")
        app.register_blueprint(
            create_blueprint(kind, settings.mini_program, handlers, redis, lambda: moment, allow_plain=mode == "plain")
        )
        push = event | {"Content": "问]]>题 <b>&", "MsgId": 10**18 + place}
        stamp = str(int(moment.timestamp()))
        params, body, media_type = platform_push.envelope(theirs, push, Shape(mode, data_format), stamp)
        answer = app.test_client().post("/wechat/mp", query_string=params, data=body, content_type=media_type)
        assert (answer.status_code, answer.text) == (200, "")
        assert (received[0].text, received[0].key) == ("问]]>题 <b>&", f"message:{10**18 + place}")


def test_session_data_of_the_platform_opens_on_our_side(platform, gateway):
    login = gateway.code2session("sandbox:张三")
    handed = platform.control("client_data", name="张三", data={"nickName": "张三"})
    opened = crypto.open_client_data(login.session_key, handed["iv"], handed["encryptedData"], gateway.app_id)
    assert opened["nickName"] == "张三"
    assert base64.b64decode(handed["iv"])


TESTED = {
    "callback_signature_sha1",
    "encrypted_push",
    "encrypted_echostr",
    "encrypted_reply",
    "wxa_rawdata_signature_sha1(rawData+session_key)",
    "wxa_encryptedData_aes128cbc",
    "jssdk_signature",
    "sorted_concat_sha1",
}
