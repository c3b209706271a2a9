"""Random and spiteful requests against the running push addresses: no 5xx, no crash, however long.

    python -m benchmarks.wechat_fuzz [--minutes 10] [--seed 1]

The server is the one of production: gunicorn, Redis, the store, the real handlers. Hypothesis writes the requests:
noise, signed and encrypted nonsense, true pushes bent, cut, doubled and blown up, in every mode and format, to both
accounts. Every answer must be 200, or 400 with nothing in it. At the end the processes must be those of the beginning,
their log without a failure, and a true push must still be taken. A request that breaks this is made as small as
possible and shown; the exit status is then 1.
"""

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import requests
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from backend import clock
from backend.settings import WeChatAccount
from backend.wechat import crypto
from benchmarks.wechat_stand import Stand, memory_of, standing

EXAMPLES = 300
"""Requests in one round; rounds follow until the time is over."""

LOG_SIGNS = ("Traceback", " failed: ", "WORKER TIMEOUT", "SIGKILL", "SIGSEGV")
"""What the server's log says when something broke."""


def main() -> None:
    """Fuzz for the time given and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=1, help="number of the first round")
    chosen = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        standing(Path(folder), 8, 1000, WECHAT_PUSH_PLAIN="yes") as stand,
    ):
        figures = Fuzz(stand).run(60 * chosen.minutes, chosen.seed)
        broken = [line for line in (Path(folder) / "callbacks.log").read_text().splitlines() if _shows_failure(line)]
    print(
        "{requests} 个请求（{rounds} 轮），应答 {answers}，回调进程内存 {memory_mb} MB（开始、结束）".format(**figures)
    )
    print(json.dumps(figures, ensure_ascii=False))
    print("\n".join(broken[:20]), end="")
    sys.exit(1 if broken or figures["processes_changed"] else 0)


def _shows_failure(line: str) -> bool:
    return any(sign in line for sign in LOG_SIGNS)


# --- what is sent -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Request:
    """One HTTP request to a push address."""

    path: str
    query: Mapping[str, str]
    body: bytes
    method: str = "POST"
    headers: Mapping[str, str] = field(default_factory=dict)


PATHS = ("/wechat/mp", "/wechat/oa")
NAMES = (
    "ToUserName", "FromUserName", "CreateTime", "MsgType", "MsgId", "Content", "MediaId", "PicUrl", "Event", "EventKey",
    "List", "SubscribeMsgPopupEvent", "SubscribeMsgChangeEvent", "SubscribeMsgSentEvent", "TemplateId", "MsgID",
    "SubscribeStatusString", "PopupScene", "ErrorCode", "ErrorStatus", "OpenID", "AppID", "RevokeInfo", "Encrypt",
    "SessionFrom", "xml",
)  # fmt: skip
WORDS = (
    "event", "text", "image", "voice", "location", "subscribe_msg_popup_event", "subscribe_msg_change_event",
    "subscribe_msg_sent_event", "subscribe", "unsubscribe", "CLICK", "VIEW", "user_enter_tempsession", "accept",
    "reject", "user_info_modified", "wxa_media_check", "success", "0", "-1", "99999999999999999999", "9" * 5000,
    "1e999", "NaN", "", " ", "\x00", "\ud800", "\u2028", "]]>", "<![CDATA[", "好" * 700, "&#0;", "%00", "../../etc",
    "'; DROP TABLE x; --",
)  # fmt: skip
PIECES = (
    b"]]>", b"<![CDATA[", b"<!DOCTYPE x [<!ENTITY a 'b'>]>", b"&a;", b"&#0;", b"&#xD800;", b"\x00", b"\xff\xfe",
    b"\xed\xa0\x80", b"{", b"[" * 3000, b'"\\ud800"', b"<a>" * 3000, b"9" * 5000, b"null", b"NaN", b"-0",
    b"\xef\xbb\xbf", b"<?xml?>",
)  # fmt: skip

text = st.one_of(st.sampled_from(WORDS), st.text(max_size=40), st.integers().map(str))
value = st.recursive(
    st.one_of(text, st.integers(), st.floats(), st.booleans(), st.none()),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
    max_leaves=12,
)
content = st.dictionaries(st.sampled_from(NAMES), value, max_size=10)
HEAD = {"ToUserName": "gh_1", "FromUserName": "o-fuzz", "CreateTime": 1780000000, "MsgType": "event"}
true_pushes = st.sampled_from(
    [
        {**HEAD, "MsgType": "text", "Content": "生活补助多少钱", "MsgId": 1},
        {**HEAD, "MsgType": "image", "PicUrl": "http://x", "MediaId": "m", "MsgId": 2},
        {**HEAD, "Event": "subscribe_msg_popup_event", "List": {"TemplateId": "t", "SubscribeStatusString": "accept"}},
        {
            **HEAD,
            "Event": "subscribe_msg_change_event",
            "List": [{"TemplateId": "t", "SubscribeStatusString": "reject"}],
        },
        {
            **HEAD,
            "Event": "subscribe_msg_sent_event",
            "List": [{"TemplateId": "t", "MsgID": "1", "ErrorCode": "0"}] * 2,
        },
        {**HEAD, "Event": "subscribe", "EventKey": ""},
        {**HEAD, "Event": "CLICK", "EventKey": "ask"},
        {**HEAD, "Event": "user_authorization_revoke", "OpenID": "o-fuzz", "AppID": "wx", "RevokeInfo": "1"},
    ]
)
strange_pushes = st.builds(lambda head, more: {**head, **more}, true_pushes, content)
pushes = st.one_of(true_pushes, strange_pushes, content, st.builds(lambda more: {**HEAD, **more}, content))


def to_json(push: Mapping[str, Any]) -> bytes:
    """Any content as JSON; half a surrogate pair stays the escape that it can only be."""
    return json.dumps(push).encode()


def to_xml(push: Mapping[str, Any]) -> bytes:
    """Any content as XML, however little sense it makes."""
    return f"<xml>{''.join(_element(name, inner) for name, inner in push.items())}</xml>".encode(
        "utf-8", "surrogatepass"
    )


def _element(name: str, inner: Any) -> str:
    if isinstance(inner, Mapping):
        return f"<{name}>{''.join(_element(key, deeper) for key, deeper in inner.items())}</{name}>"
    if isinstance(inner, list):
        return "".join(_element(name, deeper) for deeper in inner)
    return f"<{name}>{escape(str(inner))}</{name}>"


WRITERS = {"json": to_json, "xml": to_xml}


@st.composite
def bent(draw: st.DrawFn, body: bytes) -> bytes:
    """A body with a few wounds: cut, doubled, bytes changed, dangerous pieces put in; often left whole."""
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 2, 4]))):
        at, end = sorted(draw(st.tuples(st.integers(0, len(body)), st.integers(0, len(body)))))
        piece = draw(st.one_of(st.sampled_from(PIECES), st.binary(max_size=4), st.just(body[at:end])))
        body = body[:at] + piece + body[draw(st.sampled_from([at, end])) :]
    return body


class Envelopes:
    """Puts content into signed requests, as WeChat would and as it would not."""

    def __init__(self, accounts: Mapping[str, WeChatAccount]):
        self._accounts = accounts

    def requests(self) -> st.SearchStrategy[Request]:
        """Every kind of request."""
        kinds = (self._noise(), self._signed("plain"), self._signed("sealed"), self._signed("sealed"), self._changed())
        return st.one_of(*kinds, self._echo())

    def _noise(self) -> st.SearchStrategy[Request]:
        names = st.sampled_from(["signature", "timestamp", "nonce", "msg_signature", "encrypt_type", "echostr"])
        query = st.dictionaries(names, st.text(st.characters(codec="utf-8"), max_size=60))
        methods = st.sampled_from(["GET", "POST", "POST"])
        headers = st.fixed_dictionaries(
            {"Content-Type": st.sampled_from(["", "text/xml", "application/json", "x/y; a=b"])}
        )
        return st.builds(Request, st.sampled_from(PATHS), query, st.binary(max_size=3000), methods, headers)

    @st.composite
    def _signed(draw: st.DrawFn, self: "Envelopes", how: str) -> Request:
        path, data_format = draw(st.sampled_from(PATHS)), draw(st.sampled_from(sorted(WRITERS)))
        body = draw(bent(WRITERS[data_format](draw(pushes))))
        return self._put(how, path, data_format, body, draw(st.integers(0, 10**9)))

    @st.composite
    def _changed(draw: st.DrawFn, self: "Envelopes") -> Request:
        """A right envelope that somebody changed on the way."""
        whole = draw(self._signed("sealed"))
        query = dict(whole.query)
        for name in draw(st.lists(st.sampled_from(sorted(query)), max_size=2)):
            query[name] = draw(st.text(st.characters(codec="utf-8"), max_size=50))
        return replace(whole, query=query, body=draw(bent(whole.body)))

    @st.composite
    def _echo(draw: st.DrawFn, self: "Envelopes") -> Request:
        path, text = draw(st.sampled_from(PATHS)), draw(st.text(st.characters(codec="utf-8"), max_size=60))
        whole = self._put("sealed", path, "xml", text.encode(), draw(st.integers(0, 10**9)))
        return Request(path, {**whole.query, "echostr": draw(st.sampled_from([text, _sealed_in(whole)]))}, b"", "GET")

    def _put(self, how: str, path: str, data_format: str, body: bytes, number: int) -> Request:
        return PUT[how](self._accounts[path], path, data_format, body, number)


def _plain(account: WeChatAccount, path: str, data_format: str, body: bytes, number: int) -> Request:
    stamp, nonce = str(int(clock.now().timestamp())), str(number)
    query = {"timestamp": stamp, "nonce": nonce, "signature": crypto.signature(account.token, stamp, nonce)}
    return Request(path, query, body)


def _sealed(account: WeChatAccount, path: str, data_format: str, body: bytes, number: int) -> Request:
    """The body as it is under our key: the reader has to cope with whatever comes out."""
    stamp, nonce = str(int(clock.now().timestamp())), str(number)
    text = _encrypt(account, body)
    query = {"timestamp": stamp, "nonce": nonce, "encrypt_type": "aes"}
    query["msg_signature"] = crypto.signature(account.token, stamp, nonce, text)
    return Request(path, query, WRITERS[data_format]({"ToUserName": "gh_1", "Encrypt": text}))


def _encrypt(account: WeChatAccount, body: bytes) -> str:
    as_text = body.decode("utf-8", "replace")
    return crypto.encrypt(crypto.aes_key(account.aes_key), as_text, account.app_id, b"0" * 16)


def _sealed_in(request: Request) -> str:
    return request.body.partition(b"<Encrypt>")[2].partition(b"</Encrypt>")[0].decode()


PUT: Mapping[str, Callable[..., Request]] = {"plain": _plain, "sealed": _sealed}


# --- one run ----------------------------------------------------------------------------------------------------------


class Fuzz:
    """Sends requests and looks at every answer."""

    def __init__(self, stand: Stand):
        self._stand, self._http, self._answers = stand, requests.Session(), Counter()
        self._http.trust_env = False
        official = stand.settings.official_account
        self._envelopes = Envelopes({PATHS[0]: stand.settings.mini_program, PATHS[1]: official})

    def run(self, seconds: float, first_round: int) -> dict[str, Any]:
        """Send until the time is over; return the figures. Raises AssertionError with the smallest bad request."""
        before, memory, number = self._processes(), self._memory(), first_round
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self._round(number)
            number += 1
        self._true_push_is_taken()
        return {
            "requests": self._answers.total(),
            "rounds": number - first_round,
            "answers": {str(status): count for status, count in sorted(self._answers.items())},
            "memory_mb": [round(memory), round(self._memory())],
            "processes_changed": self._processes() != before,
        }

    def _round(self, number: int) -> None:
        quiet = list(HealthCheck)
        phases = (Phase.generate, Phase.shrink)
        options = settings(
            max_examples=EXAMPLES, deadline=None, database=None, phases=phases, suppress_health_check=quiet
        )
        options(seed(number)(given(request=self._envelopes.requests())(self._send)))()

    def _send(self, request: Request) -> None:
        answer = self._ask(request)
        self._answers[answer.status_code] += 1
        assert answer.status_code in (200, 400), (answer.status_code, request)
        assert answer.status_code == 200 or answer.content == b"", (answer.content, request)

    def _ask(self, request: Request) -> requests.Response:
        url = f"http://127.0.0.1:{self._stand.port}{request.path}"
        options = {"params": dict(request.query), "data": request.body, "headers": dict(request.headers)}
        return self._http.request(request.method, url, timeout=30, **options)

    def _true_push_is_taken(self) -> None:
        push = {**HEAD, "Event": "unsubscribe", "CreateTime": int(clock.now().timestamp())}
        for path in PATHS:
            account = self._stand.settings.mini_program if path == PATHS[0] else self._stand.settings.official_account
            answer = self._ask(_sealed(account, path, "xml", to_xml(push), 1))
            assert answer.status_code == 200, answer.status_code

    def _processes(self) -> str:
        pid = self._stand.pid("callbacks")
        return Path(f"/proc/{pid}/task/{pid}/children").read_text()

    def _memory(self) -> float:
        return memory_of(self._stand.pid("callbacks"))


if __name__ == "__main__":
    main()
