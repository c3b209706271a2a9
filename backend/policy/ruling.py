"""What follows from the outcomes of an item's tests alone, whoever the person is.

A register of a hundred thousand people shows only some thousands of patterns of outcomes, so a ruling is worked out
once for a pattern and shared by every verdict that shows it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeVar

from backend.policy.benefit import Amount
from backend.policy.compiled import Outcome
from backend.policy.conditions import FALSE, REFER, TRUE, UNKNOWN, Condition
from backend.policy.types import Cites, Item, OpenQuestion, Requirement, Tier

ELIGIBLE, NOT_ELIGIBLE, NEEDS_INFO, REFER_VERDICT = "eligible", "not_eligible", "needs_info", "refer"
NOT_IN_FORCE = "not_in_force"
PATTERNS = 4096
"""How many patterns of an item are kept."""

Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True, eq=False)
class Ruling:
    """The verdict as far as it follows from the tests, and what it rests on.

    `outcomes` are those of the conditions in their order; `unmet` the conditions that fail, then the exclusions that
    hold; `barred` tells of the latter; `pending` and `assumed` are the conditions and exclusions about which too little
    is known, `looked_at` the facts that the former look at; `doubtful` those in doubt; `fired` the open questions that
    arise; `tier` the best step of the benefit that is known to hold; `cites` the clauses of what is unmet.
    """

    verdict: str
    outcomes: tuple[int, ...]
    unmet: tuple[Requirement, ...]
    barred: bool
    pending: tuple[Requirement, ...]
    looked_at: tuple[str, ...]
    assumed: tuple[Requirement, ...]
    doubtful: tuple[Requirement, ...]
    fired: tuple[OpenQuestion, ...]
    tier: Tier | None
    cites: Cites
    amounts: dict[Any, Amount] = field(default_factory=dict)
    """Amounts worked out so far, by what they depend on besides the tier; everybody of this pattern shares them."""


def groups_of(item: Item) -> tuple[Sequence[Condition], ...]:
    """Return the conditions of an item in the groups that `ruler` expects: what is asked, bars, doubts, steps."""
    return (
        [c.test for c in item.conditions],
        [bar.test for bar in item.exclusions],
        [q.when for q in _arising(item) if q.when is not None],
        [tier.when for tier in item.benefit.tiers if tier.when is not None],
    )


def ruler(item: Item) -> Callable[[Outcome], Ruling]:
    """Return the function from the outcomes of an item's tests to the ruling."""
    questions = _arising(item)

    @lru_cache(PATTERNS)
    def rule(outcome: Outcome) -> Ruling:
        required, bars, doubts, steps = outcome
        failed, held = _with(item.conditions, required, FALSE), _with(item.exclusions, bars, TRUE)
        doubtful = (*_with(item.conditions, required, REFER), *_with(item.exclusions, bars, REFER))
        fired = _with(questions, doubts, TRUE)
        pending = _with(item.conditions, required, UNKNOWN)
        return Ruling(
            verdict=_verdict(bool(failed or held), bool(doubtful or fired), bool(pending)),
            outcomes=required,
            unmet=(*failed, *held),
            barred=bool(held),
            pending=pending,
            looked_at=tuple(dict.fromkeys(name for requirement in pending for name in requirement.test.facts)),
            assumed=_with(item.exclusions, bars, UNKNOWN),
            doubtful=doubtful,
            fired=fired,
            tier=_best(item, steps),
            cites=tuple(dict.fromkeys(cite for requirement in (*failed, *held) for cite in requirement.cites)),
        )

    return rule


def nothing_known(verdict: str) -> Ruling:
    """Return the ruling on an item whose tests are not asked."""
    return Ruling(verdict, (), (), False, (), (), (), (), (), None, ())


def _arising(item: Item) -> tuple[OpenQuestion, ...]:
    return tuple(question for question in item.open_questions if question.when is not None)


def _with(things: Sequence[Thing], outcomes: Sequence[int], wanted: int) -> tuple[Thing, ...]:
    return tuple(thing for thing, outcome in zip(things, outcomes, strict=True) if outcome == wanted)


def _verdict(failed: bool, doubtful: bool, pending: bool) -> str:
    """A bar beats a doubt, and a doubt beats a question."""
    if failed:
        return NOT_ELIGIBLE
    if doubtful:
        return REFER_VERDICT
    return NEEDS_INFO if pending else ELIGIBLE


def _best(item: Item, outcomes: Sequence[int]) -> Tier | None:
    """Return the first step known to hold; a better one about which nothing is known is not assumed."""
    known = iter(outcomes)
    return next((tier for tier in item.benefit.tiers if tier.when is None or next(known) == TRUE), None)
