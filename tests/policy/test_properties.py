"""What holds whoever the person is: what is known stays known, answers lead home, months and fen add up."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.policy.accrual import accrue
from backend.policy.check import read_examples
from backend.policy.conditions import FALSE, TRUE, All, Any_, ElapsedTest, FactTest, Not
from backend.policy.loader import PACKS
from backend.policy.money import divide, parts
from backend.policy.periods import index_of
from backend.policy.types import Period

CITIES = [folder.parent.name for folder in sorted(PACKS.glob("*/examples"))]
DAY = date(2021, 5, 20)

# --- verdicts ---------------------------------------------------------------------------------------------------------

NAMES, NUMBERS = ["a", "b", "c"], st.integers(0, 4)
tests = st.one_of(
    st.builds(FactTest, st.sampled_from(NAMES), st.sampled_from(["is", "at_least", "at_most", "less_than"]), NUMBERS),
    st.builds(FactTest, st.sampled_from(NAMES), st.just("in"), st.tuples(NUMBERS, NUMBERS)),
    st.builds(ElapsedTest, st.just("since"), st.just("elapsed_at_least"), st.just(Period(3, "month"))),
)
conditions = st.recursive(
    tests,
    lambda inner: st.one_of(
        st.builds(All, st.lists(inner, min_size=1, max_size=3)),
        st.builds(Any_, st.lists(inner, min_size=1, max_size=3)),
        st.builds(Not, inner),
    ),
    max_leaves=12,
)
people = st.fixed_dictionaries(
    dict.fromkeys(NAMES, NUMBERS) | {"since": st.integers(-200, 10).map(lambda n: DAY + timedelta(days=n))}
)


@given(conditions, people, st.sets(st.sampled_from([*NAMES, "since"])))
def test_what_is_decided_stays_decided_when_more_becomes_known(condition, person, told):
    some = {name: value for name, value in person.items() if name in told}
    before, after = condition.test(some, DAY), condition.test(person, DAY)
    assert before == after or before not in (TRUE, FALSE)


@given(conditions, people)
def test_when_everything_is_known_nothing_is_asked(condition, person):
    assert condition.test(person, DAY) in (TRUE, FALSE)
    assert condition.unknown(person, DAY) == ()


SUPPOSED = {
    ("professional_title", "route"),
    ("reserve_talent_recognition", "settled"),
    ("transit_housing", "no_home"),
}
"""Where the ordinary case is supposed as long as nobody mentions the rare one (a technician's route to a title, a title
later than the diploma, a home that is not ready to live in): asking everybody would cost more than it brings."""


@pytest.mark.parametrize("city", CITIES)
def test_whoever_is_eligible_is_never_turned_away_by_answering_what_is_asked(packs, city):
    pack, wrong = packs[city], []
    for example in read_examples(city):
        rules, facts = pack.on(example.as_of), pack.vocabulary.parse(example.facts)
        if pack.items[example.item].kind == "calculation":
            continue
        if rules.judge(example.item, facts, example.as_of).verdict != "eligible":
            continue
        found = answering(rules, example, facts)
        reasons = {(example.item, reason.id) for reason in found.unmet}
        if found.verdict not in ("eligible", "needs_info") and not reasons <= SUPPOSED:
            wrong.append((example.where, found.verdict, reasons))
    assert wrong == []


def answering(rules, example, facts):
    """Judge with nothing known, then tell the first fact that is asked for and known, until none is left."""
    told = {}
    while True:
        verdict = rules.judge(example.item, told, example.as_of)
        asked = next((name for name in verdict.missing if name in facts), None)
        if asked is None:
            return verdict
        told[asked] = facts[asked]


# --- money ------------------------------------------------------------------------------------------------------------


def fundings(packs):
    return [
        (item.funding, area)
        for pack in packs.values()
        for day in (date(2020, 6, 1), date(2021, 6, 1))
        for item in pack.on(day).items.values()
        if item.funding
        for area in item.funding.treasury
    ]


@given(fen=st.integers(0, 10**11))
@settings(max_examples=200)
def test_the_shares_of_every_item_add_up_for_every_amount(packs, fen):
    for funding, area in fundings(packs):
        exact = parts(funding, area)
        shares = divide(fen, exact)
        assert sum(exact.values()) == 1
        assert sum(shares.values()) == fen
        assert all(abs(shares[payer] - fen * exact[payer]) < 1 for payer in exact)


HIRED = st.dates(date(2020, 1, 1), date(2021, 12, 31))
INSURED = st.sets(st.integers(index_of(date(2020, 1, 1)), index_of(date(2025, 12, 31)))).map(sorted)
ON = st.dates(date(2020, 1, 1), date(2025, 12, 31))


@given(HIRED, INSURED, ON)
def test_no_month_is_paid_that_was_not_insured_or_lies_outside_the_window(hired, insured, on):
    found = accrue(Fraction(1200), hired, 36, insured, 3, on)
    paid = [line.month for line in found.lines if line.due]
    window = [f"{(i := index_of(hired) + 1 + n) // 12}-{i % 12 + 1:02d}" for n in range(36)]
    assert set(paid) <= set(window)
    assert found.months == len(paid) <= min(36, sum(1 for month in insured if month <= index_of(on)))
    assert found.total == 1200 * found.months


@given(HIRED, INSURED, ON, st.integers(0, 400))
def test_what_has_accrued_never_shrinks_as_time_goes_on(hired, insured, on, later):
    sums = [accrue(1200, hired, 36, insured, 3, day).total for day in (on, on + timedelta(days=later))]
    assert sums[0] <= sums[1]


def test_no_condition_that_time_can_end_is_taken_for_one_that_it_cannot(packs):
    for city in CITIES:
        for example in read_examples(city):
            rules, facts = packs[city].on(example.as_of), packs[city].vocabulary.parse(example.facts)
            verdict = rules.judge(example.item, facts, example.as_of)
            days = [c.test.closes(verdict.ground.values, example.as_of) for c in verdict.item.conditions]
            assert verdict.closes_on == min((day for day in days if day), default=None)
