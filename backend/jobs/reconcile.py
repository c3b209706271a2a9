"""Compare what the platform reports with what the outbox believes.

The platform tells of every subscribe message whether it reached the person. Mostly that confirms what is known. It
decides where an answer never came (`unknown`): a report for the same person and template says the message arrived; and
when reports of later messages came but none of this one, it surely did not. Where no reports come at all, a message is
tried once more and then left as unknown: a one-time message sent twice is refused with 43101, and a repeated long-term
notice is harmless.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta

from peewee import fn

from backend.jobs.outcome import MAX_ATTEMPTS, SETTLE_AFTER
from backend.store.database import transaction
from backend.store.models import Delivery, Identity, OutboxMessage
from backend.store.models_messaging import SentReport

PAGE = 500
FLOWING = timedelta(seconds=20)
"""Reports come in order enough: one sent so much later than a message proves that its own would have come."""

PATIENCE = timedelta(minutes=10)
"""How long reports are waited for before a message is tried once more without them."""

FOREIGN_AFTER = timedelta(minutes=15)
"""A report that matches nothing by then is about a message of another system."""

RETRIED = "retried_unsure"

NameOf = Callable[[str], str | None]
"""Id of a template in the account → our name for it, None for a template that is not ours. May raise WeChatError."""


def reconcile(now: datetime, app_id: str, name_of: NameOf) -> None:
    """Match the reports that came and settle the messages in doubt. Safe to repeat, by any number of workers.

    Raises WeChatError where a report's template cannot be looked up; the reports stay until it can.
    """
    while _match_page(now, app_id, name_of) == PAGE:
        pass
    settle(now)


# --- reports ----------------------------------------------------------------------------------------------------------


def _match_page(now: datetime, app_id: str, name_of: NameOf) -> int:
    """Match one page of reports and return how many were done with."""
    reports = list(SentReport.select().order_by(SentReport.received_at).limit(PAGE).namedtuples())
    if not reports:
        return 0
    known = _known(reports)
    done = [report for report in reports if _matched(report, known, now, app_id, name_of)]
    newest = SentReport.select(fn.MAX(SentReport.sent_at)).scalar()
    kept = [report.msgid for report in done if report.sent_at == newest]
    _forget([report.msgid for report in done if report.msgid not in kept[:1]])
    return len(done)


def _known(reports: Sequence[SentReport]) -> set[str]:
    """Return which message ids of the reports are those of ours."""
    msgids = [report.msgid for report in reports]
    return {
        msgid for (msgid,) in OutboxMessage.select(OutboxMessage.msgid).where(OutboxMessage.msgid << msgids).tuples()
    }


def _matched(report: SentReport, known: Collection[str], now: datetime, app_id: str, name_of: NameOf) -> bool:
    """Bring one report and the outbox together; return whether the report is done with."""
    if report.msgid in known:
        return report.errcode == 0 or _not_delivered(report, now)
    template = name_of(report.template_id)
    if template is None or report.app_id != app_id:
        return True
    doubtful = _in_doubt(report, app_id, template)
    if doubtful is None:
        return report.received_at < now - FOREIGN_AFTER
    _confirm(doubtful, report)
    return True


def _in_doubt(report: SentReport, app_id: str, template: str) -> OutboxMessage | None:
    """The oldest message to this person, by this template, whose answer never came."""
    whose = Identity.select(Identity.applicant).where((Identity.app_id == app_id) & (Identity.openid == report.openid))
    same = OutboxMessage.applicant.in_(whose) & (OutboxMessage.template == template)
    chosen = same & (OutboxMessage.state == "unknown")
    return OutboxMessage.select().where(chosen).order_by(OutboxMessage.created_at, OutboxMessage.id).first()


def _confirm(row: OutboxMessage, report: SentReport) -> None:
    """The message in doubt did arrive."""
    OutboxMessage.update(
        state="sent", msgid=report.msgid, errcode=report.errcode, sent_at=report.sent_at, reason="reported"
    ).where((OutboxMessage.id == row.id) & (OutboxMessage.state == "unknown")).execute()


def _not_delivered(report: SentReport, now: datetime) -> bool:
    """The platform took the message and then failed to hand it over: again, while that makes sense."""
    row = OutboxMessage.get(OutboxMessage.msgid == report.msgid)
    again = row.attempts < MAX_ATTEMPTS and (row.deadline is None or now < row.deadline)
    state = {"state": "queued", "next_at": now} if again else {"state": "failed"}
    with transaction():
        chosen = (OutboxMessage.id == row.id) & (OutboxMessage.state == "sent")
        OutboxMessage.update(**state, reason="not_handed_over", errcode=report.errcode).where(chosen).execute()
        _note(row, "not_handed_over", report.errcode)
    return True


def _forget(msgids: Sequence[str]) -> None:
    """Drop matched reports; the newest one stays, it shows that reports are flowing."""
    if msgids:
        SentReport.delete().where(SentReport.msgid.in_(list(msgids))).execute()


# --- messages in doubt ------------------------------------------------------------------------------------------------


def settle(now: datetime) -> int:
    """Decide about messages whose answer never came and whose time to wait is over; return how many were decided."""
    waiting = (OutboxMessage.state == "unknown") & (OutboxMessage.next_at <= now)
    rows = list(OutboxMessage.select().where(waiting).limit(PAGE))
    flowing_until = SentReport.select(fn.MAX(SentReport.sent_at)).scalar() if rows else None
    return sum(_settle(row, flowing_until, now) for row in rows)


def _settle(row: OutboxMessage, flowing_until: datetime | None, now: datetime) -> bool:
    in_doubt_since = row.next_at - SETTLE_AFTER
    if flowing_until is not None and flowing_until > in_doubt_since + FLOWING:
        return _requeue(row, now, "surely_not_sent")
    if now < in_doubt_since + PATIENCE:
        return False
    if _was_retried(row) or (row.deadline is not None and now >= row.deadline):
        return _leave(row)
    return _requeue(row, now, RETRIED)


def _requeue(row: OutboxMessage, now: datetime, reason: str) -> bool:
    """Send again; the message still holds its credit. Past its deadline it is not sent any more, and the courier
    gives the row its end."""
    with transaction():
        still = (OutboxMessage.id == row.id) & (OutboxMessage.state == "unknown")
        changes = {"state": "queued", "next_at": now, "lease": None, "attempts": min(row.attempts, MAX_ATTEMPTS - 1)}
        if not OutboxMessage.update(**changes).where(still).execute():
            return False
        _note(row, reason, None)
    return True


def _leave(row: OutboxMessage) -> bool:
    """Nothing more can be known: the message stays unknown, and is not counted as delivered."""
    far = row.next_at + timedelta(days=36500)
    still = (OutboxMessage.id == row.id) & (OutboxMessage.state == "unknown")
    return bool(OutboxMessage.update(next_at=far, reason="never_known").where(still).execute())


def _was_retried(row: OutboxMessage) -> bool:
    return Delivery.select().where((Delivery.message == row.id) & (Delivery.result == RETRIED)).exists()


def _note(row: OutboxMessage, result: str, errcode: int | None) -> None:
    Delivery.create(message=row.id, attempt=row.attempts, channel=row.channel, result=result, errcode=errcode)
