"""A case as its owner sees it: state, stations, papers, points to mend, what may be done next. Read from the store."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from backend.store.models import Application, Correction, CorrectionPoint, StepRecord
from backend.workflow import commands, rulebook
from backend.workflow.drafts import open_correction, unmended
from backend.workflow.rights import Role
from backend.workflow.stages import FINAL, STATE_NAMES, STEP_NAMES, Stage, State
from miniprogram_api import policy, wire
from miniprogram_api.screens import texts

OUTCOMES = {
    "approved": "通过",
    "accepted": "已受理",
    "no_objection": "公示无异议",
    "decided": "已决定",
    "done": "已完成",
    "card_issued": "已发卡",
    "entered": "已列入发放",
    "confirmed": "已确认",
    "refusal": "不予受理",
    "rejection": "未通过",
    "withdrawn": "已撤回",
    "expired": "已过期",
}
"""How a stay ended → the word for it."""


@dataclass(frozen=True)
class Station:
    """One station of a case: a stay of the past or present, or a stage still to come."""

    step: str
    name: str
    state: str
    desk: str | None
    entered_at: datetime | None = None
    left_at: datetime | None = None
    due_on: date | None = None
    outcome: str | None = None
    note: str | None = None
    limit: str | None = None
    statutory_on: date | None = None
    cites: tuple[str, ...] = ()


def stations(case: Application) -> list[Station]:
    """Return what happened to a case, where it is and what comes."""
    pack = rulebook.pack_of(case)
    names = {stage.step: stage for stage in rulebook.stages_of(case)}
    stays = [_stay(case, record, pack) for record in case.steps.order_by(StepRecord.position)]
    if State(case.state) in FINAL:
        return stays
    here = names[case.step].position if case.step in names else 0
    return stays + [_to_come(stage, pack) for stage in names.values() if stage.position > here]


def _stay(case: Application, record: StepRecord, pack) -> Station:
    running = record.left_at is None
    stopped = record.outcome in ("refusal", "rejection", "withdrawn", "expired")
    return Station(
        step=record.step,
        name=STEP_NAMES[record.kind],
        state="current" if running else ("stopped" if stopped else "done"),
        desk=_desk(record.role, record.agency, pack),
        entered_at=record.entered_at,
        left_at=record.left_at,
        due_on=case.due_on if running else record.due_on,
        outcome=OUTCOMES.get(record.outcome or "", record.outcome),
        note=record.note if stopped else None,
        limit=texts.limit(record.limit_length, record.limit_unit, record.promised_length),
        statutory_on=record.statutory_on,
        cites=(record.cite,) if record.cite else (),
    )


def _to_come(stage: Stage, pack) -> Station:
    return Station(
        step=stage.step,
        name=stage.name,
        state="waiting",
        desk=_desk(stage.role, stage.desk, pack),
        limit=texts.limit(stage.length, stage.unit, stage.promised),
        cites=stage.cites,
    )


def _desk(role: str, agency: str | None, pack) -> str | None:
    if role == Role.EMPLOYER:
        return "用人单位人事"
    if role == Role.APPLICANT:
        return "您本人"
    return policy.desk_name(pack, agency)


def desk_of(case: Application) -> str | None:
    """Return whose desk a case is on now, in words; the applicant's own for drafts and corrections."""
    if case.state in (State.DRAFT, State.CORRECTION):
        return "您本人"
    return _desk(case.role, case.agency, rulebook.pack_of(case)) if case.role else None


def points(case: Application) -> list[wire.ToMend]:
    """Return what the open correction notice asks for, and which of it is mended."""
    correction = open_correction(case) if case.state == State.CORRECTION else None
    if correction is None:
        return []
    open_ = {(problem.field, problem.message) for problem in unmended(case, correction)}
    rows: Iterable[CorrectionPoint] = correction.points.order_by(CorrectionPoint.id)
    return [
        wire.ToMend(
            id=row.id,
            kind=row.subject_kind,
            subject=row.subject,
            text=row.text,
            mended=(f"{row.subject_kind}:{row.subject}", row.text) not in open_,
        )
        for row in rows
    ]


def past_corrections(case: Application) -> int:
    """Return how many correction notices a case has had."""
    return Correction.select().where(Correction.application == case.id).count()


def brief(case: Application) -> wire.ApplicationState:
    """Return what a list shows of a case."""
    item = rulebook.item_of(case)
    return wire.ApplicationState(
        id=case.id,
        number=case.number,
        city=case.city,
        item=policy.item_name(item),
        state=case.state,
        state_name=STATE_NAMES[State(case.state)],
        step=case.step,
        step_name=STEP_NAMES.get(case.step_kind or ""),
        desk=desk_of(case),
        due_on=case.due_on,
        version=case.version,
        as_of=case.as_of,
        submitted_at=case.submitted_at,
        closed_at=case.closed_at,
        reason=case.reason,
    )


def whole(case: Application, doer: commands.Doer, now: datetime) -> wire.ApplicationState:
    """Return everything its owner may know of a case, and what he may do."""
    draft = case.state == State.DRAFT
    problems = commands.problems(case, now.date()) if draft else []
    return brief(case).model_copy(
        update={
            "materials": [
                wire.PaperState(
                    id=paper.material.id, name=paper.material.name, required=paper.required, present=paper.present
                )
                for paper in commands.needed(case)
            ],
            "stations": [_station(station) for station in stations(case)],
            "corrections": points(case),
            "problems": [wire.FieldProblem(field=p.field, code=p.code, message=p.message) for p in problems],
            "commands": commands.commands_for(doer, case, now),
        }
    )


def _station(station: Station) -> wire.StationState:
    return wire.StationState(
        step=station.step,
        name=station.name,
        state=station.state,
        desk=station.desk,
        entered_at=station.entered_at,
        left_at=station.left_at,
        due_on=station.due_on,
        outcome=station.outcome,
    )


def of_person(applicant_id: str) -> list[Application]:
    """Return a person's cases, newest first."""
    rows = Application.select().where(Application.applicant == applicant_id)
    return list(rows.order_by(Application.id.desc()))
