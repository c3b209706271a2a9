"""Judge a person's facts against the rules of a day.

`Ruleset.judge` returns one of five verdicts, with reasons, citations, what is missing and what time alone will change:

    eligible, not_eligible, needs_info (facts are missing), refer (the texts do not settle it, or leave it to people),
    not_in_force (the item does not exist on that day)

A verdict keeps what it was made from; reasons and dates are worked out when somebody reads them, so that a register can
be judged quickly. Nothing here knows a city, a clock or a store.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from backend.policy import money
from backend.policy.benefit import (
    METHODS,
    NONE,
    UNSETTLED,
    Amount,
    Computed,
    amount_in,
    best_tier,
    tier_questions,
    with_shares,
)
from backend.policy.compiled import compile_all
from backend.policy.conditions import FALSE, REFER, TRUE, UNKNOWN, Values, doubts
from backend.policy.directory import Directory
from backend.policy.lazy import lazy
from backend.policy.types import Cites, Item, OpenQuestion, Requirement
from backend.policy.vocabulary import Contradiction, derive

if TYPE_CHECKING:
    from backend.policy.catalogue import Pack

ELIGIBLE, NOT_ELIGIBLE, NEEDS_INFO, REFER_VERDICT = "eligible", "not_eligible", "needs_info", "refer"
NOT_IN_FORCE = "not_in_force"
BARRING = (REFER, TRUE)


class Reason:
    """Why a verdict is what it is: the requirement's id, the facts it looks at, a Chinese sentence, its clauses.

    `ask` is the agency or window to ask. The sentence is written when somebody reads it.
    """

    def __init__(
        self, id: str, facts: tuple[str, ...], text: str | Callable[[], str], cites: Cites, ask: str | None = None
    ):
        self.id, self.facts, self.cites, self.ask, self._text = id, facts, cites, ask, text

    @lazy
    def text(self) -> str:
        """The sentence."""
        return self._text if isinstance(self._text, str) else self._text()

    def __repr__(self) -> str:
        return f"<Reason {self.id}: {self.text}>"


@dataclass(frozen=True, slots=True)
class Ground:
    """The facts prepared for judging: with what follows from them, and what contradicts itself."""

    given: Mapping[str, Any]
    values: Mapping[str, Any]
    contradictions: tuple[Contradiction, ...]
    day: date


class Verdict:
    """The verdict on one item for one person on one day; see the module's head."""

    def __init__(
        self,
        rules: Ruleset,
        item: Item,
        ground: Ground,
        verdict: str,
        outcomes: Sequence[int] = (),
        bars: Sequence[tuple[Requirement, int]] = (),
        fired: Sequence[OpenQuestion] = (),
        conflicts: Sequence[Contradiction] = (),
        computed: Computed | None = None,
    ):
        self.rules, self.item, self.ground, self.verdict = rules, item, ground, verdict
        self.outcomes, self.bars, self.fired = outcomes, bars, fired
        self.conflicts, self.computed = conflicts, computed

    def __repr__(self) -> str:
        return f"<Verdict {self.item.id} {self.verdict}>"

    @lazy
    def amount(self) -> Amount:
        """What would be paid or given; none where nothing is due, unknown where the texts leave it open."""
        if self.computed is not None:
            return self.computed.amount
        if self.verdict in (NOT_ELIGIBLE, NOT_IN_FORCE):
            return NONE
        if self.verdict == REFER_VERDICT:
            return UNSETTLED
        return self.rules.amount_of(self.item, self.ground)

    @lazy
    def unmet(self) -> tuple[Reason, ...]:
        """The conditions that fail and the exclusions that hold, in the order of the pack."""
        failed = [
            self._reason(c) for c, outcome in zip(self.item.conditions, self.outcomes, strict=False) if outcome == FALSE
        ]
        return (*failed, *(self._reason(bar) for bar, outcome in self.bars if outcome == TRUE))

    @lazy
    def missing(self) -> tuple[str, ...]:
        """The facts still to be asked for a verdict, in the order worth asking; none whose answer cannot matter."""
        if self.verdict != NEEDS_INFO:
            return ()
        pending = [
            c.test.unknown(self.ground.values, self.ground.day)
            for c, outcome in zip(self.item.conditions, self.outcomes, strict=False)
            if outcome == UNKNOWN
        ]
        if self.computed is not None:
            pending.append(self.computed.missing)
        return tuple(dict.fromkeys(name for names in pending for name in names))

    @lazy
    def amount_questions(self) -> tuple[str, ...]:
        """Facts that cannot change the verdict any more but could lift the amount."""
        return tier_questions(self.item.benefit, self.ground.values, self.ground.day)

    @lazy
    def refer(self) -> tuple[Reason, ...]:
        """What the texts leave open here, each with whom to ask."""
        if self.verdict != REFER_VERDICT:
            return ()
        reasons = [self._conflict(conflict) for conflict in self.conflicts]
        for condition, outcome in zip(self.item.conditions, self.outcomes, strict=False):
            if outcome == REFER:
                reasons += self._doubts(condition)
        for bar, outcome in self.bars:
            if outcome == REFER:
                reasons += self._doubts(bar)
        reasons += [self._question(question) for question in self.fired]
        if self.computed is not None and self.computed.doubt:
            reasons.append(Reason(self.item.id, (), self.computed.doubt, self.computed.cites, self._default_ask()))
        return tuple({reason.id + reason.text: reason for reason in reasons}.values())

    @lazy
    def assumed(self) -> tuple[Requirement, ...]:
        """Exclusions about which nothing is known: the verdict supposes that they do not hold."""
        if self.verdict not in (ELIGIBLE, NEEDS_INFO):
            return ()
        values, day = self.ground.values, self.ground.day
        return tuple(bar for bar in self.item.exclusions if bar.test.test(values, day) == UNKNOWN)

    @lazy
    def eligible_from(self) -> date | None:
        """The first day on which time alone fulfils what is missing; None when it does not or nothing is missing."""
        if self.computed is not None and self.computed.eligible_from:
            return self.computed.eligible_from
        if self.verdict != NOT_ELIGIBLE or any(outcome == TRUE for _, outcome in self.bars):
            return None
        return self.rules.turning_day(self)

    @lazy
    def closes_on(self) -> date | None:
        """The last day on which the conditions that run out by time still hold."""
        values, day = self.ground.values, self.ground.day
        days = (condition.test.closes(values, day) for condition in self.item.conditions)
        return min((d for d in days if d), default=None)

    @lazy
    def citations(self) -> Cites:
        """The clauses this verdict rests on, the weightiest first."""
        if self.verdict in (ELIGIBLE, NEEDS_INFO):
            return self.rules.cites_of(self.item, self.amount)
        reasons = self.refer if self.verdict == REFER_VERDICT else self.unmet
        own = [cite for reason in reasons for cite in reason.cites]
        return tuple(dict.fromkeys((*own, *self.amount.cites))) or self.item.cites

    def _reason(self, requirement: Requirement) -> Reason:
        return Reason(requirement.id, requirement.test.facts, lambda: self._told(requirement), requirement.cites)

    def _told(self, requirement: Requirement) -> str:
        """The requirement, and what the person's facts say to it."""
        told = [name for name in requirement.test.facts if name in self.ground.values]
        said = "，".join(self._said(name) for name in told)
        text = requirement.unmet or self._sentence(requirement)
        return f"{text}（目前：{said}）" if said else text

    def _sentence(self, requirement: Requirement) -> str:
        return (
            f"有下列情形不行：{requirement.says}"
            if requirement in self.item.exclusions
            else f"需要：{requirement.says}"
        )

    def _said(self, name: str) -> str:
        vocabulary = self.rules.vocabulary
        label = vocabulary[name].label if name in vocabulary else name
        return f"{label}{vocabulary.show(name, self.ground.values[name])}"

    def _doubts(self, requirement: Requirement) -> list[Reason]:
        known = {question.id: question for question in self.item.open_questions}
        asked = doubts(requirement.test, self.ground.values, self.ground.day)
        named = [known[id_] for id_ in sorted(asked) if id_ in known]
        if named:
            return [self._question(question) for question in named]
        text = f"“{requirement.says}”要由人判断"
        return [Reason(requirement.id, requirement.test.facts, text, requirement.cites, self._default_ask())]

    def _question(self, question: OpenQuestion) -> Reason:
        facts = question.when.facts if question.when else ()
        return Reason(question.id, facts, question.text, question.between, question.ask or self._default_ask())

    def _conflict(self, conflict: Contradiction) -> Reason:
        vocabulary, values = self.rules.vocabulary, self.ground.values
        sources = "、".join(self._said(name) for name in conflict.sources if name in values)
        text = (
            f"您填的{vocabulary[conflict.fact].label}是{vocabulary.show(conflict.fact, conflict.given)}，"
            f"但按{sources}推算是{vocabulary.show(conflict.fact, conflict.derived)}，两处对不上，请先核对"
        )
        return Reason("contradiction", (conflict.fact, *conflict.sources), text, self.item.cites, self._default_ask())

    def _default_ask(self) -> str | None:
        return next(iter(self.item.windows), self.item.agency)


class Ruleset:
    """All rules of one city as they stand in one era (between two dates on which something changes)."""

    def __init__(
        self,
        pack: Pack,
        items: Mapping[str, Item],
        directories: Sequence[Directory],
        calendar: Any,
    ):
        self.pack, self.items, self.directories, self.calendar = pack, items, tuple(directories), calendar
        self.vocabulary = pack.vocabulary
        self._plans = {item.id: _Plan(item) for item in items.values()}
        self._amounts: dict[tuple[Any, ...], Amount] = {}
        self._cited: dict[tuple[Any, ...], Cites] = {}
        self._counters = [fact.name for fact in self.vocabulary.top_level.values() if fact.grows]

    # -- judging

    def judge(self, item_id: str, facts: Values, as_of: date) -> Verdict:
        """Judge one item. `facts` are values as Vocabulary.parse returns them. Raises KeyError for an unknown id."""
        return self._decide(self._plans[item_id], self.prepare(facts, as_of))

    def judge_all(self, facts: Values, as_of: date, items: Iterable[str] | None = None) -> list[Verdict]:
        """Judge several items (all by default), preparing the facts once."""
        ground = self.prepare(facts, as_of)
        plans = self._plans.values() if items is None else [self._plans[item_id] for item_id in items]
        return [self._decide(plan, ground) for plan in plans]

    def prepare(self, facts: Values, day: date) -> Ground:
        """Add to the facts what follows from them on that day."""
        values, contradictions = derive(self.vocabulary, facts, day)
        for directory in self.directories:
            self._look_up(directory, values, day)
        return Ground(facts, values, tuple(contradictions), day)

    def _look_up(self, directory: Directory, values: dict[str, Any], day: date) -> None:
        """A literal hit proves the directory's fact; a miss disproves it only while the directory is in force."""
        if not directory.fact or not directory.by or directory.fact in values or not values.get(directory.by):
            return
        if directory.find(values[directory.by]) is not None:
            values[directory.fact] = True
        elif directory.until is not None and day <= directory.until:
            values[directory.fact] = False

    def _decide(self, plan: _Plan, ground: Ground) -> Verdict:
        item, values, day = plan.item, ground.values, ground.day
        if (item.since and day < item.since) or (item.until and day > item.until):
            return Verdict(self, item, ground, NOT_IN_FORCE)
        outcomes, exclusions, doubts = plan.test(values, day)
        barring = TRUE in exclusions or REFER in exclusions
        bars = [(bar, o) for bar, o in zip(item.exclusions, exclusions, strict=True) if o in BARRING] if barring else ()
        fired = [q for q, o in zip(plan.questions, doubts, strict=True) if o == TRUE] if TRUE in doubts else ()
        conflicts = [c for c in ground.contradictions if c.fact in plan.facts] if ground.contradictions else ()
        computed = METHODS[item.benefit.method](self, item, values, day) if item.benefit.method else None
        verdict = _verdict(outcomes, bars, fired, conflicts)
        if computed is not None and computed.verdict is not None and verdict == ELIGIBLE:
            verdict = computed.verdict
        return Verdict(self, item, ground, verdict, outcomes, bars, fired, conflicts, computed)

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
        return Ground(ground.given, later, (), day)

    # -- money

    def amount_of(self, item: Item, ground: Ground) -> Amount:
        """Return the amount an item brings these facts, with the payers' shares where they can be told."""
        benefit, values, area = item.benefit, ground.values, self.area(ground.values)
        tier = best_tier(benefit, values, ground.day)
        if tier is not None and (tier.of or tier.count):
            return with_shares(amount_in(benefit, tier, values), item.funding, area)
        received = values.get(benefit.months_received) if benefit.months_received else None
        key = (item.id, tier and tier.id, received, area)
        if key not in self._amounts:
            self._amounts[key] = with_shares(amount_in(benefit, tier, values), item.funding, area)
        return self._amounts[key]

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
    """An item made ready for judging: its tests as compiled functions, and the set of facts that matter to it."""

    def __init__(self, item: Item):
        self.item = item
        self.questions = [q for q in item.open_questions if q.when is not None]
        whens = [q.when for q in self.questions if q.when is not None]
        self.test = compile_all([c.test for c in item.conditions], [bar.test for bar in item.exclusions], whens)
        tests = [c.test for c in (*item.conditions, *item.exclusions)]
        self.facts = frozenset(name for test in tests for name in test.facts)


def _verdict(
    outcomes: Sequence[int],
    bars: Sequence[tuple[Requirement, int]],
    fired: Sequence[OpenQuestion],
    conflicts: Sequence[Contradiction],
) -> str:
    """A contradiction must be cleared up first; then a bar beats a doubt, and a doubt beats a question."""
    if conflicts:
        return REFER_VERDICT
    if FALSE in outcomes or any(outcome == TRUE for _, outcome in bars):
        return NOT_ELIGIBLE
    if bars or fired or REFER in outcomes:
        return REFER_VERDICT
    return NEEDS_INFO if UNKNOWN in outcomes else ELIGIBLE


def questions_worth_asking(verdicts: Iterable[Verdict]) -> tuple[str, ...]:
    """Return the missing facts over several verdicts, those that bring most verdicts forward first.

    A fact that alone settles an item counts more than one of many that it still needs, so the fewest questions lead
    to a verdict on everything asked about.
    """
    weight: dict[str, float] = {}
    for verdict in verdicts:
        for position, name in enumerate(verdict.missing):
            weight[name] = weight.get(name, 0) + 1 / len(verdict.missing) - position / 1000
    return tuple(sorted(weight, key=lambda name: -weight[name]))
