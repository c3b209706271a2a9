"""Conditions written out as one Python function, because a register is judged in one go.

The closures in `conditions` say what a condition means and answer questions about it; the function made here gives the
same results for a whole list of conditions several times as fast. A property test holds the two against each other.
Only constants of packs that the loader has checked enter the text, and only by name.
"""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from backend.policy.conditions import MISSING, All, Any_, Condition, FactTest, Not, Referring, Values

Outcomes = Callable[[Values, date], tuple[tuple[int, ...], ...]]

_ORDER = {"at_least": ">=", "at_most": "<=", "more_than": ">", "less_than": "<"}


class _Writer:
    """Writes expressions over `g` (values.get), `v` (values) and `day`; constants and temporaries get names."""

    def __init__(self) -> None:
        self.names: dict[str, Any] = {"M": MISSING, "TURNED": (3, 1, 2, 0)}
        self._temporaries = 0

    def constant(self, value: Any) -> str:
        name = f"c{len(self.names)}"
        self.names[name] = value
        return name

    def temporary(self) -> str:
        self._temporaries += 1
        return f"t{self._temporaries}"

    def expression(self, condition: Condition) -> str:
        """Return the text of an expression for a condition's result: 0 false, 1 refer, 2 unknown, 3 true."""
        write = _WRITERS.get(type(condition), _Writer._call)
        return write(self, condition)

    def _call(self, condition: Condition) -> str:
        return f"{self.constant(condition.test)}(v, day)"

    def _fact(self, test: FactTest) -> str:
        if test.other is not None:
            return self._call(test)
        fact, bound, t = repr(test.fact), self.constant(test.bound), self.temporary()
        if test.operator == "is":
            return f"(3 if ({t} := g({fact}, M)) == {bound} else 2 if {t} is M else 0)"
        if test.operator == "in":
            return f"(3 if ({t} := g({fact}, M)) in {bound} else 2 if {t} is M else 0)"
        if test.operator == "given":
            return f"(3 if (g({fact}) is not None) == {bound} else 0)"
        if test.operator in _ORDER:
            compared = f"3 if {t} {_ORDER[test.operator]} {bound} else 0"
            return f"(2 if ({t} := g({fact}, M)) is M else 0 if {t} is None else {compared})"
        return self._call(test)

    def _all(self, condition: All) -> str:
        names = [self.temporary() for _ in condition.parts]
        parts = [
            f"0 if not ({name} := {self.expression(part)}) else"
            for name, part in zip(names, condition.parts, strict=True)
        ]
        return f"({' '.join(parts)} 3 if {' == '.join(names)} == 3 else min({', '.join(names)}, 3))"

    def _any(self, condition: Any_) -> str:
        names = [self.temporary() for _ in condition.parts]
        parts = [
            f"3 if ({name} := {self.expression(part)}) == 3 else"
            for name, part in zip(names, condition.parts, strict=True)
        ]
        return f"({' '.join(parts)} max({', '.join(names)}, 0))"

    def _not(self, condition: Not) -> str:
        return f"TURNED[{self.expression(condition.part)}]"

    def _referring(self, condition: Referring) -> str:
        doubt, base = self.temporary(), self.temporary()
        tested = f"({base} := {self.expression(condition.part)})"
        return (
            f"(1 if ({doubt} := {self.expression(condition.when)}) == 3"
            f" else (2 if {doubt} == 2 else 3) if {tested} == 3 else {base})"
        )


_WRITERS: dict[type, Callable[[_Writer, Any], str]] = {
    FactTest: _Writer._fact,
    All: _Writer._all,
    Any_: _Writer._any,
    Not: _Writer._not,
    Referring: _Writer._referring,
}


def compile_all(*groups: Sequence[Condition]) -> Outcomes:
    """Return one function from values and a day to the results of these conditions, group by group, in order."""
    writer = _Writer()
    results = (f"({''.join(f'{writer.expression(condition)}, ' for condition in group)})" for group in groups)
    text = f"def outcomes(v, day):\n    g = v.get\n    return ({', '.join(results)},)\n"
    exec(compile(text, "<conditions>", "exec"), writer.names)  # noqa: S102 - see the module's head
    outcomes: Outcomes = writer.names["outcomes"]
    return outcomes
