"""Lists of card holders for the agencies that serve them on sight of the card: buses, hospitals, museums.

Which items have one, and to which agency it goes, says the pack (`card_list`). A list names those whom the item's own
conditions do not rule out, with as little of each as telling one from another takes, and the numbers of cards that no
longer count.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from backend.console import words
from backend.policy.types import Item
from backend.store import audit, cards, facts
from backend.store.models import TalentCard
from backend.workflow import rulebook
from backend.workflow.rights import Hat, gets_list

HEADS = ("卡号", "状态", "姓名", "证件号码后四位", "类别", "层次", "发放日期", "有效期至")
REVEALED = frozenset({"full_name", "id_number"})


@dataclass(frozen=True)
class CardList:
    """One list on the page: its item, whether the present account may fetch it, when it was fetched last."""

    item: Item
    allowed: bool
    fetched_at: datetime | None


def of_city(city: str | None, today: date, hats: Sequence[Hat]) -> list[CardList]:
    """Return the lists of a city, those first that one of the hats may fetch."""
    found = [
        CardList(item, any(gets_list(hat, city or "", item.agency) for hat in hats), _fetched(city or "", item))
        for item in _items(city, today)
    ]
    return sorted(found, key=lambda one: not one.allowed)


def item_of(city: str, today: date, item_id: str) -> Item | None:
    """Return the item of a city that has a list, or None."""
    return next((item for item in _items(city, today) if item.id == item_id), None)


def _items(city: str | None, today: date) -> list[Item]:
    packs = rulebook.packs()
    return [item for item in packs[city].on(today).items.values() if item.card_list] if city in packs else []


def _fetched(city: str, item: Item) -> datetime | None:
    newest = audit.of_subject("card_list", f"{city}/{item.id}")
    return newest[0].at if newest else None


def heads(item: Item) -> tuple[str, ...]:
    """Return the heads of the columns: the usual ones and the days the item's conditions look at."""
    return (*HEADS, *(words.fact_label(name) for name in _days(item)))


def rows(city: str, item: Item, today: date) -> Iterator[tuple[str, ...]]:
    """Yield the list's rows by card number."""
    rules, days = rulebook.packs()[city].on(today), _days(item)
    for card, told in cards.with_holders(city, REVEALED):
        state = _state(card, today)
        if state != "valid":
            yield (card.number, STATES[state], *[""] * (len(HEADS) - 2 + len(days)))
        elif rules.judge(item.id, _known(told), today).verdict != "not_eligible":
            yield (*_holder(card, told), *(_written(name, told.get(name)) for name in days))


STATES = words.CARD_STATES | {"expired": "已过期"}


def _state(card: TalentCard, today: date) -> str:
    over = card.valid_until is not None and card.valid_until < today
    return "expired" if card.state == "valid" and over else card.state


def _known(told: dict[str, Any]) -> dict[str, Any]:
    vocabulary = rulebook.packs().vocabulary
    return vocabulary.parse({k: v for k, v in told.items() if k in vocabulary and k not in facts.PROTECTED})


def _holder(card: TalentCard, told: dict[str, Any]) -> tuple[str, ...]:
    kind = (words.category_name(card.category), words.tier_name(card.tier))
    days = (words.day(card.issued_on), words.day(card.valid_until))
    return (card.number, STATES["valid"], told.get("full_name", ""), told.get("id_number", "")[-4:], *kind, *days)


def _written(name: str, value: Any) -> str:
    return words.fact_value(name, value) if value else ""


def _days(item: Item) -> list[str]:
    vocabulary = rulebook.packs().vocabulary
    named = dict.fromkeys(name for condition in item.conditions for name in condition.test.facts)
    return [name for name in named if name in vocabulary and vocabulary[name].type == "date"]
