"""What changes between two days or two versions of a pack, item by item, and what it means for a register of people."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

from backend.policy import money
from backend.policy.eligibility import ELIGIBLE, NOT_IN_FORCE, Ruleset, Verdict
from backend.policy.types import Cites, Item


@dataclass(frozen=True, slots=True)
class Change:
    """One change of an item: the part concerned, what it said before and says after (None: was not, is not there)."""

    item: str
    part: str
    before: str | None
    after: str | None
    cites: Cites = ()


def changes(before: Ruleset, on_before: date, after: Ruleset, on_after: date) -> list[Change]:
    """Return every change between the rules of one day and those of another, in the order of the items."""
    old, new = _in_force(before, on_before), _in_force(after, on_after)
    found: list[Change] = []
    for item_id in dict.fromkeys((*old, *new)):
        first, second = _parts(old.get(item_id)), _parts(new.get(item_id))
        for part in dict.fromkeys((*first, *second)):
            was, now = first.get(part), second.get(part)
            if (was and was[0]) != (now and now[0]):
                cites = now[1] if now else was[1] if was else ()
                found.append(Change(item_id, part, was and was[0], now and now[0], cites))
    return found


def _in_force(rules: Ruleset, day: date) -> dict[str, Item]:
    return {
        item.id: item
        for item in rules.items.values()
        if (item.since is None or item.since <= day) and (item.until is None or day <= item.until)
    }


def _parts(item: Item | None) -> dict[str, tuple[str, Cites]]:
    """Return the parts of an item that can change, each as a readable line."""
    if item is None:
        return {}
    parts: dict[str, tuple[str, Cites]] = {"item": (item.name, item.cites)}
    for kind, requirements in (("condition", item.conditions), ("exclusion", item.exclusions)):
        for r in requirements:
            parts[f"{kind} {r.id}"] = (f"{r.says} [{r.test!r}]", r.cites)
    for tier in item.benefit.tiers:
        value = f"{tier.value if tier.of is None else f'{tier.times} × {tier.of}'}–{tier.max or ''}".rstrip("–")
        parts[f"tier {tier.id}"] = (f"{value} {tier.unit or item.benefit.unit or ''} ({tier.kind})", tier.cites)
    if item.funding:
        for area in item.funding.treasury:
            shares = ", ".join(f"{payer} {part}" for payer, part in money.parts(item.funding, area).items())
            parts[f"funding {area}"] = (shares, item.funding.cites)
    for step in item.steps:
        limit = f" {step.length} {step.unit}" if step.length else ""
        parts[f"step {step.id}"] = (f"{step.by}{limit}", step.cites)
    for material in item.materials:
        parts[f"material {material.id}"] = (material.name, material.cites)
    for question in item.open_questions:
        parts[f"open question {question.id}"] = (question.text, question.between)
    return parts


# --- replay ---------------------------------------------------------------------------------------------------------


@dataclass
class Tally:
    """What a change does to one item: verdicts before → after, and the yearly-free cost of both in fen by payer.

    Costs are of what is payable in all to those eligible (one-off sums, or the monthly sum times its months).
    """

    moves: Counter[tuple[str, str]] = field(default_factory=Counter)
    cost_before: Counter[str] = field(default_factory=Counter)
    cost_after: Counter[str] = field(default_factory=Counter)

    @property
    def gain(self) -> int:
        """How many become eligible."""
        return sum(n for (was, now), n in self.moves.items() if now == ELIGIBLE != was)

    @property
    def lose(self) -> int:
        """How many are eligible no more."""
        return sum(n for (was, now), n in self.moves.items() if was == ELIGIBLE != now)


def replay(
    people: Iterable[Mapping[str, Any]], before: Ruleset, on_before: date, after: Ruleset, on_after: date
) -> dict[str, Tally]:
    """Judge people (parsed facts) under both rules and tally who gains, who loses and what it costs each payer."""
    items = [id_ for id_ in dict.fromkeys((*before.items, *after.items)) if _countable(before, after, id_)]
    tallies = {id_: Tally() for id_ in items}
    for facts in people:
        first = _verdicts(before, facts, on_before, items)
        second = _verdicts(after, facts, on_after, items)
        for id_ in items:
            _count(tallies[id_], first.get(id_), second.get(id_))
    return tallies


def _countable(before: Ruleset, after: Ruleset, item_id: str) -> bool:
    item = after.items.get(item_id) or before.items[item_id]
    return item.kind == "service"


def _verdicts(rules: Ruleset, facts: Mapping[str, Any], day: date, items: list[str]) -> dict[str, Verdict]:
    return {v.item.id: v for v in rules.judge_all(facts, day, [id_ for id_ in items if id_ in rules.items])}


def _count(tally: Tally, first: Verdict | None, second: Verdict | None) -> None:
    was = first.verdict if first else NOT_IN_FORCE
    now = second.verdict if second else NOT_IN_FORCE
    tally.moves[was, now] += 1
    for verdict, cost in ((first, tally.cost_before), (second, tally.cost_after)):
        if verdict is not None and verdict.verdict == ELIGIBLE:
            cost.update(dict(_cost(verdict)))


def _cost(verdict: Verdict) -> Iterator[tuple[str, int]]:
    """Yield what each payer pays in all; without a known area or shares the whole stands under `unassigned`."""
    amount = verdict.amount
    times = amount.months or 1
    if amount.shares is not None:
        yield from ((payer, fen * times) for payer, fen in amount.shares.items())
    elif amount.kind == "fixed" and isinstance(amount.value, int | Fraction) and amount.value and amount.unit in YUAN:
        yield "unassigned", money.fen_of(amount.value) * times


YUAN = frozenset({"元", "元/月"})
