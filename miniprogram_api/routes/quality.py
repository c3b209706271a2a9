"""How it went and what went wrong: ratings, complaints and messages, appointments."""

from backend.clock import SHANGHAI
from backend.store import sealed
from backend.store.models import Application, Appointment, Complaint
from backend.workflow import service
from miniprogram_api import content, doors, policy, wire
from miniprogram_api.routes import api
from miniprogram_api.screens import blocks as b


@api.post("/applications/<id>/ratings", responses={200: wire.Done})
def rate_step(path: wire.ById, body: wire.RatingGiven):
    """Rate a finished step of a case, once."""
    case = doors.mine(Application.get_or_none(Application.id == path.id))
    content.check(doors.me(), comment=body.comment)
    service.rate(
        doors.me(),
        case.id,
        body.stars,
        doors.now(),
        step_record_id=body.step,
        tags=body.tags,
        text=body.comment,
    )
    return wire.Done(toast="谢谢您的评价")


@api.get("/complaints", responses={200: wire.ComplaintList})
def list_complaints():
    """Return the signed-in person's complaints and messages with their answers, newest first."""
    rows = Complaint.select().where(Complaint.applicant == doors.me()).order_by(Complaint.id.desc()).limit(100)
    return wire.ComplaintList(complaints=[_complaint(row) for row in rows])


@api.post("/complaints", responses={200: wire.Filed})
def complain(body: wire.ComplaintGiven):
    """Hand in a complaint, a matter for the organisation department's line, or a message that wants a reply."""
    pack = policy.pack_named(doors.city_of(body.city, policy.first_city()))
    case = Application.get_or_none(Application.id == body.application) if body.application else None
    if body.application:
        doors.mine(case)
    if body.kind != "organization":  # what is told to the organisation department is nobody else's to see
        content.check(doors.need_consent(), subject=body.subject, text=body.text)
    row = service.complain(
        pack.city.id,
        body.kind,
        body.subject,
        body.text,
        doors.now(),
        applicant_id=doors.need_consent(),
        agency=body.agency if body.agency in pack.city.agencies else None,
        case_id=case and case.id,
        contact=body.phone,
        files=body.photos,
    )
    toast = f"已提交，编号 {row.number}。我们会在期限内答复您。"
    return wire.Filed(
        id=row.id, number=row.number, due_on=row.due_on, toast=toast, next=b.Navigate(screen="complaints")
    )


@api.post("/complaints/<id>/satisfaction", responses={200: wire.Done})
def satisfied(path: wire.ById, body: wire.Satisfaction):
    """Say whether the answer satisfied; that closes the matter."""
    service.close_complaint(doors.me(), path.id, body.satisfied, doors.now())
    return wire.Done(toast="谢谢您的反馈")


@api.get("/appointments", responses={200: wire.AppointmentList})
def list_appointments():
    """Return the signed-in person's appointments."""
    return wire.AppointmentList(appointments=[appointment(row) for row in service.of_person(doors.me())])


@api.post("/appointments", responses={200: wire.Filed})
def book_appointment(body: wire.AppointmentGiven):
    """Book a time at a window."""
    city = policy.pack_named(doors.city_of(body.city, policy.first_city())).city.id
    at = body.slot.replace(tzinfo=SHANGHAI)
    case = body.application and doors.mine(Application.get_or_none(Application.id == body.application)).id
    row = service.book(doors.me(), city, body.window, at, body.topic, doors.now(), case)
    return wire.Filed(
        id=row.id,
        toast=f"已预约 {row.day.month}月{row.day.day}日 {row.slot}，{row.counter} 号柜台。",
        next=b.Navigate(screen="appointments", mode="replace"),
    )


@api.delete("/appointments/<id>", responses={200: wire.Done})
def cancel_appointment(path: wire.ById):
    """Give a booked time back."""
    service.cancel_appointment(doors.me(), path.id, doors.now())
    return wire.Done(toast="已取消，名额已让出")


def appointment(row: Appointment) -> wire.AppointmentState:
    """Return a booked time as its owner sees it."""
    window = policy.packs()[row.city].city.windows.get(row.window)
    return wire.AppointmentState(
        id=row.id,
        window=window.name if window else row.window,
        day=row.day,
        slot=row.slot,
        counter=row.counter,
        topic=row.topic,
        state=row.state,
    )


def _complaint(row: Complaint) -> wire.ComplaintState:
    return wire.ComplaintState(
        id=row.id,
        number=row.number,
        kind=row.kind,
        subject=row.subject,
        text=sealed.get(row, "text_sealed"),
        state=row.state,
        filed_at=row.filed_at,
        due_on=row.due_on,
        answer=row.answer,
        answered_at=row.answered_at,
        satisfied=row.satisfied,
    )
