"""How the service is judged and asked: ratings, complaints and messages with their clocks, appointments at windows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from peewee import IntegrityError

from backend.policy.types import Window
from backend.store import audit, numbers, outbox, sealed
from backend.store.database import transaction
from backend.store.models import Application, Appointment, Complaint, Rating, Staff, StepRecord
from backend.workdays import UncoveredYear, due_on
from backend.workflow import rulebook
from backend.workflow.case import Doer, NotYours, doer_of
from backend.workflow.refusal import Refusal
from backend.workflow.rights import Role

LOW_GRADE = 2
"""A grade this low or lower wants an answer."""

ANSWER_LOW_GRADE = 5
ANSWER_WORKDAYS: Mapping[str, int] = {"message": 5, "complaint": 15, "organization": 15}
"""Kind of complaint → workdays to answer it."""

COMPLAINT_NAMES: Mapping[str, str] = {"message": "留言", "complaint": "投诉", "organization": "12380 举报"}


class AlreadyRated(Refusal):
    """The step has been rated."""

    code = "already_rated"

    def __init__(self) -> None:
        super().__init__("这一步已经评价过了，谢谢您。")


class NotRatable(Refusal):
    """There is no finished step to rate."""

    code = "not_ratable"

    def __init__(self) -> None:
        super().__init__("这一步还没有办完，办完后再评价。")


class NoSuchComplaint(Refusal):
    """The complaint is not there, or answered already."""

    code = "not_found"

    def __init__(self) -> None:
        super().__init__("没有找到这条记录，可能已经处理，请刷新后再看。")


# --- ratings ----------------------------------------------------------------------------------------------------------


def rate(
    applicant_id: str,
    case_id: str,
    grade: int,
    now: datetime,
    *,
    step_record_id: str | None = None,
    tags: Sequence[str] = (),
    text: str = "",
) -> Rating:
    """Keep how a finished step went, once; without a step, the newest finished one that is not rated yet.

    Raises NotRatable, AlreadyRated.
    """
    with transaction():
        record = _ratable(applicant_id, case_id, step_record_id)
        case = Application.get_by_id(case_id)
        low = grade <= LOW_GRADE
        rating = Rating.create(
            application=case_id,
            step_record=record.id,
            applicant=applicant_id,
            city=case.city,
            agency=record.agency,
            grade=grade,
            tags=list(tags),
            text=text,
            rated_at=now,
            answer_due_on=_answer_by(case.city, ANSWER_LOW_GRADE, now) if low else None,
        )
        audit.record(audit.Actor("applicant", applicant_id), "rate", "application", case_id, now, {"grade": grade})
    return rating


def _ratable(applicant_id: str, case_id: str, step_record_id: str | None) -> StepRecord:
    finished = (
        StepRecord.select(StepRecord)
        .join(Application)
        .where(
            (Application.id == case_id) & (Application.applicant == applicant_id) & StepRecord.left_at.is_null(False)
        )
    )
    if step_record_id:
        finished = finished.where(StepRecord.id == step_record_id)
    rated = Rating.select(Rating.step_record).where(Rating.application == case_id)
    record = finished.where(StepRecord.id.not_in(rated)).order_by(StepRecord.position.desc()).first()
    if record is None:
        raise AlreadyRated if finished.exists() else NotRatable
    return record


def answer_rating(who: Doer | Staff, rating_id: str, answer: str, now: datetime) -> Rating:
    """Answer a rating, at the agency it is about. Raises NotYours."""
    rating = Rating.get_by_id(rating_id)
    doer = _answering(who, rating.city, rating.agency, now)
    with transaction():
        changes = {"answer": answer, "answered_by": doer.id, "answered_at": now}
        Rating.update(**changes).where(Rating.id == rating_id).execute()
        case = rating.application
        _tell_reply(rating.applicant_id, f"{rating_id}:answer", "您的评价", answer, now, case.id)
        audit.record(doer.actor, "answer_rating", "rating", rating_id, now)
    return Rating.get_by_id(rating_id)


# --- complaints and messages ------------------------------------------------------------------------------------------


def complain(
    city: str,
    kind: str,
    subject: str,
    text: str,
    now: datetime,
    *,
    applicant_id: str | None = None,
    agency: str | None = None,
    case_id: str | None = None,
    contact: str | None = None,
    files: Sequence[str] = (),
) -> Complaint:
    """Take a complaint, a 12380 matter or a message; each kind has its own clock."""
    with transaction():
        row = Complaint(
            number=f"{city.upper()}T{now:%Y%m%d}{numbers.next_in(f'T:{city}:{now:%Y%m%d}'):04d}",
            applicant=applicant_id,
            application=case_id,
            city=city,
            agency=agency,
            kind=kind,
            subject=subject,
            files=list(files),
            filed_at=now,
            due_on=_answer_by(city, ANSWER_WORKDAYS[kind], now),
        )
        sealed.put(row, "text_sealed", text)
        sealed.put(row, "contact_sealed", contact)
        row.save(force_insert=True)
        actor = audit.Actor("applicant", applicant_id) if applicant_id else audit.Actor("system", "anonymous")
        audit.record(actor, "complain", "complaint", row.id, now, {"kind": kind})
    return row


def answer_complaint(who: Doer | Staff, complaint_id: str, answer: str, now: datetime) -> Complaint:
    """Answer a complaint or message. Raises NoSuchComplaint, NotYours."""
    row = Complaint.get_or_none((Complaint.id == complaint_id) & (Complaint.state == "open"))
    if row is None:
        raise NoSuchComplaint
    doer = _answering(who, row.city, row.agency, now)
    with transaction():
        changes = {"state": "answered", "answer": answer, "answered_by": doer.id, "answered_at": now}
        Complaint.update(**changes).where(Complaint.id == complaint_id).execute()
        if row.applicant_id:
            _tell_reply(row.applicant_id, f"{complaint_id}:answer", row.subject, answer, now, row.application_id)
        audit.record(doer.actor, "answer_complaint", "complaint", complaint_id, now)
    return Complaint.get_by_id(complaint_id)


def close_complaint(applicant_id: str, complaint_id: str, satisfied: bool, now: datetime) -> Complaint:
    """Say whether the answer satisfied; that closes it. Raises NoSuchComplaint."""
    own = (Complaint.id == complaint_id) & (Complaint.applicant == applicant_id) & (Complaint.state == "answered")
    with transaction():
        if not Complaint.update(state="closed", satisfied=satisfied).where(own).execute():
            raise NoSuchComplaint
        audit.record(audit.Actor("applicant", applicant_id), "close_complaint", "complaint", complaint_id, now)
    return Complaint.get_by_id(complaint_id)


def _tell_reply(applicant_id: str, event: str, subject: str, reply: str, now: datetime, case_id: str | None) -> None:
    keywords = {"subject": subject, "reply": reply, "replied_at": now}
    outbox.enqueue(event, applicant_id, "staff_reply", keywords, application=case_id, due=now)


def _answer_by(city: str, workdays: int, now: datetime) -> date | None:
    try:
        return due_on(now.date(), workdays, "workday", rulebook.workcalendar.calendar(city))
    except UncoveredYear:
        return None


def _answering(who: Doer | Staff, city: str, agency: str | None, now: datetime) -> Doer:
    """The agency concerned answers, its supervisor or desk; the coordinator answers what is nobody's, or anything."""
    doer = doer_of(who, now)
    for hat in doer.hats:
        at_agency = hat.role in (Role.SUPERVISOR, Role.REVIEWER, Role.WINDOW) and agency in (hat.agency, None)
        if hat.city == city and (at_agency or hat.role == Role.COORDINATOR):
            return doer
    raise NotYours("complete")


# --- appointments -----------------------------------------------------------------------------------------------------

HOURS = ((time(9), time(11, 30)), (time(14), time(17)))
SLOT = timedelta(minutes=30)
DAYS_AHEAD = 10
DEFAULT_COUNTERS = 1
MOST_BOOKED = 3


@dataclass(frozen=True)
class FreeSlot:
    """A time at a window with the number of counters still free."""

    at: datetime
    free: int


@dataclass(frozen=True)
class FreeDay:
    """A day and its times; `closed` says why there are none."""

    day: date
    slots: tuple[FreeSlot, ...]
    closed: str | None = None


class SlotTaken(Refusal):
    """The time is not free (any more)."""

    code = "slot_taken"

    def __init__(self) -> None:
        super().__init__("这个时间刚刚约满，请换一个时间。")


class TooManyBooked(Refusal):
    """The person holds as many times as one may."""

    code = "too_many_appointments"

    def __init__(self) -> None:
        super().__init__(f"最多同时预约 {MOST_BOOKED} 次，请先取消不去的预约。")


class NoSuchAppointment(Refusal):
    """The appointment is not there, or not booked any more."""

    code = "not_found"

    def __init__(self) -> None:
        super().__init__("没有找到这次预约，可能已经取消，请刷新后再看。")


class NoSuchWindow(Refusal):
    """The city has no window of that id."""

    code = "unknown_window"

    def __init__(self) -> None:
        super().__init__("没有这个窗口，请从列表中选择。")


def free_days(city: str, window_id: str, now: datetime) -> list[FreeDay]:
    """Return the coming days of a window with what is free. Raises NoSuchWindow."""
    window, calendar = _window(city, window_id), rulebook.workcalendar.calendar(city)
    taken = _taken(city, window_id, now.date())
    found = []
    for number in range(1, DAYS_AHEAD + 1):
        day = now.date() + timedelta(days=number)
        try:
            closed = None if calendar.is_workday(day) else "休息日"
        except UncoveredYear:
            break
        slots = () if closed else tuple(_slot(window, at, now, taken) for at in _times(day, now))
        found.append(FreeDay(day, slots, closed))
    return found


def _times(day: date, now: datetime) -> list[datetime]:
    times = []
    for begin, end in HOURS:
        at = datetime.combine(day, begin, now.tzinfo)
        while at.time() < end:
            times.append(at)
            at += SLOT
    return times


def _slot(window: Window, at: datetime, now: datetime, taken: Mapping[tuple[date, str], int]) -> FreeSlot:
    booked = taken.get((at.date(), f"{at:%H:%M}"), 0)
    return FreeSlot(at, max(0, (window.counters or DEFAULT_COUNTERS) - booked))


def _taken(city: str, window_id: str, since: date) -> dict[tuple[date, str], int]:
    taken: dict[tuple[date, str], int] = {}
    rows = Appointment.select().where(
        (Appointment.city == city)
        & (Appointment.window == window_id)
        & (Appointment.day > since)
        & (Appointment.state == "booked")
    )
    for row in rows:
        taken[row.day, row.slot] = taken.get((row.day, row.slot), 0) + 1
    return taken


def _window(city: str, window_id: str) -> Window:
    window = rulebook.packs()[city].city.windows.get(window_id)
    if window is None or not window.booking:
        raise NoSuchWindow
    return window


def book(
    applicant_id: str, city: str, window_id: str, at: datetime, topic: str, now: datetime, case_id: str | None = None
) -> Appointment:
    """Book a time at a window: the first free counter. Raises NoSuchWindow, SlotTaken, TooManyBooked."""
    window = _window(city, window_id)
    days = {day.day: day for day in free_days(city, window_id, now)}
    offered = days.get(at.date())
    if offered is None or not any(slot.at == at and slot.free for slot in offered.slots):
        raise SlotTaken
    if _held(applicant_id, now) >= MOST_BOOKED:
        raise TooManyBooked
    for counter in range(1, (window.counters or DEFAULT_COUNTERS) + 1):
        booked = _try(applicant_id, city, window_id, at, topic, counter, case_id, now)
        if booked is not None:
            return booked
    raise SlotTaken


def _held(applicant_id: str, now: datetime) -> int:
    held = (Appointment.applicant == applicant_id) & (Appointment.state == "booked") & (Appointment.day >= now.date())
    return Appointment.select().where(held).count()


def _try(applicant_id, city, window_id, at, topic, counter, case_id, now) -> Appointment | None:
    try:
        with transaction():
            row = Appointment.create(
                applicant=applicant_id,
                application=case_id,
                city=city,
                window=window_id,
                day=at.date(),
                slot=f"{at:%H:%M}",
                counter=counter,
                topic=topic,
                created_at=now,
            )
            audit.record(audit.Actor("applicant", applicant_id), "book", "appointment", row.id, now)
            return row
    except IntegrityError:
        return None


def cancel_appointment(applicant_id: str, appointment_id: str, now: datetime) -> None:
    """Give a booked time back. Raises NoSuchAppointment."""
    own = (Appointment.id == appointment_id) & (Appointment.applicant == applicant_id)
    with transaction():
        if not Appointment.update(state="cancelled").where(own & (Appointment.state == "booked")).execute():
            raise NoSuchAppointment
        audit.record(audit.Actor("applicant", applicant_id), "cancel", "appointment", appointment_id, now)


def appointments_on(day: date) -> list[Appointment]:
    """Return the booked times of a day, for the reminder of the day before."""
    rows = Appointment.select().where((Appointment.day == day) & (Appointment.state == "booked"))
    return list(rows.order_by(Appointment.slot))


def of_person(applicant_id: str) -> list[Appointment]:
    """Return a person's appointments, the next first, past ones after."""
    rows = Appointment.select().where(Appointment.applicant == applicant_id)
    return list(rows.order_by(Appointment.day.desc(), Appointment.slot.desc()).limit(50))
