"""A person's rights over the own data: everything handed out, everything removed that no law says must stay.

What a submitted case rests on stays with the case for as long as files must be kept (the facts as submitted, the papers
handed in, decisions, payments); all else goes: drafts, conversation, messages, credits, identities, sessions. The
person's row remains without a name, so that the record of cases and of accesses holds together.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from backend.store import audit, facts, materials, people
from backend.store.database import transaction
from backend.store.models import (
    Applicant,
    Application,
    ApplicationMaterial,
    Audit,
    ChatMessage,
    Consent,
    ConsentCredit,
    CreditEntry,
    EmployerMember,
    Fact,
    IdempotencyKey,
    Identity,
    InAppMessage,
    Material,
    OutboxMessage,
    Payment,
    TalentCard,
)

CASE_COLUMNS = (
    *("id", "number", "city", "item", "state", "as_of", "verdict"),
    *("submitted_at", "accepted_at", "decided_at", "closed_at", "reason"),
)
"""What the export says of a case."""

STILL_OPEN = ("running", "correction", "public_notice")
"""States of a case that must end before the person can be forgotten."""


class CasesRunning(ValueError):
    """A case of the person is on its way; it has to end, or be withdrawn, first."""

    def __init__(self, count: int):
        super().__init__(f"您还有 {count} 件申请正在办理，请先办结或撤回，再注销。")
        self.count = count


def export(applicant_id: str) -> Mapping[str, Any]:
    """Return everything held of a person as plain values, protected facts in clear: it is the person's own."""
    person = Applicant.get_by_id(applicant_id)
    own = _rows(applicant_id)
    return {
        "applicant": {"id": person.id, "created_at": person.created_at, "city": person.city, **person.preferences},
        "facts": [_fact(row) for row in Fact.select().where(Fact.applicant == applicant_id).order_by(Fact.told_at)],
        "consents": own(Consent, "kind", "version", "given_at", "withdrawn_at"),
        "applications": own(Application, *CASE_COLUMNS),
        "materials": own(Material, "id", "kind", "title", "created_at", "deleted_at"),
        "messages": own(InAppMessage, "title", "body", "created_at", "read_at"),
        "conversation": own(ChatMessage, "speaker", "text", "created_at"),
        "payments": own(Payment, "period", "kind", "payer", "fen", "state", "paid_on"),
        "cards": own(TalentCard, "number", "city", "category", "tier", "issued_on", "state"),
        "accesses": _accesses(applicant_id),
    }


def _rows(applicant_id: str):
    def own(model, *columns: str) -> list[dict[str, Any]]:
        fields = [getattr(model, name) for name in columns]
        return list(model.select(*fields).where(model.applicant == applicant_id).order_by(model.id).dicts())

    return own


def _fact(row: Fact) -> dict[str, Any]:
    return {
        "name": row.name,
        "value": facts.read(row),
        "source": row.source,
        "told_at": row.told_at,
        "superseded_at": row.superseded_at,
    }


def _accesses(applicant_id: str) -> list[dict[str, Any]]:
    """Who read the person's cases: every access by staff is in the audit log."""
    cases = Application.select(Application.id).where(Application.applicant == applicant_id)
    seen = Audit.select(Audit.at, Audit.action, Audit.subject).where(
        (Audit.actor_kind == "staff") & (Audit.subject_kind == "application") & Audit.subject.in_(cases)
    )
    return list(seen.order_by(Audit.seq).dicts())


def erase(applicant_id: str, reason: str, now: datetime) -> None:
    """Forget a person. `reason` is a short code (asked, wechat_revoked). Doing it twice changes nothing.

    Raises CasesRunning while a case is on its way.
    """
    with transaction():
        running = _of(Application, applicant_id) & Application.state.in_(STILL_OPEN)
        if count := Application.select().where(running).count():
            raise CasesRunning(count)
        if Applicant.get_by_id(applicant_id).state == "deleted":
            return
        _erase_drafts(applicant_id, now)
        _erase_facts(applicant_id, now)
        files = _erase_papers(applicant_id, now)
        for model in (ChatMessage, InAppMessage, ConsentCredit, CreditEntry, OutboxMessage, Identity, EmployerMember):
            model.delete().where(model.applicant == applicant_id).execute()
        IdempotencyKey.delete().where(IdempotencyKey.owner == applicant_id).execute()
        people.close_all_sessions(applicant_id, now)
        people.withdraw(applicant_id, list(people.consents(applicant_id)), now)
        gone = {"state": "deleted", "deleted_at": now, "name_masked": "", "city": None, "preferences": {}}
        Applicant.update(**gone).where(Applicant.id == applicant_id).execute()
        audit.record(
            audit.Actor("applicant", applicant_id), "erase", "applicant", applicant_id, now, {"reason": reason}
        )
    for material_id in files:
        materials.drop_files(material_id)


def _of(model, applicant_id: str):
    return model.applicant == applicant_id


def _erase_drafts(applicant_id: str, now: datetime) -> None:
    drafts = Application.select(Application.id).where(_of(Application, applicant_id) & (Application.state == "draft"))
    Application.delete().where(Application.id.in_(drafts)).execute()


def _erase_facts(applicant_id: str, now: datetime) -> None:
    """Delete the facts no submitted case rests on; end the others."""
    rested_on = {id_ for case in Application.select().where(_of(Application, applicant_id)) for id_ in case.fact_ids}
    for row in list(Fact.select(Fact.id).where(_of(Fact, applicant_id))):
        if row.id not in rested_on:
            Fact.delete().where(Fact.id == row.id).execute()
    current = _of(Fact, applicant_id) & Fact.superseded_at.is_null()
    Fact.update(superseded_at=now, deleted=True).where(current).execute()


def _erase_papers(applicant_id: str, now: datetime) -> list[str]:
    """Mark the papers no submitted case rests on as deleted and return their ids; their files go after the commit."""
    used = ApplicationMaterial.select(ApplicationMaterial.material)
    free = list(Material.select(Material.id).where(_of(Material, applicant_id) & Material.id.not_in(used)))
    ids = [row.id for row in free]
    Material.update(deleted_at=now).where(Material.id.in_(ids)).execute()
    return ids
