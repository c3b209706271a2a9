"""Judge a person's facts against the rules of a day.

`Ruleset.judge` returns one of five verdicts, with reasons, citations, what is missing and what time alone will change:

    eligible, not_eligible, needs_info (facts are missing), refer (the texts do not settle it, or leave it to people),
    not_in_force (the item does not exist on that day)

A verdict keeps what it was made from; reasons and dates are worked out when somebody reads them, so that a register can
be judged quickly. Nothing here knows a city, a clock or a store.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

from backend.policy import money
from backend.policy.benefit import METHODS, Amount, amount_in, with_shares
from backend.policy.compiled import Outcome, Outcomes, compile_all
from backend.policy.conditions import FALSE, Values, turns_by_time
from backend.policy.directory import Directory
from backend.policy.questions import fewest_questions
from backend.policy.ruling import (
    ELIGIBLE,
    NEEDS_INFO,
    NOT_ELIGIBLE,
    NOT_IN_FORCE,
    REFER_VERDICT,
    Ruling,
    groups_of,
    nothing_known,
    ruler,
)
from backend.policy.types import Cites, Item
from backend.policy.verdict import Ground, Reason, Verdict
from backend.policy.vocabulary import derive
from backend.workdays import Calendar

if TYPE_CHECKING:
    from backend.policy.catalogue import Pack


class Ruleset:
    """All rules of one city as they stand in one era (between two dates on which something changes)."""

    def __init__(
        self,
        pack: Pack,
        items: Mapping[str, Item],
        directories: Sequence[Directory],
        calendar: Calendar,
    ):
        self.pack, self.items, self.directories, self.calendar = pack, items, tuple(directories), calendar
        self.vocabulary = pack.vocabulary
        self._plans = {item.id: _Plan(item) for item in items.values()}
        self._whole = _Whole(items.values())
        self._last: Ground | None = None
        self._cited: dict[tuple[Any, ...], Cites] = {}
        self._counters = [fact.name for fact in self.vocabulary.top_level.values() if fact.grows]

    def within(self, pack: Pack, directories: Sequence[Directory], calendar: Calendar) -> Ruleset:
        """Return the same rules among other directories and on another calendar; everything worked out is shared."""
        twin = copy(self)
        twin.pack, twin.directories, twin.calendar, twin._last = pack, tuple(directories), calendar, None
        return twin

    def only(self, items: Iterable[str]) -> Ruleset:
        """Return the same rules, of which `judge_all` judges some items only. Raises KeyError."""
        twin = copy(self)
        twin._plans = {item_id: self._plans[item_id] for item_id in items}
        twin._whole = _Whole(plan.item for plan in twin._plans.values())
        return twin

    # -- judging

    def judge(self, item_id: str, facts: Values, as_of: date) -> Verdict:
        """Judge one item. `facts` are values as Vocabulary.parse returns them. Raises KeyError for an unknown id."""
        return self._decide(self._plans[item_id], self._ground_of(facts, as_of))

    def judge_all(self, facts: Values, as_of: date, items: Iterable[str] | None = None) -> list[Verdict]:
        """Judge several items (all by default), preparing the facts once."""
        ground = self._ground_of(facts, as_of)
        if items is not None:
            return [self._decide(self._plans[item_id], ground) for item_id in items]
        outcomes = self._whole.test(ground.values, as_of)
        plans = self._plans.values()
        return [self._decide(plan, ground, outcome) for plan, outcome in zip(plans, outcomes, strict=True)]

    def _ground_of(self, facts: Values, day: date) -> Ground:
        """Prepare the facts, or take what was prepared last: a person is often judged item by item."""
        last = self._last
        if last is None or last.day != day or last.given != facts:
            self._last = last = self.prepare(dict(facts), day)
        return last

    def prepare(self, facts: Values, day: date) -> Ground:
        """Add to the facts what follows from them on that day."""
        values, contradictions = derive(self.vocabulary, facts, day)
        for directory in self.directories:
            self._look_up(directory, values, day)
        return Ground(facts, values, tuple(contradictions), day, self.area(values))

    def _look_up(self, directory: Directory, values: dict[str, Any], day: date) -> None:
        """A literal hit proves the directory's fact; a miss disproves it only while the directory is in force."""
        if not directory.fact or not directory.by or directory.fact in values or not values.get(directory.by):
            return
        if directory.find(values[directory.by], day) is not None:
            values[directory.fact] = True
        elif directory.until is not None and day <= directory.until:
            values[directory.fact] = False

    def near_misses(self, facts: Sequence[str], ground: Ground) -> tuple[str, ...]:
        """Return listed names like the one that was looked up in vain for one of these facts; for suggesting only."""
        near: dict[str, None] = {}
        for directory in self.directories:
            fact, name = directory.fact, ground.values.get(directory.by) if directory.by else None
            if fact in facts and name and fact not in ground.given and ground.values.get(str(fact)) is False:
                near.update(dict.fromkeys(directory.near_misses(name, ground.day)))
        return tuple(near)

    def _decide(self, plan: _Plan, ground: Ground, outcome: Outcome | None = None) -> Verdict:
        item = plan.item
        if not plan.in_force(ground.day):
            return Verdict(self, item, ground, NOT_IN_FORCE, _NOT_ASKED)
        ruling = plan.rule(outcome or plan.test(ground.values, ground.day)[0])
        verdict = ruling.verdict
        conflicts = [c for c in ground.contradictions if c.fact in plan.facts] if ground.contradictions else ()
        if conflicts:  # must be cleared up before anything else can be said
            verdict = REFER_VERDICT
        computed = plan.method(self, item, ground.values, ground.day) if plan.method else None
        if computed is not None and computed.verdict is not None and verdict == ELIGIBLE:
            verdict = computed.verdict
        return Verdict(self, item, ground, verdict, ruling, conflicts, computed)

    def closing_day(self, verdict: Verdict) -> date | None:
        """Return the last day on which the conditions that run out by time still hold."""
        values, day = verdict.ground.values, verdict.ground.day
        days = [test.closes(values, day) for test in self._plans[verdict.item.id].turning]
        return min((d for d in days if d), default=None)

    def turning_day(self, verdict: Verdict) -> date | None:
        """Return the first day after the verdict's on which time alone makes it eligible or a mere question."""
        ground, plan = verdict.ground, self._plans[verdict.item.id]
        day = ground.day
        for _ in range(4):
            failing = [
                c.test.opens(ground.values, ground.day)
                for c, outcome in zip(plan.item.conditions, verdict.outcomes, strict=True)
                if outcome == FALSE
            ]
            if not failing or not all(failing):
                return None
            day = max(d for d in failing if d)
            ground = self._later(ground, day)
            verdict = self._decide(plan, ground)
            if verdict.verdict in (ELIGIBLE, NEEDS_INFO):
                return day
            if verdict.verdict != NOT_ELIGIBLE:
                return None
        return None

    def _later(self, ground: Ground, day: date) -> Ground:
        """The same facts on a later day: months insured have gone on, ages have risen, nothing else has changed."""
        months = (day.year - ground.day.year) * 12 + day.month - ground.day.month
        later = dict(self.prepare(ground.given, day).values)
        for name in self._counters:
            if ground.values.get(name) is not None:
                later[name] = ground.values[name] + months
        return Ground(ground.given, later, (), day, ground.area)

    # -- money

    def amount_of(self, item: Item, ruling: Ruling, ground: Ground) -> Amount:
        """Return the amount of an item by a ruling on it, with the shares where they can be told."""
        benefit, tier, values = item.benefit, ruling.tier, ground.values
        if tier is not None and (tier.of or tier.count):
            return with_shares(amount_in(benefit, tier, values), item.funding, ground.area)
        key = (ground.area, values.get(benefit.months_received) if benefit.months_received else None)
        found = ruling.amounts.get(key)
        if found is None:
            found = ruling.amounts[key] = with_shares(amount_in(benefit, tier, values), item.funding, ground.area)
        return found

    def cites_of(self, item: Item, amount: Amount) -> Cites:
        """Return the clauses a favourable verdict rests on: those of its amount, then those of its conditions."""
        key = (item.id, amount.cites)
        if key not in self._cited:
            conditions = (cite for condition in item.conditions for cite in condition.cites)
            self._cited[key] = tuple(dict.fromkeys((*amount.cites, *conditions))) or item.cites
        return self._cited[key]

    def share(self, item_id: str, fen: int, area: str) -> money.Shares:
        """Divide an amount of an item in whole fen among its payers. Raises KeyError, NoFunding or UnknownArea."""
        item = self.items[item_id]
        if item.funding is None:
            raise NoFunding(item)
        return money.share(item.funding, fen, area)

    def area(self, values: Values) -> str | None:
        """Return the area whose treasury shares apply: the employer's fiscal subordination."""
        area = values.get("employer_jurisdiction")
        return {"city_direct": "city"}.get(area, area) if isinstance(area, str) else None


class NoFunding(Exception):
    """The texts do not say who pays for this item."""

    def __init__(self, item: Item):
        super().__init__(f"文本没有规定“{item.name}”的资金由谁分担")
        self.item = item


class _Plan:
    """An item made ready for judging: its tests as one function, the ruling on them, the facts that matter."""

    def __init__(self, item: Item):
        self.item, self.rule, self.method = item, ruler(item), METHODS.get(item.benefit.method or "")
        self._since, self._until = item.since or date.min, item.until or date.max
        self.turning = [c.test for c in item.conditions if turns_by_time(c.test)]
        tests = [c.test for c in (*item.conditions, *item.exclusions)]
        self.facts = frozenset(name for test in tests for name in test.facts)

    def in_force(self, day: date) -> bool:
        """Whether the item exists on a day."""
        return self._since <= day <= self._until

    @cached_property
    def test(self) -> Outcomes:
        """The outcomes of the item's tests for some values on a day."""
        return compile_all([groups_of(self.item)])


class _Whole:
    """All items made ready for judging in one go."""

    def __init__(self, items: Iterable[Item]):
        self.items = tuple(items)

    @cached_property
    def test(self) -> Outcomes:
        """The outcomes of all items' tests for some values on a day, item by item."""
        return compile_all([groups_of(item) for item in self.items])


_NOT_ASKED = nothing_known(NOT_IN_FORCE)


def questions_worth_asking(verdicts: Iterable[Verdict]) -> tuple[str, ...]:
    """Return the missing facts over several verdicts: first the fewest with which each can become favourable.

    Among those, what brings most verdicts forward comes first. The others follow: they are needed where an answer is
    not the hoped-for one.
    """
    asking = [verdict for verdict in verdicts if verdict.missing]
    if not asking:
        return ()
    values, day = asking[0].ground.values, asking[0].ground.day
    first = fewest_questions([[r.test for r in v.ruling.pending] for v in asking], values, day)
    return tuple(dict.fromkeys((*first, *(name for verdict in asking for name in verdict.missing))))


__all__ = [
    "ELIGIBLE",
    "NEEDS_INFO",
    "NOT_ELIGIBLE",
    "NOT_IN_FORCE",
    "REFER_VERDICT",
    "Ground",
    "NoFunding",
    "Reason",
    "Ruleset",
    "Verdict",
    "questions_worth_asking",
]
