"""What the worker does besides delivering: one closed table of tasks, and when each is due by itself.

A task is a name and one text (an id, or the period it is for). It reads what it needs itself and may run twice: the
second time finds nothing to do. Tasks travel through huey on Redis, signed; a task that is lost with Redis or with a
killed worker is found again, because everything it is about stands in the store.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from huey import RedisHuey
from huey.serializer import SignedSerializer
from redis import ConnectionPool, Redis

from backend.jobs import campaigns, farewell, housekeeping, menu, morning
from backend.jobs.inbound import Inbox, unanswered
from backend.jobs.senders import AccountTemplates
from backend.settings import Settings
from backend.store.database import connection
from backend.store.models_messaging import InboundMessage
from backend.wechat.errors import WeChatError
from backend.wechat.gateway import AccountKind
from backend.workflow import clocks

log = logging.getLogger(__name__)

RETRIES = 5
RETRY_SECONDS = 15
"""The pause before the first repetition; it doubles each time."""


@dataclass(frozen=True)
class Desk:
    """What tasks may use. `later` queues another task: name, id."""

    settings: Settings
    clock: Callable[[], datetime]
    inboxes: Mapping[AccountKind, Inbox]
    templates: AccountTemplates
    later: Callable[[str, str], None]


Task = Callable[[Desk, str], object]


def _answer(desk: Desk, message: str) -> None:
    """Answer a message a person sent in WeChat."""
    with connection():
        account = InboundMessage.get_by_id(message).account
    desk.inboxes[AccountKind(account)].answer(message)


def _answer_forgotten(desk: Desk, period: str) -> None:
    """Queue the messages whose answering was lost on the way."""
    for message in unanswered(desk.clock()):
        desk.later("answer", message)


def _fill_campaigns(desk: Desk, period: str) -> None:
    """Queue the filling of running campaigns."""
    for campaign in campaigns.unfilled(desk.clock()):
        desk.later("fill_campaign", campaign)


def _fill_campaign(desk: Desk, campaign: str) -> None:
    """Put a page of a campaign's people into the outbox; go on while there are more."""
    if campaigns.fill(campaign, desk.clock()):
        desk.later("fill_campaign", campaign)


def _offer_menu(desk: Desk, period: str) -> None:
    """Give the official account a menu where it has none."""
    inbox = desk.inboxes.get(AccountKind.OFFICIAL_ACCOUNT)
    if inbox is None:
        return
    try:
        log.info("offer_menu: %s", menu.offer(inbox.gateway, desk.settings))
    except WeChatError as error:
        log.warning("the official account has no menu and got none: %s", error)


def _clockwork(work: Callable[[datetime], object]) -> Task:
    """A task that is a function of the present moment alone."""

    def run(desk: Desk, period: str) -> None:
        log.info("%s: %s", work.__name__, work(desk.clock()))

    run.__doc__ = work.__doc__
    return run


TASKS: Mapping[str, Task] = {
    "answer": _answer,
    "answer_forgotten": _answer_forgotten,
    "fill_campaigns": _fill_campaigns,
    "fill_campaign": _fill_campaign,
    "offer_menu": _offer_menu,
    "look_ahead": _clockwork(morning.look_ahead),
    "remind": _clockwork(morning.remind),
    "tidy": _clockwork(housekeeping.tidy),
    "forget_waiting": _clockwork(farewell.forget_waiting),
    **{work.__name__: _clockwork(work) for work in (*clocks.EVERY_HOUR, *clocks.EVERY_DAY)},
}
"""Every task by name."""


@dataclass(frozen=True)
class Schedule:
    """When a task is due by itself: every so many minutes, or daily at a time (Asia/Shanghai)."""

    task: str
    minutes: int = 0
    at: time | None = None

    def period(self, now: datetime) -> str | None:
        """Return a name for the period that is due now, None while today's time has not come."""
        if self.at is None:
            return f"{now:%Y%m%d}-{(now.hour * 60 + now.minute) // self.minutes}"
        return f"{now:%Y%m%d}" if now.time() >= self.at else None


SCHEDULES: Sequence[Schedule] = (
    Schedule("answer_forgotten", minutes=1),
    Schedule("fill_campaigns", minutes=1),
    Schedule("offer_menu", minutes=24 * 60),
    *(Schedule(work.__name__, minutes=60) for work in clocks.EVERY_HOUR),
    *(Schedule(work.__name__, at=time(1, 0)) for work in clocks.EVERY_DAY),
    Schedule("look_ahead", at=time(2, 0)),
    Schedule("tidy", at=time(3, 0)),
    Schedule("forget_waiting", at=time(4, 0)),
    Schedule("remind", at=time(8, 30)),
)
"""Closed: what is due by itself. A run that fails is tried again within minutes."""


class Queue:
    """The way tasks travel: from any process to the workers."""

    def __init__(self, settings: Settings):
        pool = ConnectionPool.from_url(settings.redis_url, socket_connect_timeout=3, socket_timeout=15)
        serializer = SignedSerializer(secret=settings.session_key.hex(), salt="talent-tasks")
        self.huey = RedisHuey("talent", results=False, connection_pool=pool, serializer=serializer)
        self.desk: Desk | None = None
        self._run = self.huey.task(retries=RETRIES, retry_delay=RETRY_SECONDS, retry_backoff=2, name="run")(self._do)

    def later(self, name: str, about: str) -> None:
        """Queue a task. Raises RedisError; whoever may lose the task catches it."""
        self._run(name, about)

    def _do(self, name: str, about: str) -> None:
        with connection():
            TASKS[name](self.desk, about)


class Timetable:
    """Queues what has come due, once for each period, however many workers look."""

    KEPT = timedelta(days=2)

    def __init__(self, redis: Redis, queue: Queue, clock: Callable[[], datetime]):
        self._redis, self._queue, self._clock = redis, queue, clock

    def look(self) -> list[str]:
        """Queue every task whose period has come; return their names. Raises RedisError."""
        now = self._clock()
        return [row.task for row in SCHEDULES if self._begin(row, row.period(now))]

    def _begin(self, row: Schedule, period: str | None) -> bool:
        if period is None:
            return False
        if not self._redis.set(f"talent:schedule:{row.task}:{period}", 1, nx=True, ex=self.KEPT):
            return False
        self._queue.later(row.task, period)
        return True
