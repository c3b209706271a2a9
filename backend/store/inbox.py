"""The message centre: everything a person was told, whether or not WeChat took it."""

from collections.abc import Sequence
from datetime import datetime

from backend.store.models import InAppMessage, OutboxMessage


def put(
    event: str, applicant_id: str, title: str, body: str, page: str, at: datetime, application_id: str | None = None
) -> bool:
    """Keep a message and tell whether it is new; the same event reaches a person once."""
    return bool(
        InAppMessage.insert(
            event=event,
            applicant=applicant_id,
            application=application_id,
            title=title,
            body=body,
            page=page,
            created_at=at,
        )
        .on_conflict_ignore()
        .execute()
    )


def newest(applicant_id: str, before: str | None = None, limit: int = 20) -> Sequence[InAppMessage]:
    """Return messages, newest first, older than the message id `before`."""
    rows = InAppMessage.select().where(InAppMessage.applicant == applicant_id)
    if before:
        rows = rows.where(InAppMessage.id < before)
    return list(rows.order_by(InAppMessage.id.desc()).limit(limit))


def unread(applicant_id: str) -> int:
    """Return how many messages a person has not opened."""
    return (
        InAppMessage.select().where((InAppMessage.applicant == applicant_id) & InAppMessage.read_at.is_null()).count()
    )


def read(applicant_id: str, at: datetime, message_id: str | None = None) -> int:
    """Mark one message, or all, as read and return how many were new."""
    rows = (InAppMessage.applicant == applicant_id) & InAppMessage.read_at.is_null()
    if message_id:
        rows &= InAppMessage.id == message_id
    return InAppMessage.update(read_at=at).where(rows).execute()


def pushed(applicant_id: str, events: Sequence[str]) -> dict[str, str]:
    """Return for each event the state of its subscribe message (queued, sent, skipped …), where there is one."""
    rows = OutboxMessage.select(OutboxMessage.event, OutboxMessage.state).where(
        (OutboxMessage.applicant == applicant_id) & OutboxMessage.event.in_(list(events))
    )
    return {row.event: row.state for row in rows}
