"""Throws away what nobody needs any more, so that personal data has a short life and tables stay small."""

from datetime import datetime, timedelta

from backend.store import outbox
from backend.store.models import Delivery, OutboxMessage
from backend.store.models_messaging import InboundMessage, PictureCheck, SentReport

INBOUND_DAYS = 7
OUTBOX_DAYS = 400
REPORT_DAYS = 2
CHECK_DAYS = 1
PAGE = 2000


def tidy(now: datetime) -> dict[str, int]:
    """Delete answered incoming messages after a week, old reports and checks, outbox rows after a little over a year.

    Returns how many of each. What people were told stays in the message centre.
    """
    answered, ended = InboundMessage.state == "answered", OutboxMessage.state.in_(list(outbox.FINAL))
    return {
        "inbound": _delete(InboundMessage, answered & _before(InboundMessage.received_at, now, INBOUND_DAYS)),
        "reports": _delete(SentReport, _before(SentReport.received_at, now, REPORT_DAYS)),
        "pictures": _delete(PictureCheck, _before(PictureCheck.asked_at, now, CHECK_DAYS)),
        "outbox": _delete(OutboxMessage, ended & _before(OutboxMessage.created_at, now, OUTBOX_DAYS)),
    }


def _before(moment, now: datetime, days: int):
    return moment < now - timedelta(days=days)


def _delete(model, chosen) -> int:
    """Delete in pages, so that nobody waits long for the database."""
    key, total = model._meta.primary_key, 0
    while True:
        page = [row[0] for row in model.select(key).where(chosen).limit(PAGE).tuples()]
        if not page:
            return total
        if model is OutboxMessage:
            Delivery.delete().where(Delivery.message.in_(page)).execute()
        total += model.delete().where(key.in_(page)).execute()
