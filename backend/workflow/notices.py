"""Public notice: publish a masked list for so many days, hear objections, close it when it has run out.

The last day ends with its close: a notice that closes on a day is closed by the clock from the next day on. An
objection freezes the entry it is against and nobody else's.
"""

from collections.abc import Sequence
from datetime import datetime

from backend.messages import words
from backend.store import audit, facts, numbers, sealed
from backend.store.database import lock_row, transaction
from backend.store.models import Application, NoticeEntry, Objection, PublicNotice, Staff
from backend.workdays import due_on
from backend.workflow import rulebook
from backend.workflow.case import CLOCK, Change, Doer, changing, doer_of, lock, may
from backend.workflow.desk import Reason, turn_down
from backend.workflow.progress import move_on
from backend.workflow.refusal import Refusal
from backend.workflow.stages import State, allowed

UNSTATED_LENGTH = (5, "workday")
"""How long a notice runs where the text orders one and does not say how long."""


class MixedNotice(Refusal):
    """The cases of one notice must be of one city, item and desk."""

    code = "mixed_notice"

    def __init__(self) -> None:
        super().__init__("一份公示只能包含同一城市、同一事项、同一部门的申请，请分开发布。")


class EmptyNotice(Refusal):
    """A notice without anybody on it."""

    code = "empty_notice"

    def __init__(self) -> None:
        super().__init__("请至少选择一件申请再发布公示。")


class NoticeOver(Refusal):
    """The notice has closed; objections can no longer be filed."""

    code = "notice_over"

    def __init__(self) -> None:
        super().__init__("公示期已经结束，不能再在这里提出异议。可以通过投诉渠道反映问题。")


class NoticeRunning(Refusal):
    """The last day of the notice is not over yet."""

    code = "notice_running"

    def __init__(self, notice: PublicNotice):
        super().__init__(f"公示到{words(notice.closes_on)}当日终了才期满，现在不能结束。")
        self.notice = notice


class ObjectionDecided(Refusal):
    """The objection is decided already, or not there."""

    code = "objection_decided"

    def __init__(self) -> None:
        super().__init__("这条异议已经处理过了，请刷新页面。")


# --- publishing -------------------------------------------------------------------------------------------------------


def publish(who: Doer | Staff, case_ids: Sequence[str], now: datetime, title: str | None = None) -> PublicNotice:
    """Publish the cases as one masked list; its days are those of the pack's step, reckoned over the work calendar.

    Raises EmptyNotice, MixedNotice, UncoveredYear where no calendar covers the days, and what `changing` raises.
    """
    if not case_ids:
        raise EmptyNotice
    with transaction():
        lock(case_ids)
        first = Application.get_or_none(Application.id == case_ids[0])
        notice = None
        for position, case_id in enumerate(dict.fromkeys(case_ids), start=1):
            with changing("publish", who, case_id, now) as change:
                if notice is None:
                    notice = _open(change, title)
                if (change.case.city, change.case.item, change.case.agency) != (first.city, first.item, first.agency):
                    raise MixedNotice
                _enter(change, notice, position)
        audit.record(doer_of(who, now).actor, "publish", "public_notice", notice.id, now, {"entries": position})
    return notice


def _open(change: Change, title: str | None) -> PublicNotice:
    case, today, calendar = change.case, change.now.date(), rulebook.calendar_of(change.case)
    stage = next(stage for stage in rulebook.stages_of(case) if stage.step == case.step)
    length, unit = (stage.length, stage.unit) if stage.length and stage.unit else UNSTATED_LENGTH
    closes_on = due_on(today, length, unit, calendar)
    city = rulebook.pack_of(case).city
    return PublicNotice.create(
        number=f"{case.city.upper()}G{today:%Y}{numbers.next_in(f'G:{case.city}:{today:%Y}'):05d}",
        city=case.city,
        agency=case.agency,
        item=case.item,
        title=title or f"关于{city.full_name}{change.item.name}拟通过人员名单的公示",
        published_at=change.now,
        first_day=due_on(today, 1, unit, calendar),
        closes_on=closes_on,
        length=length,
        unit=unit,
        cite=next(iter(stage.cites), None),
        published_by=change.doer.id,
    )


def _enter(change: Change, notice: PublicNotice, position: int) -> None:
    case = change.case
    NoticeEntry.create(
        notice=notice.id,
        application=case.id,
        position=position,
        name_masked=case.applicant_masked,
        employer_name=facts.of_rows(case.fact_ids).get("employer_name"),
        text=_shown(change),
    )
    change.set(state=State.NOTICE, due_on=notice.closes_on, entered_at=change.now)
    change.tell("notice_started", period=(notice.first_day, notice.closes_on))
    change.detail = {"notice": notice.id}


def _shown(change: Change) -> str:
    """The category or amount that the list shows beside a name, as the engine has it."""
    amount = rulebook.verdict_of(change.case).amount
    if amount.label:
        return amount.label
    return f"{amount.value}{amount.unit or ''}" if amount.kind == "fixed" and amount.value else ""


# --- objections -------------------------------------------------------------------------------------------------------


def file_objection(
    entry_id: str,
    text: str,
    now: datetime,
    *,
    name: str | None = None,
    phone: str | None = None,
    by: str | None = None,
    files: Sequence[str] = (),
) -> Objection:
    """Take an objection against one entry, named or anonymous, and freeze that person's case.

    `by` is the applicant id of whoever files it signed in; `files` are ids of uploaded papers. Raises NoticeOver and
    ReasonNeeded.
    """
    with transaction():
        entry = NoticeEntry.get_or_none(NoticeEntry.id == entry_id)
        notice = _held(entry.notice_id) if entry else None
        if notice is None or notice.state != "open" or now.date() > notice.closes_on:
            raise NoticeOver
        if not text.strip():
            raise EmptyObjection
        objection = Objection(entry=entry.id, by_applicant=by, files=list(files), filed_at=now)
        sealed.put(objection, "text_sealed", text.strip())
        sealed.put(objection, "name_sealed", name or None)
        sealed.put(objection, "phone_sealed", phone or None)
        objection.save(force_insert=True)
        _freeze(entry, now)
    return objection


def _held(notice_id: str) -> PublicNotice:
    """Return a notice, locked until the transaction ends: closing it and objecting to it wait for one another."""
    return lock_row(PublicNotice.select().where(PublicNotice.id == notice_id)).get()


class EmptyObjection(Refusal):
    """An objection without a word."""

    code = "reason_needed"

    def __init__(self) -> None:
        super().__init__("请写明异议的具体内容，便于核实。")


def _freeze(entry: NoticeEntry, now: datetime) -> None:
    NoticeEntry.update(frozen=True).where(NoticeEntry.id == entry.id).execute()
    with changing("object", Doer("job", "objection"), entry.application_id, now) as change:
        change.set(frozen=True)
        change.detail = {"entry": entry.id}


def decide_objection(who: Doer | Staff, objection_id: str, upheld: bool, decision: str, now: datetime) -> Objection:
    """Decide an objection. Upheld, the case is turned down; dismissed, it goes on where the notice stands by now.

    Raises ObjectionDecided, ReasonNeeded and what `changing` raises.
    """
    with transaction():
        objection = Objection.get_or_none((Objection.id == objection_id) & (Objection.state == "open"))
        if objection is None:
            raise ObjectionDecided
        entry = objection.entry
        with changing("decide_objection", who, entry.application_id, now) as change:
            if not decision.strip():
                raise EmptyObjection
            _close_objection(objection, change, upheld, decision)
            if upheld:
                _uphold(change, entry, decision)
            elif not _open_objections(entry):
                _unfreeze(change, entry)
    return Objection.get_by_id(objection_id)


def _close_objection(objection: Objection, change: Change, upheld: bool, decision: str) -> None:
    Objection.update(
        state="upheld" if upheld else "rejected",
        decision=decision,
        decided_by=change.doer.id,
        decided_at=change.now,
    ).where(Objection.id == objection.id).execute()
    change.detail = {"objection": objection.id, "upheld": upheld}


def _uphold(change: Change, entry: NoticeEntry, decision: str) -> None:
    NoticeEntry.update(outcome="upheld", frozen=True).where(NoticeEntry.id == entry.id).execute()
    turn_down(change, State.REJECTED, [Reason(f"公示异议经核实成立：{decision}")])


def _unfreeze(change: Change, entry: NoticeEntry) -> None:
    NoticeEntry.update(frozen=False).where(NoticeEntry.id == entry.id).execute()
    change.set(frozen=False)
    if entry.notice.state == "closed":
        _clear(change, entry)


def _open_objections(entry: NoticeEntry) -> bool:
    return Objection.select().where((Objection.entry == entry.id) & (Objection.state == "open")).exists()


# --- closing ----------------------------------------------------------------------------------------------------------


def close(notice_id: str, now: datetime, who: Doer | Staff = CLOCK) -> list[str]:
    """Close a notice that has run out and let everybody without an open objection go on; return their case ids.

    Raises NoticeRunning before its last day is over, NotYours for a desk that is not the notice's.
    """
    with transaction():
        notice = _held(notice_id)
        if notice.state == "closed":
            return []
        if now.date() <= notice.closes_on:
            raise NoticeRunning(notice)
        closing = (PublicNotice.id == notice_id) & (PublicNotice.state == "open")
        if not PublicNotice.update(state="closed", closed_at=now).where(closing).execute():
            return []
        lock(entry.application_id for entry in notice.entries)
        cleared = [entry.application_id for entry in notice.entries if _close_entry(entry, now)]
        doer = doer_of(who, now)
        audit.record(doer.actor, "close", "public_notice", notice_id, now, {"cleared": len(cleared)})
    return cleared


def _close_entry(entry: NoticeEntry, now: datetime) -> bool:
    case = Application.get_by_id(entry.application_id)
    if entry.frozen or not allowed("close_notice", case.state, case.step_kind):
        return False
    with changing("close_notice", CLOCK, case.id, now) as change:
        _clear(change, entry)
    return True


def _clear(change: Change, entry: NoticeEntry) -> None:
    """The case goes on when the text leaves no doubt about its amount; otherwise its desk must state one first."""
    NoticeEntry.update(outcome="cleared").where(NoticeEntry.id == entry.id).execute()
    change.set(state=State.RUNNING)
    move_on(change, "no_objection")
    if change.case.state != State.GRANTED:
        change.tell("notice_ended", outcome="无异议", ended_on=entry.notice.closes_on)


def may_publish(who: Doer | Staff, case: Application, now: datetime) -> bool:
    """Tell whether somebody may publish a case now."""
    return may(doer_of(who, now), "publish", case) and allowed("publish", case.state, case.step_kind)
