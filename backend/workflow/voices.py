"""Passing a complaint or message on to the agency it concerns; answering stands in `service`."""

from datetime import datetime

from backend.store import audit
from backend.store.database import transaction
from backend.store.models import Complaint, Staff
from backend.workflow import rulebook
from backend.workflow.case import Doer, NotYours, doer_of
from backend.workflow.desk import UnknownAgency
from backend.workflow.rights import Role
from backend.workflow.service import NoSuchComplaint


def forward(who: Doer | Staff, complaint_id: str, agency: str, now: datetime) -> Complaint:
    """Pass an open complaint or message on to an agency of its city; its clock goes on.

    The coordinator passes on anything, an agency its own. Raises NoSuchComplaint, UnknownAgency, NotYours.
    """
    doer = doer_of(who, now)
    with transaction():
        row = Complaint.get_or_none((Complaint.id == complaint_id) & (Complaint.state == "open"))
        if row is None:
            raise NoSuchComplaint
        if not any(_may(hat, row) for hat in doer.hats):
            raise NotYours("hand_over")
        if agency not in rulebook.packs()[row.city].city.agencies:
            raise UnknownAgency
        Complaint.update(agency=agency).where(Complaint.id == complaint_id).execute()
        detail = {"from": row.agency, "to": agency}
        audit.record(doer.actor, "forward_complaint", "complaint", complaint_id, now, detail)
    return Complaint.get_by_id(complaint_id)


def _may(hat, row: Complaint) -> bool:
    if hat.city != row.city:
        return False
    at_agency = hat.role in (Role.SUPERVISOR, Role.REVIEWER, Role.WINDOW) and row.agency in (hat.agency, None)
    return hat.role == Role.COORDINATOR or at_agency
