"""What a change of rules means for a register of people: who gains, who loses, and what it costs each payer.

Everybody is judged twice by the facts as they are told: under the rules of one day and under those of another (or of
another version of the pack). Costs are of all that is payable to those who are eligible: a sum paid once, or a monthly
sum times the months that are left.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from backend.policy import money
from backend.policy.benefit import YUAN, Amount
from backend.policy.conditions import Values
from backend.policy.eligibility import ELIGIBLE, NOT_IN_FORCE, Ruleset, Verdict

UNASSIGNED = "unassigned"
"""The payer of what cannot be divided: the texts or the facts do not say among whom."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The rules under which people are judged, and the day on which."""

    rules: Ruleset
    day: date


@dataclass(frozen=True, slots=True)
class Move:
    """What changes for one person in one item: the verdicts, and what is payable in all in fen."""

    person: str
    item: str
    was: str
    now: str
    fen_was: int
    fen_now: int


@dataclass
class Tally:
    """What a change does to one item: how many moved from which verdict to which, and the costs in fen by payer."""

    moves: Counter[tuple[str, str]] = field(default_factory=Counter)
    cost_before: Counter[str] = field(default_factory=Counter)
    cost_after: Counter[str] = field(default_factory=Counter)
    more: int = 0
    """How many are eligible under both and are paid more."""
    less: int = 0
    """How many are eligible under both and are paid less."""

    @property
    def gain(self) -> int:
        """How many become eligible."""
        return sum(n for (was, now), n in self.moves.items() if now == ELIGIBLE != was)

    @property
    def lose(self) -> int:
        """How many are eligible no more."""
        return sum(n for (was, now), n in self.moves.items() if was == ELIGIBLE != now)

    @property
    def changed(self) -> bool:
        """Whether anybody's verdict or any payer's cost is another."""
        return any(was != now for was, now in self.moves) or self.cost_before != self.cost_after


def replay(
    people: Iterable[tuple[str, Values]],
    before: Standing,
    after: Standing,
    tell: Callable[[Move], None] = lambda move: None,
) -> dict[str, Tally]:
    """Judge people (an id and parsed facts each) twice and return a tally for every service of either version.

    `tell` hears of everybody for whom something changes, as it is found out. People are read one at a time.
    """
    first, second = _services(before), _services(after)
    tallies = {id_: Tally() for id_ in dict.fromkeys((*first, *second))}
    old_rules, new_rules = before.rules.only(first), after.rules.only(second)
    for person, facts in people:
        old, new = _verdicts(old_rules, facts, before.day), _verdicts(new_rules, facts, after.day)
        for id_, tally in tallies.items():
            _count(tally, person, id_, old.get(id_), new.get(id_), tell)
    return tallies


def _services(standing: Standing) -> list[str]:
    return [item.id for item in standing.rules.items.values() if item.kind == "service"]


def _verdicts(rules: Ruleset, facts: Values, day: date) -> dict[str, Verdict]:
    return {verdict.item.id: verdict for verdict in rules.judge_all(facts, day)}


def _count(
    tally: Tally, person: str, item: str, old: Verdict | None, new: Verdict | None, tell: Callable[[Move], None]
) -> None:
    was, now = old.verdict if old else NOT_IN_FORCE, new.verdict if new else NOT_IN_FORCE
    tally.moves[was, now] += 1
    fen_was = _add(tally.cost_before, old.amount) if old and was == ELIGIBLE else 0
    fen_now = _add(tally.cost_after, new.amount) if new and now == ELIGIBLE else 0
    if was == now == ELIGIBLE:
        tally.more += fen_now > fen_was
        tally.less += fen_now < fen_was
    if was != now or fen_was != fen_now:
        tell(Move(person, item, was, now, fen_was, fen_now))


def _add(costs: Counter[str], amount: Amount) -> int:
    """Add what each payer pays in all, and return the whole."""
    if amount.value is None or amount.unit not in YUAN:
        return 0
    payable = dict(_payable(amount))
    for payer, fen in payable.items():
        costs[payer] += fen
    return sum(payable.values())


def _payable(amount: Amount) -> Iterator[tuple[str, int]]:
    times = 1 if amount.months is None else amount.months
    if amount.shares is not None:
        yield from ((payer, fen * times) for payer, fen in amount.shares.items())
    elif amount.kind == "fixed" and isinstance(amount.value, int | Fraction):
        yield UNASSIGNED, money.fen_of(amount.value) * times
