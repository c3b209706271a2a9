"""Questions without an answer, counted for the people who keep the packs."""

import re
from datetime import datetime

from backend.store.crypto import mask_typed
from backend.store.database import transaction
from backend.store.models import UnansweredQuestion


def unanswered(text: str, city: str | None, at: datetime, confidence: float | None = None) -> None:
    """Count a question the assistant had no answer to; the text is masked and cut to 200 characters."""
    shown = mask_typed(text)[:200]
    normal = re.sub(r"\W", "", shown).lower()
    with transaction():
        UnansweredQuestion.insert(
            city=city or "",
            text=shown,
            normal=normal,
            times=0,
            confidence=None if confidence is None else round(confidence * 1000),
            first_at=at,
            last_at=at,
        ).on_conflict_ignore().execute()
        same = (UnansweredQuestion.city == (city or "")) & (UnansweredQuestion.normal == normal)
        UnansweredQuestion.update(times=UnansweredQuestion.times + 1, last_at=at).where(same).execute()


def open_questions(city: str | None = None, limit: int = 100) -> list[UnansweredQuestion]:
    """Return what is still without an answer, most asked first."""
    rows = UnansweredQuestion.select().where(UnansweredQuestion.state == "open")
    if city:
        rows = rows.where(UnansweredQuestion.city == city)
    return list(rows.order_by(UnansweredQuestion.times.desc(), UnansweredQuestion.last_at.desc()).limit(limit))


def handle(question_id: str, state: str, staff_id: str, clause: str | None = None) -> None:
    """Close a question as answered (in a clause) or dismissed."""
    changes = {"state": state, "handled_by": staff_id, "clause": clause}
    UnansweredQuestion.update(**changes).where(UnansweredQuestion.id == question_id).execute()
