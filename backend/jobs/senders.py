"""The channels by which messages leave, one sender each. A sender returns the platform's message id or raises."""

import hashlib
import hmac
import json
import logging
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

import requests

from backend.messages import Template, messages
from backend.settings import Messaging
from backend.store import facts
from backend.store.database import connection
from backend.store.outbox import Leased
from backend.wechat.errors import MEANINGS, NO_ANSWER, SERVER_ERROR, Kind, Meaning, Scope, WeChatError
from backend.wechat.gateway import AccountTemplate, Gateway

log = logging.getLogger(__name__)

LOOK_EVERY = timedelta(minutes=10)
NO_TEMPLATE = 40037
SMS_TIMEOUT = (3, 10)


class Sender(Protocol):
    """A channel."""

    def send(self, row: Leased) -> str:
        """Send one message and return its id. Raises WeChatError."""


# --- the account's templates ------------------------------------------------------------------------------------------


class AccountTemplates:
    """Which template of the account stands for which of ours: by the operator's id, else by title and labels.

    Kept in memory and looked up again every ten minutes, or when one is missing.
    """

    def __init__(self, gateway: Gateway, ids: Mapping[str, str], clock: Callable[[], datetime]):
        self._gateway, self._ids, self._clock = gateway, ids, clock
        self._lock = threading.Lock()
        self._found: Mapping[str, AccountTemplate] = {}
        self._names: Mapping[str, str] = {}
        self._looked: datetime | None = None

    def of(self, name: str) -> AccountTemplate:
        """Return the account's template for one of ours. Raises WeChatError 40037 when there is none.

        One that was found is handed out without a look at the clock or a lock: every send passes here.
        """
        found = self._found.get(name) or self._all().get(name)
        if found is None:
            raise WeChatError(MEANINGS[NO_TEMPLATE], NO_TEMPLATE, f"no template for {name} in the account")
        return found

    def name_of(self, template_id: str) -> str | None:
        """Return which of our templates an id of the account stands for."""
        self._all()
        return self._names.get(template_id)

    def forget(self) -> None:
        """Look again next time, because the account refused a template."""
        with self._lock:
            self._found, self._looked = {}, None

    def known(self) -> Mapping[str, AccountTemplate]:
        """Return all that were found, by our names. Raises WeChatError."""
        return self._all()

    def _all(self) -> Mapping[str, AccountTemplate]:
        with self._lock:
            now = self._clock()
            if self._looked is None or not timedelta() <= now - self._looked < LOOK_EVERY:
                self._found = match(self._gateway.templates(), self._ids)
                self._names = {template.id: name for name, template in self._found.items()}
                self._looked = now
            return self._found


def match(chosen: list[AccountTemplate], ids: Mapping[str, str]) -> dict[str, AccountTemplate]:
    """Pair our templates with those chosen in the account; one with other labels than ours is no pair. Pure."""
    pairs = {}
    for ours in messages().templates.values():
        wanted = ids.get(ours.id)
        fitting = [row for row in chosen if (row.id == wanted if wanted else row.title == ours.title)]
        if fitting and not mismatches(ours, fitting[0]):
            pairs[ours.id] = fitting[0]
    return pairs


def mismatches(ours: Template, chosen: AccountTemplate) -> list[str]:
    """Return what differs between a template of ours and the account's, in words for the operator. Pure."""
    labels = {keyword.label: keyword.type for keyword in ours.keywords}
    missing = [f"缺少关键词“{label}”" for label in labels if label not in chosen.keys]
    extra = [f"多了关键词“{label}”" for label in chosen.keys if label not in labels]
    wrong = [
        f"关键词“{label}”的类型应为 {kind}"
        for label, kind in labels.items()
        if label in chosen.keys and chosen.keys[label].rstrip("0123456789") != kind
    ]
    return missing + extra + wrong


# --- WeChat -----------------------------------------------------------------------------------------------------------


class SubscribeSender:
    """Subscribe messages of the mini-program."""

    def __init__(self, gateway: Gateway, templates: AccountTemplates):
        self._gateway, self._templates = gateway, templates

    def send(self, row: Leased) -> str:
        """Send one message with the keys of the account's own template."""
        chosen = self._templates.of(row.template)
        keywords = messages().template(row.template).keywords
        data = {chosen.keys[keyword.label]: row.keywords[keyword.name] for keyword in keywords}
        try:
            return self._gateway.send_subscribe(row.openid, chosen.id, data, row.page)
        except WeChatError as error:
            if error.errcode == NO_TEMPLATE:
                self._templates.forget()
            raise


# --- text messages ----------------------------------------------------------------------------------------------------

NO_PHONE = Meaning(Kind.PERMANENT, Scope.USER, "没有登记手机号，不能发短信。")
SMS_REFUSED = Meaning(Kind.PERMANENT, Scope.MESSAGE, "短信网关拒绝了这条短信。")
SMS_OFF = Meaning(Kind.PERMANENT, Scope.USER, "没有开通短信。")


class NoSms:
    """Text messages are off, as they are by default."""

    def send(self, row: Leased) -> str:
        """Refuse. Raises WeChatError."""
        raise WeChatError(SMS_OFF, detail="sms is off")


class HttpSms:
    """Text messages through an HTTP gateway: POST JSON {phone, template, keywords, id, link}, signed with HMAC-SHA256.

    `link` opens the message's page in WeChat, for 30 days; it is empty while WeChat gives none. The signature over the
    body stands in the header X-Signature; the gateway answers 2xx with {"id": …}. `id` is the outbox row, by which the
    gateway can drop a repetition.
    """

    def __init__(self, url: str, key: str, link: Callable[[str], str], http: requests.Session | None = None):
        self._url, self._key, self._link = url, key.encode(), link
        self._http = http or requests.Session()

    def send(self, row: Leased) -> str:
        """Send one text to the person's registered phone."""
        with connection():
            phone = facts.reveal(row.applicant, "phone")
        if not phone:
            raise WeChatError(NO_PHONE, detail="no phone")
        body = {"phone": phone, "template": row.template, "keywords": dict(row.keywords), "id": row.id}
        body["link"] = self._link(row.page)
        return self._post(json.dumps(body, ensure_ascii=False).encode())

    def _post(self, body: bytes) -> str:
        signature = hmac.digest(self._key, body, hashlib.sha256).hex()
        headers = {"Content-Type": "application/json", "X-Signature": signature}
        failure: WeChatError | None = None
        try:
            answer = self._http.post(self._url, data=body, headers=headers, timeout=SMS_TIMEOUT)
        except requests.RequestException as error:
            failure = WeChatError(NO_ANSWER, detail=type(error).__name__)
        if failure:
            raise failure
        if answer.status_code >= 500:
            raise WeChatError(SERVER_ERROR, detail=f"HTTP {answer.status_code}")
        if answer.status_code >= 400:
            raise WeChatError(SMS_REFUSED, detail=f"HTTP {answer.status_code}")
        return _id_in(answer)


def _id_in(answer: requests.Response) -> str:
    try:
        return str(answer.json().get("id", ""))
    except (ValueError, AttributeError):
        return ""


def page_link(gateway: Gateway, page: str) -> str:
    """Return an address that opens a page from a text message; empty where WeChat gives none: the text goes anyway."""
    path, _, query = page.partition("?")
    try:
        return gateway.url_link(path, query)
    except WeChatError as error:
        log.warning("a text goes without a link: %s", error)
        return ""


def open_senders(messaging: Messaging, gateway: Gateway, templates: AccountTemplates) -> Mapping[str, Sender]:
    """Return the sender of every channel."""
    link = partial(page_link, gateway)
    sms = HttpSms(messaging.sms_url, messaging.sms_key, link) if messaging.sms_url else NoSms()
    return {"subscribe": SubscribeSender(gateway, templates), "sms": sms}
