"""Promises to tell someone: written in the transaction of the change itself, kept later by the worker.

    with transaction():
        …the change…
        enqueue("app_01…:3", applicant, "case_accepted", {"item": …, "number": …}, application=application)

The message centre has the message at once. The outbox row goes through these states:

    queued ─ leased ─ sending ─┬─ sent       the platform took it
       ↑        │         │    ├─ failed     it never will
       └────────┴─────────┘    ├─ skipped    nobody to send it to, no consent, or too late
      (lease over) (transient) └─ unknown    sent perhaps: the answer never came; see `backend.jobs.outcome`

A worker holds rows under a lease that it renews; what a dead worker had only leased is queued again, what it was
sending becomes unknown, so that nothing is lost and nothing is sent twice.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from peewee import JOIN, fn

from backend import clock
from backend.messages import Value, compose, messages
from backend.store import bulk
from backend.store.database import is_sqlite, transaction
from backend.store.models import (
    Applicant,
    Campaign,
    ConsentCredit,
    Delivery,
    Identity,
    InAppMessage,
    OutboxMessage,
    database,
)

LEASE = timedelta(seconds=20)
"""How long a worker may go without renewing before its rows are taken from it."""

LEASING_LOCK = 0x7A1E48
"""Number of the PostgreSQL advisory lock under which one worker at a time chooses rows."""

HELD = ("leased", "sending")
NOBODY = ("",)
"""An `IN` list without members, which SQL does not know."""

FINAL = ("sent", "failed", "skipped", "unknown")


class OutsideTransaction(RuntimeError):
    """A message was to be queued apart from the change it tells of. A mistake of the caller."""

    def __init__(self, event: str):
        super().__init__(f"enqueue {event} inside the transaction of the change it tells of")
        self.event = event


# --- promising --------------------------------------------------------------------------------------------------------


def enqueue(
    event: str,
    applicant: Applicant | str,
    template: str,
    keywords: Mapping[str, Value],
    page: str = "",
    *,
    application: object | None = None,
    due: datetime | None = None,
    deadline: datetime | None = None,
    campaign: str | None = None,
) -> bool:
    """Put a message into the message centre and the outbox; return False where this event was told already.

    `event` names what happened (`application id:version`); with person and template it is unique. `keywords` are
    plain values by the template's keyword names (`backend/packs/messages.yml`). `page` is the mini-program page a tap
    opens, by default the template's screen. `due` is when it may go out (now), `deadline` until when it is worth
    sending (by default the template's `useful` after `due`); both aware. `application` is a case or its id.

    Raises OutsideTransaction, and what `backend.messages.compose` raises on wrong keywords.
    """
    told = enqueue_many(
        event, [applicant], template, keywords, page, application=application, due=due, deadline=deadline,
        campaign=campaign,
    )  # fmt: skip
    return bool(told)


def enqueue_many(
    event: str,
    applicants: Sequence[Applicant | str],
    template: str,
    keywords: Mapping[str, Value],
    page: str = "",
    *,
    application: object | None = None,
    due: datetime | None = None,
    deadline: datetime | None = None,
    campaign: str | None = None,
) -> int:
    """Tell the same to many people, as `enqueue` does to one; return how many were not told yet."""
    if not database.in_transaction():
        raise OutsideTransaction(event)
    message = compose(template, keywords)
    due = due or clock.now()
    common = {
        "event": event,
        "application": _key(application),
        "page": page or messages().page(message.template, _subject(application)),
    }
    queued = {
        **common,
        "template": template,
        "keywords": dict(message.keywords),
        "campaign": campaign,
        "next_at": due,
        "deadline": deadline or due + message.template.useful,
    }
    shown = {**common, "title": message.title, "body": message.body, "created_at": due}
    people = [{"applicant": _key(applicant)} for applicant in applicants]
    InAppMessage.insert_many([shown | person for person in people]).on_conflict_ignore().execute()
    rows = OutboxMessage.insert_many([queued | person for person in people])
    return rows.on_conflict_ignore().as_rowcount().execute()


def _subject(application: object) -> Mapping[str, str]:
    return {"application": _key(application)} if application else {}


def _key(row: object) -> str | None:
    return getattr(row, "id", row)


# --- leasing ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Leased:
    """A row held by a worker, with what decides whether and where it is sent."""

    id: str
    applicant: str
    template: str
    keywords: Mapping[str, str]
    page: str
    channel: str
    attempts: int
    deadline: datetime | None
    credit_spent: bool
    openid: str | None
    credit: str | None
    remaining: int
    long_term: bool
    active: bool
    preferences: Mapping


def lease(worker: str, app_id: str, now: datetime, limit: int, blocked: Collection[str] = ()) -> list[Leased]:
    """Hold up to `limit` due rows for `worker` and return them, never two of one person, oldest first.

    `app_id` is the mini-program whose openids are wanted; templates in `blocked` wait. Call outside a transaction.
    """
    if not _due(now, 1, blocked):
        return []
    with transaction():
        _choose_alone()
        chosen = _one_each(_due(now, limit, blocked))
        _hold(chosen, worker, now)
        return _view(chosen, worker, app_id)


def _choose_alone() -> None:
    """Two workers must not choose rows of one person at the same time; SQLite's write lock sees to it already."""
    if not is_sqlite():
        database.execute_sql("SELECT pg_advisory_xact_lock(%s)", (LEASING_LOCK,))


def _due(now: datetime, limit: int, blocked: Collection[str]) -> Sequence[tuple[str, str]]:
    busy = OutboxMessage.alias()
    running = Campaign.select(Campaign.id).where(Campaign.state == "running")
    query = (
        OutboxMessage.select(OutboxMessage.id, OutboxMessage.applicant)
        .where((OutboxMessage.state == "queued") & (OutboxMessage.next_at <= now))
        .where(OutboxMessage.campaign.is_null() | OutboxMessage.campaign.in_(running))
        .where(OutboxMessage.applicant.not_in(busy.select(busy.applicant).where(busy.state.in_(HELD))))
        .order_by(OutboxMessage.next_at, OutboxMessage.id)
        .limit(limit)
    )
    return list((query.where(OutboxMessage.template.not_in(list(blocked))) if blocked else query).tuples())


def _one_each(rows: Iterable[tuple[str, str]]) -> list[str]:
    """The ids of the first row of each person: the platform refuses two sends to one person at a time (43108)."""
    first: dict[str, str] = {}
    for row, applicant in rows:
        first.setdefault(applicant, row)
    return list(first.values())


def _hold(ids: Sequence[str], worker: str, now: datetime) -> None:
    bulk.run(
        'UPDATE "outbox_message" SET "state" = \'leased\', "lease" = ?, "leased_until" = ? '  # noqa: S608 - only marks
        f'WHERE "id" IN {bulk.marks(ids)} RETURNING "id"',
        [worker, OutboxMessage.leased_until.db_value(now + LEASE), *ids],
    )


def _view(ids: Collection[str], worker: str, app_id: str) -> list[Leased]:
    """Return these rows of a worker, with what decides about them, oldest first."""
    mine = (Identity.applicant == OutboxMessage.applicant) & (Identity.app_id == app_id)
    credit = (ConsentCredit.applicant == OutboxMessage.applicant) & (ConsentCredit.template == OutboxMessage.template)
    query = (
        OutboxMessage.select(
            OutboxMessage.id,
            OutboxMessage.applicant,
            OutboxMessage.template,
            OutboxMessage.keywords,
            OutboxMessage.page,
            OutboxMessage.channel,
            OutboxMessage.attempts,
            OutboxMessage.deadline,
            OutboxMessage.credit_spent,
            Identity.openid,
            ConsentCredit.id.alias("credit"),
            fn.COALESCE(ConsentCredit.remaining, 0).alias("remaining"),
            ConsentCredit.long_term,
            Applicant.state.alias("applicant_state"),
            Applicant.preferences,
        )
        .join(Applicant)
        .switch(OutboxMessage)
        .join(Identity, JOIN.LEFT_OUTER, on=mine)
        .switch(OutboxMessage)
        .join(ConsentCredit, JOIN.LEFT_OUTER, on=credit)
        .where((OutboxMessage.state == "leased") & (OutboxMessage.lease == worker))
        .order_by(OutboxMessage.next_at, OutboxMessage.id)
    )
    wanted = set(ids)
    return [_leased(row) for row in database.execute(query).fetchall() if row[0] in wanted]


def _leased(row: tuple) -> Leased:
    """Read a row as the database gives it; peewee's way through every column would take most of the time."""
    row_id, applicant, template, keywords, page, channel, attempts, deadline, spent, *person, state, preferences = row
    openid, credit, remaining, long_term = person
    return Leased(
        row_id,
        applicant,
        template,
        OutboxMessage.keywords.python_value(keywords),
        page,
        channel,
        attempts,
        OutboxMessage.deadline.python_value(deadline),
        bool(spent),
        openid,
        credit,
        remaining,
        bool(long_term),
        state == "active",
        Applicant.preferences.python_value(preferences),
    )


def renew(worker: str, now: datetime) -> None:
    """Hold everything this worker has for another while."""
    mine = (OutboxMessage.lease == worker) & OutboxMessage.state.in_(HELD)
    OutboxMessage.update(leased_until=now + LEASE).where(mine).execute()


def release(worker: str) -> None:
    """Give back what this worker leased and has not begun to send."""
    mine = (OutboxMessage.lease == worker) & (OutboxMessage.state == "leased")
    OutboxMessage.update(state="queued", lease=None, leased_until=None).where(mine).execute()


def recover(worker: str, now: datetime, settle_at: datetime) -> tuple[int, int]:
    """Take the rows of dead workers from them: what was only leased is queued again, what was being sent is unknown.

    Returns how many of each. Unknown rows are looked at again at `settle_at`. `worker` asks and is alive.
    """
    over = (OutboxMessage.leased_until < now) & (OutboxMessage.lease != worker)
    leased = OutboxMessage.update(state="queued", lease=None, leased_until=None)
    requeued = leased.where(over & (OutboxMessage.state == "leased")).execute()
    sending = OutboxMessage.update(state="unknown", reason="worker_died", next_at=settle_at, leased_until=None)
    return requeued, sending.where(over & (OutboxMessage.state == "sending")).execute()


# --- sending ----------------------------------------------------------------------------------------------------------


def start(ids: Collection[str], spent: Collection[str], worker: str, now: datetime) -> set[str]:
    """Mark rows as being sent, of which `spent` took a credit; return the ids that were still this worker's."""
    if not ids:
        return set()
    rows = bulk.run(
        'UPDATE "outbox_message" SET "state" = \'sending\', "attempts" = "attempts" + 1, "leased_until" = ?, '  # noqa: S608
        f'"credit_spent" = ("credit_spent" OR "id" IN {bulk.marks(spent or NOBODY)}) '
        f'WHERE "id" IN {bulk.marks(ids)} AND "lease" = ? AND "state" = \'leased\' RETURNING "id"',
        [OutboxMessage.leased_until.db_value(now + LEASE), *(spent or NOBODY), *ids, worker],
    )
    return {row for (row,) in rows}


@dataclass(frozen=True, slots=True)
class Ended:
    """How an attempt ended and what becomes of the row (`backend.jobs.outcome` decides it)."""

    id: str
    state: str
    next_at: datetime
    attempts: int
    credit_spent: bool
    errcode: int | None = None
    reason: str | None = None
    msgid: str | None = None
    sent_at: datetime | None = None
    channel: str = "subscribe"


def held(ids: Collection[str], worker: str) -> set[str]:
    """Return those of these rows that are still this worker's to finish."""
    if not ids:
        return set()
    mine = OutboxMessage.id.in_(list(ids)) & (OutboxMessage.lease == worker)
    return {row.id for row in OutboxMessage.select(OutboxMessage.id).where(mine)}


def finish(ended: Collection[Ended], worker: str) -> None:
    """Write how attempts ended. A row that was taken from this worker meanwhile (unknown) still takes the answer."""
    if not ended:
        return
    columns = ("state", "next_at", "attempts", "credit_spent", "errcode", "reason", "msgid", "sent_at", "channel")
    fields = [OutboxMessage._meta.fields[name] for name in columns]
    rows = [
        (
            *(field.db_value(getattr(end, field.name)) for field in fields),
            end.id,
            worker,
            "leased",
            "sending",
            "unknown",
        )
        for end in ended
    ]
    assigned = ", ".join(f'"{field.column_name}" = {database.param}' for field in fields)
    states = ", ".join([database.param] * 3)
    database.cursor().executemany(
        f'UPDATE "{OutboxMessage._meta.table_name}" SET {assigned}, "lease" = NULL, "leased_until" = NULL '  # noqa: S608
        f'WHERE "id" = {database.param} AND "lease" = {database.param} AND "state" IN ({states})',
        rows,
    )


def note(attempts: Iterable[Mapping]) -> None:
    """Keep the attempts that did not simply succeed, for the people who ask why; one row of `Delivery` each."""
    rows = list(attempts)
    if rows:
        Delivery.insert_many(rows).execute()


# --- looking ----------------------------------------------------------------------------------------------------------


def of_application(application: str) -> list[OutboxMessage]:
    """Return every message about a case, newest first, with its attempts in `.deliveries`."""
    chosen = OutboxMessage.application == application
    return list(OutboxMessage.select().where(chosen).order_by(OutboxMessage.id.desc()))


def of_applicant(applicant: str, limit: int = 100) -> list[OutboxMessage]:
    """Return the newest messages to a person."""
    chosen = OutboxMessage.applicant == applicant
    return list(OutboxMessage.select().where(chosen).order_by(OutboxMessage.id.desc()).limit(limit))


class NotSendable(ValueError):
    """A message cannot be sent again now. `state` is its state; the Chinese sentence is for staff."""

    def __init__(self, state: str):
        super().__init__("这条消息正在发送，请等它结束后再试。")
        self.state = state


def send_again(message: str, actor: str, now: datetime) -> OutboxMessage:
    """Queue a finished message once more at the wish of `actor` (a staff id) and return the new row.

    The message centre has it already. Raises NotSendable while the first is still on its way.
    """
    with transaction():
        old = OutboxMessage.get_by_id(message)
        if old.state not in FINAL:
            raise NotSendable(old.state)
        root = old.event.split("#")[0]
        times = OutboxMessage.select().where(_same(old, root)).count()
        useful = messages().template(old.template).useful
        return OutboxMessage.create(
            event=f"{root}#{times + 1}",
            applicant=old.applicant_id,
            template=old.template,
            application=old.application_id,
            keywords=old.keywords,
            page=old.page,
            next_at=now,
            deadline=now + useful,
            reason=f"again:{actor}",
        )


def _same(old: OutboxMessage, root: str):
    same = (OutboxMessage.applicant == old.applicant_id) & (OutboxMessage.template == old.template)
    return same & ((OutboxMessage.event == root) | OutboxMessage.event.startswith(f"{root}#"))


def backlog(now: datetime) -> tuple[int, float]:
    """Return how many rows are due and how many seconds the oldest of them has waited."""
    due = (OutboxMessage.state == "queued") & (OutboxMessage.next_at <= now)
    count, oldest = (
        OutboxMessage.select(fn.COUNT(OutboxMessage.id), fn.MIN(OutboxMessage.next_at)).where(due).tuples().get()
    )
    return count, (now - oldest).total_seconds() if oldest else 0.0
