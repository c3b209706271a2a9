"""Employers, the people who do HR work for them, and the leavers they report."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from backend.store import sealed
from backend.store.database import transaction
from backend.store.models import Departure, Employer, EmployerMember


def register(
    name: str,
    credit_code: str,
    city: str,
    details: Mapping[str, str | None],
    contact: Mapping[str, str],
    applicant_id: str | None,
    at: datetime,
) -> Employer:
    """Keep an employer that asks to be let in, and the person who asks as its first HR; waits for approval.

    `details` may hold district, jurisdiction and category. A credit code known already returns that employer, to which
    the person is added as one who waits.
    """
    with transaction():
        employer = Employer.get_or_none(Employer.credit_code == credit_code)
        if employer is None:
            employer = Employer(name=name, credit_code=credit_code, city=city, created_at=at, **details)
            employer.registered_by = applicant_id
            sealed.put(employer, "contact_sealed", dict(contact))
            employer.save(force_insert=True)
        if applicant_id:
            join(employer.id, applicant_id, at)
    return employer


def join(employer_id: str, applicant_id: str, at: datetime) -> EmployerMember:
    """Let a person ask to do HR work for an employer."""
    EmployerMember.insert(employer=employer_id, applicant=applicant_id, created_at=at).on_conflict_ignore().execute()
    return EmployerMember.get((EmployerMember.employer == employer_id) & (EmployerMember.applicant == applicant_id))


def decide(employer_id: str, approved: bool, staff_id: str, at: datetime, reason: str | None = None) -> bool:
    """Approve or refuse an employer that waits, its first HR with it, and tell whether it was still waiting."""
    state = "approved" if approved else "refused"
    waiting = (Employer.id == employer_id) & (Employer.state == "pending")
    with transaction():
        changes = {"state": state, "decided_by": staff_id, "decided_at": at, "reason": reason}
        decided = bool(Employer.update(**changes).where(waiting).execute())
        if decided and approved:
            first = Employer.get_by_id(employer_id).registered_by_id
            admit(employer_id, first)
    return decided


def admit(employer_id: str, applicant_id: str | None, state: str = "active") -> None:
    """Let a waiting person do HR work, or (state removed) end it."""
    one = (EmployerMember.employer == employer_id) & (EmployerMember.applicant == applicant_id)
    EmployerMember.update(state=state).where(one).execute()


def of_hr(applicant_id: str) -> Employer | None:
    """Return the approved employer a person does HR work for, or None."""
    return (
        Employer.select()
        .join(EmployerMember)
        .where(
            (EmployerMember.applicant == applicant_id)
            & (EmployerMember.state == "active")
            & (Employer.state == "approved")
        )
        .first()
    )


def membership(applicant_id: str) -> EmployerMember | None:
    """Return a person's newest membership in whatever state, with its employer."""
    rows = EmployerMember.select(EmployerMember, Employer).join(Employer)
    return rows.where(EmployerMember.applicant == applicant_id).order_by(EmployerMember.id.desc()).first()


def by_name(name: str, city: str) -> Employer | None:
    """Return the approved employer of exactly this name in a city, or None."""
    same = (Employer.name == name.strip()) & (Employer.city == city) & (Employer.state == "approved")
    return Employer.get_or_none(same)


def waiting(city: str | None = None) -> Sequence[Employer]:
    """Return employers that wait for approval, oldest first."""
    rows = Employer.select().where(Employer.state == "pending")
    if city:
        rows = rows.where(Employer.city == city)
    return list(rows.order_by(Employer.created_at))


def report_departure(
    employer_id: str, applicant_id: str, left_on: date, reason: str, reported_by: str, at: datetime
) -> Departure:
    """Keep the word of an employer that somebody left."""
    return Departure.create(
        employer=employer_id,
        applicant=applicant_id,
        left_on=left_on,
        reason=reason,
        reported_by=reported_by,
        reported_at=at,
    )


def departures(applicant_id: str) -> Sequence[Departure]:
    """Return what employers reported of a person's leaving, newest first."""
    rows = Departure.select().where(Departure.applicant == applicant_id)
    return list(rows.order_by(Departure.left_on.desc()))
