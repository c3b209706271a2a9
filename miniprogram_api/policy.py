"""What the policy engine says, as the interface shows it: citations, amounts, verdicts. Values in, answers out."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from backend.policy import Pack, Packs, Verdict
from backend.policy.benefit import Amount
from backend.policy.catalogue import article_of
from backend.policy.money import fen_of, yuan_of
from backend.policy.types import Item
from backend.store import documents
from backend.workflow import rulebook
from miniprogram_api import wire


def packs() -> Packs:
    """Return the packs of this process."""
    return rulebook.packs()


def pack_named(city: str) -> Pack:
    """Return the pack of a city by id, name or alias. Raises UnknownCity."""
    return packs().find(city)


def first_city() -> str:
    """Return the id of the city shown to somebody who has chosen none."""
    return next(iter(packs()))


def citations(pack: Pack, cites: Iterable[str]) -> list[wire.Cited]:
    """Return clauses as citations, with the official wording where the operator imported it."""
    return [citation(pack, cite) for cite in dict.fromkeys(cites)]


def citation(pack: Pack, cite: str) -> wire.Cited:
    """Return one clause as a citation: the part it names in the official wording, or the whole article."""
    document, _, article = cite.partition("/")
    whole = article_of(cite).partition("/")[2]
    official = documents.wording(pack.city.id, document, article) or documents.wording(pack.city.id, document, whole)
    return wire.Cited(document=document, title=pack.title_of(cite), article=article, quote=official)


def yuan(value: Any) -> int | float | str | None:
    """Return an engine's number as JSON: whole yuan as an int, others with two decimals, days as ISO text."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Fraction | Decimal):
        return yuan_of(fen_of(value))
    return value


def amount(found: Amount) -> wire.AmountOf:
    """Return an amount as the interface shows it; shares in yuan and as exact parts of the whole."""
    return wire.AmountOf(
        kind=found.kind,
        value=yuan(found.value),
        max=yuan(found.max),
        unit=found.unit,
        months=found.months,
        total=yuan(found.total),
        months_payable=found.months_payable,
        shares=None if found.shares is None else shares(found.shares),
        shares_exact=None if found.shares_exact is None else exact(found.shares_exact),
    )


def shares(fen: Mapping[str, int]) -> dict[str, int | float]:
    """Return shares in fen as yuan; an employer that pays nothing is named with nothing."""
    return {"employer": 0} | {payer: yuan_of(part) for payer, part in fen.items()}


def exact(parts: Mapping[str, Fraction]) -> dict[str, str]:
    """Return exact parts as text, e.g. 4/15; an employer that pays nothing is named with 0."""
    return {"employer": "0"} | {payer: str(part) for payer, part in parts.items()}


def result(pack: Pack, verdict: Verdict) -> wire.Result:
    """Return a verdict as the interface shows it."""
    vocabulary = pack.vocabulary
    return wire.Result(
        item=item_name(verdict.item),
        verdict=verdict.verdict,
        amount=amount(verdict.amount),
        unmet=[
            wire.Unmet(fact=next(iter(reason.facts), None), text=reason.text, citations=citations(pack, reason.cites))
            for reason in verdict.unmet
        ],
        missing=[
            wire.Missing(fact=name, question=vocabulary[name].question or vocabulary[name].label)
            for name in verdict.missing
        ],
        refer=[
            wire.Refer(text=reason.text, window=desk_name(pack, reason.ask), citations=citations(pack, reason.cites))
            for reason in verdict.refer
        ],
        eligible_from=verdict.eligible_from,
        closes_on=verdict.closes_on,
        citations=citations(pack, verdict.citations),
    )


def item_name(item: Item) -> wire.ItemName:
    """Return an item's id and name."""
    return wire.ItemName(id=item.id, name=item.name)


def desk_name(pack: Pack, desk: str | None) -> str | None:
    """Return the name of a window or agency of a city."""
    if desk is None:
        return None
    place = pack.city.windows.get(desk) or pack.city.agencies.get(desk)
    return place.name if place else {"employer": "用人单位", "applicant": "申请人"}.get(desk, desk)
