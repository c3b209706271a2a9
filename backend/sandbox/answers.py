"""Answers that fulfil an item: what an invented person says when asked what is still missing.

Candidates for a fact come from the item's own tests on it, then from the fact's type; of these the first is taken that
does not bar the person. So every item can be applied for with facts that nobody had to write down.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from backend.policy import Pack
from backend.policy.conditions import All, Any_, Condition, ElapsedTest, FactTest, Not, Referring
from backend.policy.periods import add_months, index_of, month_of
from backend.policy.vocabulary import Fact

NEVER = frozenset({"not_eligible"})
MOST_QUESTIONS = 60


def fulfil(pack: Pack, item_id: str, known: Mapping[str, Any], day: date) -> dict[str, Any]:
    """Return `known` (JSON values) with every fact added that the item still asks for on that day."""
    facts = dict(known)
    for _ in range(MOST_QUESTIONS):
        verdict = pack.on(day).judge(item_id, pack.vocabulary.parse(facts), day)
        if not verdict.missing:
            return facts
        facts = _answered(pack, item_id, facts, verdict.missing[0], day)
    return facts


def _answered(pack: Pack, item_id: str, facts: dict[str, Any], name: str, day: date) -> dict[str, Any]:
    """Try the candidates for one fact; when every one bars, the first is told all the same."""
    tried = [_with(facts, name, value) for value in _candidates(pack, item_id, facts, name, day)]
    rules, parse = pack.on(day), pack.vocabulary.parse
    fitting = (told for told in tried if rules.judge(item_id, parse(told), day).verdict not in NEVER)
    return next(fitting, tried[0])


def _with(facts: Mapping[str, Any], name: str, value: Any) -> dict[str, Any]:
    """Add a fact; a dotted name goes into its object."""
    outer, _, inner = name.partition(".")
    return {**facts, outer: {**(facts.get(outer) or {}), inner: value}} if inner else {**facts, name: value}


def _candidates(pack: Pack, item_id: str, facts: Mapping[str, Any], name: str, day: date) -> Iterator[Any]:
    item = pack.on(day).items[item_id]
    for requirement in item.conditions:
        for test in _tests(requirement.test):
            if name in test.facts:
                yield from (_plain(value) for value in _fitting(test, name, facts, day))
    yield from _by_type(pack.vocabulary[name], day)


def _tests(condition: Condition) -> Iterator[FactTest | ElapsedTest]:
    """Walk to the leaves of a condition."""
    match condition:
        case FactTest() | ElapsedTest():
            yield condition
        case All() | Any_():
            for part in condition.parts:
                yield from _tests(part)
        case Not() | Referring():
            yield from _tests(condition.part)


def _fitting(test: FactTest | ElapsedTest, name: str, facts: Mapping[str, Any], day: date) -> Iterator[Any]:
    """Yield values of the fact with which the test holds, or nearly does."""
    if isinstance(test, ElapsedTest):
        months = test.period.number if test.period.unit == "month" else 1
        yield add_months(day, -months - 1 if test.operator != "elapsed_at_most" else -1)
        return
    if test.other is not None:
        other = test.other if name == test.fact else test.fact
        yield facts.get(other, add_months(day, -6))
        return
    match test.operator:
        case "in":
            yield from test.bound
        case "more_than":
            yield test.bound + 1
        case "less_than":
            yield max(0, test.bound - 1)
        case "after":
            yield test.bound + timedelta(days=1)
        case "before":
            yield test.bound - timedelta(days=1)
        case "given":
            return
        case _:
            yield test.bound


def _by_type(fact: Fact, day: date) -> Iterator[Any]:
    """Yield plain values of the fact's type."""
    plain: dict[str, list[Any]] = {
        "bool": [True, False],
        "int": [1, 12, 0],
        "number": [3, 1, 100],
        "date": [add_months(day, -6).isoformat(), day.isoformat()],
        "month": [month_of(index_of(day) - 1)],
        "ranges": [[[month_of(index_of(day) - 8), month_of(index_of(day) - 1)]]],
        "list": [[]],
        "object": [{}],
        "text": ["样例"],
    }
    yield from fact.choices
    yield from plain.get(fact.type, ["样例"])


def _plain(value: Any) -> Any:
    """Return a value as JSON has it."""
    return value.isoformat() if isinstance(value, date) else value
