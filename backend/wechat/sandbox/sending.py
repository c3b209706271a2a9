"""Interfaces that reach people: subscribe messages, template messages, customer service, typing."""

from collections.abc import Mapping
from typing import Any

from backend.wechat.sandbox.interface import OK, Call, Interface
from backend.wechat.sandbox.keywords import accepts
from backend.wechat.sandbox.world import Media, Refusal, Template, Window

STATES = frozenset({"developer", "trial", "formal"})
LANGUAGES = frozenset({"zh_CN", "en_US", "zh_HK", "zh_TW"})
CUSTOMER_WINDOW = 48 * 3600
ENTER_WINDOW = 60
TYPING_LASTS = 15
TYPING_AFTER = 30
KINDS = {
    "mini_program": frozenset({"text", "image", "link", "miniprogrampage"}),
    "official_account": frozenset({"text", "image", "voice", "video", "music", "news", "msgmenu", "miniprogrampage"}),
}


# --- subscribe messages -----------------------------------------------------------------------------------------------


def subscribe_send(call: Call) -> dict:
    """POST /cgi-bin/message/subscribe/send: one subscribe message of the mini-program."""
    if call.body.get("miniprogram_state", "formal") not in STATES or call.body.get("lang", "zh_CN") not in LANGUAGES:
        raise Refusal(40097, "invalid args")
    return _subscribe(call, call.body.get("page") or "")


def subscribe_bizsend(call: Call) -> dict:
    """POST /cgi-bin/message/subscribe/bizsend: one subscribe message of the official account."""
    return _subscribe(call, "")


def _subscribe(call: Call, page: str) -> dict:
    openid = call.text("touser")
    user = call.world.owner(openid, call.account.app_id)
    template = call.account.templates.get(call.body.get("template_id"))
    if template is None:
        raise Refusal(40037, "invalid template_id")
    if template.banned:
        raise Refusal(43107, "subscribe message capability is banned")
    _check_page(call, page)
    values = _checked(call, template)
    _spend(call, openid, template)
    msgid = call.world.next_number()
    card = {"title": template.title, "lines": [[template.keys[key], value] for key, value in values.items()]}
    card |= {"page": page, "template": template.id, "msgid": str(msgid)}
    call.world.say(user.name, account=call.account.kind, direction="in", kind="card", content=card)
    if call.world.sent_events:
        call.pusher.sent(call.account, openid, template.id, msgid)
    return {**OK, "msgid": msgid}


def _check_page(call: Call, page: str) -> None:
    """The page must be one of the released version; its query is free."""
    path = page.partition("?")[0].lstrip("/")
    if page and call.account.pages and path not in call.account.pages:
        raise Refusal(41030, "invalid page")


def _checked(call: Call, template: Template) -> dict[str, str]:
    """Return the keyword values. Raises Refusal 47003 naming the first bad one, 45168 for a sensitive word."""
    data = call.body.get("data")
    if not isinstance(data, Mapping):
        raise Refusal(47003, "argument invalid! data is empty")
    values = {key: _value(data.get(key)) for key in template.keys}
    for key, value in values.items():
        if not accepts(key, value, template.options):
            raise Refusal(47003, f"argument invalid! data.{key}.value invalid")
    extra = set(data) - set(template.keys)
    if extra:
        raise Refusal(47003, f"argument invalid! data.{min(extra)} is not in the template")
    _check_words(call, " ".join(values.values()))
    return values


def _value(entry: Any) -> Any:
    return entry.get("value") if isinstance(entry, Mapping) else None


def _check_words(call: Call, text: str) -> None:
    if any(word in text for word in call.world.sensitive):
        raise Refusal(45168, "the message contains sensitive words")


def _spend(call: Call, openid: str, template: Template) -> None:
    """Use up a one-time consent. Raises Refusal 43101 where none is left or the person said no."""
    with call.world.lock:
        consent = call.world.consent(openid, template.id)
        allowed = consent.accepted if template.type == 3 else consent.remaining > 0
        if not allowed:
            raise Refusal(43101, "user refuse to accept the msg")
        if template.type != 3:
            consent.remaining -= 1
        call.world.changed.set()


def template_send(call: Call) -> dict:
    """POST /cgi-bin/message/template/send: a template message of the official account."""
    openid = call.text("touser")
    user = call.world.owner(openid, call.account.app_id)
    template = call.account.templates.get(call.body.get("template_id"))
    if template is None:
        raise Refusal(40037, "invalid template_id")
    if not user.follows or call.world.consent(openid, template.id).rejected:
        raise Refusal(43101, "user refuse to accept the msg")
    data = call.body.get("data") or {}
    lines = [[label, str(_value(data.get(key)) or "")] for key, label in template.keys.items()]
    msgid = call.world.next_number()
    card = {"title": template.title, "lines": lines, "page": "", "template": template.id, "msgid": str(msgid)}
    call.world.say(user.name, account=call.account.kind, direction="in", kind="card", content=card)
    return {**OK, "msgid": msgid}


# --- customer service -------------------------------------------------------------------------------------------------


def custom_send(call: Call) -> dict:
    """POST /cgi-bin/message/custom/send: an answer to a person who wrote not long ago."""
    openid, kind = call.text("touser"), call.text("msgtype")
    user = call.world.owner(openid, call.account.app_id)
    if kind not in KINDS[call.account.kind]:
        raise Refusal(40008, "invalid message type")
    content = call.body.get(kind)
    if not isinstance(content, Mapping):
        raise Refusal(44004, "empty content")
    CONTENT_CHECKS.get(kind, _free)(call, content)
    _use_window(call, openid)
    call.world.say(user.name, account=call.account.kind, direction="in", kind=kind, content=dict(content))
    return dict(OK)


def _check_text(call: Call, content: Mapping[str, Any]) -> None:
    text = content.get("content")
    if not isinstance(text, str) or not text:
        raise Refusal(44004, "empty content")
    if len(text.encode()) > 2048:
        raise Refusal(45002, "content size out of limit")
    _check_words(call, text)


def _check_image(call: Call, content: Mapping[str, Any]) -> None:
    live_media(call, content.get("media_id"))


def _check_card(call: Call, content: Mapping[str, Any]) -> None:
    live_media(call, content.get("thumb_media_id"))
    _check_page(call, str(content.get("pagepath", "")))


def _free(call: Call, content: Mapping[str, Any]) -> None:
    """Nothing more is asked of the other kinds."""


CONTENT_CHECKS = {"text": _check_text, "image": _check_image, "miniprogrampage": _check_card}


def live_media(call: Call, media_id: object) -> Media:
    """Return a temporary file of this account. Raises Refusal 40007 when it is unknown or over three days old."""
    media = call.world.media.get(media_id) if isinstance(media_id, str) else None
    if media is None or media.app_id != call.account.app_id or call.world.timestamp() > media.expires_at:
        raise Refusal(40007, "invalid media_id")
    return media


def _use_window(call: Call, openid: str) -> None:
    """Count an answer. Raises Refusal 45015 when the person wrote too long ago, 45047 when the answers are used up."""
    with call.world.lock:
        window = call.world.windows.get(openid)
        if window is None or call.world.timestamp() > window.expires_at:
            raise Refusal(45015, "response out of time limit or subscription is canceled")
        if window.remaining <= 0:
            raise Refusal(45047, "out of response count limit")
        window.remaining -= 1
        window.typing_until = 0.0


def open_window(world: Any, openid: str, count: int, seconds: int, typed: bool) -> None:
    """A person did something that allows answers: the counts of two doings do not add up, the larger one holds."""
    now = world.timestamp()
    old = world.windows.get(openid)
    live = old if old and old.expires_at > now else None
    world.windows[openid] = Window(
        max(count, live.remaining if live else 0),
        max(now + seconds, live.expires_at if live else 0),
        now if typed else (live.typed_at if live else 0.0),
    )


def typing_of(kind: str):
    """Return the typing interface of an account kind; the other kind's path refuses."""

    def typing(call: Call) -> dict:
        if call.account.kind != kind:
            raise Refusal(40200, "invalid account type")
        return _typing(call)

    return typing


def _typing(call: Call) -> dict:
    openid, command = call.text("touser"), call.body.get("command")
    call.world.owner(openid, call.account.app_id)
    if command not in ("Typing", "CancelTyping"):
        raise Refusal(45072, "command field is invalid")
    now, window = call.world.timestamp(), call.world.windows.get(openid)
    if window is None or now - window.typed_at > TYPING_AFTER:
        raise Refusal(45080, "no user message in 30 seconds")
    if command == "Typing" and now < window.typing_until:
        raise Refusal(45081, "already typing")
    window.typing_until = now + TYPING_LASTS if command == "Typing" else 0.0
    return dict(OK)


ROUTES = (
    Interface("POST", "/cgi-bin/message/subscribe/send", subscribe_send, exclusive="touser"),
    Interface("POST", "/cgi-bin/message/subscribe/bizsend", subscribe_bizsend, exclusive="touser"),
    Interface("POST", "/cgi-bin/message/template/send", template_send),
    Interface("POST", "/cgi-bin/message/custom/send", custom_send),
    Interface("POST", "/cgi-bin/message/custom/typing", typing_of("official_account")),
    Interface("POST", "/cgi-bin/message/custom/business/typing", typing_of("mini_program")),
)
