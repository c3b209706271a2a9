"""Words between colleagues about a case: notes, findings of a site check, opinions of experts."""

from datetime import datetime

from backend.store import audit
from backend.store.database import transaction
from backend.store.models import CaseNote

KINDS = {"note": "备注", "site_check": "核查记录", "expert": "专家意见", "handover": "转办说明"}
WRITTEN = ("note", "site_check", "expert")
"""Kinds that people write; a hand-over writes its own."""


def add(case_id: str, staff_id: str, kind: str, text: str, at: datetime) -> CaseNote:
    """Keep a note. Raises KeyError for a kind that is not written by people."""
    if kind not in WRITTEN:
        raise KeyError(kind)
    with transaction():
        note = CaseNote.create(application=case_id, staff=staff_id, kind=kind, text=text, created_at=at)
        audit.record(audit.Actor("staff", staff_id), "note", "application", case_id, at, {"note": note.id})
    return note
