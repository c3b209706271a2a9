"""What is done with a message before it is sent and after it was tried. Pure: values in, values out.

The table of errors is `backend.wechat.errors`; here stands what follows from each kind:

    permanent, one person or message   failed; another channel may try; the credit comes back unless consent was lacking
    permanent, template or account     the breaker opens and the message waits behind it
    transient                          again later, five times at most, with growing random pauses
    token                              a new token did not help: everybody waits for a few seconds, no attempt counts
    throttled                          everybody waits for the next minute at half the pace
    quota                              everybody waits for midnight (Beijing)
    ambiguous                          unknown: the platform's event, or its absence, decides later
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from backend.messages import messages
from backend.store.outbox import Ended, Leased
from backend.wechat.errors import Kind, Scope, WeChatError

MAX_ATTEMPTS = 5
FIRST_PAUSE = timedelta(seconds=2)
LONGEST_PAUSE = timedelta(minutes=5)

SETTLE_AFTER = timedelta(minutes=1)
"""How long the platform's event about an unanswered send is waited for before anything is concluded."""

TOKEN_PAUSE = timedelta(seconds=2)
"""How long everybody waits when the platform refuses the token it has just given."""

NO_CONSENT = 43101

Dice = Callable[[], float]
"""A random number from 0 up to 1."""


@dataclass(frozen=True)
class QuietHours:
    """The hours in which people are left alone; none when `begin` is None."""

    begin: time | None = None
    end: time | None = None

    def over_at(self, now: datetime) -> datetime | None:
        """Return when the present quiet hours end, None outside of them."""
        if self.begin is None or self.end is None:
            return None
        clock = now.timetz().replace(tzinfo=None)
        if self.begin <= self.end:
            quiet, tomorrow = self.begin <= clock < self.end, False
        else:
            quiet, tomorrow = clock >= self.begin or clock < self.end, clock >= self.begin
        return datetime.combine(now.date() + timedelta(days=tomorrow), self.end, now.tzinfo) if quiet else None


@dataclass(frozen=True)
class Policy:
    """What the operator decided: quiet hours, and whether text messages may stand in for WeChat."""

    quiet: QuietHours = QuietHours()
    sms: bool = False


@dataclass(frozen=True)
class Effect:
    """What else follows from an attempt, besides the row's new state.

    refund       the credit comes back
    exhausted    the person allows no message of this template any more
    pause_until  nobody sends anything until then
    slower       the pace is halved
    breaker      `template:<id>` or `account`: nothing more of this until a person has looked
    note         the attempt is kept for people who ask why
    """

    refund: bool = False
    exhausted: bool = False
    pause_until: datetime | None = None
    slower: bool = False
    breaker: str | None = None
    note: bool = True


@dataclass(frozen=True)
class Settled:
    """A row's new state and the effects."""

    ended: Ended
    effect: Effect = Effect(note=False)


# --- before -----------------------------------------------------------------------------------------------------------


def before(row: Leased, now: datetime, policy: Policy) -> Ended | None:
    """Return what becomes of a row that is not to be sent now; None when it may be."""
    template = messages().template(row.template)
    quiet_until = None if template.any_hour else policy.quiet.over_at(now)
    reason = _reason_not_to_send(row, now, template.topic)
    if reason in OTHER_CHANNEL and _may_text(row, policy, template.topic):
        return replace(back(row, now, row.attempts), channel="sms")
    if reason is not None:
        return replace(back(row, now, row.attempts), state="skipped", reason=reason, credit_spent=False)
    return back(row, quiet_until, row.attempts) if quiet_until else None


OTHER_CHANNEL = frozenset({"no_identity", "no_consent"})
"""Reasons that speak against WeChat alone: a text message may stand in."""


def _reason_not_to_send(row: Leased, now: datetime, topic: str) -> str | None:
    subscribe = row.channel == "subscribe"
    reasons = (
        (not row.active, "person_gone"),
        (row.deadline is not None and now >= row.deadline, "too_late"),
        (not wanted(row.preferences, topic, row.channel), "switched_off"),
        (subscribe and row.openid is None, "no_identity"),
        (subscribe and row.remaining <= 0 and not row.credit_spent, "no_consent"),
    )
    return next((reason for holds, reason in reasons if holds), None)


def wanted(preferences: Mapping, topic: str, channel: str) -> bool:
    """Whether a person wants messages of a topic by a channel: WeChat unless switched off, texts only if switched on.

    Preferences are `{"reminders": {topic: {"subscribe": bool, "sms": bool}}}`.
    """
    choice = (preferences.get("reminders") or {}).get(topic) or {}
    return bool(choice.get(channel, channel == "subscribe"))


def _may_text(row: Leased, policy: Policy, topic: str) -> bool:
    return policy.sms and row.channel == "subscribe" and wanted(row.preferences, topic, "sms")


def back(row: Leased, next_at: datetime, attempts: int) -> Ended:
    """The row as it goes back into the queue."""
    return Ended(row.id, "queued", next_at, attempts, row.credit_spent, channel=row.channel)


# --- after ------------------------------------------------------------------------------------------------------------


def sent(row: Leased, msgid: str, now: datetime) -> Settled:
    """The platform took the message."""
    ended = replace(back(row, now, row.attempts), state="sent", errcode=0, msgid=msgid or None, sent_at=now)
    return Settled(ended)


def refused(row: Leased, error: WeChatError, now: datetime, dice: Dice, policy: Policy) -> Settled:
    """The platform refused the message, or did not answer. `row.attempts` counts this attempt already."""
    settle = AFTER.get((error.kind, error.scope)) or AFTER[error.kind, None]
    settled = settle(row, error, now, dice)
    ended = replace(settled.ended, errcode=error.errcode)
    if ended.state == "failed" and error.scope is Scope.USER:
        topic = messages().template(row.template).topic
        if _may_text(row, policy, topic):
            ended = replace(ended, state="queued", channel="sms", attempts=0)
    return replace(settled, ended=ended)


def _failed(row: Leased, reason: str, now: datetime) -> Ended:
    return replace(back(row, now, row.attempts), state="failed", reason=reason, credit_spent=False)


def _no_way(row: Leased, error: WeChatError, now: datetime, dice: Dice) -> Settled:
    """This person, or this message: never. Only where consent was lacking is the credit really gone."""
    gone = error.errcode == NO_CONSENT
    reason = "no_consent" if gone else "refused"
    return Settled(_failed(row, reason, now), Effect(refund=row.credit_spent and not gone, exhausted=gone))


def _behind_breaker(scope: str) -> Callable[[Leased, WeChatError, datetime, Dice], Settled]:
    """All messages of the template, or of the account, would fail: stop them, keep this one for later."""

    def settle(row: Leased, error: WeChatError, now: datetime, dice: Dice) -> Settled:
        breaker = f"template:{row.template}" if scope == "template" else "account"
        return Settled(replace(back(row, now, row.attempts - 1), reason="stopped"), Effect(breaker=breaker))

    return settle


def _again(row: Leased, error: WeChatError, now: datetime, dice: Dice) -> Settled:
    """Nothing happened: again after a random pause, unless it was tried often enough or would come too late."""
    next_at = now + pause(row.attempts, dice)
    late = row.deadline is not None and next_at >= row.deadline
    if row.attempts >= MAX_ATTEMPTS or late:
        return Settled(_failed(row, "too_late" if late else "gave_up", now), Effect(refund=row.credit_spent))
    return Settled(back(row, next_at, row.attempts), Effect())


def pause(attempts: int, dice: Dice) -> timedelta:
    """A random pause before the next attempt: up to 4 s after the first, doubling, five minutes at most."""
    return min(LONGEST_PAUSE, FIRST_PAUSE * 2**attempts) * dice()


def _token_again(row: Leased, error: WeChatError, now: datetime, dice: Dice) -> Settled:
    """Not this message's fault: every message would be refused until the platform takes its own token again."""
    resume = now + TOKEN_PAUSE
    return Settled(back(row, resume, row.attempts - 1), Effect(pause_until=resume))


def _next_minute(row: Leased, error: WeChatError, now: datetime, dice: Dice) -> Settled:
    resume = now.replace(second=0, microsecond=0) + timedelta(minutes=1)
    return Settled(back(row, resume, row.attempts - 1), Effect(pause_until=resume, slower=True))


def _tomorrow(row: Leased, error: WeChatError, now: datetime, dice: Dice) -> Settled:
    resume = datetime.combine(now.date() + timedelta(days=1), time(), now.tzinfo)
    return Settled(back(row, resume, row.attempts - 1), Effect(pause_until=resume))


def _unknown(row: Leased, error: WeChatError, now: datetime, dice: Dice) -> Settled:
    ended = replace(back(row, now + SETTLE_AFTER, row.attempts), state="unknown", reason="no_answer")
    return Settled(ended, Effect())


AFTER: Mapping[tuple[Kind, Scope | None], Callable[[Leased, WeChatError, datetime, Dice], Settled]] = {
    (Kind.PERMANENT, Scope.USER): _no_way,
    (Kind.PERMANENT, Scope.MESSAGE): _no_way,
    (Kind.PERMANENT, Scope.CALL): _no_way,
    (Kind.PERMANENT, Scope.TEMPLATE): _behind_breaker("template"),
    (Kind.PERMANENT, Scope.ACCOUNT): _behind_breaker("account"),
    (Kind.TRANSIENT, None): _again,
    (Kind.TOKEN, None): _token_again,
    (Kind.THROTTLED, None): _next_minute,
    (Kind.QUOTA, None): _tomorrow,
    (Kind.AMBIGUOUS, None): _unknown,
}
"""Kind and scope of an error → what follows; a scope of None stands for all."""
