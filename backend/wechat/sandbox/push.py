"""The platform's pushes to the service: messages and events, in every mode and format, repeated until answered.

A push is a dict as in the JSON format. It is put into XML where the account wants XML, encrypted in compatible and
safe mode, signed, and posted; when five seconds pass without an answer it is sent again with a new nonce and
signature, three times in all. The answer is checked as the platform checks it.
"""

import json
import logging
import queue
import random
import secrets
import threading
import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode
from xml.sax.saxutils import escape

from urllib3 import PoolManager
from urllib3.exceptions import HTTPError

from backend.wechat import crypto
from backend.wechat.sandbox.world import Account, World

log = logging.getLogger(__name__)

ANSWER_SECONDS = 5
TRIES = 3
UNAVAILABLE = "该公众号暂时无法提供服务，请稍后再试"
LIST_EVENTS = {
    "subscribe_msg_popup_event": "SubscribeMsgPopupEvent",
    "subscribe_msg_change_event": "SubscribeMsgChangeEvent",
    "subscribe_msg_sent_event": "SubscribeMsgSentEvent",
}
"""Events with a list of templates → the XML element around the list."""


@dataclass(frozen=True)
class Outcome:
    """What became of a push: tries made, last HTTP status, whether the answer was valid, what it said."""

    tries: int
    status: int | None
    accepted: bool
    reply: Mapping[str, Any] = field(default_factory=dict)
    problem: str = ""


@dataclass(frozen=True)
class Shape:
    """How a push is sent when it shall differ from the account's settings."""

    mode: str
    format: str


class BadReply(ValueError):
    """The service answered with something the platform does not take."""


class Pusher:
    """Sends pushes, some at once for a waiting caller, most from a queue in the background."""

    def __init__(self, world: World, threads: int = 4):
        self._world, self._queue = world, queue.SimpleQueue()
        self.delay, self.retry_pause = 0.0, 1.0
        self.duplicates = False
        self.shuffled = False
        self._dice = random.Random()  # noqa: S311 - shuffles, keeps no secret
        self._http = PoolManager(num_pools=4, maxsize=16, retries=False, timeout=ANSWER_SECONDS)
        for _ in range(threads):
            threading.Thread(target=self._work, daemon=True).start()

    # --- what is pushed ---

    def sent(self, account: Account, openid: str, template: str, msgid: int, errcode: int = 0) -> None:
        """Say that a subscribe message reached its person, or did not."""
        status = "success" if errcode == 0 else "failed: system failed"
        entry = {"TemplateId": template, "MsgID": str(msgid), "ErrorCode": str(errcode), "ErrorStatus": status}
        self.later(account, self.event(account, openid, "subscribe_msg_sent_event", List=[entry]))

    def media_checked(self, account: Account, openid: str, trace: str, risky: bool) -> None:
        """Say what the check of a file found."""
        result = {"suggest": "risky", "label": 20002} if risky else {"suggest": "pass", "label": 100}
        event = self.event(account, openid, "wxa_media_check", appid=account.app_id, trace_id=trace, version=2)
        self.later(account, event | {"result": result, "errcode": 0})

    def event(self, account: Account, openid: str, name: str, **fields: Any) -> dict[str, Any]:
        """Build an event."""
        return {**self._head(account, openid), "MsgType": "event", "Event": name, **fields}

    def message(self, account: Account, openid: str, kind: str, **fields: Any) -> dict[str, Any]:
        """Build a message of a person."""
        return {**self._head(account, openid), "MsgType": kind, **fields, "MsgId": self._world.next_number()}

    def _head(self, account: Account, openid: str) -> dict[str, Any]:
        created = int(self._world.timestamp())
        return {"ToUserName": account.original_id, "FromUserName": openid, "CreateTime": created}

    # --- sending ---

    def later(self, account: Account, push: Mapping[str, Any]) -> None:
        """Send in the background; nobody waits for the answer."""
        if account.callback_url:
            self._queue.put((account, push))
            if self.duplicates:
                self._queue.put((account, push))

    def waiting(self) -> int:
        """How many pushes wait in the background."""
        return self._queue.qsize()

    def _work(self) -> None:
        while True:
            account, push = self._next()
            if self.delay:
                threading.Event().wait(self.delay)
            self.send(account, push)

    def _next(self) -> tuple[Account, Mapping[str, Any]]:
        """Take the next push; out of order when that is switched on."""
        item = self._queue.get()
        if self.shuffled and self._dice.random() < 0.5 and self._queue.qsize():
            self._queue.put(item)
            item = self._queue.get()
        return item

    def send(self, account: Account, push: Mapping[str, Any], shape: Shape | None = None) -> Outcome:
        """Send now, again where no answer comes, and return what became of it."""
        shape = shape or Shape(account.mode, account.format)
        outcome = Outcome(0, None, False, problem="no callback address")
        for number in range(1, TRIES + 1 if account.callback_url else 1):
            outcome = self._try(account, push, shape, number)
            if outcome.status == 200:
                break
            if number < TRIES:
                threading.Event().wait(self.retry_pause)
        self._record(account, push, shape, outcome)
        return outcome

    def _try(self, account: Account, push: Mapping[str, Any], shape: Shape, number: int) -> Outcome:
        params, body, media_type = envelope(account, push, shape, str(int(self._world.timestamp())))
        headers = {"Content-Type": media_type, "User-Agent": "Mozilla/4.0"}
        try:
            url = f"{account.callback_url}?{urlencode(params)}"
            answer = self._http.urlopen("POST", url, body=body, headers=headers, redirect=False)
        except HTTPError as error:
            return Outcome(number, None, False, problem=type(error).__name__)
        if answer.status != 200:
            return Outcome(number, answer.status, False, problem=f"HTTP {answer.status}")
        try:
            return Outcome(number, 200, True, read_reply(account, answer.data, shape))
        except BadReply as problem:
            return Outcome(number, 200, False, problem=str(problem))

    def _record(self, account: Account, push: Mapping[str, Any], shape: Shape, outcome: Outcome) -> None:
        self._world.pushes.append(
            {
                "at": self._world.timestamp(),
                "account": account.kind,
                "what": push.get("Event") or push["MsgType"],
                "openid": push["FromUserName"],
                "mode": shape.mode,
                "format": shape.format,
                "tries": outcome.tries,
                "status": outcome.status,
                "accepted": outcome.accepted,
                "problem": outcome.problem,
            }
        )


# --- the envelope -----------------------------------------------------------------------------------------------------


def envelope(
    account: Account, push: Mapping[str, Any], shape: Shape, timestamp: str
) -> tuple[dict[str, str], bytes, str]:
    """Return the query, body and media type of a push."""
    nonce = str(secrets.randbelow(10**9))
    params = {"signature": crypto.signature(account.account.token, timestamp, nonce)}
    params |= {"timestamp": timestamp, "nonce": nonce, "openid": str(push["FromUserName"])}
    plain = FORMATS[shape.format](push)
    if shape.mode != "plain":
        key = crypto.aes_key(account.account.aes_key)
        sealed = crypto.encrypt(key, plain, account.app_id, secrets.token_hex(8).encode())
        params["encrypt_type"] = "aes"
        params["msg_signature"] = crypto.signature(account.account.token, timestamp, nonce, sealed)
        open_part = push if shape.mode == "compatible" else {"ToUserName": push["ToUserName"]}
        plain = FORMATS[shape.format]({**open_part, "Encrypt": sealed})
    return params, plain.encode(), {"xml": "text/xml", "json": "application/json"}[shape.format]


def to_json(push: Mapping[str, Any]) -> str:
    """Return a push as JSON: a list of one entry becomes the entry itself, as the platform has it."""
    flat = {key: value[0] if key == "List" and len(value) == 1 else value for key, value in push.items()}
    return json.dumps(flat, ensure_ascii=False, separators=(",", ":"))


def to_xml(push: Mapping[str, Any]) -> str:
    """Return a push as XML: text in CDATA, numbers bare, a list of templates inside the element of its event."""
    wrapper = LIST_EVENTS.get(str(push.get("Event")))
    parts = []
    for key, value in push.items():
        element = "".join(_element("List", entry) for entry in value) if key == "List" else _element(key, value)
        parts.append(f"<{wrapper}>{element}</{wrapper}>" if key == "List" and wrapper else element)
    return f"<xml>{''.join(parts)}</xml>"


def _element(name: str, value: Any) -> str:
    if isinstance(value, Mapping):
        return f"<{name}>{''.join(_element(key, inner) for key, inner in value.items())}</{name}>"
    if isinstance(value, int):
        return f"<{name}>{value}</{name}>"
    text = str(value)
    return f"<{name}><![CDATA[{text}]]></{name}>" if "]]>" not in text else f"<{name}>{escape(text)}</{name}>"


FORMATS = {"json": to_json, "xml": to_xml}


# --- the answer -------------------------------------------------------------------------------------------------------


def read_reply(account: Account, body: bytes, shape: Shape) -> Mapping[str, Any]:
    """Return the passive reply in an answer, empty for `` and `success`. Raises BadReply for anything else."""
    if body.strip() in (b"", b"success"):
        return {}
    reply = _parse(body, shape.format)
    if shape.mode == "safe" and "Encrypt" not in reply:
        raise BadReply("the answer is not encrypted")
    return _parse(_unseal(account, reply).encode(), shape.format) if "Encrypt" in reply else reply


def _unseal(account: Account, reply: Mapping[str, Any]) -> str:
    sealed = str(reply["Encrypt"])
    parts = (account.account.token, str(reply.get("TimeStamp")), str(reply.get("Nonce")), sealed)
    if not crypto.same(crypto.signature(*parts), str(reply.get("MsgSignature"))):
        raise BadReply("the answer's signature is wrong")
    try:
        return crypto.decrypt(crypto.aes_key(account.account.aes_key), sealed, account.app_id)
    except crypto.BadCipherText as error:
        raise BadReply(f"the answer does not decrypt: {error}") from error


def _parse(body: bytes, kind: str) -> Mapping[str, Any]:
    try:
        parsed = json.loads(body) if kind == "json" else _tree(ElementTree.fromstring(body))  # noqa: S314 - our own service
    except (ValueError, ElementTree.ParseError) as error:
        raise BadReply(f"the answer is no {kind.upper()}") from error
    if not isinstance(parsed, Mapping):
        raise BadReply("the answer is no message")
    return parsed


def _tree(element: ElementTree.Element) -> Mapping[str, Any]:
    return {child.tag: _tree(child) if len(child) else (child.text or "") for child in element}


def shown_text(reply: Mapping[str, Any]) -> str | None:
    """Return the text a person sees of a passive reply, None where it is no text."""
    return str(reply.get("Content")) if reply.get("MsgType") == "text" else None


__all__: Sequence[str] = ("UNAVAILABLE", "Outcome", "Pusher", "Shape", "envelope", "read_reply", "shown_text")
