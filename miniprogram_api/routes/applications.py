"""Applications of the signed-in person: start, fill in, submit, mend, withdraw, follow."""

from backend.store.models import Application
from backend.workflow import commands
from miniprogram_api import cases, doors, policy, vocabulary, wire
from miniprogram_api.routes import api
from miniprogram_api.screens import blocks as b


@api.get("/applications", responses={200: wire.ApplicationList})
def list_applications():
    """Return the signed-in person's cases, newest first."""
    return wire.ApplicationList(applications=[cases.brief(case) for case in cases.of_person(doors.me())])


@api.post("/applications", responses={200: wire.ApplicationAnswer})
def start_application(body: wire.ApplicationStart):
    """Begin an application, or return the draft that is there."""
    applicant = doors.need_consent()
    city = doors.city_of(body.city, policy.first_city())
    case = commands.start(applicant, city, body.item, doors.now())
    doors.deal_with(case.city)
    return _answer(case, next=b.Navigate(screen="application_form", params={"application": case.id}))


@api.get("/applications/<id>", responses={200: wire.ApplicationAnswer})
def read_application(path: wire.ById):
    """Return one case: state, stations, papers, what is missing, what may be done."""
    return _answer(_own(path.id))


@api.put("/applications/<id>/facts", responses={200: wire.Saved})
def fill_in_application(path: wire.ById, body: wire.FactsGiven):
    """Keep what is typed into an application's form; the facts are the person's and fill every other form too."""
    _own(path.id)
    return vocabulary.save(doors.need_consent(), body.facts, "form", doors.now())


@api.post("/applications/<id>/submission", responses={200: wire.ApplicationAnswer})
def submit_application(path: wire.ById, body: wire.Submission):
    """Submit a draft with the declaration. What is missing is told all at once."""
    case = commands.submit(
        doors.doer(), _own(path.id).id, doors.now(), declared=body.declared, despite=body.despite, version=body.version
    )
    return _answer(
        case, "已提交，办理进度会随时告诉您。", b.Navigate(screen="application", params=_key(case), mode="replace")
    )


@api.post("/applications/<id>/answer", responses={200: wire.ApplicationAnswer})
def answer_correction(path: wire.ById):
    """Send a mended case back to the desk it came from."""
    case = commands.answer(doors.doer(), _own(path.id).id, doors.now())
    return _answer(case, "补正已提交。", b.Navigate(screen="application", params=_key(case), mode="replace"))


@api.post("/applications/<id>/points/<point>", responses={200: wire.ApplicationAnswer})
def mend_point(path: wire.MendedPoint):
    """Say that a point of the correction notice which is neither paper nor fact has been seen to."""
    commands.mend_other(doors.doer(), _own(path.id).id, path.point, doors.now())
    return _answer(_own(path.id), "已标记为处理完。")


@api.post("/applications/<id>/withdrawal", responses={200: wire.ApplicationAnswer})
def withdraw_application(path: wire.ById, body: wire.Reasoned):
    """Take a case back before it is decided."""
    case = commands.withdraw(doors.doer(), _own(path.id).id, doors.now(), body.reason)
    return _answer(case, "已撤回，需要时可以重新申请。", b.Navigate(screen="applications", mode="replace"))


@api.post("/applications/<id>/confirmation", responses={200: wire.ApplicationAnswer})
def confirm_step(path: wire.ById):
    """Do the applicant's own step of a case, such as signing."""
    return _answer(commands.confirm(doors.doer(), _own(path.id).id, doors.now()), "已确认。")


@api.post("/applications/<id>/reopening", responses={200: wire.ApplicationAnswer})
def reopen_application(path: wire.ById, body: wire.Reopening):
    """Begin a draft that follows a closed case: again, as the yearly renewal, or to report a change."""
    case = commands.reopen(doors.doer(), _own(path.id).id, doors.now(), body.kind)
    return _answer(case, next=b.Navigate(screen="application_form", params=_key(case)))


def _own(case_id: str) -> Application:
    return doors.mine(Application.get_or_none(Application.id == case_id))


def _key(case: Application) -> dict[str, str]:
    return {"application": case.id}


def _answer(case: Application, toast: str | None = None, next: b.Action | None = None) -> wire.ApplicationAnswer:
    state = cases.whole(Application.get_by_id(case.id), doors.doer(), doors.now())
    return wire.ApplicationAnswer(application=state, toast=toast, next=next)
