"""Towards the office: gathered for `screens.desk`."""

from collections.abc import Mapping

from backend.store import audit, employers, facts, sealed
from backend.store.models import Application, Complaint, Payment
from backend.workflow import service
from backend.workflow.stages import OPEN, State
from miniprogram_api import papers
from miniprogram_api.errors import NotFound
from miniprogram_api.screens import desk
from miniprogram_api.screens.blocks import Screen
from miniprogram_api.views import Asked, Composer, mine, page
from miniprogram_api.views.applying import in_words

HR = "employer_hr"
GOING = [str(state) for state in OPEN]


def complaints(asked: Asked) -> Screen:
    """Gather the person's complaints and messages."""
    rows, following = page(Complaint.select().where(Complaint.applicant == asked.me), Complaint.id, asked)
    letters = [
        desk.Letter(
            id=row.id,
            number=row.number,
            kind=service.COMPLAINT_NAMES[row.kind],
            subject=row.subject,
            text=sealed.get(row, "text_sealed"),
            state=row.state,
            at=row.filed_at,
            due=row.due_on,
            answer=row.answer,
        )
        for row in rows
    ]
    return desk.complaints(letters, asked.today, following)


def complaint_new(asked: Asked) -> Screen:
    """Show the form for a message or complaint."""
    ask = mine.ask_for(asked, "reply", "有答复时提醒您")
    return desk.complaint_new(asked.pack, asked.params.get("application"), ask)


# --- appointments -----------------------------------------------------------------------------------------------------


def appointments(asked: Asked) -> Screen:
    """Gather the person's appointments."""
    windows = asked.pack.city.windows
    rows = [
        desk.Booked(
            id=row.id,
            window=windows[row.window].name if row.window in windows else row.window,
            address=windows[row.window].address if row.window in windows else None,
            day=row.day,
            slot=row.slot,
            counter=row.counter,
            topic=row.topic,
            state=row.state,
        )
        for row in service.of_person(asked.me)
    ]
    return desk.appointments(rows, asked.today)


def appointment_new(asked: Asked) -> Screen:
    """Gather the free times of a window."""
    city, window = asked.pack.city, asked.param("window")
    days = [
        desk.FreeDay(
            day.day,
            [(f"{slot.at:%Y-%m-%dT%H:%M}", f"{slot.at:%H:%M}", slot.free) for slot in day.slots],
            day.closed,
        )
        for day in service.free_days(city.id, window, asked.now)
    ]
    ask = mine.ask_for(asked, "appointment", "预约前一天提醒您")
    return desk.appointment_new(asked.pack, window, city.windows[window].name, days, ask)


# --- employers --------------------------------------------------------------------------------------------------------


def employer(asked: Asked) -> Screen:
    """Gather the employer's cases, or what there is to do to be let in."""
    found = employers.of_hr(asked.me)
    if found is None:
        waiting = employers.membership(asked.me)
        pending = waiting and waiting.state == "pending"
        return desk.employer_register(asked.pack, waiting.employer.name if pending else None)
    going = Application.select().where((Application.employer == found.id) & Application.state.in_(GOING))
    waiting = list(going.where(Application.role == HR).order_by(Application.due_on, Application.id))
    elsewhere = Application.role.is_null() | (Application.role != HR)
    others, following = page(going.where(elsewhere), Application.id, asked)
    mine_ = (Payment.payer == "employer") & (Payment.state != "stopped") & (Application.employer == found.id)
    third = sum(row.fen for row in Payment.select().join(Application).where(mine_))
    view = desk.Workspace(
        name=found.name,
        waiting=[in_words(case) for case in waiting],
        others=[in_words(case) for case in others],
        others_in_all=going.where(elsewhere).count(),
        third_fen=third,
        people={case.id: case.applicant_masked for case in (*waiting, *others)},
        following=following,
        continued="after" in asked.params,
    )
    return desk.employer(view, asked.today)


def _employee(asked: Asked) -> Application:
    found = employers.of_hr(asked.me)
    case = Application.get_or_none(Application.id == asked.param("application")) if found else None
    if case is None or case.employer_id != found.id or case.state == State.DRAFT:
        raise NotFound
    return case


def employer_case(asked: Asked) -> Screen:
    """Gather one employee's case; the look is in the audit log."""
    case = _employee(asked)
    audit.record(audit.Actor("applicant", asked.me), "read", "application", case.id, asked.now, {"as": "employer"})
    told = [mine.in_words(one) for one in facts.told_rows(case.fact_ids).values()]
    view = desk.EmployeeCase(
        case=in_words(case),
        person=case.applicant_masked,
        told=[(one.fact.label, one.shown) for one in told],
        papers=[(slot.name, slot.state_text) for slot in papers.slots(case)],
        waiting=case.role == HR and case.state == State.RUNNING,
    )
    return desk.employer_case(view)


def employer_correction(asked: Asked) -> Screen:
    """Show the form for what is to be mended."""
    return desk.employer_correction(_employee(asked).id)


def employer_departure(asked: Asked) -> Screen:
    """Show the form for a leaver."""
    case = _employee(asked)
    return desk.employer_departure(case.id, case.applicant_masked, asked.today)


SCREENS: Mapping[str, Composer] = {
    "complaints": Composer(complaints),
    "complaint_new": Composer(complaint_new),
    "appointments": Composer(appointments),
    "appointment_new": Composer(appointment_new),
    "employer": Composer(employer),
    "employer_case": Composer(employer_case),
    "employer_correction": Composer(employer_correction),
    "employer_departure": Composer(employer_departure),
}
