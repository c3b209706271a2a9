"""A person took the authorization back in WeChat, or closed the account there: his data goes.

At once the sessions end, the consents are withdrawn and nothing more is sent. The data itself is erased at once too,
unless a case is on its way: then on the day after it has ended.
"""

import logging
from datetime import datetime

from backend.store import people, privacy
from backend.store.database import transaction
from backend.store.models import Applicant, OutboxMessage
from backend.store.models_messaging import InboundMessage, Outlook

log = logging.getLogger(__name__)

WAITING = "erase_when_closed"
"""Key in a person's preferences while erasing waits for running cases; its value is the reason."""


def forget(applicant: str, reason: str, now: datetime) -> None:
    """Begin, and where possible finish, to forget a person. Doing it twice changes nothing."""
    with transaction():
        people.close_all_sessions(applicant, now)
        people.withdraw(applicant, list(people.consents(applicant)), now)
        people.set_preferences(applicant, {WAITING: reason})
        waiting = (OutboxMessage.applicant == applicant) & (OutboxMessage.state == "queued")
        OutboxMessage.update(state="skipped", reason="person_gone").where(waiting).execute()
    _erase(applicant, reason, now)


def forget_waiting(now: datetime) -> int:
    """Erase the people whose cases have ended meanwhile and return how many."""
    noted = Applicant.preferences.cast("TEXT").contains(WAITING) & (Applicant.state == "active")
    rows = list(Applicant.select().where(noted))
    return sum(_erase(row.id, row.preferences[WAITING], now) for row in rows if WAITING in row.preferences)


def _erase(applicant: str, reason: str, now: datetime) -> bool:
    try:
        privacy.erase(applicant, reason, now)
    except privacy.CasesRunning:
        log.info("erasing %s waits for running cases", applicant)
        return False
    for model in (InboundMessage, Outlook):
        model.delete().where(model.applicant == applicant).execute()
    return True
