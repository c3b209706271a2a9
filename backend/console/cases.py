"""Everything one page shows of one case. Reading it is written to the audit log."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import abort

from backend.policy.eligibility import Verdict
from backend.policy.types import Material as PackMaterial
from backend.store import audit, facts, materials, outbox
from backend.store.models import (
    Application,
    ApplicationMaterial,
    CaseNote,
    Correction,
    Decision,
    MaterialPage,
    NoticeEntry,
    Payment,
    Staff,
    StepRecord,
    TalentCard,
    VerdictOverride,
)
from backend.workflow import rulebook
from backend.workflow.case import commands_for, desk_of, load
from backend.workflow.rights import Hat, sees
from backend.workflow.stages import Stage


@dataclass(frozen=True)
class Paper:
    """One required paper: what the pack asks for, what was handed in, its pages."""

    requirement: PackMaterial
    handed_in: ApplicationMaterial | None
    pages: Sequence[MaterialPage]


@dataclass(frozen=True)
class Milestone:
    """One stage of the case on its way: the pack's stage and, once reached, the record of the stay."""

    stage: Stage
    record: StepRecord | None


@dataclass(frozen=True)
class CaseView:
    """What the page of a case shows."""

    case: Application
    commands: Sequence[str]
    facts: Mapping[str, facts.Told]
    verdict: Verdict
    papers: Sequence[Paper]
    way: Sequence[Milestone]
    steps: Sequence[StepRecord]
    corrections: Sequence[Correction]
    notices: Sequence[NoticeEntry]
    decisions: Sequence[Decision]
    cards: Sequence[TalentCard]
    payments: Sequence[Payment]
    messages: Sequence[Any]
    notes: Sequence[CaseNote]
    overrides: Sequence[VerdictOverride]
    names: Mapping[str, str]


def readable(hats: Sequence[Hat], case_id: str) -> Application:
    """Return a case that one of the hats may read; for everybody else it does not exist (404)."""
    case = Application.get_or_none(Application.id == case_id)
    if case is None or not any(sees(hat, desk_of(case), agencies_of(case), case.delegate_id) for hat in hats):
        abort(404)
    return case


def agencies_of(case: Application) -> set[str]:
    """Return every agency and window that takes or took part in a case."""
    rows = StepRecord.select(StepRecord.agency).where(StepRecord.application == case.id)
    return {row.agency for row in rows if row.agency} | ({case.agency} if case.agency else set())


def open_case(staff: Staff, hats: Sequence[Hat], case_id: str, now: datetime) -> CaseView:
    """Return what the page shows and write into the audit log that its personal data was read."""
    case = readable(hats, case_id)
    audit.record(audit.Actor("staff", staff.id), "read", "application", case.id, now)
    return view_of(staff, load(case.id), now)


def view_of(staff: Staff, case: Application, now: datetime) -> CaseView:
    """Gather the parts of a case's page."""
    steps = _rows(StepRecord, case, StepRecord.position)
    told = facts.told_rows(case.fact_ids) if case.fact_ids else facts.current(case.applicant_id)
    return CaseView(
        case=case,
        commands=commands_for(staff, case, now),
        facts=told,
        verdict=rulebook.verdict_of(case),
        papers=_papers(case),
        way=_way(case, steps),
        steps=steps,
        corrections=_rows(Correction, case, Correction.sent_at),
        notices=_rows(NoticeEntry, case, NoticeEntry.id),
        decisions=_rows(Decision, case, Decision.decided_at),
        cards=_rows(TalentCard, case, TalentCard.issued_on),
        payments=_rows(Payment, case, Payment.period, Payment.payer),
        messages=outbox.of_application(case.id),
        notes=_rows(CaseNote, case, CaseNote.created_at),
        overrides=_rows(VerdictOverride, case, VerdictOverride.created_at),
        names=_names(steps),
    )


def _rows(model, case: Application, *order) -> list[Any]:
    return list(model.select().where(model.application == case.id).order_by(*order))


def _papers(case: Application) -> list[Paper]:
    handed_in = materials.handed_in(case.id)
    ground = rulebook.rules_of(case).prepare(rulebook.values_of(case), case.as_of)
    wanted = [m for m in rulebook.item_of(case).materials if m.when is None or m.when.test(ground.values, case.as_of)]
    return [Paper(m, row := handed_in.get(m.id), materials.pages(row.material_id) if row else ()) for m in wanted]


def _way(case: Application, steps: Sequence[StepRecord]) -> list[Milestone]:
    latest = {record.step: record for record in steps}
    return [Milestone(stage, latest.get(stage.step)) for stage in rulebook.stages_of(case)]


def _names(steps: Sequence[StepRecord]) -> dict[str, str]:
    ids = {record.actor for record in steps if record.actor_kind == "staff"}
    return {row.id: row.name for row in Staff.select().where(Staff.id.in_(sorted(filter(None, ids))))}


def reveal(staff: Staff, hats: Sequence[Hat], case_id: str, name: str, now: datetime) -> str | None:
    """Return the plain value of a protected fact of a case; every look is in the audit log."""
    case = readable(hats, case_id)
    audit.record(audit.Actor("staff", staff.id), "reveal", "application", case.id, now, {"fact": name})
    if case.fact_ids:
        return facts.of_rows(case.fact_ids, reveal={name}).get(name)
    return facts.reveal(case.applicant_id, name)


def page_picture(staff: Staff, hats: Sequence[Hat], case_id: str, page_id: str, small: bool, now: datetime):
    """Return bytes and media type of a page handed in with a case; opening the whole page is audited."""
    case = readable(hats, case_id)
    page = materials.page_of_case(case.id, page_id) or abort(404)
    if not small:
        audit.record(audit.Actor("staff", staff.id), "open_page", "application", case.id, now, {"page": page.id})
    return materials.content(page, thumbnail=small and page.thumbnail is not None)
