"""The people of one employer as its HR sees them: who has applied, who was reported as having left."""

from dataclasses import dataclass

from peewee import fn

from backend.store.models import Applicant, Application, Departure

MOST = 1000


@dataclass(frozen=True)
class Person:
    """One person with cases at the employer: masked name, number of cases, those granted, the newest leaving."""

    id: str
    name_masked: str
    cases: int
    granted: int
    departure: Departure | None


def people(employer_id: str) -> list[Person]:
    """Return everybody with a submitted case at an employer, by masked name."""
    granted = fn.SUM(fn.COALESCE(Application.state == "granted", False).cast("integer")).alias("granted")
    number = fn.COUNT(Application.id).alias("number")
    rows = (
        Applicant.select(Applicant.id, Applicant.name_masked, number, granted)
        .join(Application)
        .where((Application.employer == employer_id) & Application.submitted_at.is_null(False))
        .group_by(Applicant.id, Applicant.name_masked)
        .order_by(Applicant.name_masked, Applicant.id)
        .limit(MOST)
    )
    left = {row.applicant_id: row for row in departures(employer_id)}
    return [Person(row.id, row.name_masked, row.number, row.granted or 0, left.get(row.id)) for row in rows]


def departures(employer_id: str) -> list[Departure]:
    """Return the leavings an employer reported, the newest last."""
    return list(Departure.select().where(Departure.employer == employer_id).order_by(Departure.left_on, Departure.id))


def works_here(employer_id: str, applicant_id: str) -> bool:
    """Tell whether a person has a submitted case at an employer."""
    own = (Application.employer == employer_id) & (Application.applicant == applicant_id)
    return Application.select().where(own & Application.submitted_at.is_null(False)).exists()
