"""What people say of the service, as the office reads it: complaints, 12380 matters, messages, ratings."""

from collections.abc import Collection
from dataclasses import dataclass

from peewee import JOIN

from backend.store.models import Applicant, Application, Complaint, MaterialPage, Rating, StepRecord

PAGE = 50


@dataclass(frozen=True)
class Ear:
    """Who listens: the whole city, or only what concerns these agencies (and, of complaints, what names none)."""

    city: str | None
    agencies: Collection[str] | None = None

    def condition(self, model):
        """Return the query condition for the rows of a model that this ear hears."""
        heard = model.city == self.city
        if self.agencies is None:
            return heard
        return heard & (model.agency.is_null() | model.agency.in_(list(self.agencies)))


def complaints(ear: Ear, kind: str, waiting: bool, page: int = 1) -> tuple[list[Complaint], bool]:
    """Return one page of a kind, those that wait for an answer by due day, or the answered ones, newest first."""
    chosen = ear.condition(Complaint) & (Complaint.kind == kind)
    chosen &= (Complaint.state == "open") if waiting else (Complaint.state != "open")
    rows = Complaint.select(Complaint, Applicant).join(Applicant, JOIN.LEFT_OUTER).where(chosen)
    order = (Complaint.due_on.asc(nulls="last"), Complaint.id) if waiting else (Complaint.id.desc(),)
    return _page(rows.order_by(*order), page)


def complaint(ear: Ear, complaint_id: str) -> Complaint | None:
    """Return a complaint, matter or message that this ear hears, or None."""
    return Complaint.get_or_none(ear.condition(Complaint) & (Complaint.id == complaint_id))


def ratings(ear: Ear, waiting: bool, page: int = 1) -> tuple[list[Rating], bool]:
    """Return one page of ratings: low ones that wait for an answer by due day, or all others, newest first."""
    wants_answer = Rating.answer_due_on.is_null(False) & Rating.answered_at.is_null()
    chosen = ear.condition(Rating) & (wants_answer if waiting else ~wants_answer)
    rows = Rating.select(Rating, Application, StepRecord).join(Application).switch(Rating)
    rows = rows.join(StepRecord, JOIN.LEFT_OUTER).where(chosen)
    return _page(rows.order_by(Rating.answer_due_on, Rating.id) if waiting else rows.order_by(Rating.id.desc()), page)


def rating(ear: Ear, rating_id: str) -> Rating | None:
    """Return a rating that this ear hears, or None."""
    return Rating.get_or_none(ear.condition(Rating) & (Rating.id == rating_id))


def waiting_counts(ear: Ear) -> dict[str, int]:
    """Return how many of each kind wait for an answer; ratings under `rating`."""
    kinds = ("complaint", "organization", "message")
    unanswered = ear.condition(Complaint) & (Complaint.state == "open")
    counts = {kind: Complaint.select().where(unanswered & (Complaint.kind == kind)).count() for kind in kinds}
    low = ear.condition(Rating) & Rating.answer_due_on.is_null(False) & Rating.answered_at.is_null()
    return counts | {"rating": Rating.select().where(low).count()}


def photo(files: Collection[str], owner: str | None, page_id: str) -> MaterialPage | None:
    """Return a photo sent along with a complaint or objection: one of its files, and its sender's own."""
    if page_id not in files:
        return None
    page = MaterialPage.get_or_none(MaterialPage.id == page_id)
    return page if page and owner and page.material.applicant_id == owner else None


def _page(query, page: int) -> tuple[list, bool]:
    found = list(query.limit(PAGE + 1).offset((page - 1) * PAGE))
    return found[:PAGE], len(found) > PAGE
