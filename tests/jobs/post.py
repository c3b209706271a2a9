"""A post office for tests: people, messages, and a courier whose senders do as they are told."""

import time
from collections import deque
from datetime import datetime, timedelta

from backend.clock import SHANGHAI
from backend.jobs.delivery import Courier
from backend.jobs.outcome import Policy
from backend.jobs.pace import Pace
from backend.store import outbox
from backend.store.database import transaction
from backend.store.models import Applicant, ConsentCredit, Delivery, Identity, OutboxMessage
from backend.wechat.errors import MEANINGS, NO_ANSWER, UNREACHABLE, WeChatError

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=SHANGHAI)
KEYWORDS = {"item": "急需紧缺人才认定", "number": "AY1", "accepted_on": NOW.date()}
TEMPLATE = "case_accepted"


class Sender:
    """Sends nothing; answers each message with the next thing it was told, `sent` when it was told nothing."""

    def __init__(self):
        self.told, self.sent = deque(), []

    def send(self, row):
        self.sent.append(row.id)
        answer = self.told.popleft() if self.told else None
        if isinstance(answer, Exception):
            raise answer
        return answer or f"msg-{len(self.sent)}"


class Post:
    """One post office."""

    def __init__(self, settings, redis):
        self.settings, self.redis, self.now = settings, redis, NOW
        self.app_id = settings.mini_program.app_id
        self.wechat, self.sms = Sender(), Sender()
        self.policy = Policy()
        self.people = 0

    def courier(self, name="w1", threads=4):
        """A worker's courier at the post's own time."""
        pace = Pace(self.redis, self.app_id, 100_000)
        senders = {"subscribe": self.wechat, "sms": self.sms}
        courier = Courier(
            name, self.app_id, senders, pace, self.policy, lambda: self.now, threads=threads,
            name_of=lambda template_id: template_id.removeprefix("tpl-") if template_id.startswith("tpl-") else None,
            dice=lambda: 0.5, wait=lambda seconds: _until_answered(courier),
        )  # fmt: skip
        return courier

    def person(self, remaining=1, long_term=False, identity=True, **about):
        """Make a person who allows so many messages of the test's template."""
        self.people += 1
        row = Applicant.create(id=f"apl_{self.people}", created_at=self.now, **about)
        if identity:
            openid = f"o{self.people}"
            Identity.create(applicant=row, kind="mini_program", app_id=self.app_id, openid=openid)
        if remaining is not None:
            ConsentCredit.create(applicant=row, template=TEMPLATE, remaining=remaining, long_term=long_term)
        return row

    def message(self, person, event="e1", template=TEMPLATE, keywords=None, **about):
        """Queue a message now; return its row."""
        with transaction():
            outbox.enqueue(event, person, template, keywords or KEYWORDS, due=self.now, **about)
        return self.row(person, event)

    def row(self, person, event="e1"):
        """A message as it stands."""
        return OutboxMessage.get((OutboxMessage.event == event) & (OutboxMessage.applicant == person))

    def credit(self, person):
        """How many messages a person still allows."""
        return ConsentCredit.get(ConsentCredit.applicant == person).remaining

    def deliver(self, courier=None, turns=60):
        """Let a courier work until nothing is in hand; return it."""
        courier, idle = courier or self.courier(), 0
        for _ in range(turns):
            idle = 0 if courier.turn() else idle + 1
            if idle == 2:
                return courier
            self.later(seconds=0.6 * idle)
        raise AssertionError("the courier never came to an end")

    def results(self, message):
        """What was noted about the attempts of a message."""
        rows = Delivery.select().where(Delivery.message == message).order_by(Delivery.id)
        return [row.result for row in rows]

    def later(self, **span):
        """Let time pass."""
        self.now += timedelta(**span)


def _until_answered(courier):
    """A courier's pause: over once every send that is under way has its answer."""
    end = time.monotonic() + 30
    while len(courier._under_way) > courier._pool._out.qsize() + len(courier._unwritten) and time.monotonic() < end:
        time.sleep(0.001)


def refusal(code):
    """The platform's refusal with this errcode."""
    return WeChatError(MEANINGS[code], code)


def no_answer():
    """A send that got no answer."""
    return WeChatError(NO_ANSWER)


def unreachable():
    """A platform that cannot be reached."""
    return WeChatError(UNREACHABLE)
