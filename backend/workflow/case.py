"""One case in one transaction: who asks, whether they may, the change itself, its record, its message, its audit row.

Every command of this package has the same shape:

    with changing("accept", who, case_id, now, version) as change:
        …what is special about the command…
        change.move_on("accepted")

`changing` loads the case, checks the transition table and the rights, and gives a `Change`; at its end the case is
written back only if nobody changed it meanwhile (compare and set on `version`), then the audit row is appended.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from backend.messages import Value, messages
from backend.policy.types import Item
from backend.store import audit, employers, outbox
from backend.store.database import lock_row, transaction
from backend.store.models import Application, Delegation, Pause, Staff, StepRecord
from backend.workdays import Calendar, Span
from backend.workflow import rulebook
from backend.workflow.refusal import Refusal
from backend.workflow.rights import Desk, Hat, Role, holds
from backend.workflow.stages import COMMANDS, DESK, FINAL, STATE_NAMES, Limit, Stage, State, after, allowed


class NoSuchCase(Refusal):
    """No case of that id (or none this person may know of)."""

    code = "not_found"

    def __init__(self, case_id: str):
        super().__init__("没有找到这件申请，请回到列表刷新后再试。")
        self.case_id = case_id


class NotNow(Refusal):
    """The state or step of the case does not allow the command."""

    code = "wrong_state"

    def __init__(self, command: str, state: str):
        super().__init__(
            f"这件申请现在是“{STATE_NAMES[State(state)]}”，不能{COMMANDS[command].name}。请刷新页面查看最新进度。"
        )
        self.command, self.state = command, state


class NotYours(Refusal):
    """The desk is somebody else's."""

    code = "forbidden"

    def __init__(self, command: str):
        super().__init__(f"这一步不由您办理，不能{COMMANDS[command].name}。请确认登录的账号和部门。")
        self.command = command


class Stale(Refusal):
    """Somebody else changed the case meanwhile."""

    code = "stale"

    def __init__(self) -> None:
        super().__init__("这件申请刚刚有别人处理过，请刷新后再决定。")


class Frozen(Refusal):
    """An objection is being looked into."""

    code = "frozen"

    def __init__(self) -> None:
        super().__init__("这件申请有异议正在调查，处理完异议后才能继续。")


# --- who acts ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Doer:
    """Whoever gives a command: kind (applicant, staff, job), id, and the hats it may wear."""

    kind: str
    id: str
    hats: Sequence[Hat] = ()

    @property
    def actor(self) -> audit.Actor:
        """The doer as the audit log names it."""
        return audit.Actor(self.kind, self.id)


CLOCK = Doer("job", "clock")
"""The job that does what time alone brings about."""


def as_applicant(applicant_id: str) -> Doer:
    """A person in the mini-program; with the hat of HR where an approved employer has let him in."""
    employer = employers.of_hr(applicant_id)
    hats = (Hat(applicant_id, applicant_id, Role.EMPLOYER, employer.city, employer=employer.id),) if employer else ()
    return Doer("applicant", applicant_id, hats)


def as_staff(staff: Staff, day: date) -> Doer:
    """A member of staff with the own hat and those of colleagues who are away and named this deputy."""
    away = (
        Delegation.select(Delegation, Staff)
        .join(Staff, on=(Delegation.absent == Staff.id))
        .where((Delegation.deputy == staff.id) & (Delegation.starts_on <= day) & (Delegation.ends_on >= day))
    )
    owners = [staff, *(row.absent for row in away)]
    return Doer("staff", staff.id, tuple(_hat(staff, owner) for owner in owners))


def _hat(wearer: Staff, owner: Staff) -> Hat:
    return Hat(wearer.id, owner.id, owner.role, owner.city, owner.agency, owner.window, owner.place, owner.employer_id)


def doer_of(who: "Doer | Staff", now: datetime) -> Doer:
    """Return the doer behind a staff row, or the doer itself."""
    return as_staff(who, now.date()) if isinstance(who, Staff) else who


# --- one change -------------------------------------------------------------------------------------------------------


@dataclass
class Change:
    """A case while a command changes it. Columns set through `set` are written together at the end."""

    command: str
    case: Application
    doer: Doer
    now: datetime
    columns: dict[str, Any] = field(default_factory=dict)
    detail: dict[str, Any] = field(default_factory=dict)

    @property
    def item(self) -> Item:
        """The item of the case on the case's day."""
        return rulebook.item_of(self.case)

    def set(self, **columns: Any) -> None:
        """Change columns of the case."""
        for name, value in columns.items():
            setattr(self.case, name, value)
        self.columns.update(columns)

    def tell(self, template: str, **keywords: Value) -> None:
        """Promise the applicant a message about this change; the item's name is added where the template shows it."""
        shown = {keyword.name for keyword in messages().template(template).keywords}
        named = {"item": self.item.name} if "item" in shown else {}
        applicant, case = self.case.applicant_id, self.case.id
        event = f"{case}:{self.case.version + 1}:{template}"
        outbox.enqueue(event, applicant, template, named | keywords, application=case, due=self.now)

    # -- moving between stages

    def record(self) -> StepRecord | None:
        """Return the record of the stay the case is in now."""
        running = (StepRecord.application == self.case.id) & StepRecord.left_at.is_null()
        return StepRecord.select().where(running).order_by(StepRecord.position.desc()).first()

    def leave(self, outcome: str, note: str | None = None) -> None:
        """End the present stay with an outcome."""
        StepRecord.update(
            left_at=self.now, outcome=outcome, note=note, actor_kind=self.doer.kind, actor=self.doer.id
        ).where((StepRecord.application == self.case.id) & StepRecord.left_at.is_null()).execute()

    def enter(self, stage: Stage) -> None:
        """Begin a stay at a stage, with its due date where the text sets a limit or the office promises one.

        The length of a public notice is how long it runs, not how soon it must be out: `publish` sets its last day.
        """
        length, promised = (None, None) if stage.kind == "public_notice" else (stage.length, stage.promised)
        limit = Limit(length, promised, stage.unit)
        last_days = limit.last_days(self.now.date(), (), rulebook.calendar_of(self.case))
        last = StepRecord.select().where(StepRecord.application == self.case.id).count()
        StepRecord.create(
            application=self.case.id,
            step=stage.step,
            kind=stage.kind,
            position=last + 1,
            role=stage.role,
            agency=stage.desk,
            entered_at=self.now,
            limit_length=length,
            limit_unit=stage.unit,
            promised_length=promised,
            due_on=last_days.due_on,
            statutory_on=last_days.statutory_on,
            cite=next(iter(stage.cites), None),
        )
        self.set(
            state=State.RUNNING,
            step=stage.step,
            step_kind=stage.kind,
            role=stage.role,
            agency=stage.desk,
            entered_at=self.now,
            due_on=last_days.due_on,
        )

    def next_stage(self) -> Stage | None:
        """Return the stage that comes after the present one, or the first when there is none yet."""
        stages = rulebook.stages_of(self.case)
        here = next((stage.position for stage in stages if stage.step == self.case.step), 0)
        return after(stages, here)

    def finish(self, state: State, outcome: str, reason: str | None = None) -> None:
        """Close the case for good."""
        self.set(
            state=state,
            outcome=outcome,
            reason=reason,
            closed_at=self.now,
            role=None,
            agency=None,
            due_on=None,
            frozen=False,
        )

    # -- the clock

    def stop_clock(self, reason: str) -> None:
        """Let the limit of the present stay stand still from now on."""
        record = self.record()
        if record is not None:
            Pause.create(step_record=record.id, starts_at=self.now, reason=reason)

    def start_clock(self) -> None:
        """Let the limit go on and move its last day by what was lost."""
        record = self.record()
        if record is None:
            return
        Pause.update(ends_at=self.now).where((Pause.step_record == record.id) & Pause.ends_at.is_null()).execute()
        self.set(due_on=set_last_days(record, rulebook.calendar_of(self.case)))


def set_last_days(record: StepRecord, calendar: Calendar) -> date | None:
    """Reckon a stay's last days anew, its pauses given back, and return the one it is due by.

    None without limit or calendar.
    """
    pauses = Pause.select().where((Pause.step_record == record.id) & Pause.ends_at.is_null(False))
    spans = [Span(pause.starts_at.date(), pause.ends_at.date()) for pause in pauses]
    limit = Limit(record.limit_length, record.promised_length, record.limit_unit)
    found = limit.last_days(record.entered_at.date(), spans, calendar)
    StepRecord.update(due_on=found.due_on, statutory_on=found.statutory_on).where(StepRecord.id == record.id).execute()
    return found.due_on


def load(case_id: str) -> Application:
    """Return a case. Raises NoSuchCase."""
    case = Application.get_or_none(Application.id == case_id)
    if case is None:
        raise NoSuchCase(case_id)
    return case


def lock(case_ids: Iterable[str]) -> None:
    """Hold cases until the transaction ends, in one order for everybody, so that two changes wait and never deadlock.

    Whoever changes several cases locks all of them before the first change: the audit log's head comes after.
    """
    wanted = Application.select(Application.id).where(Application.id.in_(list(case_ids))).order_by(Application.id)
    list(lock_row(wanted))


def desk_of(case: Application) -> Desk:
    """Return where a case lies, as rights see it."""
    return Desk(case.role, case.agency, case.city, case.place, case.employer_id)


def may(doer: Doer, command: str, case: Application) -> bool:
    """Tell whether a doer may give a command for a case, the state aside."""
    who = COMMANDS[command].who
    if who == Role.APPLICANT:
        return doer.id == case.applicant_id or (doer.kind == "staff" and case.delegate_id == doer.id)
    if who == DESK:
        return any(holds(hat, desk_of(case)) for hat in doer.hats)
    return who == "anyone" or doer.kind == "job"


def commands_for(who: "Doer | Staff", case: Application, now: datetime) -> list[str]:
    """Return the commands this doer may give for a case now, in the order of the table: what a page offers."""
    doer = doer_of(who, now)
    possible = [command for command in COMMANDS if allowed(command, case.state, case.step_kind)]
    return [command for command in possible if may(doer, command, case)]


@contextmanager
def changing(
    command: str, who: "Doer | Staff", case_id: str, now: datetime, version: int | None = None
) -> Iterator[Change]:
    """Open one change of a case; see the module's head.

    `version` is what the doer saw; without it the present one is taken. Raises NoSuchCase, NotYours, NotNow, Stale.
    """
    doer = doer_of(who, now)
    with transaction():
        lock([case_id])
        case = load(case_id)
        change = Change(command, case, doer, now)
        _check(change, version)
        seen = case.version
        yield change
        _write(case, seen, change.columns | {"updated_at": now, "version": seen + 1})
        audit.record(doer.actor, command, "application", case.id, now, change.detail)


def _check(change: Change, version: int | None) -> None:
    case = change.case
    if not may(change.doer, change.command, case):
        if change.doer.kind == "applicant" and change.doer.id != case.applicant_id and not change.doer.hats:
            raise NoSuchCase(case.id)
        raise NotYours(change.command)
    if version is not None and version != case.version:
        raise Stale
    if not allowed(change.command, case.state, case.step_kind):
        raise NotNow(change.command, case.state)


def _write(case: Application, seen: int, columns: Mapping[str, Any]) -> None:
    """Compare and set: of two who saw the same version, one finds it gone."""
    written = Application.update(**columns).where((Application.id == case.id) & (Application.version == seen)).execute()
    if not written:
        raise Stale
    case.version = seen + 1


def closed(case: Application) -> bool:
    """Tell whether a case has come to its end."""
    return State(case.state) in FINAL
