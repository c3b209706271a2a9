"""The audit log: who did what to which record, chained so that nothing can be changed, dropped or slipped in unseen.

Each row's hash covers the row and the hash before it, under a key that is not in the database. Ids and codes only: no
names, numbers or free text ever enter `detail`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from backend.store.crypto import vault
from backend.store.database import lock_row, transaction
from backend.store.models import Audit, AuditHead

FIRST = "0" * 64


@dataclass(frozen=True)
class Actor:
    """Who acts: kind is applicant, staff, job or system; id the row's id (or the job's name)."""

    kind: str
    id: str


SYSTEM = Actor("system", "system")


@dataclass(frozen=True)
class Break:
    """Where the chain does not hold and how: `reason` is missing, changed, moved or cut."""

    seq: int
    reason: str


def record(
    actor: Actor, action: str, subject_kind: str, subject: str, at: datetime, detail: Mapping[str, Any] | None = None
) -> Audit:
    """Append one row and return it.

    Call it last in the transaction of the act: the head of the chain stays locked until that transaction ends.
    """
    with transaction():
        head = _head()
        row = Audit(
            seq=head.seq + 1,
            at=at,
            actor_kind=actor.kind,
            actor=actor.id,
            action=action,
            subject_kind=subject_kind,
            subject=subject,
            detail=dict(detail or {}),
            previous_hash=head.hash or FIRST,
        )
        row.hash = _hash(row)
        row.save(force_insert=True)
        AuditHead.update(seq=row.seq, hash=row.hash).where(AuditHead.id == 1).execute()
    return row


def verify() -> Break | None:
    """Walk the whole chain and return the first place where it does not hold, or None. Constant memory."""
    seq, last = 0, FIRST
    for row in Audit.select().order_by(Audit.seq).iterator():
        if row.seq != seq + 1:
            return Break(seq + 1, "missing")
        if row.previous_hash != last:
            return Break(row.seq, "moved")
        if row.hash != _hash(row):
            return Break(row.seq, "changed")
        seq, last = row.seq, row.hash
    head = AuditHead.get_or_none(AuditHead.id == 1)
    if (head.seq, head.hash or FIRST) != (seq, last) if head else seq:
        return Break(seq + 1, "cut")
    return None


def of_subject(subject_kind: str, subject: str, limit: int = 200) -> list[Audit]:
    """Return the newest rows about one record, newest first."""
    rows = Audit.select().where((Audit.subject_kind == subject_kind) & (Audit.subject == subject))
    return list(rows.order_by(Audit.seq.desc()).limit(limit))


def _head() -> AuditHead:
    AuditHead.insert(id=1).on_conflict_ignore().execute()
    return lock_row(AuditHead.select().where(AuditHead.id == 1)).get()


def _hash(row: Audit) -> str:
    content = [
        row.seq,
        row.at.astimezone(UTC).isoformat(timespec="microseconds"),
        row.actor_kind,
        row.actor,
        row.action,
        row.subject_kind,
        row.subject,
        row.detail,
        row.previous_hash,
    ]
    return vault.chain(json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")))
