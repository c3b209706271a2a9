"""Everything one page shows of one case. Reading it is written to the audit log."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from flask import abort
from peewee import prefetch

from backend.policy.conditions import FALSE, REFER, TRUE
from backend.policy.eligibility import Verdict
from backend.policy.types import Material as PackMaterial
from backend.policy.types import Requirement
from backend.store import audit, credits, facts, materials
from backend.store.models import (
    Application,
    ApplicationMaterial,
    CaseNote,
    Correction,
    CorrectionPoint,
    Decision,
    Delivery,
    MaterialPage,
    NoticeEntry,
    OutboxMessage,
    Payment,
    PublicNotice,
    Staff,
    StepRecord,
    TalentCard,
    VerdictOverride,
)
from backend.workflow import payments, rulebook
from backend.workflow.case import commands_for, desk_of
from backend.workflow.ledger import Line
from backend.workflow.rights import Hat, sees
from backend.workflow.stages import Stage

OUTCOMES = {FALSE: ("no", "不满足"), REFER: ("doubt", "要人判断"), TRUE: ("yes", "满足")}
UNKNOWN = ("open", "还不知道")
BARS = {TRUE: ("no", "有此情形"), REFER: ("doubt", "要人判断"), FALSE: ("yes", "没有")}
ASSUMED = ("open", "未说明，按没有处理")


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
class Compared:
    """A condition (or exclusion) of the item beside what is known of the person: facts as told, the engine's result."""

    requirement: Requirement
    tone: str
    result: str
    said: Sequence[tuple[str, facts.Told | None, Any]]
    """Fact name, the row that told it (None: it follows from others), the value."""


@dataclass(frozen=True)
class CaseView:
    """What the page of a case shows."""

    case: Application
    commands: Sequence[str]
    facts: Mapping[str, facts.Told]
    verdict: Verdict
    conditions: Sequence[Compared]
    exclusions: Sequence[Compared]
    papers: Sequence[Paper]
    way: Sequence[Milestone]
    steps: Sequence[StepRecord]
    corrections: Sequence[Correction]
    notices: Sequence[NoticeEntry]
    decisions: Sequence[Decision]
    cards: Sequence[TalentCard]
    payments: Sequence[Payment]
    statement: Sequence[Line]
    messages: Sequence[OutboxMessage]
    allowed: Mapping[str, credits.Balance]
    notes: Sequence[CaseNote]
    overrides: Sequence[VerdictOverride]
    names: Mapping[str, str]

    @property
    def compared_facts(self) -> set[str]:
        """The facts that the comparison has shown already."""
        return {name for row in (*self.conditions, *self.exclusions) for name, told, _ in row.said if told}


def readable(hats: Sequence[Hat], case_id: str) -> Application:
    """Return a case that one of the hats may read; for everybody else it does not exist (404)."""
    case = Application.get_or_none(Application.id == case_id)
    if case is None or not _is_seen(hats, case):
        abort(404)
    return case


def _is_seen(hats: Sequence[Hat], case: Application) -> bool:
    """A draft is its applicant's own, and the specialist's or HR's who acts for the person; nobody else's."""
    agencies = agencies_of(case)
    seers = [hat for hat in hats if case.submitted_at is not None or case.delegate_id in (hat.wearer, hat.owner)]
    return any(sees(hat, desk_of(case), agencies, case.delegate_id) for hat in seers)


def agencies_of(case: Application) -> set[str]:
    """Return every agency and window that takes or took part in a case."""
    rows = StepRecord.select(StepRecord.agency).where(StepRecord.application == case.id)
    return {row.agency for row in rows if row.agency} | ({case.agency} if case.agency else set())


def open_case(staff: Staff, hats: Sequence[Hat], case_id: str, now: datetime) -> CaseView:
    """Return what the page shows and write into the audit log that its personal data was read."""
    case = readable(hats, case_id)
    audit.record(audit.Actor("staff", staff.id), "read", "application", case.id, now)
    return view_of(staff, case, now)


def view_of(staff: Staff, case: Application, now: datetime) -> CaseView:
    """Gather the parts of a case's page."""
    steps = _rows(StepRecord, case, StepRecord.position)
    told = _in_order(facts.told_rows(case.fact_ids) if case.fact_ids else facts.current(case.applicant_id))
    verdict = rulebook.verdict_of(case)
    decided, overrides = _rows(Decision, case, Decision.decided_at), _rows(VerdictOverride, case, VerdictOverride.id)
    return CaseView(
        case=case,
        commands=commands_for(staff, case, now),
        facts=told,
        verdict=verdict,
        conditions=_conditions(verdict, told),
        exclusions=_exclusions(verdict, told),
        papers=papers_of(case),
        way=_way(case, steps),
        steps=steps,
        corrections=corrections_of(case),
        notices=list(NoticeEntry.select(NoticeEntry, PublicNotice).join(PublicNotice).where(_of(NoticeEntry, case))),
        decisions=decided,
        cards=_rows(TalentCard, case, TalentCard.issued_on),
        payments=_rows(Payment, case, Payment.period, Payment.payer, Payment.id),
        statement=_statement(case, now.date()),
        messages=_messages(case),
        allowed={name: left for name, left in credits.balances(case.applicant_id).items() if left.allows},
        notes=list(CaseNote.select(CaseNote, Staff).join(Staff).where(_of(CaseNote, case)).order_by(CaseNote.id)),
        overrides=overrides,
        names=_names(steps, decided, overrides),
    )


def _in_order(told: Mapping[str, facts.Told]) -> dict[str, facts.Told]:
    """Facts in the order of the vocabulary; what it does not know any more comes last."""
    order = {name: position for position, name in enumerate(rulebook.packs().vocabulary.top_level)}
    return dict(sorted(told.items(), key=lambda entry: order.get(entry[0], len(order))))


def _of(model, case: Application):
    return model.application == case.id


def _rows(model, case: Application, *order) -> list[Any]:
    return list(model.select().where(_of(model, case)).order_by(*order))


def corrections_of(case: Application) -> list[Correction]:
    """Return the correction notices of a case with their points, the first first."""
    notices = Correction.select().where(_of(Correction, case)).order_by(Correction.id)
    return list(prefetch(notices, CorrectionPoint.select().order_by(CorrectionPoint.id)))


def papers_of(case: Application) -> list[Paper]:
    """Return the papers that the pack asks of this person, with what was handed in."""
    handed_in = materials.handed_in(case.id)
    ground = rulebook.rules_of(case).prepare(rulebook.values_of(case), case.as_of)
    wanted = [
        m
        for m in rulebook.item_of(case).materials
        if m.when is None or m.id in handed_in or m.when.test(ground.values, case.as_of) != FALSE
    ]
    return [Paper(m, row := handed_in.get(m.id), materials.pages(row.material_id) if row else ()) for m in wanted]


def _way(case: Application, steps: Sequence[StepRecord]) -> list[Milestone]:
    latest = {record.step: record for record in steps}
    return [Milestone(stage, latest.get(stage.step)) for stage in rulebook.stages_of(case)]


def _messages(case: Application) -> list[OutboxMessage]:
    sent = OutboxMessage.select().where(_of(OutboxMessage, case)).order_by(OutboxMessage.id.desc())
    return list(prefetch(sent, Delivery.select().order_by(Delivery.id)))


def _statement(case: Application, today: date) -> list[Line]:
    """The months of a decided monthly benefit, paid or not and why not."""
    lines = payments.ledger(case, today)
    return lines if len(lines) > 1 or any(line.reason for line in lines) else []


def _names(steps: Sequence[StepRecord], decided: Sequence[Decision], overrides: Sequence[VerdictOverride]):
    ids = {record.actor for record in steps if record.actor_kind == "staff"}
    ids |= {row.decided_by for row in decided} | {row.staff_id for row in overrides}
    return {row.id: row.name for row in Staff.select().where(Staff.id.in_(sorted(filter(None, ids))))}


# --- what the person said beside what the texts ask -------------------------------------------------------------------


def _conditions(verdict: Verdict, told: Mapping[str, facts.Told]) -> list[Compared]:
    """Each condition with the facts it looks at; a fact that many look at is shown where it first matters."""
    outcomes = [*verdict.outcomes, *[None] * len(verdict.item.conditions)]
    rows, shown = [], set()
    for condition, outcome in zip(verdict.item.conditions, outcomes, strict=False):
        row = _compared(condition, OUTCOMES.get(outcome, UNKNOWN), verdict, told)
        fresh = [one for one in row.said if one[0] not in shown] or row.said[:1]
        shown |= {name for name, _, _ in fresh}
        rows.append(replace(row, said=fresh))
    return rows


def _exclusions(verdict: Verdict, told: Mapping[str, facts.Told]) -> list[Compared]:
    values, day = verdict.ground.values, verdict.ground.day
    return [
        _compared(bar, BARS.get(bar.test.test(values, day), ASSUMED), verdict, told) for bar in verdict.item.exclusions
    ]


def _compared(requirement: Requirement, outcome: tuple[str, str], verdict: Verdict, told) -> Compared:
    names = dict.fromkeys(name.partition(".")[0] for name in requirement.test.facts)
    known = [name for name in names if name in told or name in verdict.ground.values]
    said = [(name, told.get(name), verdict.ground.values.get(name)) for name in known]
    return Compared(requirement, *outcome, said)


# --- protected facts and pages ----------------------------------------------------------------------------------------


def reveal(staff: Staff, hats: Sequence[Hat], case_id: str, name: str, now: datetime) -> str | None:
    """Return the plain value of a protected fact of a case; every look is in the audit log."""
    case = readable(hats, case_id)
    if name not in facts.PROTECTED:
        abort(404)
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
