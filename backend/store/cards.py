"""Queries over talent cards."""

from collections.abc import Iterator, Sequence

from backend.store import facts
from backend.store.models import Applicant, TalentCard

PAGE = 100


def listing(
    city: str | None, state: str = "", number: str = "", people: Sequence[str] | None = None, page: int = 1
) -> tuple[list[TalentCard], bool]:
    """Return one page of a city's cards with their holders, the newest first, and whether another page follows."""
    chosen = TalentCard.city == city
    if state:
        chosen &= TalentCard.state == state
    if number:
        chosen &= TalentCard.number.startswith(number)
    if people is not None:
        chosen &= TalentCard.applicant.in_(list(people))
    rows = TalentCard.select(TalentCard, Applicant).join(Applicant).where(chosen).order_by(TalentCard.id.desc())
    found = list(rows.limit(PAGE + 1).offset((page - 1) * PAGE))
    return found[:PAGE], len(found) > PAGE


def valid(city: str | None) -> Iterator[tuple[TalentCard, str]]:
    """Yield the valid cards of a city, each with its holder's full name, for the list a partner agency gets."""
    chosen = (TalentCard.city == city) & (TalentCard.state == "valid")
    for card in TalentCard.select().where(chosen).order_by(TalentCard.number).iterator():
        yield card, str(facts.reveal(card.applicant_id, "full_name") or "")


def of_city(card_id: str, city: str | None) -> TalentCard | None:
    """Return a card of a city, or None."""
    return TalentCard.get_or_none((TalentCard.id == card_id) & (TalentCard.city == city))
