"""Sentences that a desk uses often: one's own, those of the agency, those of the city."""

from backend.store.models import SavedReply


def usable(staff_id: str, city: str | None, agency: str | None) -> list[SavedReply]:
    """Return the replies somebody may use, the own first."""
    rows = list(SavedReply.select().where(_usable(staff_id, city, agency)).order_by(SavedReply.title))
    return sorted(rows, key=lambda row: (row.staff_id is None, row.agency is None))


def add(title: str, text: str, city: str | None, agency: str | None, staff_id: str | None) -> SavedReply:
    """Keep a reply: of one person (`staff_id`), of an agency (no person), or of the city (neither)."""
    return SavedReply.create(title=title, text=text, city=city, agency=agency, staff=staff_id)


def change(reply_id: str, title: str, text: str) -> None:
    """Write a reply anew."""
    SavedReply.update(title=title, text=text).where(SavedReply.id == reply_id).execute()


def drop(reply_id: str) -> None:
    """Remove a reply."""
    SavedReply.delete().where(SavedReply.id == reply_id).execute()


def _usable(staff_id: str, city: str | None, agency: str | None):
    own = SavedReply.staff == staff_id
    if city is None:
        return own
    of_agency = SavedReply.agency.is_null() | (SavedReply.agency == agency)
    return own | (SavedReply.staff.is_null() & (SavedReply.city == city) & of_agency)
