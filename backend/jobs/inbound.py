"""What a push from WeChat makes happen: a question is answered, a picture kept, a consent entered, a person deleted.

What a person wrote is stored before WeChat gets its answer, so that a process killed in the middle forgets no question:
`unanswered` finds those, and answering one twice does nothing. In the official account the answer travels in the reply
when it is ready in time; everywhere else it goes out as customer messages, and where those are not allowed any more,
into the message centre and the outbox.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from flask import Blueprint
from redis import Redis
from redis.exceptions import RedisError

from backend.jobs import pictures
from backend.jobs.senders import AccountTemplates
from backend.settings import Settings, WeChatAccount
from backend.store import chat, credits, materials, outbox, people, photographs, sealed
from backend.store.crypto import mask_typed
from backend.store.database import connection, transaction
from backend.store.models import Applicant, Identity
from backend.store.models_messaging import InboundMessage, SentReport
from backend.wechat.callback import Handlers, create_blueprint
from backend.wechat.errors import Kind, WeChatError
from backend.wechat.gateway import AccountKind, Gateway, Gateways
from backend.wechat.push import Event, Message

log = logging.getLogger(__name__)

Ask = Callable[[str, str, str | None, date], Sequence[Mapping[str, Any]]]
"""The assistant: applicant id, text, city, day → replies with text, citations, links."""

Erase = Callable[[str, str, datetime], None]
"""Begins the deletion of a person's data: applicant id, why, when."""

CLAIM = timedelta(seconds=90)
"""How long an answer may take before another worker tries."""

MOST_ATTEMPTS = 4
TEXT_BYTES = 2000
"""The platform takes 2048 bytes a text."""

MOST_PARTS = 4
"""Customer messages for one answer; a person's message allows five."""

SORRY = "抱歉，助手这会儿答不上来。您可以稍后再问，或者在小程序“问助手”里查看窗口电话。"
NOT_READABLE = "现在只能看懂文字和图片，请把问题打成文字发给我。"
PICTURE_KEPT = "图片收到了，已放进您的“我的材料”。申请时可以直接选用，不用重新拍。"
PICTURE_NEEDS_CONSENT = "要保存您发来的材料，请先打开小程序登录，并同意个人信息处理说明，然后再发一次。"
PICTURE_FAILED = "这张图片没能保存：{reason}"
PICTURE_GONE = "图片在微信里已经过期，请重新发送。"
REST = "（其余内容请打开小程序“问助手”查看）"
WELCOME = "您好，欢迎关注。人才认定、补贴、住房、落户等政策，直接打字问我就行，比如“硕士毕业刚入职，有什么补贴”。"
MENU = {
    "ask": "请直接打字提问，例如：“硕士毕业刚入职，有什么补贴”“购房补贴要什么材料”“我的申请到哪一步了”。",
    "contact": "窗口地址和电话请打开小程序，在“办事”里点“窗口”。人工服务时间内也可以在这里留言，工作人员会回复。",
}
"""Menu entries of the official account that answer with a text."""


@dataclass(frozen=True)
class Inbox:
    """One account's incoming traffic. `later` queues a task: name, id."""

    account: AccountKind
    app_id: str
    gateway: Gateway
    templates: AccountTemplates
    ask: Ask
    erase: Erase
    later: Callable[[str, str], None]
    clock: Callable[[], datetime]

    def handlers(self) -> Handlers:
        """Return what the callback address calls."""
        return Handlers(self.message, self.event, self.answered_in_time, self.answered_late)

    # --- messages ---

    def message(self, push: Message) -> str | None:
        """Take a message in. The official account answers at once, the mini-program by a task."""
        with connection():
            row = self._kept(push)
            if self.account is AccountKind.MINI_PROGRAM:
                self._answer_later(row)
                return None
            if not _claimed(row.id, self.clock()):
                return None
            return _one_text(self._answer(InboundMessage.get_by_id(row.id)))

    def _answer_later(self, row: InboundMessage) -> None:
        """Queue the answer; without Redis the worker finds the stored message by itself."""
        try:
            self.later("answer", row.id)
        except RedisError:
            log.warning("answer %s not queued: redis does not answer", row.id)

    def answered_in_time(self, push: Message) -> None:
        """Note that the answer travelled in the reply."""
        with connection():
            self._close(self._row(push), "passive")

    def answered_late(self, push: Message, text: str) -> None:
        """Send an answer that was not ready in time for the reply."""
        with connection():
            self._hand_over(self._row(push), text)

    def _row(self, push: Message) -> InboundMessage:
        return InboundMessage.get(InboundMessage.key == f"{self.app_id}:{push.key}")

    def _kept(self, push: Message) -> InboundMessage:
        """Store a message, once."""
        key = f"{self.app_id}:{push.key}"
        known = InboundMessage.get_or_none(InboundMessage.key == key)
        if known is not None:
            return known
        row = InboundMessage(
            key=key,
            app_id=self.app_id,
            account=self.account.value,
            openid=push.openid,
            applicant=self._person(push.openid),
            kind=push.kind,
            received_at=self.clock(),
        )
        sealed.put(row, "content_sealed", push.text if push.kind == "text" else f"{push.media_id}\n{push.picture_url}")
        InboundMessage.insert(row.__data__).on_conflict_ignore().execute()
        return InboundMessage.get(InboundMessage.key == key)

    def _person(self, openid: str) -> str:
        """Return who this is; a stranger to the official account may be known from the mini-program by unionid."""
        known = people.applicant_of(self.app_id, openid)
        if known is not None:
            return known
        unionid = self._unionid(openid) if self.account is AccountKind.OFFICIAL_ACCOUNT else None
        return people.sign_in(self.account.value, self.app_id, openid, unionid, self.clock()).id

    def _unionid(self, openid: str) -> str | None:
        try:
            return self.gateway.unionid(openid)
        except WeChatError as error:
            log.warning("no unionid: %s", error)
            return None

    def answer(self, row_id: str) -> None:
        """Answer a stored message, unless somebody does already. Raises WeChatError when it should be tried again."""
        with connection():
            if not _claimed(row_id, self.clock()):
                return
            row = InboundMessage.get_by_id(row_id)
            self._show_typing(row)
            try:
                self._hand_over(row, self._answer(row))
            except WeChatError:
                _released(row)
                raise

    def _answer(self, row: InboundMessage) -> str:
        if row.attempts > MOST_ATTEMPTS:
            return SORRY
        content = sealed.get(row, "content_sealed") or ""
        return ANSWERS.get(row.kind, _unreadable)(self, row, content)

    def _show_typing(self, row: InboundMessage) -> None:
        """Show that an answer is being written; nothing depends on it."""
        try:
            self.gateway.typing(row.openid)
        except WeChatError as error:
            log.info("typing not shown: errcode=%s", error.errcode)

    # --- the answer's way ---

    def _hand_over(self, row: InboundMessage, text: str) -> None:
        """Send customer messages; where the platform does not allow them (any more), use the message centre.

        An answer that may have arrived is not sent again. Raises WeChatError when nothing was sent and a later
        attempt may succeed.
        """
        for number, part in enumerate(_parts(text)):
            try:
                self.gateway.send_text(row.openid, part)
            except WeChatError as error:
                if error.kind is Kind.AMBIGUOUS:
                    continue
                if error.kind is not Kind.PERMANENT and number == 0 and row.attempts < MOST_ATTEMPTS:
                    raise
                log.info("answer %s goes to the message centre: errcode=%s", row.id, error.errcode)
                self._into_the_centre(row, text)
                return
        self._close(row, "customer")

    def _into_the_centre(self, row: InboundMessage, text: str) -> None:
        question = sealed.get(row, "content_sealed") if row.kind == "text" else "您发来的图片"
        keywords = {"question": mask_typed(question or ""), "reply": text, "replied_at": self.clock()}
        with transaction():
            outbox.enqueue(f"inbound:{row.id}", row.applicant_id, "assistant_reply", keywords, due=self.clock())
            self._close(row, "inbox")

    def _close(self, row: InboundMessage, how: str) -> None:
        """The message is answered; what was written is not needed here any more."""
        changes = {"state": "answered", "answered_at": self.clock(), "answered_by": how, "content_sealed": None}
        InboundMessage.update(**changes).where(InboundMessage.id == row.id).execute()

    # --- events ---

    def event(self, push: Event) -> str | None:
        """Do what an event asks for; an unknown one asks for nothing."""
        act = EVENTS.get(push.name)
        if act is None:
            return None
        with connection():
            return act(self, push)

    def applicant(self, openid: str) -> str | None:
        """Return whose openid this is, None for a stranger."""
        return people.applicant_of(self.app_id, openid)


# --- answers by kind --------------------------------------------------------------------------------------------------


def _answer_text(inbox: Inbox, row: InboundMessage, text: str) -> str:
    """Ask the assistant, and keep question and answer where the mini-program shows the conversation."""
    person = Applicant.get_by_id(row.applicant_id)
    now = inbox.clock()
    if row.attempts <= 1:
        chat.said(person.id, text, person.city, now)
    replies = list(inbox.ask(person.id, text, person.city, now.date()))
    for reply in replies:
        chat.answered(person.id, reply, person.city, inbox.clock())
    return "\n\n".join(map(written, replies)) or SORRY


def written(reply: Mapping[str, Any]) -> str:
    """Return a reply of the assistant as plain text: its words, then where they stand."""
    places = dict.fromkeys(f"《{cited['title']}》{cited['article']}" for cited in reply.get("citations", ()))
    sources = f"\n依据：{'；'.join(places)}" if places else ""
    return f"{reply['text'].strip()}{sources}"


def _answer_picture(inbox: Inbox, row: InboundMessage, content: str) -> str:
    """Keep a photograph among the person's papers, if he agreed that we may, and have WeChat look at it."""
    media_id, _, url = content.partition("\n")
    if "privacy" not in people.consents(row.applicant_id):
        return PICTURE_NEEDS_CONSENT
    try:
        data, _ = inbox.gateway.download(media_id)
        paper = photographs.take(data)
    except photographs.UnfitFile as unfit:
        return PICTURE_FAILED.format(reason=unfit)
    except WeChatError as error:
        if error.kind is not Kind.PERMANENT:
            raise
        return PICTURE_GONE
    now = inbox.clock()
    with transaction():
        material = materials.create(row.applicant_id, "other", f"{now:%m月%d日}微信发来的图片", now, source="wechat")
        materials.add_page(material.id, paper, data, now)
    if url and inbox.account is AccountKind.MINI_PROGRAM:
        pictures.ask(inbox.gateway, row.openid, url, material.id, now)
    return PICTURE_KEPT


def _unreadable(inbox: Inbox, row: InboundMessage, content: str) -> str:
    return NOT_READABLE


ANSWERS: Mapping[str, Callable[[Inbox, InboundMessage, str], str]] = {"text": _answer_text, "image": _answer_picture}
"""Kind of message → how it is answered."""


def _one_text(text: str) -> str:
    """The text that fits into one reply."""
    parts = _parts(text)
    return parts[0] if len(parts) == 1 else f"{parts[0]}\n{REST}"


def _parts(text: str) -> list[str]:
    """Return a text in pieces the platform takes, cut at line ends where possible, not too many. Pure."""
    parts, rest = [], text.strip() or SORRY
    while rest and len(parts) < MOST_PARTS:
        piece = _beginning(rest, TEXT_BYTES - len(REST.encode()))
        parts.append(piece.strip())
        rest = rest[len(piece) :].strip()
    return [*parts[:-1], f"{parts[-1]}{REST}"] if rest else parts


def _beginning(text: str, limit: int) -> str:
    """The longest beginning of at most `limit` bytes, up to a line end if there is one in its second half."""
    if len(text.encode()) <= limit:
        return text
    piece = text.encode()[:limit].decode(errors="ignore")
    end = piece.rfind("\n")
    return piece[: end + 1] if end > len(piece) // 2 else piece


# --- events -----------------------------------------------------------------------------------------------------------


def _popup(inbox: Inbox, push: Event) -> None:
    """The person answered the subscription dialogue."""
    applicant = inbox.applicant(push.openid)
    for place, entry in enumerate(push.entries):
        name = inbox.templates.name_of(entry.get("TemplateId", ""))
        if applicant and name:
            at = moment(push, inbox.clock())
            key = f"{push.key}:{place}"
            credits.popup(applicant, name, entry.get("SubscribeStatusString", ""), key, at, _long_term(inbox, name))


def _long_term(inbox: Inbox, name: str) -> bool:
    return inbox.templates.of(name).long_term


def _change(inbox: Inbox, push: Event) -> None:
    """The person took a consent back in the settings."""
    applicant = inbox.applicant(push.openid)
    for place, entry in enumerate(push.entries):
        name = inbox.templates.name_of(entry.get("TemplateId", ""))
        if applicant and name and entry.get("SubscribeStatusString") == "reject":
            credits.cancelled(applicant, name, f"{push.key}:{place}", moment(push, inbox.clock()))


def _report(inbox: Inbox, push: Event) -> None:
    """The platform says what became of a message; the worker compares it with the outbox."""
    rows = [_report_row(inbox, push, entry) for entry in push.entries if entry.get("MsgID")]
    if rows:
        SentReport.insert_many(rows).on_conflict_ignore().execute()


def _report_row(inbox: Inbox, push: Event, entry: Mapping[str, str]) -> dict[str, Any]:
    code = entry.get("ErrorCode", "")
    return {
        "msgid": entry["MsgID"][:64],
        "app_id": inbox.app_id,
        "openid": push.openid,
        "template_id": entry.get("TemplateId", "")[:128],
        "errcode": int(code) if code.lstrip("-").isdecimal() and len(code) < 10 else -1,
        "status": entry.get("ErrorStatus", "")[:200],
        "sent_at": moment(push, inbox.clock()),
        "received_at": inbox.clock(),
    }


def moment(push: Event, now: datetime) -> datetime:
    """Return when an event happened; nothing happens in the future."""
    return min(datetime.fromtimestamp(push.created_at, now.tzinfo), now) if push.created_at < 2**33 else now


def _picture_checked(inbox: Inbox, push: Event) -> None:
    """WeChat says what it found on a picture."""
    result, trace = push.data.get("result"), str(push.data.get("trace_id", ""))[:128]
    if trace and isinstance(result, Mapping):
        pictures.found(trace, str(result.get("suggest", "review"))[:16], inbox.clock())


def _follow(inbox: Inbox, push: Event) -> str:
    """The person follows the official account: remember it, and know him from the mini-program if possible."""
    inbox._person(push.openid)
    _set_following(inbox, push.openid, True)
    return WELCOME


def _unfollow(inbox: Inbox, push: Event) -> None:
    _set_following(inbox, push.openid, False)


def _set_following(inbox: Inbox, openid: str, yes: bool) -> None:
    whose = (Identity.app_id == inbox.app_id) & (Identity.openid == openid)
    Identity.update(subscribed=yes).where(whose).execute()


def _menu(inbox: Inbox, push: Event) -> str | None:
    return MENU.get(push.event_key)


def _revoked(inbox: Inbox, push: Event) -> None:
    """The person took the authorization back, or closed the WeChat account: begin to delete his data."""
    applicant = inbox.applicant(str(push.data.get("OpenID") or push.openid))
    if applicant:
        inbox.erase(applicant, push.name, inbox.clock())


EVENTS: Mapping[str, Callable[[Inbox, Event], str | None]] = {
    "subscribe_msg_popup_event": _popup,
    "subscribe_msg_change_event": _change,
    "subscribe_msg_sent_event": _report,
    "wxa_media_check": _picture_checked,
    "subscribe": _follow,
    "unsubscribe": _unfollow,
    "CLICK": _menu,
    "user_authorization_revoke": _revoked,
    "user_authorization_cancellation": _revoked,
}
"""Name of an event → what it makes happen."""


# --- stored messages --------------------------------------------------------------------------------------------------


def _claimed(row_id: str, now: datetime) -> bool:
    """Take a message to answer it; False when it is answered or somebody is at it."""
    free = (InboundMessage.state == "received") | (
        (InboundMessage.state == "answering") & (InboundMessage.leased_until < now)
    )
    taken = InboundMessage.update(
        state="answering", leased_until=now + CLAIM, attempts=InboundMessage.attempts + 1
    ).where((InboundMessage.id == row_id) & free)
    return bool(taken.execute())


def _released(row: InboundMessage) -> None:
    InboundMessage.update(state="received", leased_until=None).where(InboundMessage.id == row.id).execute()


def unanswered(now: datetime, older: timedelta = timedelta(seconds=30)) -> list[str]:
    """Return the ids of messages that wait for an answer longer than they should."""
    forgotten = (InboundMessage.state == "received") & (InboundMessage.received_at < now - older)
    stuck = (InboundMessage.state == "answering") & (InboundMessage.leased_until < now)
    rows = InboundMessage.select(InboundMessage.id).where(forgotten | stuck).order_by(InboundMessage.received_at)
    return [row.id for row in rows.limit(200)]


# --- the addresses ----------------------------------------------------------------------------------------------------


def open_inboxes(
    settings: Settings,
    gateways: Gateways,
    templates: AccountTemplates,
    ask: Ask,
    erase: Erase,
    later: Callable[[str, str], None],
    clock: Callable[[], datetime],
) -> Mapping[AccountKind, Inbox]:
    """Return the inbox of every account that is configured."""
    return {
        kind: Inbox(kind, account.app_id, gateways.of(kind), templates, ask, erase, later, clock)
        for kind, account in _accounts(settings).items()
    }


def callbacks(settings: Settings, inboxes: Mapping[AccountKind, Inbox], redis: Redis) -> list[Blueprint]:
    """Return the push addresses `/wechat/mp` and `/wechat/oa` for the web application."""
    plain = settings.messaging.allow_plain_push
    return [
        create_blueprint(kind, account, inboxes[kind].handlers(), redis, inboxes[kind].clock, plain)
        for kind, account in _accounts(settings).items()
    ]


def _accounts(settings: Settings) -> Mapping[AccountKind, WeChatAccount]:
    program = {AccountKind.MINI_PROGRAM: settings.mini_program}
    official = settings.official_account
    return program | ({AccountKind.OFFICIAL_ACCOUNT: official} if official else {})
