"""Empties the outbox: many sends at a time, few database round trips, nothing lost and nothing sent twice.

One thread, the courier, does all that touches the database; a pool of threads does nothing but send. In every turn the
courier writes how the finished sends ended and marks the next ones as being sent, in one transaction, so that at any
moment only as many rows are in doubt as there are sends under way. What a killed worker leaves behind is taken up by
`backend.store.outbox.recover` and settled by `backend.jobs.reconcile`.
"""

import logging
import queue
import random
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from peewee import DatabaseError, InterfaceError
from redis.exceptions import RedisError

from backend.jobs import breakers, outcome, reconcile
from backend.jobs.outcome import Effect, Policy, Settled
from backend.jobs.pace import Pace
from backend.jobs.senders import Sender
from backend.store import credits, outbox
from backend.store.credits import Spending
from backend.store.database import connection, transaction
from backend.store.outbox import Ended, Leased
from backend.wechat.errors import MEANINGS, UNKNOWN_CODE, WeChatError

log = logging.getLogger(__name__)

TURN_SECONDS = 0.04
IDLE_SECONDS = 0.5
BROKEN_SECONDS = 1.0
CLOSING_SECONDS = 20
RENEW_EVERY = timedelta(seconds=5)
LOOK_EVERY = timedelta(seconds=2)


Answer = str | WeChatError
"""What came of a send: the platform's message id, or its refusal."""


@dataclass
class Pool:
    """Threads that send and do nothing else. Rows go in by `put`, what the platform said comes out by `ended`."""

    size: int
    work: Callable[[Leased], Answer]
    _in: queue.SimpleQueue = field(default_factory=queue.SimpleQueue)
    _out: queue.SimpleQueue = field(default_factory=queue.SimpleQueue)

    def start(self) -> None:
        """Start the threads."""
        for number in range(self.size):
            threading.Thread(target=self._run, name=f"send-{number}", daemon=True).start()

    def _run(self) -> None:
        while True:
            row = self._in.get()
            self._out.put((row, self.work(row)))

    def put(self, row: Leased) -> None:
        """Send a row as soon as a thread is free."""
        self._in.put(row)

    def ended(self) -> list[tuple[Leased, Answer]]:
        """Return what has ended since the last look."""
        return [self._out.get() for _ in range(self._out.qsize())]


class Courier:
    """Sends what is due. `run` it in a thread of its own; `turn` is one round, for tests and one-off emptying."""

    def __init__(
        self,
        worker: str,
        app_id: str,
        senders: Mapping[str, Sender],
        pace: Pace,
        policy: Policy,
        clock: Callable[[], datetime],
        threads: int = 64,
        name_of: Callable[[str], str | None] = lambda template_id: None,
        dice: Callable[[], float] = random.random,
        wait: Callable[[float], None] = time.sleep,
    ):
        self.worker, self._app_id, self._senders, self._pace = worker, app_id, senders, pace
        self._policy, self._clock, self._name_of, self._dice, self._wait = policy, clock, name_of, dice, wait
        self._pool = Pool(threads, self._send)
        self._capacity = threads + threads // 2
        self._waiting: deque[Leased] = deque()
        self._under_way: dict[str, Leased] = {}
        self._unwritten: list[tuple[Leased, Settled]] = []
        self._tripped: set[str] = set()
        self._next_lease = self._next_renewal = self._next_look = self._clock()
        self._started = False

    # --- running ---

    def run(self, stop: threading.Event) -> None:
        """Send until `stop` is set, then finish what is under way and give back the rest."""
        while not stop.is_set():
            self._safely()
        for _ in range(int(CLOSING_SECONDS / TURN_SECONDS)):
            if not self._under_way:
                break
            self._safely(closing=True)
        with connection():
            outbox.release(self.worker)

    def _safely(self, closing: bool = False) -> None:
        """One turn; when database or Redis fail, wait a little and go on where it stopped."""
        try:
            self.turn(closing)
        except (DatabaseError, InterfaceError, RedisError) as error:
            log.warning("delivery waits: %s", type(error).__name__)
            self._wait(BROKEN_SECONDS)

    def turn(self, closing: bool = False) -> bool:
        """Do one round and return whether anything is still in hand."""
        if not self._started:
            self._pool.start()
            self._started = True
        if self._busy():
            self._wait(TURN_SECONDS)
        self._unwritten += [(row, self._settled(row, answer)) for row, answer in self._pool.ended()]
        with connection():
            self._write_and_begin(0 if closing else self._allowed())
            if not closing:
                self._fetch()
                self._housekeeping()
        if not self._busy() and not closing:
            self._wait(IDLE_SECONDS)
        return self._busy()

    def _busy(self) -> bool:
        return bool(self._under_way or self._waiting)

    def _allowed(self) -> int:
        """How many sends may begin now: as many as are free, wait, and the pace lets out."""
        free = min(self._capacity - len(self._under_way) + len(self._unwritten), len(self._waiting))
        if free <= 0:
            return 0
        try:
            return self._pace.take(free)
        except RedisError as error:
            log.warning("no pace: redis says %s", type(error).__name__)
            return 0

    # --- one transaction ---

    def _write_and_begin(self, allowed: int) -> None:
        """Write how sends ended and mark the next as being sent: together, so that few rows are ever in doubt."""
        if not self._unwritten and not allowed:
            return
        now = self._clock()
        chosen = [self._waiting.popleft() for _ in range(allowed)]
        try:
            with transaction():
                self._write(self._unwritten, now)
                begun = self._begin(chosen, now)
        except BaseException:
            self._waiting.extendleft(reversed(chosen))
            raise
        ended, self._unwritten = self._unwritten, []
        for row, _ in ended:
            del self._under_way[row.id]
        for row in begun:
            self._under_way[row.id] = row
            self._pool.put(row)
        self._act([settled.effect for _, settled in ended], now)

    def _write(self, ended: Sequence[tuple[Leased, Settled]], now: datetime) -> None:
        special = [(row, settled) for row, settled in ended if settled.effect.note]
        mine = outbox.held([row.id for row, _ in special], self.worker)
        outbox.finish([settled.ended for _, settled in ended], self.worker)
        outbox.note([_note(row, settled) for row, settled in special])
        for row, settled in special:
            if row.id in mine:
                _change_credit(row, settled, now)
        for scope, errcode in {settled.effect.breaker: settled.ended.errcode for _, settled in special}.items():
            if scope:
                breakers.trip(scope, errcode, MEANINGS.get(errcode, UNKNOWN_CODE).sentence, now)
        self._close_breakers(row for row, settled in ended if settled.ended.state == "sent")

    def _close_breakers(self, sent: Iterable[Leased]) -> None:
        """What gets through shows that a switch is no longer needed."""
        if not self._tripped:
            return
        proven = {scope for row in sent for scope in _scopes(row)}
        for scope in proven & self._tripped:
            breakers.closed(scope)
        self._tripped -= proven

    def _begin(self, chosen: Sequence[Leased], now: datetime) -> list[Leased]:
        """Take the credits and mark rows as being sent; return the rows begun. Without a credit there is no message."""
        costly = [row for row in chosen if _costs(row)]
        spent = credits.spend([_spending(row) for row in costly], now)
        broke = {row.id: _without_credit(row, now) for row in costly if row.id not in spent}
        outbox.finish(list(broke.values()), self.worker)
        ready = [row for row in chosen if row.id not in broke]
        held = outbox.start([row.id for row in ready], spent, self.worker, now)
        return [_begun(row, row.id in spent) for row in ready if row.id in held]

    # --- around the transaction ---

    def _act(self, effects: Sequence[Effect], now: datetime) -> None:
        """Do what follows outside the transaction: pauses, a slower pace, rows that must wait behind a breaker."""
        until = max((effect.pause_until for effect in effects if effect.pause_until), default=None)
        if until:
            if any(effect.slower for effect in effects) and not self._pace.paused():
                self._pace.slower()
            self._pace.pause((until - now).total_seconds())
        tripped = {effect.breaker for effect in effects if effect.breaker}
        if tripped:
            self._tripped |= tripped
            self._give_back(tripped, now)

    def _give_back(self, scopes: set[str], now: datetime) -> None:
        """Let go of leased rows that a breaker now holds up."""
        held_up = {row.id: outcome.back(row, now, row.attempts) for row in self._waiting if scopes & _scopes(row)}
        with transaction():
            outbox.finish(list(held_up.values()), self.worker)
        self._waiting = deque(row for row in self._waiting if row.id not in held_up)

    def _fetch(self) -> None:
        """Lease more rows when the stock runs low; what is not to be sent now is put aside at once."""
        now = self._clock()
        if len(self._waiting) > self._capacity or now < self._next_lease:
            return
        self._next_lease = now + timedelta(seconds=IDLE_SECONDS)
        blocked = breakers.holding(now)
        self._tripped |= blocked
        if breakers.ACCOUNT in blocked:
            return
        rows = outbox.lease(self.worker, self._app_id, now, 4 * self._capacity, _templates(blocked))
        if rows:
            self._next_lease = now
            self._waiting.extend(self._sendable(rows, now))

    def _sendable(self, rows: Sequence[Leased], now: datetime) -> list[Leased]:
        """Put aside what is not to be sent now and return the rest; a message given up gives its credit back."""
        aside = {row.id: ended for row in rows if (ended := outcome.before(row, now, self._policy))}
        given_up = [row for row in rows if row.credit_spent and row.id in aside and aside[row.id].state == "skipped"]
        if aside:
            with transaction():
                outbox.finish(list(aside.values()), self.worker)
                credits.refund(map(_spending, given_up), now)
        return [row for row in rows if row.id not in aside]

    def _housekeeping(self) -> None:
        """Keep our leases, take up those of the dead, match the platform's reports; each every few seconds."""
        now = self._clock()
        if now >= self._next_renewal:
            outbox.renew(self.worker, now)
            outbox.recover(self.worker, now, now + outcome.SETTLE_AFTER)
            self._next_renewal = now + RENEW_EVERY
        if now >= self._next_look:
            self._next_look = now + LOOK_EVERY
            self._reconcile(now)

    def _reconcile(self, now: datetime) -> None:
        """Match the platform's reports; not while the templates they name cannot be looked up."""
        try:
            reconcile.reconcile(now, self._app_id, self._name_of)
        except WeChatError as error:
            log.warning("reports wait: %s", error)

    def _settled(self, row: Leased, answer: Answer) -> Settled:
        now = self._clock()
        if isinstance(answer, WeChatError):
            return outcome.refused(row, answer, now, self._dice, self._policy)
        return outcome.sent(row, answer, now)

    # --- one send, in a thread of the pool ---

    def _send(self, row: Leased) -> Answer:
        """Send one row; never raises."""
        try:
            return self._senders[row.channel].send(row)
        except WeChatError as error:
            return error
        except Exception as error:
            log.exception("sending %s failed", row.id)
            return WeChatError(UNKNOWN_CODE, detail=type(error).__name__)


def _scopes(row: Leased) -> set[str]:
    """The breakers that can hold up a row."""
    return {breakers.ACCOUNT, f"template:{row.template}"}


def _templates(scopes: set[str]) -> list[str]:
    return [scope.removeprefix("template:") for scope in scopes if scope.startswith("template:")]


def _costs(row: Leased) -> bool:
    """Whether this attempt takes a credit: a one-time consent that the message does not hold already."""
    return row.channel == "subscribe" and not row.long_term and not row.credit_spent


def _spending(row: Leased) -> Spending:
    return Spending(row.id, row.credit, row.applicant, row.template)


def _without_credit(row: Leased, now: datetime) -> Ended:
    return Ended(row.id, "skipped", now, row.attempts, False, reason="no_consent", channel=row.channel)


def _begun(row: Leased, paid: bool) -> Leased:
    return replace(row, attempts=row.attempts + 1, credit_spent=row.credit_spent or paid)


def _change_credit(row: Leased, settled: Settled, now: datetime) -> None:
    if settled.effect.refund and row.credit:
        credits.refund([_spending(row)], now)
    if settled.effect.exhausted:
        credits.exhausted(row.applicant, row.template, row.id, now)


def _note(row: Leased, settled: Settled) -> dict:
    ended = settled.ended
    return {
        "message": row.id,
        "attempt": row.attempts,
        "channel": row.channel,
        "result": ended.reason or ended.state,
        "errcode": ended.errcode,
    }
