"""Queries over talent cards."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from peewee import ModelSelect

from backend.store import facts
from backend.store.models import Applicant, TalentCard

PAGE = 100
CHUNK = 500


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


def with_holders(city: str | None, reveal: Collection[str]) -> Iterator[tuple[TalentCard, dict[str, Any]]]:
    """Yield every card of a city by number, each with what is known of its holder; protected facts as in `reveal`.

    Of cards that have ended nothing of the holder is told. A few hundred are in memory at a time.
    """
    last = ""
    while chunk := list(_after(city, last).limit(CHUNK)):
        people = facts.of_people({card.applicant_id for card in chunk if card.state == "valid"}, reveal)
        yield from ((card, people[card.applicant_id] if card.state == "valid" else {}) for card in chunk)
        last = chunk[-1].number


def _after(city: str | None, number: str) -> ModelSelect:
    mine = (TalentCard.city == city) & (TalentCard.number > number)
    return TalentCard.select().where(mine).order_by(TalentCard.number)


def of_city(card_id: str, city: str | None) -> TalentCard | None:
    """Return a card of a city, or None."""
    return TalentCard.get_or_none((TalentCard.id == card_id) & (TalentCard.city == city))
