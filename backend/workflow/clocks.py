"""What time alone brings about; the worker calls these again and again, and each may be repeated safely."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from backend.store import audit, outbox
from backend.store.database import transaction
from backend.store.models import Application, PublicNotice, StaffAlert, StepRecord
from backend.workdays import Calendar, UncoveredYear, due_on, workdays_in
from backend.workflow import notices, payments, rulebook
from backend.workflow.case import CLOCK, changing, load, set_last_days
from backend.workflow.refusal import Refusal
from backend.workflow.rights import Role
from backend.workflow.stages import STEP_NAMES, State

SOON_WORKDAYS = 1
"""A step is due soon when so many workdays, or fewer, are left."""

LATE_WORKDAYS = 3
"""A step is late for the coordinator after so many workdays over its limit."""


@dataclass(frozen=True)
class Level:
    """How far a limit is gone: number, the role told besides the desk itself, and the words."""

    number: int
    role: Role | None
    text: str


DUE_SOON = Level(1, None, "即将到期")
OVERDUE = Level(2, Role.SUPERVISOR, "已经超期")
LATE = Level(3, Role.COORDINATOR, "严重超期")


def close_due_notices(now: datetime) -> int:
    """Close every public notice whose last day is over and return how many."""
    over = (PublicNotice.state == "open") & (PublicNotice.closes_on < now.date())
    due = [row.id for row in PublicNotice.select(PublicNotice.id).where(over)]
    for notice_id in due:
        notices.close(notice_id, now, CLOCK)
    return len(due)


def expire(now: datetime) -> int:
    """End drafts nobody touched for long and corrections whose last day is over; return how many."""
    lapsing = [str(State.DRAFT), str(State.CORRECTION)]
    over = Application.state.in_(lapsing) & (Application.expires_on < now.date())
    ids = [row.id for row in Application.select(Application.id).where(over)]
    return sum(_expire(case_id, now) for case_id in ids)


def _expire(case_id: str, now: datetime) -> bool:
    try:
        with changing("expire", CLOCK, case_id, now) as change:
            submitted = change.case.state == State.CORRECTION
            change.leave("expired")
            change.finish(State.EXPIRED, "expired", "逾期没有补正" if submitted else "草稿长期没有提交")
            if submitted:
                change.tell("result", outcome="逾期未补正", decided_on=now.date())
    except Refusal:
        return False
    return True


# --- limits -----------------------------------------------------------------------------------------------------------


def flag_overdue(now: datetime) -> int:
    """Warn of steps that are due soon, over their limit, or late; return how many warnings were given.

    The desk is told first, then its supervisor, then the coordinator; the applicant once the limit is over. A level is
    told once.
    """
    running = (
        (StepRecord.left_at.is_null()) & StepRecord.due_on.is_null(False) & (StepRecord.warned_level < LATE.number)
    )
    near = running & (StepRecord.due_on <= now.date() + timedelta(days=14))
    return sum(_warn(record, now) for record in list(StepRecord.select().where(near)))


def _warn(record: StepRecord, now: datetime) -> bool:
    case = load(record.application_id)
    level = level_of(record.due_on, now.date(), rulebook.calendar_of(case), record.statutory_on)
    if level is None or level.number <= record.warned_level or case.state == State.CORRECTION:
        return False
    with transaction():
        fresh = (StepRecord.id == record.id) & (StepRecord.warned_level == record.warned_level)
        overdue = {"overdue_since": record.due_on + timedelta(days=1)} if level.number >= OVERDUE.number else {}
        if not StepRecord.update(warned_level=level.number, **overdue).where(fresh).execute():
            return False
        _alert(case, record, level, now)
        if record.warned_level < OVERDUE.number <= level.number:
            _tell_applicant(case, record, now)
        audit.record(CLOCK.actor, "warn", "application", case.id, now, {"step": record.id, "level": level.number})
    return True


def level_of(due: date, today: date, calendar: Calendar, statutory: date | None = None) -> Level | None:
    """Return how far a limit is gone on a day, or None while there is time. Pure.

    Where `due` is a promise, it is late once the `statutory` day behind it is over too.
    """
    try:
        if today <= due:
            return DUE_SOON if workdays_in(today, due, calendar) <= SOON_WORKDAYS else None
        if statutory is not None:
            return LATE if today > statutory else OVERDUE
        return LATE if workdays_in(due, today, calendar) > LATE_WORKDAYS else OVERDUE
    except UncoveredYear:
        return OVERDUE if today > due else None


def _alert(case: Application, record: StepRecord, level: Level, now: datetime) -> None:
    for role in dict.fromkeys([record.role, level.role]):
        if role is not None:
            StaffAlert.insert(
                city=case.city,
                role=role,
                agency=None if role == Role.COORDINATOR else record.agency,
                employer=case.employer_id if role == Role.EMPLOYER else None,
                application=case.id,
                step_record=record.id,
                level=level.number,
                text=f"{case.number} {STEP_NAMES[record.kind]}{level.text}（{_last_days(record)}办结）",
                created_at=now,
            ).on_conflict_ignore().execute()


def _last_days(record: StepRecord) -> str:
    if record.statutory_on is None:
        return f"应于{record.due_on}"
    return f"承诺{record.due_on}、法定{record.statutory_on}"


def _tell_applicant(case: Application, record: StepRecord, now: datetime) -> None:
    outbox.enqueue(
        f"{record.id}:overdue",
        case.applicant_id,
        "step_overdue",
        {"item": rulebook.item_of(case).name, "step": STEP_NAMES[record.kind], "due_on": record.due_on},
        application=case.id,
        due=now,
    )


def fill_missing_limits(now: datetime) -> int:
    """Give running steps their last day once the calendar of its year has been entered; return how many got one."""
    limited = StepRecord.limit_length.is_null(False) | StepRecord.promised_length.is_null(False)
    missing = StepRecord.left_at.is_null() & StepRecord.due_on.is_null() & limited
    return sum(_fill(record) for record in list(StepRecord.select().where(missing)))


def _fill(record: StepRecord) -> bool:
    case = load(record.application_id)
    if case.state == State.CORRECTION:
        return False
    with transaction():
        due = set_last_days(record, rulebook.calendar_of(case))
        if due is None:
            return False
        Application.update(due_on=due).where((Application.id == case.id) & (Application.step == record.step)).execute()
    return True


def calendar_runs_out(now: datetime, days: int = 60) -> int | None:
    """Return the year whose holiday calendar is missing for the coming `days`, or None: the alarm for operators."""
    try:
        due_on(now.date(), days, "workday", rulebook.workcalendar.calendar())
    except UncoveredYear as error:
        return error.year
    return None


# --- money ------------------------------------------------------------------------------------------------------------


def accrue_running(now: datetime) -> int:
    """Enter the months that have become due of every running benefit; return how many rows."""
    entered = 0
    for case_id in payments.running_benefits():
        try:
            entered += len(payments.accrue(case_id, now))
        except Refusal:  # a person has to settle area or version first; the case page says so
            continue
    return entered


EVERY_HOUR = (close_due_notices, expire, flag_overdue, fill_missing_limits)
EVERY_DAY = (accrue_running,)
"""What the worker's schedule calls, each with the present moment."""
