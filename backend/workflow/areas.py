"""Which treasury an employer belongs to: named by the desk that checked it, where nobody had said it."""

from datetime import datetime

from backend.store import audit, facts
from backend.store.database import transaction
from backend.store.models import Application, CaseNote, Staff
from backend.workflow import rulebook
from backend.workflow.case import Doer, NotYours, closed, doer_of, load
from backend.workflow.desk import ReasonNeeded
from backend.workflow.refusal import Refusal
from backend.workflow.rights import Role

FACT = "employer_jurisdiction"
MAY = frozenset({Role.WINDOW, Role.REVIEWER, Role.SUPERVISOR, Role.FINANCE})


class UnknownArea(Refusal):
    """The vocabulary has no such subordination."""

    code = "unknown_area"

    def __init__(self) -> None:
        super().__init__("请选择区属、县属或市直。")


def set_area(who: Doer | Staff, case_id: str, value: str, ground: str, now: datetime) -> Application:
    """Say which treasury the employer of a case belongs to (`value` as in the vocabulary), on what ground.

    The fact is kept with its source, the case takes it as if it had been submitted with it. Only an open case, and
    only by a desk of its city. Raises UnknownArea, ReasonNeeded, NotYours, NoSuchCase.
    """
    doer, case = doer_of(who, now), load(case_id)
    if closed(case) or not any(hat.role in MAY and hat.city == case.city for hat in doer.hats):
        raise NotYours("edit")
    if value not in rulebook.packs().vocabulary[FACT].choices:
        raise UnknownArea
    if not ground.strip():
        raise ReasonNeeded
    with transaction():
        _take(case, value, doer, now)
        CaseNote.create(application=case_id, staff=doer.id, text=f"核实财政隶属：{ground.strip()}", created_at=now)
        audit.record(doer.actor, "set_area", "application", case_id, now, {"area": value})
    return load(case_id)


def _take(case: Application, value: str, doer: Doer, now: datetime) -> None:
    before = facts.told_rows(case.fact_ids)
    facts.tell(case.applicant_id, {FACT: value}, "staff", now, doer.id)
    row = facts.current(case.applicant_id)[FACT]
    kept = [told.id for told in before.values() if told.name != FACT]
    area = rulebook.rules_of(case).area({FACT: value})
    changed = {"fact_ids": [*kept, row.id], "area": area, "version": Application.version + 1, "updated_at": now}
    Application.update(**changed).where(Application.id == case.id).execute()
