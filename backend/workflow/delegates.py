"""专人代办: a specialist acts for a person. Who does, since when and on what ground is on record."""

from collections.abc import Mapping
from datetime import datetime

from backend.store import audit, facts
from backend.store.database import transaction
from backend.store.models import Applicant, Application, CaseNote, Staff
from backend.workflow.case import Doer, NotYours, closed, doer_of, load
from backend.workflow.desk import ReasonNeeded
from backend.workflow.refusal import Refusal
from backend.workflow.rights import Role

MAY_ASSIGN = frozenset({Role.WINDOW, Role.SUPERVISOR, Role.COORDINATOR})


class NoSuchSpecialist(Refusal):
    """The account is no specialist of the city."""

    code = "no_such_specialist"

    def __init__(self) -> None:
        super().__init__("没有这位人才服务专员，请从列表中选择。")


class TwoPeople(Refusal):
    """Name and id number do not belong to one person on record."""

    code = "contradiction"

    def __init__(self) -> None:
        super().__init__("这个身份证号码登记的是另一个姓名，请与本人核对后再试。")


def specialists(city: str) -> list[Staff]:
    """Return the specialists of a city."""
    rows = Staff.select().where((Staff.role == Role.SPECIALIST) & (Staff.city == city) & (Staff.state == "active"))
    return list(rows.order_by(Staff.name))


def assign(who: Doer | Staff, case_id: str, specialist_id: str, ground: str, now: datetime) -> Application:
    """Let a specialist of the city act for the person of an open case; an empty id ends it.

    `ground` says how the person authorised it. Raises NoSuchSpecialist, ReasonNeeded, NotYours, NoSuchCase.
    """
    doer, case = doer_of(who, now), load(case_id)
    if closed(case) or not any(hat.role in MAY_ASSIGN and hat.city == case.city for hat in doer.hats):
        raise NotYours("edit")
    if specialist_id and specialist_id not in {one.id for one in specialists(case.city)}:
        raise NoSuchSpecialist
    if not ground.strip():
        raise ReasonNeeded
    with transaction():
        changed = {"delegate": specialist_id or None, "version": Application.version + 1, "updated_at": now}
        Application.update(**changed).where(Application.id == case_id).execute()
        CaseNote.create(application=case_id, staff=doer.id, text=f"专人代办：{ground.strip()}", created_at=now)
        audit.record(doer.actor, "assign", "application", case_id, now, {"delegate": specialist_id or None})
    return load(case_id)


def person_for(specialist: Staff, identity: Mapping[str, str], now: datetime) -> str:
    """Return the id of the person with this name, id number and phone: the one on record, or one registered now.

    `identity` holds full_name, id_number and phone, each checked by the caller. Raises TwoPeople where the id number
    is on record under another name.
    """
    known = facts.find("id_number", identity["id_number"])
    same = [person for person in known if facts.reveal(person, "full_name") == identity["full_name"]]
    if known and not same:
        raise TwoPeople
    with transaction():
        person = same[0] if same else Applicant.create(created_at=now, city=specialist.city).id
        if not same:
            facts.tell(person, identity, "staff", now, specialist.id)
        audit.record(audit.Actor("staff", specialist.id), "act_for", "applicant", person, now)
    return person
