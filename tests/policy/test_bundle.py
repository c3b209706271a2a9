"""Of benefits that may not be taken together the best are chosen, and whoever loses one is told which beat it."""

from dataclasses import dataclass, field
from fractions import Fraction
from itertools import chain, combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.policy.benefit import Amount
from backend.policy.bundle import best_bundle, worth


@dataclass(frozen=True)
class Thing:
    id: str
    overlaps: tuple[str, ...] = ()

    @property
    def name(self):
        return f"事项{self.id}"


@dataclass(frozen=True)
class Found:
    item: Thing
    amount: Amount
    verdict: str = "eligible"
    ruling: None = field(default=None)


def found(id_, yuan, *overlaps, verdict="eligible"):
    return Found(Thing(id_, overlaps), Amount("fixed", yuan, unit="元"), verdict)


def taken(*verdicts):
    return [verdict.item.id for verdict in best_bundle(verdicts).taken]


def test_what_does_not_overlap_is_all_taken():
    assert taken(found("a", 1), found("b", 2)) == ["a", "b"]


def test_of_two_that_overlap_the_better_is_taken_and_the_other_told_why():
    bundle = best_bundle([found("a", 5, "b"), found("b", 9)])
    assert [verdict.item.id for verdict in bundle.taken] == ["b"]
    ((left, why),) = bundle.left_out
    assert left.item.id == "a"
    assert "事项b" in why
    assert "就高从优不重复" in why


def test_two_that_are_lawful_together_beat_a_larger_one_that_excludes_both():
    assert taken(found("a", 6), found("b", 10, "a", "c"), found("c", 6)) == ["a", "c"]


def test_only_what_is_eligible_competes():
    assert taken(found("a", 1, "b"), found("b", 9, verdict="needs_info")) == ["a"]


@pytest.mark.parametrize(
    ("amount", "yuan"),
    [
        (Amount("fixed", 1200, unit="元/月", months=10), 12000),
        (Amount("fixed", 1200, unit="元/月", months=10, total=9000), 9000),
        (Amount("fixed", 100, unit="平方米"), 0),
        (Amount("discretionary", unit="元"), 0),
    ],
)
def test_a_benefit_is_worth_the_money_it_brings_in_all(amount, yuan):
    assert worth(Found(Thing("a"), amount)) == yuan


NAMES = "abcde"
sets = st.lists(
    st.builds(
        lambda id_, yuan, overlaps: found(id_, yuan, *overlaps),
        st.sampled_from(NAMES),
        st.integers(0, 9),
        st.lists(st.sampled_from(NAMES), max_size=2),
    ),
    max_size=5,
    unique_by=lambda verdict: verdict.item.id,
)


@given(sets)
def test_no_lawful_choice_is_worth_more(verdicts):
    def lawful(chosen):
        pairs = combinations(chosen, 2)
        return not any(a.item.id in b.item.overlaps or b.item.id in a.item.overlaps for a, b in pairs)

    def whole(chosen):
        return sum(map(worth, chosen), Fraction(0))

    bundle = best_bundle(verdicts)
    every = chain.from_iterable(combinations(verdicts, n) for n in range(len(verdicts) + 1))
    assert lawful(bundle.taken)
    assert whole(bundle.taken) == max(whole(chosen) for chosen in every if lawful(chosen))
    assert len(bundle.taken) + len(bundle.left_out) == len(verdicts)
