"""Conditions written out as one Python function, because a register is judged in one go.

The closures in `conditions` say what a condition means and answer questions about it; the function made here gives the
same results for all conditions of an item, or of a whole city, many times as fast: each condition is one statement, and
what several of them have in common (a fact, a test, a definition) is worked out once. A property test holds the two
against each other. Only constants of packs that the loader has checked enter the text.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import lru_cache, partial
from typing import Any

from backend.policy.conditions import (
    FALSE,
    MISSING,
    REFER,
    TRUE,
    TURNED,
    UNKNOWN,
    All,
    Any_,
    Condition,
    ElapsedTest,
    FactTest,
    Not,
    Referring,
    Values,
)
from backend.policy.periods import add_period
from backend.policy.types import Period

Outcome = tuple[tuple[int, ...], ...]
"""The results of the conditions of one item, group by group."""
Outcomes = Callable[[Values, date], tuple[Outcome, ...]]

_ORDER = {"at_least": ">=", "at_most": "<=", "more_than": ">", "less_than": "<"}
_ORDER |= {"on_or_after": ">=", "on_or_before": "<=", "after": ">", "before": "<"}
_EQUAL = {"is": "==", "same_as": "==", "in": "in"}
_OF_A_LIST = {"has_one_of": "not c.isdisjoint(f)", "only_of": "c.issuperset(f)"}
_ELAPSED = {"elapsed_at_least": "<=", "elapsed_at_most": ">=", "elapsed_more_than": "<"}
DAYS_KEPT = 4096
"""Of how many days it is kept when a period that begins with them ends; people's days are often the same."""


class _Writer:
    """Writes one statement a condition over `v` (values) and `day`; what stands already is not written again."""

    def __init__(self) -> None:
        self.names: dict[str, Any] = {"M": MISSING, "TURNED": TURNED}
        self.lines: list[str] = ["g = v.get"]
        self._written: dict[str, str] = {}

    def result_of(self, condition: Condition) -> str:
        """Return the name of a condition's result."""
        return self._statement(_WRITERS.get(type(condition), _Writer._call)(self, condition))

    def _statement(self, text: str) -> str:
        if text not in self._written:
            self._written[text] = f"t{len(self._written)}"
            self.lines.append(f"{self._written[text]} = {text}")
        return self._written[text]

    def _constant(self, key: str, value: Any) -> str:
        """Return a name for a thing that cannot be written out; equal keys stand for equal things."""
        if key not in self._written:
            self._written[key] = f"c{len(self._written)}"
            self.names[self._written[key]] = value
        return self._written[key]

    def _bound(self, value: Any) -> str:
        parts = value if isinstance(value, tuple) else (value,)
        plain = all(part is None or isinstance(part, str | int) for part in parts)
        return repr(value) if plain else self._constant(f"bound {value!r}", value)

    def _call(self, condition: Condition) -> str:
        return f"{self._constant(f'{type(condition).__name__} {condition!r}', condition.test)}(v, day)"

    def _value(self, fact: str, plus: Period | None = None) -> str:
        """Return the name of a fact's value, moved on by a period where it has one."""
        value = self._statement(f"g({fact!r}, M)")
        if plus is None:
            return value
        move = self._constant(f"plus {plus!r}", lru_cache(DAYS_KEPT)(partial(add_period, period=plus)))
        return self._statement(f"{value} if {value} is M or {value} is None else {move}({value})")

    def _fact(self, test: FactTest) -> str:
        fact = self._value(test.fact)
        if test.operator == "given":
            absent, present = (FALSE, TRUE) if test.bound else (TRUE, FALSE)
            return f"{absent} if {fact} is M or {fact} is None else {present}"
        if test.other is not None:
            return self._two_facts(test, fact, self._value(test.other, test.plus))
        bound = self._bound(test.bound)
        if test.operator in _OF_A_LIST:
            known = self._constant(f"set {sorted(test.bound)!r}", frozenset(test.bound))
            compared = _OF_A_LIST[test.operator].replace("c.", f"{known}.").replace("(f)", f"({fact})")
            return f"{UNKNOWN} if {fact} is M else {TRUE} if {fact} is not None and {compared} else {FALSE}"
        if test.operator in _EQUAL:
            return f"{TRUE} if {fact} {_EQUAL[test.operator]} {bound} else {UNKNOWN} if {fact} is M else {FALSE}"
        compared = f"{TRUE} if {fact} {_ORDER[test.operator]} {bound} else {FALSE}"
        return f"{UNKNOWN} if {fact} is M else {FALSE} if {fact} is None else {compared}"

    def _two_facts(self, test: FactTest, fact: str, other: str) -> str:
        sign = _EQUAL.get(test.operator) or _ORDER[test.operator]
        compared = f"{TRUE} if {fact} is not None and {fact} {sign} {other} else {FALSE}"
        return f"{UNKNOWN} if {fact} is M or {other} is M else {FALSE} if {other} is None else {compared}"

    def _elapsed(self, test: ElapsedTest) -> str:
        end = self._value(test.fact, test.period)
        compared = f"{TRUE} if {end} {_ELAPSED[test.operator]} day else {FALSE}"
        return f"{UNKNOWN} if {end} is M else {FALSE} if {end} is None else {compared}"

    def _all(self, condition: All) -> str:
        return " & ".join(map(self.result_of, condition.parts)) or str(TRUE)

    def _any(self, condition: Any_) -> str:
        return " | ".join(map(self.result_of, condition.parts)) or str(FALSE)

    def _not(self, condition: Not) -> str:
        return f"TURNED[{self.result_of(condition.part)}]"

    def _referring(self, condition: Referring) -> str:
        base, doubt = self.result_of(condition.part), self.result_of(condition.when)
        open_ = f"{UNKNOWN} if {doubt} == {UNKNOWN} and {base} == {TRUE} else {base}"
        return f"{REFER} if {doubt} == {TRUE} else {open_}"


_WRITERS: dict[type, Callable[[_Writer, Any], str]] = {
    FactTest: _Writer._fact,
    ElapsedTest: _Writer._elapsed,
    All: _Writer._all,
    Any_: _Writer._any,
    Not: _Writer._not,
    Referring: _Writer._referring,
}


def compile_all(items: Sequence[Sequence[Sequence[Condition]]]) -> Outcomes:
    """Return one function from values and a day to the results of all conditions, item by item in their groups."""
    writer = _Writer()
    result = _nested(_nested(_nested(map(writer.result_of, group)) for group in item) for item in items)
    text = "\n    ".join(["def outcomes(v, day):", *writer.lines, f"return {result}"])
    exec(compile(text, "<conditions>", "exec"), writer.names)  # noqa: S102 - see the module's head
    outcomes: Outcomes = writer.names["outcomes"]
    return outcomes


def _nested(parts: Iterable[str]) -> str:
    return f"({''.join(f'{part}, ' for part in parts)})"
