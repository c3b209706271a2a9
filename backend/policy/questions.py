"""What to ask next: only facts whose answers can change a verdict, and first those with which fewest questions suffice.

    worth_asking(conditions, values, day)    the facts still open in some conditions, none whose answer cannot matter
    fewest_questions(pending, values, day)   over several items: the fewest facts with which each can be fulfilled first

An answer is tried out with the values at which some test on the fact turns; between two of them nothing changes.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations
from typing import Any

from backend.policy.conditions import (
    FALSE,
    TRUE,
    UNKNOWN,
    All,
    Any_,
    Condition,
    DayTest,
    ElapsedTest,
    FactTest,
    Not,
    Referring,
    ShareTest,
    Values,
)
from backend.policy.periods import add_months, add_period

ONE_DAY = timedelta(days=1)
LIFETIME = 100 * 12
TRIALS = 4000
"""After so many trials without a witness a question counts as worth asking."""
WAYS = 32
"""How many ways to fulfil an item are weighed."""


# --- answers worth trying ---------------------------------------------------------------------------------------------


def answers(conditions: Iterable[Condition], values: Values, day: date) -> dict[str, list[Any]]:
    """Return for every fact of the conditions the values at which one of their tests turns."""
    found: dict[str, list[Any]] = {}
    for condition in conditions:
        for leaf in _leaves(condition):
            for name, value in _ANSWERS[type(leaf)](leaf, values, day):
                known = found.setdefault(name, [])
                if not any(value == other and type(value) is type(other) for other in known):
                    known.append(value)
    return found


def _leaves(condition: Condition) -> Iterator[Condition]:
    parts = _parts(condition)
    if not parts:
        yield condition
    for part in parts:
        yield from _leaves(part)


def _parts(condition: Condition) -> Sequence[Condition]:
    if isinstance(condition, All | Any_):
        return condition.parts
    if isinstance(condition, Referring):
        return (condition.part, condition.when)
    return (condition.part,) if isinstance(condition, Not) else ()


def _of_fact(test: FactTest, values: Values, day: date) -> Iterator[tuple[str, Any]]:
    if test.operator == "given":
        return
    if test.other is not None:
        yield from _of_two(test, test.other, values, day)
        return
    for bound in test.bound if isinstance(test.bound, tuple) else (test.bound,):
        listed = test.operator in ("has_one_of", "only_of")
        yield from ((test.fact, (value,) if listed else value) for value in _around(bound))


def _around(bound: Any) -> list[Any]:
    """A value and its neighbours: the next on either side, the other truth, another word."""
    if isinstance(bound, bool):
        return [bound, not bound]
    if isinstance(bound, int | Decimal):
        return [bound, bound - 1, bound + 1]
    if isinstance(bound, date):
        return [bound, bound - ONE_DAY, bound + ONE_DAY]
    return [bound, f"not {bound}"] if isinstance(bound, str) else [bound]


def _of_two(test: FactTest, other: str, values: Values, day: date) -> Iterator[tuple[str, Any]]:
    """Two facts compared: where one is known, answers on either side of it; else one fixed and the other around it."""
    known = values.get(test.fact), values.get(other)
    standing = next((value for value in known if value is not None), None)
    if isinstance(standing, str) or (standing is None and test.operator == "same_as"):
        yield from ((name, value) for name in (test.fact, other) for value in (standing or "one", f"not {standing}"))
    elif isinstance(standing, date) or test.plus or test.operator in ("on_or_after", "on_or_before", "after", "before"):
        middle = standing if isinstance(standing, date) else day
        yield from ((name, add_months(middle, months)) for name in (test.fact, other) for months in (-LIFETIME, 0, 600))
    else:
        yield from ((name, value) for name in (test.fact, other) for value in _around(standing or 0))


def _of_time(test: ElapsedTest, values: Values, day: date) -> Iterator[tuple[str, Any]]:
    """The days from which the period has just run out, and their neighbours."""
    number, days = test.period.number, test.period.unit == "day"
    near = day - number * ONE_DAY if days else add_months(day, -number)
    latest = next(start for n in range(-3, 40) if add_period(start := near - n * ONE_DAY, test.period) <= day)
    yield from ((test.fact, value) for value in (latest, latest + ONE_DAY, add_months(latest, -1), day))


def _of_share(test: ShareTest, values: Values, day: date) -> Iterator[tuple[str, Any]]:
    part, whole = values.get(test.part), values.get(test.whole)
    yield from ((test.part, value) for value in (0, whole or 1))
    yield from ((test.whole, value) for value in (part or 1, (part or 1) * 10_000))


_ANSWERS: Mapping[type, Callable[[Any, Values, date], Iterator[tuple[str, Any]]]] = {
    FactTest: _of_fact,
    ElapsedTest: _of_time,
    ShareTest: _of_share,
    DayTest: lambda test, values, day: iter(()),
}


# --- none whose answer cannot matter ----------------------------------------------------------------------------------


def worth_asking(conditions: Sequence[Condition], values: Values, day: date) -> tuple[str, ...]:
    """Return the facts that conditions still need, in their order; none whose answer cannot change their result."""
    names = tuple(dict.fromkeys(name for condition in conditions for name in condition.unknown(values, day)))
    mattering = [name for group in _together(conditions, values) for name in _mattering(group, values, day)]
    return tuple(name for name in names if name in mattering) or names


def _together(conditions: Sequence[Condition], values: Values) -> list[list[Condition]]:
    """Split conditions into groups that share no open fact: what is asked for one group cannot touch another."""
    groups: list[tuple[set[str], list[Condition]]] = []
    for condition in conditions:
        open_ = {name for name in condition.facts if name not in values}
        touched = [group for group in groups if group[0] & open_]
        merged = (open_.union(*(names for names, _ in touched)), [c for _, group in touched for c in group])
        groups = [group for group in groups if group not in touched]
        groups.append((merged[0], [*merged[1], condition]))
    return [group for _, group in groups]


def _mattering(conditions: Sequence[Condition], values: Values, day: date) -> list[str]:
    names = dict.fromkeys(name for condition in conditions for name in condition.unknown(values, day))
    if len(conditions) == 1 and isinstance(conditions[0], FactTest | ElapsedTest):
        return list(names)
    trial = _Trial(conditions, values, day)
    return [name for name in names if trial.matters(name)]


class _Trial:
    """Looks for answers with which a fact decides the result of some conditions together."""

    def __init__(self, conditions: Sequence[Condition], values: Values, day: date):
        self.conditions, self.values, self.day = conditions, values, day
        self.answers = answers(conditions, values, day)
        self.left = 0

    def matters(self, name: str) -> bool:
        """Whether some answers to the other questions make the result depend on this one."""
        self.left = TRIALS
        return any(
            self._differ({**self.values, name: one}, {**self.values, name: two})
            for one, two in combinations(self.answers.get(name, ()), 2)
        )

    def _differ(self, one: dict[str, Any], two: dict[str, Any]) -> bool:
        """Whether two people who answer alike from here can come out differently; a result once known stays."""
        self.left -= 1
        (first, names), (second, more) = self._result(one), self._result(two)
        if self.left < 0 or not (names or more):
            return self.left < 0 or first != second
        name = (names or more)[0]
        return any(
            self._differ({**one, name: answer} if names else one, {**two, name: answer} if more else two)
            for answer in self.answers[name]
        )

    def _result(self, values: dict[str, Any]) -> tuple[int, tuple[str, ...]]:
        result, names = TRUE, tuple[str, ...]()
        for condition in self.conditions:
            outcome = condition.test(values, self.day)
            result &= outcome
            if outcome == UNKNOWN and not names:
                names = condition.unknown(values, self.day)
        return result, names if result == UNKNOWN else ()


# --- the fewest over several items ------------------------------------------------------------------------------------

Way = frozenset[str]


def ways(condition: Condition, wanted: int, values: Values, day: date) -> list[Way]:
    """Return the smallest sets of facts by whose answers a condition can come out TRUE or FALSE, as `wanted`."""
    outcome = condition.test(values, day)
    if outcome != UNKNOWN:
        return [frozenset()] if outcome == wanted else []
    if isinstance(condition, Not):
        return ways(condition.part, TRUE if wanted == FALSE else FALSE, values, day)
    if isinstance(condition, Referring):
        if wanted == FALSE:
            return ways(condition.part, FALSE, values, day)
        return _each([ways(condition.part, TRUE, values, day), ways(condition.when, FALSE, values, day)])
    if isinstance(condition, All | Any_):
        of_parts = [ways(part, wanted, values, day) for part in condition.parts]
        each = isinstance(condition, All) == (wanted == TRUE)
        return _each(of_parts) if each else _smallest(way for found in of_parts for way in found)
    return [frozenset(name for name in condition.facts if name not in values)]


def _each(groups: Iterable[Sequence[Way]]) -> list[Way]:
    """Return the ways that go through one way of every group."""
    found: list[Way] = [frozenset()]
    for group in groups:
        found = _smallest(one | another for one in found for another in group)
    return found


def _smallest(found: Iterable[Way]) -> list[Way]:
    """Return the ways of which none contains another, the shortest first."""
    kept: list[Way] = []
    for way in sorted(set(found), key=lambda way: (len(way), sorted(way))):
        if not any(shorter <= way for shorter in kept):
            kept.append(way)
    return kept[:WAYS]


def fewest_questions(items: Sequence[Sequence[Condition]], values: Values, day: date) -> tuple[str, ...]:
    """Return the fewest facts with whose answers every item asked about can be fulfilled; those of most items first.

    An item is given by its open conditions. One that can be fulfilled by no answer adds nothing.
    """
    found = [_each([ways(condition, TRUE, values, day) for condition in pending]) for pending in items]
    chosen = _cover([each for each in found if each])
    best = [min((way for way in each if way <= chosen), key=len, default=frozenset[str]()) for each in found]
    weight = {name: sum(1 / len(way) for way in best if name in way) for name in chosen}
    return tuple(sorted(chosen, key=lambda name: (-weight[name], name)))


def _cover(found: Sequence[Sequence[Way]]) -> Way:
    """Return the smallest union that takes one way of each; the best found after so many trials."""
    order = sorted(found, key=len)
    best: Way = frozenset().union(*(each[0] for each in order))
    left = TRIALS

    def search(place: int, taken: Way) -> None:
        nonlocal best, left
        left -= 1
        if left < 0 or len(taken) >= len(best):
            return
        if place == len(order):
            best = taken
            return
        for way in sorted(order[place], key=lambda way: len(way - taken)):
            search(place + 1, taken | way)

    search(0, frozenset())
    return best
