"""The way out to WeChat: every call the service makes, with time-outs, one shared token, and one kind of error.

`Gateway` is what the rest of the program uses; each call returns a plain value or raises `WeChatError`. Underneath is
wechatpy with its known faults mended (`SafeClient`): it fetches the token without a lock, repeats a refused call
without end, sends files empty the second time and leaves secrets in its errors.
"""

import logging
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

import requests
from redis import Redis
from redis.exceptions import RedisError
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError, ProxyError, SSLError
from wechatpy import WeChatClient
from wechatpy.exceptions import WeChatClientException

from backend.settings import Settings, WeChatAccount
from backend.wechat.access_token import AccessToken
from backend.wechat.crypto import page_signature
from backend.wechat.errors import (
    NO_ANSWER,
    SERVER_ERROR,
    STALE_TOKEN,
    UNKNOWN_CODE,
    UNREACHABLE,
    WeChatError,
    refused,
    scrub,
)
from backend.wechat.wire import Wire

PLATFORM = "https://api.weixin.qq.com/"
TIMEOUT = (3, 10)
"""Seconds to connect and to wait for the answer, on every call."""

UNSENT = (NewConnectionError, ConnectTimeoutError, ProxyError, SSLError)
"""What urllib3 says when no byte of the request left the house."""

TICKET_SECONDS = 7000
CHECKED_LENGTH = 2500
"""Characters of a text that one content check looks at."""

VERSIONS = {"formal": "release", "trial": "trial", "developer": "develop"}
"""State of the program as messages name it → the version that a code opens."""

NO_MENU = 46003


class AccountKind(StrEnum):
    """The two kinds of account; they differ in a few paths and in what people can do there."""

    MINI_PROGRAM = "mini_program"
    OFFICIAL_ACCOUNT = "official_account"


TYPING_PATH = {
    AccountKind.MINI_PROGRAM: "cgi-bin/message/custom/business/typing",
    AccountKind.OFFICIAL_ACCOUNT: "cgi-bin/message/custom/typing",
}


@dataclass(frozen=True)
class Login:
    """Who opened the mini-program. The session key never leaves the server."""

    openid: str
    unionid: str | None
    session_key: str = field(repr=False)


@dataclass(frozen=True)
class Suggestion:
    """What the platform's content check says of a text: pass, review or risky, and its label."""

    suggest: str
    label: int

    @property
    def passes(self) -> bool:
        """Whether the text may be shown without a person looking at it."""
        return self.suggest == "pass"

    @property
    def risky(self) -> bool:
        """Whether it must not be shown."""
        return self.suggest == "risky"


@dataclass(frozen=True)
class Quota:
    """Calls of one interface today."""

    limit: int
    used: int
    remaining: int


@dataclass(frozen=True)
class AccountTemplate:
    """A subscribe-message template the operator chose in the account: its keys (`thing1`) by their labels."""

    id: str
    title: str
    keys: Mapping[str, str]
    long_term: bool


class _Scrubbing(logging.Filter):
    """Takes secrets out of what the HTTP library logs of addresses."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = scrub(record.getMessage()), None
        return True


logging.getLogger("urllib3.connectionpool").addFilter(_Scrubbing())


class SafeClient(WeChatClient):
    """wechatpy's client with one shared token, one repetition, time-outs, one base address, and clean errors."""

    def __init__(self, account: WeChatAccount, base_url: str, token: AccessToken, http: Wire):
        super().__init__(account.app_id, account.secret, timeout=TIMEOUT, auto_retry=False)
        self._base, self._shared_token, self._http = base_url.rstrip("/") + "/", token, http

    @property
    def access_token(self) -> str:
        """A valid access token."""
        return self._shared_token.get()

    def fetch_access_token(self) -> None:
        """Kept for wechatpy's own use: tokens come from `AccessToken` alone."""
        self._shared_token.get()

    def _request(self, method: str, url_or_endpoint: str, **kwargs: Any) -> Any:
        """Do one call; a call refused for its token is repeated once with a new one."""
        url = self._absolute(url_or_endpoint, kwargs.pop("api_base_url", self.API_BASE_URL))
        params = dict(kwargs.pop("params", None) or {})
        if "access_token" in params:
            return self._call(method, url, params, kwargs)
        token = self.access_token
        try:
            answer = self._call(method, url, params | {"access_token": token}, kwargs)
        except WeChatError as error:
            if error.errcode not in STALE_TOKEN:
                raise
        else:
            self._shared_token.worked()
            return answer
        _rewind(kwargs.get("files"))
        return self._call(method, url, params | {"access_token": self._shared_token.renew(token)}, kwargs)

    def _absolute(self, endpoint: str, api_base_url: str) -> str:
        """Return the address to call: that of the platform, moved to the base address of the settings."""
        url = endpoint if endpoint.startswith(("http://", "https://")) else f"{api_base_url}{endpoint}"
        return self._base + urlsplit(url)._replace(scheme="", netloc="").geturl().lstrip("/")

    def _call(self, method: str, url: str, params: Mapping[str, Any], options: Mapping[str, Any]) -> Any:
        """Do one HTTP request through wechatpy; failures leave as WeChatError, without a trace of the address."""
        try:
            return super()._request(method, url, params=dict(params), **options)
        except WeChatClientException as error:
            failure = _refusal(error)
        except HTTPError as error:
            unsent = isinstance(error, UNSENT)
            failure = WeChatError(UNREACHABLE if unsent else NO_ANSWER, detail=type(error).__name__)
        raise failure


def _refusal(error: WeChatClientException) -> WeChatError:
    """The platform answered: with an errcode, or with an HTTP status that is none of its own."""
    if error.errcode is not None:
        return refused(error.errcode, str(error.errmsg))
    status = error.response.status_code
    return WeChatError(SERVER_ERROR if status >= 500 else UNKNOWN_CODE, detail=f"HTTP {status}")


def _rewind(files: Any) -> None:
    """Set the files of a request back to their beginning before they are sent again."""
    parts = files.values() if isinstance(files, Mapping) else (part for _, part in files or ())
    for part in parts:
        stream = part[1] if isinstance(part, tuple) else part
        if hasattr(stream, "seek"):
            stream.seek(0)


class Gateway:
    """One account's calls. Safe to share between threads."""

    def __init__(
        self,
        kind: AccountKind,
        account: WeChatAccount,
        redis: Redis,
        clock: Callable[[], datetime],
        *,
        base_url: str = PLATFORM,
        program_state: str = "formal",
        connections: int = 16,
    ):
        self.kind, self.app_id = kind, account.app_id
        self._account, self._redis, self._clock, self._program_state = account, redis, clock, program_state
        token = AccessToken(redis, account.app_id, self._fetch_token, clock)
        self._client = SafeClient(account, base_url, token, Wire(base_url, connections))

    # --- sign-in ---

    def code2session(self, js_code: str) -> Login:
        """Return who is behind a code of `wx.login`; the code is good for five minutes and once."""
        params = {"js_code": js_code, "grant_type": "authorization_code", "access_token": None}
        params |= {"appid": self._account.app_id, "secret": self._account.secret}
        answer = self._get("sns/jscode2session", params)
        return Login(_of(answer, "openid"), answer.get("unionid"), _of(answer, "session_key"))

    def phone_number(self, code: str) -> str:
        """Return the number behind a code of the phone button, without country code. Each success costs money."""
        answer = self._post("wxa/business/getuserphonenumber", {"code": code})
        return _of(_of(answer, "phone_info"), "purePhoneNumber")

    def unionid(self, openid: str) -> str | None:
        """Return the unionid of a follower of the official account; None where the account has none to give."""
        return self._get("cgi-bin/user/info", {"openid": openid, "lang": "zh_CN"}).get("unionid")

    # --- messages out ---

    def send_subscribe(
        self, openid: str, template_id: str, data: Mapping[str, str], page: str = "", lang: str = "zh_CN"
    ) -> str:
        """Send a subscribe message (`data`: platform key such as thing1 → text) and return its message id."""
        message = {
            "touser": openid,
            "template_id": template_id,
            "page": page,
            "miniprogram_state": self._program_state,
            "lang": lang,
            "data": {key: {"value": value} for key, value in data.items()},
        }
        return str(self._post("cgi-bin/message/subscribe/send", message).get("msgid", ""))

    def send_text(self, openid: str, text: str) -> None:
        """Send a customer-service text, allowed for a while after the person wrote."""
        self._send_customer(openid, "text", {"content": text})

    def send_image(self, openid: str, media_id: str) -> None:
        """Send a picture that was uploaded before."""
        self._send_customer(openid, "image", {"media_id": media_id})

    def send_page(self, openid: str, title: str, page: str, thumb_media_id: str) -> None:
        """Send a card that opens a page of the mini-program."""
        card = {"title": title, "pagepath": page, "thumb_media_id": thumb_media_id}
        self._send_customer(openid, "miniprogrampage", card)

    def send_link(self, openid: str, title: str, description: str, url: str, thumb_url: str = "") -> None:
        """Send a link card (mini-program accounts)."""
        card = {"title": title, "description": description, "url": url, "thumb_url": thumb_url}
        self._send_customer(openid, "link", card)

    def typing(self, openid: str, begin: bool = True) -> None:
        """Show, or stop showing, that an answer is being written."""
        command = "Typing" if begin else "CancelTyping"
        self._post(TYPING_PATH[self.kind], {"touser": openid, "command": command})

    def _send_customer(self, openid: str, kind: str, content: Mapping[str, str]) -> None:
        self._post("cgi-bin/message/custom/send", {"touser": openid, "msgtype": kind, kind: dict(content)})

    # --- files ---

    def upload_image(self, name: str, data: bytes, media_type: str) -> str:
        """Upload a temporary picture (2 MB at most, kept three days) and return its media id."""
        answer = self._client.media.upload("image", (name, data, media_type))
        return _of(_mapping(answer), "media_id")

    def download(self, media_id: str) -> tuple[bytes, str]:
        """Return the bytes and media type of a temporary file; what people send us is kept three days only."""
        answer = self._client.media.download(media_id)
        if not isinstance(answer, requests.Response):
            raise WeChatError(UNKNOWN_CODE, detail="not a file")
        return answer.content, answer.headers.get("Content-Type", "application/octet-stream").split(";")[0]

    # --- checks, codes, links ---

    def check_text(self, openid: str, text: str, scene: int = 2) -> Suggestion:
        """Ask whether a text may be shown (at most 2500 characters; the person must have been here within two hours).

        The errcode is 0 for bad texts too: what counts is the suggestion.
        """
        body = {"version": 2, "openid": openid, "scene": scene, "content": text[:CHECKED_LENGTH]}
        result = self._post("wxa/msg_sec_check", body).get("result", {})
        return Suggestion(result.get("suggest", "review"), int(result.get("label", 0)))

    def check_picture(self, openid: str, url: str, scene: int = 2) -> str:
        """Have a picture looked at and return the trace id by which the event `wxa_media_check` tells what was found.

        `url` must be one the platform can fetch, and is shown to it: give only what it holds already.
        """
        body = {"version": 2, "openid": openid, "scene": scene, "media_type": 2, "media_url": url}
        return _of(self._post("wxa/media_check_async", body), "trace_id")

    def page_code(self, scene: str, page: str, width: int = 430) -> bytes:
        """Return the picture of a mini-program code for a page; `scene` has at most 32 characters."""
        version = VERSIONS[self._program_state]
        body = {"scene": scene, "page": page, "check_path": version == "release", "env_version": version}
        answer = self._client.post(f"{PLATFORM}wxa/getwxacodeunlimit", data=body | {"width": width})
        if not isinstance(answer, requests.Response):
            raise WeChatError(UNKNOWN_CODE, detail="not a picture")
        return answer.content

    def url_link(self, path: str, query: str, days: int = 30) -> str:
        """Return an address, good for at most 30 days, that opens a page of the mini-program from outside WeChat."""
        body = {"path": path, "query": query, "is_expire": True, "expire_type": 1, "expire_interval": min(days, 30)}
        return _of(self._post("wxa/generate_urllink", body), "url_link")

    def page_config(self, url: str) -> dict[str, str]:
        """Return appId, timestamp, nonceStr and signature with which a web page inside WeChat may use the JS-SDK."""
        nonce, timestamp = secrets.token_hex(8), str(int(self._clock().timestamp()))
        signed = page_signature(self._ticket(), nonce, timestamp, url.split("#")[0])
        return {"appId": self.app_id, "timestamp": timestamp, "nonceStr": nonce, "signature": signed}

    def _ticket(self) -> str:
        """Return the JS-SDK ticket, shared through Redis like the access token."""
        key = f"talent:wechat:{self.app_id}:jsapi_ticket"
        known = _quietly(self._redis.get, key)
        if known:
            return known.decode() if isinstance(known, bytes) else known
        answer = self._get("cgi-bin/ticket/getticket", {"type": "jsapi"})
        ticket = _of(answer, "ticket")
        _quietly(self._redis.set, key, ticket, ex=TICKET_SECONDS)
        return ticket

    # --- the account ---

    def templates(self) -> list[AccountTemplate]:
        """Return the subscribe-message templates the operator chose in the account."""
        answer = self._get("wxaapi/newtmpl/gettemplate", {})
        return [_account_template(row) for row in answer.get("data", ())]

    def has_menu(self) -> bool:
        """Whether the official account has a menu, made by us or by its operator."""
        try:
            self._get("cgi-bin/menu/get", {})
        except WeChatError as error:
            if error.errcode != NO_MENU:
                raise
            return False
        return True

    def set_menu(self, buttons: Sequence[Mapping[str, Any]]) -> None:
        """Set the menu of the official account: at most three buttons of at most five entries."""
        self._post("cgi-bin/menu/create", {"button": list(buttons)})

    def quota(self, path: str) -> Quota:
        """Return how often `path` (e.g. /cgi-bin/message/subscribe/send) may be called today and was."""
        quota = _of(self._post("cgi-bin/openapi/quota/get", {"cgi_path": path}), "quota")
        return Quota(int(quota["daily_limit"]), int(quota["used"]), int(quota["remain"]))

    # --- the wire ---

    def _get(self, path: str, params: Mapping[str, Any]) -> Mapping[str, Any]:
        return _mapping(self._client.get(PLATFORM + path, params=dict(params)))

    def _post(self, path: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        return _mapping(self._client.post(PLATFORM + path, data=dict(body)))

    def _fetch_token(self) -> tuple[str, int]:
        body = {"grant_type": "client_credential", "appid": self._account.app_id, "secret": self._account.secret}
        url, tokenless = f"{PLATFORM}cgi-bin/stable_token", {"access_token": None}
        answer = _mapping(self._client.post(url, data=body, params=tokenless))
        return _of(answer, "access_token"), int(_of(answer, "expires_in"))


def _mapping(answer: Any) -> Mapping[str, Any]:
    """Refuse an answer that is not the platform's JSON, e.g. a proxy's page: nobody knows what happened to the call."""
    if not isinstance(answer, Mapping):
        raise WeChatError(NO_ANSWER, detail="not JSON")
    return answer


def _of(answer: Mapping[str, Any], name: str) -> Any:
    """Return a field the platform always sends; without it nobody knows what happened to the call."""
    if name not in answer:
        raise WeChatError(NO_ANSWER, detail=f"no {name} in the answer")
    return answer[name]


def _account_template(row: Mapping[str, Any]) -> AccountTemplate:
    """Read one template; its content has a line `label:{{thing1.DATA}}` for each keyword."""
    lines = (line.partition("{{") for line in str(row["content"]).splitlines() if "{{" in line)
    keys = {label.strip().rstrip(":：").strip(): key.partition(".")[0].strip() for label, _, key in lines}
    return AccountTemplate(str(row["priTmplId"]), str(row["title"]), keys, int(row.get("type", 2)) == 3)


def _quietly(call: Callable, *args: Any, **options: Any) -> Any:
    """Use Redis where it answers; the cache is a convenience here."""
    try:
        return call(*args, **options)
    except RedisError:
        return None


@dataclass(frozen=True)
class Gateways:
    """The accounts of this installation; the official account may be missing."""

    mini_program: Gateway
    official_account: Gateway | None

    def of(self, kind: str) -> Gateway | None:
        """Return the gateway of an account kind."""
        return {AccountKind.MINI_PROGRAM: self.mini_program, AccountKind.OFFICIAL_ACCOUNT: self.official_account}[
            AccountKind(kind)
        ]


def open_gateways(settings: Settings, redis: Redis, clock: Callable[[], datetime], connections: int = 16) -> Gateways:
    """Return the gateways of the accounts in the settings; no call is made yet."""
    options = {
        "base_url": settings.wechat_base_url,
        "program_state": settings.messaging.program_state,
        "connections": connections,
    }
    official = settings.official_account
    return Gateways(
        Gateway(AccountKind.MINI_PROGRAM, settings.mini_program, redis, clock, **options),
        official and Gateway(AccountKind.OFFICIAL_ACCOUNT, official, redis, clock, **options),
    )
