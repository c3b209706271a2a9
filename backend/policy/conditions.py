"""Conditions: tests on facts with four results, and the time at which they turn.

A condition answers four questions about a person's facts on a day:

    test(values, day)     FALSE, REFER, UNKNOWN or TRUE
    unknown(values, day)  the facts nobody has given that can still change the result, in order
    opens(values, day)    the first day on which time alone makes it true (None: time does not help)
    closes(values, day)   the last day on which it still holds by time (None: it does not run out)

The results are ordered FALSE < REFER < UNKNOWN < TRUE: `all` takes the least of its parts and `any` the greatest. So a
bar beats a doubt, a doubt beats a question, and one fulfilled alternative is enough. They are written as numbers whose
bits fill up from below, so that `&` is the least and `|` the greatest of several.

`values` maps fact names (dotted for parts of objects) to Python values; a name that is not there is unknown, which is
never false. Conditions are compiled once into closures, because a register is judged in one go.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from typing import Any, Protocol

from backend.policy.periods import add_months, add_period, first_of_month
from backend.policy.types import Period

FALSE, REFER, UNKNOWN, TRUE = 0b000, 0b001, 0b011, 0b111
TURNED = {FALSE: TRUE, REFER: REFER, UNKNOWN: UNKNOWN, TRUE: FALSE}
MISSING: Any = object()

Values = Mapping[str, Any]
Test = Callable[[Values, date], int]


class Condition(Protocol):
    """What every condition answers; see the module's head."""

    test: Test
    facts: tuple[str, ...]
    questions: frozenset[str]

    def unknown(self, values: Values, day: date) -> tuple[str, ...]: ...
    def opens(self, values: Values, day: date) -> date | None: ...
    def closes(self, values: Values, day: date) -> date | None: ...


# --- the closed table of tests on one fact -------------------------------------------------------------------------

Operand = Callable[[Values], Any]
Predicate = Callable[[Any, Any], bool]


def _orderable(compare: Predicate) -> Predicate:
    """A null (known to be none) satisfies no comparison."""
    return lambda value, bound: value is not None and compare(value, bound)


COMPARISONS: dict[str, Predicate] = {
    "is": lambda value, bound: value == bound,
    "in": lambda value, bound: value in bound,
    "has_one_of": _orderable(lambda value, bound: any(part in bound for part in value)),
    "only_of": _orderable(lambda value, bound: all(part in bound for part in value)),
    "same_as": lambda value, bound: value == bound,
    "at_least": _orderable(lambda value, bound: value >= bound),
    "at_most": _orderable(lambda value, bound: value <= bound),
    "more_than": _orderable(lambda value, bound: value > bound),
    "less_than": _orderable(lambda value, bound: value < bound),
    "on_or_after": _orderable(lambda value, bound: value >= bound),
    "on_or_before": _orderable(lambda value, bound: value <= bound),
    "after": _orderable(lambda value, bound: value > bound),
    "before": _orderable(lambda value, bound: value < bound),
    "given": lambda value, bound: (value is not None) == bound,
}


def _equals(fact: str, bound: Any) -> Test:
    def test(values: Values, day: date) -> int:
        value = values.get(fact, MISSING)
        return TRUE if value == bound else UNKNOWN if value is MISSING else FALSE

    return test


def _within(fact: str, bound: Any) -> Test:
    def test(values: Values, day: date) -> int:
        value = values.get(fact, MISSING)
        return TRUE if value in bound else UNKNOWN if value is MISSING else FALSE

    return test


def _given(fact: str, bound: Any) -> Test:
    """Whether a fact is given is always known."""
    return lambda values, day: TRUE if (values.get(fact) is not None) == bound else FALSE


def _compared(operator: str) -> Callable[[str, Any], Test]:
    compare = COMPARISONS[operator]

    def against(fact: str, bound: Any) -> Test:
        def test(values: Values, day: date) -> int:
            value = values.get(fact, MISSING)
            return UNKNOWN if value is MISSING else TRUE if compare(value, bound) else FALSE

        return test

    return against


AGAINST_CONSTANT: dict[str, Callable[[str, Any], Test]] = {
    operator: _compared(operator) for operator in COMPARISONS
} | {"is": _equals, "in": _within, "given": _given}
"""Operator → how a test against a constant is made; the commonest without a call of their own."""

ELAPSED: dict[str, Callable[[date, date], bool]] = {
    "elapsed_at_least": lambda end, day: end <= day,
    "elapsed_at_most": lambda end, day: day <= end,
    "elapsed_more_than": lambda end, day: end < day,
}

MANY = frozenset({"in", "has_one_of", "only_of"})
"""Operators that take several constants; the last two look at a fact that is a list."""

OPERATORS = frozenset(COMPARISONS) | frozenset(ELAPSED)


class FactTest:
    """A comparison of one fact with a constant, or with another fact moved by a period.

    Takes the fact's name, the operator's name, the constant or `other` fact (and `plus`, a period), and whether the
    fact is a counter that `grows` by one each month or an age derived from `birth`.
    """

    def __init__(
        self,
        fact: str,
        operator: str,
        bound: Any,
        *,
        other: str | None = None,
        plus: Period | None = None,
        grows: bool = False,
        birth: str | None = None,
    ):
        self.fact, self.operator, self.bound, self.other, self.plus = fact, operator, bound, other, plus
        self.grows, self.birth = grows, birth
        self.facts: tuple[str, ...] = (fact, other) if other else (fact,)
        self.questions: frozenset[str] = frozenset()
        compare = COMPARISONS[operator]

        def against_fact(values: Values, day: date) -> int:
            value, limit = values.get(fact, MISSING), values.get(other, MISSING)  # type: ignore[arg-type]
            if value is MISSING or limit is MISSING:
                return UNKNOWN
            if limit is None:
                return FALSE
            return TRUE if compare(value, add_period(limit, plus) if plus else limit) else FALSE

        self.test: Test = against_fact if other else AGAINST_CONSTANT[operator](fact, bound)

    def __repr__(self) -> str:
        plus = f" + {self.plus.number} {self.plus.unit}" if self.plus else ""
        return f"{self.fact} {self.operator} {f'fact {self.other}{plus}' if self.other else repr(self.bound)}"

    def unknown(self, values: Values, day: date) -> tuple[str, ...]:
        """Whether a fact is given is never itself a question."""
        if self.operator == "given":
            return ()
        if self.other is None:
            return () if self.fact in values else self.facts
        return tuple(name for name in self.facts if name not in values)

    def opens(self, values: Values, day: date) -> date | None:
        """A counter reaches its number on the first day of the month in which it gets there."""
        value = values.get(self.fact)
        if not self.grows or value is None or self.operator != "at_least" or value >= self.bound:
            return None
        return first_of_month(day, int(self.bound) - int(value))

    def closes(self, values: Values, day: date) -> date | None:
        """An upper limit of age runs out on the eve of the birthday that passes it."""
        born = values.get(self.birth) if self.birth else None
        if born is None or self.operator not in ("at_most", "less_than"):
            return None
        years = int(self.bound) + (self.operator == "at_most")
        return add_months(born, 12 * years) - timedelta(days=1)


class ElapsedTest:
    """A test on the time since a date fact: date + period against the day."""

    def __init__(self, fact: str, operator: str, period: Period):
        self.fact, self.operator, self.period = fact, operator, period
        self.facts: tuple[str, ...] = (fact,)
        self.questions: frozenset[str] = frozenset()
        compare = ELAPSED[operator]

        def test(values: Values, day: date) -> int:
            start = values.get(fact, MISSING)
            if start is MISSING:
                return UNKNOWN
            return TRUE if start is not None and compare(add_period(start, period), day) else FALSE

        self.test: Test = test

    def _end(self, values: Values) -> date | None:
        start = values.get(self.fact)
        return add_period(start, self.period) if start is not None else None

    def __repr__(self) -> str:
        return f"{self.fact} {self.operator} {self.period.number} {self.period.unit}"

    def unknown(self, values: Values, day: date) -> tuple[str, ...]:
        return () if self.fact in values else (self.fact,)

    def opens(self, values: Values, day: date) -> date | None:
        end = self._end(values)
        if end is None or self.operator == "elapsed_at_most":
            return None
        opening = end + timedelta(days=1) if self.operator == "elapsed_more_than" else end
        return opening if opening > day else None

    def closes(self, values: Values, day: date) -> date | None:
        return self._end(values) if self.operator == "elapsed_at_most" else None


class ShareTest:
    """A test on the quotient of two facts (本地职工占比 …)."""

    def __init__(self, part: str, whole: str, operator: str, bound: Fraction):
        self.facts: tuple[str, ...] = (part, whole)
        self.part, self.whole, self.operator, self.bound = part, whole, operator, bound
        self.questions: frozenset[str] = frozenset()
        compare = COMPARISONS[operator]

        def test(values: Values, day: date) -> int:
            above, below = values.get(part, MISSING), values.get(whole, MISSING)
            if above is MISSING or below is MISSING:
                return UNKNOWN
            return TRUE if above is not None and below and compare(Fraction(above) / Fraction(below), bound) else FALSE

        self.test: Test = test

    def __repr__(self) -> str:
        return f"{self.part} / {self.whole} {self.operator} {self.bound}"

    def unknown(self, values: Values, day: date) -> tuple[str, ...]:
        return tuple(name for name in self.facts if name not in values)

    def opens(self, values: Values, day: date) -> date | None:
        return None

    def closes(self, values: Values, day: date) -> date | None:
        return None


class DayTest:
    """A test on the day itself: months of the year and, within them, workdays of certain weeks (Monday to Sunday)."""

    def __init__(self, months: Sequence[int], weeks: Sequence[int], is_workday: Callable[[date], bool]):
        self.facts: tuple[str, ...] = ()
        self.questions: frozenset[str] = frozenset()
        self.months, self.weeks, self.is_workday = frozenset(months), frozenset(weeks), is_workday
        self.test: Test = lambda values, day: TRUE if self._holds(day) else FALSE

    def __repr__(self) -> str:
        return f"the day lies in months {sorted(self.months)}, weeks {sorted(self.weeks)}"

    def _holds(self, day: date) -> bool:
        if day.month not in self.months:
            return False
        week = (day.day - 1 + day.replace(day=1).weekday()) // 7 + 1
        return not self.weeks or (week in self.weeks and self.is_workday(day))

    def unknown(self, values: Values, day: date) -> tuple[str, ...]:
        return ()

    def opens(self, values: Values, day: date) -> date | None:
        later = (day + timedelta(days=n) for n in range(1, 367))
        return next((candidate for candidate in later if self._holds(candidate)), None)

    def closes(self, values: Values, day: date) -> date | None:
        if not self._holds(day):
            return None
        days = [day + timedelta(days=n) for n in range(32) if (day + timedelta(days=n)).month == day.month]
        return max(candidate for candidate in days if self._holds(candidate))


# --- combinations ---------------------------------------------------------------------------------------------------


class All:
    """Every part must hold."""

    def __init__(self, parts: Sequence[Condition]):
        self.parts = tuple(parts)
        self.facts = _merge(part.facts for part in parts)
        self.questions = frozenset().union(*(part.questions for part in parts))
        tests = tuple(part.test for part in parts)

        def test(values: Values, day: date) -> int:
            result = TRUE
            for one in tests:
                result &= one(values, day)
                if result == FALSE:
                    break
            return result

        self.test: Test = test

    def __repr__(self) -> str:
        return f"({' and '.join(map(repr, self.parts))})"

    def unknown(self, values: Values, day: date) -> tuple[str, ...]:
        return _merge(part.unknown(values, day) for part in self.parts if part.test(values, day) == UNKNOWN)

    def opens(self, values: Values, day: date) -> date | None:
        days = [part.opens(values, day) for part in self.parts if part.test(values, day) == FALSE]
        return max((d for d in days if d), default=None) if all(days) else None

    def closes(self, values: Values, day: date) -> date | None:
        return min((d for part in self.parts if (d := part.closes(values, day))), default=None)


class Any_:
    """One part is enough."""

    def __init__(self, parts: Sequence[Condition]):
        self.parts = tuple(parts)
        self.facts = _merge(part.facts for part in parts)
        self.questions = frozenset().union(*(part.questions for part in parts))
        tests = tuple(part.test for part in parts)

        def test(values: Values, day: date) -> int:
            result = FALSE
            for one in tests:
                result |= one(values, day)
                if result == TRUE:
                    break
            return result

        self.test: Test = test

    def __repr__(self) -> str:
        return f"({' or '.join(map(repr, self.parts))})"

    def unknown(self, values: Values, day: date) -> tuple[str, ...]:
        """The alternative that needs the fewest answers comes first."""
        open_parts = [part.unknown(values, day) for part in self.parts if part.test(values, day) == UNKNOWN]
        return _merge(sorted(open_parts, key=len))

    def opens(self, values: Values, day: date) -> date | None:
        return min((d for part in self.parts if (d := part.opens(values, day))), default=None)

    def closes(self, values: Values, day: date) -> date | None:
        days = [part.closes(values, day) for part in self.parts if part.test(values, day) == TRUE]
        return max((d for d in days if d), default=None) if all(days) else None


class Not:
    """The part must not hold; doubt and ignorance stay what they are."""

    def __init__(self, part: Condition):
        self.part, self.facts, self.questions = part, part.facts, part.questions
        inner = part.test
        self.test: Test = lambda values, day: TURNED[inner(values, day)]

    def __repr__(self) -> str:
        return f"not {self.part!r}"

    def unknown(self, values: Values, day: date) -> tuple[str, ...]:
        return self.part.unknown(values, day)

    def opens(self, values: Values, day: date) -> date | None:
        closing = self.part.closes(values, day)
        return closing + timedelta(days=1) if closing and closing >= day else None

    def closes(self, values: Values, day: date) -> date | None:
        opening = self.part.opens(values, day)
        return opening - timedelta(days=1) if opening else None


class Referring:
    """A condition whose result is *refer* when `when` is known to hold, whatever the test says."""

    def __init__(self, part: Condition, when: Condition, question: str | None):
        self.part, self.when, self.question = part, when, question
        self.facts = _merge((part.facts, when.facts))
        self.questions = part.questions | when.questions | (frozenset({question}) if question else frozenset())
        base, doubt = part.test, when.test

        def test(values: Values, day: date) -> int:
            doubtful = doubt(values, day)
            if doubtful == TRUE:
                return REFER
            result = base(values, day)
            return UNKNOWN if doubtful == UNKNOWN and result == TRUE else result

        self.test: Test = test

    def __repr__(self) -> str:
        return f"{self.part!r} unless in doubt when {self.when!r}"

    def unknown(self, values: Values, day: date) -> tuple[str, ...]:
        open_parts = (part for part in (self.part, self.when) if part.test(values, day) == UNKNOWN)
        return _merge(part.unknown(values, day) for part in open_parts)

    def opens(self, values: Values, day: date) -> date | None:
        return self.part.opens(values, day)

    def closes(self, values: Values, day: date) -> date | None:
        """The last day before the doubt begins counts as the last on which the condition surely holds."""
        doubt = self.when.opens(values, day)
        days = [self.part.closes(values, day), doubt - timedelta(days=1) if doubt else None]
        return min((d for d in days if d), default=None)


def doubts(condition: Condition, values: Values, day: date) -> frozenset[str]:
    """Return the open questions that make a condition's result *refer* for these facts, and only those."""
    if condition.test(values, day) != REFER:
        return frozenset()
    if isinstance(condition, Referring) and condition.when.test(values, day) == TRUE:
        return frozenset({condition.question} if condition.question else ())
    parts = condition.parts if isinstance(condition, All | Any_) else (condition.part,)  # type: ignore[attr-defined]
    return frozenset().union(*(doubts(part, values, day) for part in parts))


def turns_by_time(condition: Condition) -> bool:
    """Whether time alone can make or break it: it rests on a period, an age, a counter or the day itself."""
    if isinstance(condition, FactTest):
        return condition.grows or condition.birth is not None
    if isinstance(condition, All | Any_):
        return any(map(turns_by_time, condition.parts))
    if isinstance(condition, Referring):
        return turns_by_time(condition.part) or turns_by_time(condition.when)
    if isinstance(condition, Not):
        return turns_by_time(condition.part)
    return isinstance(condition, ElapsedTest | DayTest)


def _merge(groups: Iterable[Sequence[str]]) -> tuple[str, ...]:
    """Join name lists, each name once, in order."""
    return tuple(dict.fromkeys(name for group in groups for name in group))
