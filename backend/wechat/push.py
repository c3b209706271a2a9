"""Read what WeChat pushes to us, and put our answer into its form. Pure; trusts no byte of the input.

`read` takes query and body of a POST in any of the three modes (plain, compatible, safe) and both formats (XML, JSON),
checks signature, app id and age, and returns a `Message` or an `Event`. Whatever is wrong raises `BadPush`.
"""

import hashlib
import json
import secrets
import unicodedata
import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from backend.settings import WeChatAccount
from backend.wechat import crypto

MAX_BODY = 1024 * 1024
WINDOW = timedelta(minutes=10)
"""A push whose timestamp is further off than this is refused as a replay."""

MAX_DEPTH = 8
LIST_ELEMENTS = ("SubscribeMsgPopupEvent", "SubscribeMsgChangeEvent", "SubscribeMsgSentEvent")


class BadPush(ValueError):
    """A request is not a push of the platform for this account. `reason` is for the log and holds no input."""

    def __init__(self, reason: str):
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Push:
    """What every push has. `key` is the same for every repetition; `to` is the account's original id."""

    openid: str
    to: str
    created_at: int
    key: str


@dataclass(frozen=True)
class Message(Push):
    """Something a person sent: kind text, image or another; `text`, `media_id` and the platform's own `picture_url`
    where there are."""

    kind: str
    text: str = field(default="", repr=False)
    media_id: str = ""
    picture_url: str = field(default="", repr=False)


@dataclass(frozen=True)
class Event(Push):
    """Something that happened. `entries` are the templates of a subscription event, one mapping each."""

    name: str
    event_key: str = ""
    entries: Sequence[Mapping[str, str]] = ()
    data: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Received:
    """A push with what the answer must know: whether it was encrypted, in which format it came, its signature."""

    push: Message | Event
    encrypted: bool
    format: str
    signature: str
    digest: str


# --- address check ----------------------------------------------------------------------------------------------------


def echo(account: WeChatAccount, query: Mapping[str, str], now: datetime) -> str:
    """Return what proves to the platform that the push address is ours. Raises BadPush."""
    _check_age(query, now)
    if query.get("msg_signature"):
        sealed = _field(query, "echostr")
        _check_signature(account, query, "msg_signature", sealed)
        return _opened(account, sealed)
    _check_signature(account, query, "signature")
    return _field(query, "echostr")


# --- pushes -----------------------------------------------------------------------------------------------------------


def read(
    account: WeChatAccount, query: Mapping[str, str], body: bytes, now: datetime, allow_plain: bool = False
) -> Received:
    """Return the push in a request. Raises BadPush for everything the platform would not have sent just now.

    Where the body carries ciphertext, only that is looked at (compatible and safe mode); a body without is taken only
    with `allow_plain`, because its signature does not cover what it says.
    """
    if len(body) > MAX_BODY:
        raise BadPush("too long")
    _check_age(query, now)
    text = _utf8(body)
    data_format = "json" if text.lstrip()[:1] == "{" else "xml"
    data = PARSERS[data_format](text)
    sealed = data.get("Encrypt")
    if isinstance(sealed, str) and sealed and query.get("msg_signature"):
        _check_signature(account, query, "msg_signature", sealed)
        data = PARSERS[data_format](_opened(account, sealed))
    elif allow_plain and not query.get("encrypt_type"):
        _check_signature(account, query, "signature")
    else:
        raise BadPush("not encrypted")
    signature = _field(query, "msg_signature" if sealed and query.get("msg_signature") else "signature")
    encrypted = signature == query.get("msg_signature")
    try:
        return Received(_push(data), encrypted, data_format, signature, hashlib.sha256(body).hexdigest())
    except RecursionError:
        raise BadPush("too deep") from None


def _field(query: Mapping[str, str], name: str) -> str:
    value = query.get(name, "")
    if not value or len(value) > 4096:
        raise BadPush(f"no {name}")
    return value


def _check_age(query: Mapping[str, str], now: datetime) -> None:
    timestamp = query.get("timestamp", "")
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        raise BadPush("no timestamp")
    if abs(now.timestamp() - int(timestamp)) > WINDOW.total_seconds():
        raise BadPush("too old")


def _check_signature(account: WeChatAccount, query: Mapping[str, str], name: str, *more: str) -> None:
    parts = (account.token, _field(query, "timestamp"), _field(query, "nonce"), *more)
    if any(not _encodable(part) for part in parts):
        raise BadPush("wrong signature")
    if not crypto.same(crypto.signature(*parts), _field(query, name)):
        raise BadPush("wrong signature")


def _encodable(text: str) -> bool:
    return not any(0xD800 <= ord(char) <= 0xDFFF for char in text)


def _opened(account: WeChatAccount, sealed: str) -> str:
    try:
        return crypto.decrypt(crypto.aes_key(account.aes_key), sealed, account.app_id)
    except crypto.BadCipherText as error:
        raise BadPush(f"ciphertext {error}") from None


def _utf8(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadPush("not UTF-8") from None


# --- formats ----------------------------------------------------------------------------------------------------------


def _json(text: str) -> dict[str, Any]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise BadPush("not JSON") from None
    if not isinstance(data, dict):
        raise BadPush("no JSON object")
    return data


def _xml(text: str) -> dict[str, Any]:
    """Parse XML without declarations, the only thing in it that could blow up."""
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise BadPush("XML with declarations")
    try:
        root = ElementTree.fromstring(text)  # noqa: S314 - declarations are refused above
    except (ElementTree.ParseError, ValueError):
        raise BadPush("not XML") from None
    data = _tree(root, 0)
    if root.tag != "xml" or not isinstance(data, dict):
        raise BadPush("no message")
    return data


def _tree(element: ElementTree.Element, depth: int) -> Any:
    """Return the text of an element, or its children by name; a name that repeats becomes a list."""
    if depth > MAX_DEPTH:
        raise BadPush("XML too deep")
    if not len(element):
        return element.text or ""
    found: dict[str, Any] = {}
    for child in element:
        value = _tree(child, depth + 1)
        known = found.get(child.tag)
        found[child.tag] = value if known is None else [*(known if isinstance(known, list) else [known]), value]
    return found


PARSERS = {"json": _json, "xml": _xml}


# --- messages and events ----------------------------------------------------------------------------------------------


def _push(data: Mapping[str, Any]) -> Message | Event:
    openid, kind = _text(data, "FromUserName"), _text(data, "MsgType").lower()
    created = _text(data, "CreateTime")
    if not openid or len(openid) > 128 or not kind or not (created.isascii() and created.isdigit()):
        raise BadPush("no sender, type or time")
    head = {"openid": openid, "to": _text(data, "ToUserName"), "created_at": min(int(created[:15]), 2**53)}
    return _event(data, head) if kind == "event" else _message(data, head, kind)


def _message(data: Mapping[str, Any], head: Mapping[str, Any], kind: str) -> Message:
    number = _text(data, "MsgId")
    if not number or len(number) > 64:
        raise BadPush("no message id")
    return Message(
        **head,
        key=f"message:{number}",
        kind=kind,
        text=_text(data, "Content"),
        media_id=_media(data),
        picture_url=_text(data, "PicUrl")[:1024],
    )


def _media(data: Mapping[str, Any]) -> str:
    return _text(data, "MediaId")[:512]


def _event(data: Mapping[str, Any], head: Mapping[str, Any]) -> Event:
    name = _text(data, "Event")
    if not name or len(name) > 128:
        raise BadPush("no event name")
    content = hashlib.sha256(json.dumps(data, sort_keys=True, default=str).encode("utf-8", "replace")).hexdigest()
    key = f"event:{head['openid']}:{head['created_at']}:{name[:64]}:{content[:24]}"
    return Event(**head, key=key, name=name, event_key=_text(data, "EventKey"), entries=_entries(data), data=data)


def _entries(data: Mapping[str, Any]) -> tuple[Mapping[str, str], ...]:
    """The templates of a subscription event: XML wraps the list in an element of its own, JSON does not, and one
    entry alone stands without a list."""
    inner = next((data[name] for name in LIST_ELEMENTS if isinstance(data.get(name), Mapping)), data)
    found = inner.get("List")
    rows = found if isinstance(found, list) else [found]
    return tuple({str(key): _word(value) for key, value in row.items()} for row in rows if isinstance(row, Mapping))


def _text(data: Mapping[str, Any], name: str) -> str:
    return _word(data.get(name))


def _word(value: Any) -> str:
    """A field as text: numbers arrive as numbers or as text; what is neither is as good as missing."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    try:
        text = str(value)
    except ValueError:
        return ""
    return "".join(char for char in text if char in "\n\t" or unicodedata.category(char) not in {"Cc", "Cs"}).strip()


# --- answers ----------------------------------------------------------------------------------------------------------


def text_reply(push: Push, text: str, now: datetime) -> str:
    """Return the XML of a passive text answer to a person."""
    return (
        f"<xml><ToUserName>{_cdata(push.openid)}</ToUserName><FromUserName>{_cdata(push.to)}</FromUserName>"
        f"<CreateTime>{int(now.timestamp())}</CreateTime><MsgType>{_cdata('text')}</MsgType>"
        f"<Content>{_cdata(text)}</Content></xml>"
    )


def _cdata(text: str) -> str:
    """Text as CDATA; the end mark inside it is split, so that nobody can write XML into our answer."""
    return "<![CDATA[" + text.replace("]]>", "]]]]><![CDATA[>") + "]]>"


def sealed(account: WeChatAccount, reply: str, data_format: str, timestamp: str, nonce: str, random: bytes) -> str:
    """Return an answer encrypted and signed, in the format of the push. `random` are 16 fresh bytes."""
    encrypted = crypto.encrypt(crypto.aes_key(account.aes_key), reply, account.app_id, random)
    signature = crypto.signature(account.token, timestamp, nonce, encrypted)
    if data_format == "json":
        fields = {"Encrypt": encrypted, "MsgSignature": signature, "TimeStamp": int(timestamp), "Nonce": nonce}
        return json.dumps(fields)
    return (
        f"<xml><Encrypt>{_cdata(encrypted)}</Encrypt><MsgSignature>{_cdata(signature)}</MsgSignature>"
        f"<TimeStamp>{timestamp}</TimeStamp><Nonce>{_cdata(nonce)}</Nonce></xml>"
    )


def answer(account: WeChatAccount, received: Received, text: str, now: datetime) -> str:
    """Return the body of the HTTP answer to a push: empty, or a text in the mode in which the push came."""
    if not text:
        return ""
    reply = text_reply(received.push, text, now)
    if not received.encrypted:
        return reply
    timestamp, nonce = str(int(now.timestamp())), secrets.token_hex(8)
    return sealed(account, reply, received.format, timestamp, nonce, secrets.token_bytes(16))
