"""What the double knows: accounts, people, consents, chats, tokens, files, counters. One lock guards all of it."""

import hashlib
import threading
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from backend.settings import WeChatAccount
from backend.wechat.sandbox.names import openid_of, unionid_of

DAY_LIMITS = {
    "/cgi-bin/token": 2000,
    "/cgi-bin/stable_token": 500_000,
    "/cgi-bin/message/subscribe/send": 10_000_000,
    "/cgi-bin/message/template/send": 100_000,
    "/cgi-bin/message/custom/send": 500_000,
    "/cgi-bin/media/upload": 5_000,
    "/cgi-bin/media/get": 10_000,
    "/cgi-bin/menu/create": 1_000,
    "/wxa/msg_sec_check": 2_000_000,
    "/wxa/media_check_async": 200_000,
    "/wxa/generatescheme": 500_000,
    "/wxa/generate_urllink": 500_000,
    "/cv/ocr/idcard": 100,
    "/cv/ocr/bizlicense": 100,
}
"""Calls a day; over it the answer is 45009."""

MINUTE_LIMITS = {
    "/cgi-bin/stable_token": 10_000,
    "/wxa/msg_sec_check": 4_000,
    "/wxa/media_check_async": 2_000,
}
"""Calls a minute; over it the answer is 45011."""


class Refusal(Exception):
    """The platform says no: an errcode and its words, HTTP status 200."""

    def __init__(self, errcode: int, errmsg: str):
        super().__init__(f"{errcode} {errmsg}")
        self.errcode, self.errmsg = errcode, errmsg


@dataclass
class Template:
    """A subscribe-message template chosen in an account. `keys`: thing1 → its label. Type 2 one-time, 3 long-term."""

    id: str
    title: str
    keys: dict[str, str]
    type: int = 2
    options: dict[str, tuple[str, ...]] = field(default_factory=dict)
    banned: bool = False

    @property
    def content(self) -> str:
        """The content as the platform's list of templates gives it."""
        return "".join(f"{label}:{{{{{key}.DATA}}}}\n" for key, label in self.keys.items())


@dataclass
class Account:
    """One account and the settings of its push address."""

    kind: str
    name: str
    account: WeChatAccount
    original_id: str
    callback_url: str | None = None
    mode: str = "safe"  # plain | compatible | safe
    format: str = "xml"  # xml | json
    pages: frozenset[str] = frozenset()  # pages of the released version; empty where none are known
    templates: dict[str, Template] = field(default_factory=dict)
    menu: dict[str, Any] | None = None
    banned: bool = False

    @property
    def app_id(self) -> str:
        """The app id."""
        return self.account.app_id


@dataclass
class User:
    """A person with a phone."""

    name: str
    phone: str
    blocked: bool = False  # judged high-risk at login
    visited_at: float = 0.0
    follows: bool = True


@dataclass
class Code:
    """A code the client got: for login or for the phone number; good once, for five minutes."""

    kind: str
    app_id: str
    user: str
    expires_at: float
    used: bool = False


@dataclass
class Consent:
    """What a person allows an account for one template."""

    remaining: int = 0
    accepted: bool = False  # long-term
    rejected: bool = False


@dataclass
class Window:
    """How many customer messages an account may still send a person, and until when."""

    remaining: int
    expires_at: float
    typed_at: float = 0.0
    typing_until: float = 0.0


@dataclass
class Media:
    """A temporary file."""

    data: bytes
    media_type: str
    app_id: str
    expires_at: float


@dataclass
class Issued:
    """A token the platform gave out."""

    app_id: str
    family: str  # plain | stable
    expires_at: float
    issued_at: float


class World:
    """The state of the double. Hold `lock` around every look and change."""

    def __init__(self, clock: Callable[[], datetime]):
        self._clock = clock
        self.lock = threading.RLock()
        self.offset = timedelta()
        self.accounts: dict[str, Account] = {}
        self.users: dict[str, User] = {}
        self.openids: dict[str, tuple[str, str]] = {}  # openid → app id, user
        self.codes: dict[str, Code] = {}
        self.session_keys: dict[str, str] = {}  # openid → newest session key
        self.tokens: dict[str, Issued] = {}
        self.current: dict[tuple[str, str], str] = {}  # app id, family → newest token
        self.forced: dict[str, list[float]] = {}
        self.stable: Counter[tuple[str, str]] = (
            Counter()
        )  # app id, new or same: what asking for the stable token brought
        self.consents: dict[tuple[str, str], Consent] = {}  # openid, template
        self.chats: dict[str, list[dict[str, Any]]] = {}
        self.windows: dict[str, Window] = {}
        self.media: dict[str, Media] = {}
        self.busy: set[str] = set()  # openids with a send under way
        self.sensitive: set[str] = {"赌博", "发票代开"}
        self.unfit: set[str] = set()  # sha256 of pictures that the content check finds risky
        self.ocr: dict[str, dict[str, Any]] = {}  # sha256 of a picture → what is written on it
        self.counts: Counter[tuple[str, str, str]] = Counter()  # app id, path, day or minute
        self.limits: dict[tuple[str, str], int] = {}  # path, "day" or "minute" → changed limit
        self.calls: deque[dict[str, Any]] = deque(maxlen=400)
        self.totals: Counter[tuple[str, int]] = Counter()  # path, errcode
        self.pushes: deque[dict[str, Any]] = deque(maxlen=400)
        self.serial = 0
        self.sent_events = True
        self.changed = threading.Event()

    # --- time and numbers ---

    def now(self) -> datetime:
        """The double's moment: the machine's, plus what the control interface added."""
        return self._clock() + self.offset

    def timestamp(self) -> float:
        """The double's moment in Unix seconds."""
        return self.now().timestamp()

    def next_number(self) -> int:
        """A fresh number for message ids, larger than 2**53 as the platform's are."""
        with self.lock:
            self.serial += 1
            return 3_000_000_000_000_000_000 + self.serial

    # --- people ---

    def user(self, name: str) -> User:
        """Return the person of this name, made on first sight, with an openid in every account."""
        with self.lock:
            if name not in self.users:
                self.users[name] = User(name, f"138{_digits(name, 8)}")
                for account in self.accounts.values():
                    self.openids[self.openid(name, account.app_id)] = (account.app_id, name)
                self.changed.set()
            return self.users[name]

    def openid(self, name: str, app_id: str) -> str:
        """The openid of a person in an account: always the same, different in every account."""
        return openid_of(name, app_id)

    def unionid(self, name: str) -> str:
        """The unionid of a person: the same in all accounts."""
        return unionid_of(name)

    def owner(self, openid: object, app_id: str) -> User:
        """Return whose openid this is in this account. Raises Refusal 40003."""
        found_app, name = self.openids.get(openid, (None, "")) if isinstance(openid, str) else (None, "")
        if found_app != app_id:
            raise Refusal(40003, "invalid openid")
        return self.users[name]

    def say(self, name: str, **entry: Any) -> None:
        """Add a line to a person's chat: account, direction (in: to him, out: from him, system), kind, content."""
        with self.lock:
            self.chats.setdefault(name, []).append({"at": self.timestamp(), **entry})
            self.changed.set()

    def consent(self, openid: str, template: str) -> Consent:
        """The consent of a person to a template, none at first."""
        return self.consents.setdefault((openid, template), Consent())

    # --- limits ---

    def count(self, app_id: str, path: str) -> None:
        """Count a call. Raises Refusal 45009 over the day's limit, 45011 over the minute's."""
        now = self.now().isoformat(" ")
        day, minute = now[:10], now[:16]
        with self.lock:
            self._within(app_id, path, day, self.limit(path, "day"), Refusal(45009, "reach max api daily quota limit"))
            limit = self.limit(path, "minute")
            self._within(app_id, path, minute, limit, Refusal(45011, "api minute-quota reach limit"))

    def limit(self, path: str, span: str) -> int | None:
        """The number of calls allowed in a day or minute; None where none is known."""
        table = {"day": DAY_LIMITS, "minute": MINUTE_LIMITS}[span]
        return self.limits.get((path, span), table.get(path))

    def _within(self, app_id: str, path: str, span: str, limit: int | None, refusal: Refusal) -> None:
        self.counts[app_id, path, span] += 1
        if limit is not None and self.counts[app_id, path, span] > limit:
            raise refusal

    def forget_old_counts(self) -> None:
        """Drop counters of days and minutes that are over."""
        now = self.now()
        live = {f"{now:%Y-%m-%d}", f"{now:%Y-%m-%d %H:%M}", f"{now:%Y-%m}"}
        with self.lock:
            self.counts = Counter({key: count for key, count in self.counts.items() if key[2] in live})


def _digits(text: str, length: int) -> str:
    return str(int(hashlib.sha256(text.encode()).hexdigest(), 16))[-length:]
