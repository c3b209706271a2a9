"""The compiled function and the closures it stands for give the same results."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from backend.policy.compiled import compile_all
from backend.policy.conditions import All, Any_, ElapsedTest, FactTest, Not, Referring
from backend.policy.ruling import groups_of
from backend.policy.types import Period

DAY = date(2021, 5, 20)
NAMES = ["a", "b", "c"]
NUMBERS = st.integers(0, 4)

tests = st.one_of(
    st.builds(FactTest, st.sampled_from(NAMES), st.sampled_from(["is", "at_least", "at_most", "less_than"]), NUMBERS),
    st.builds(FactTest, st.sampled_from(NAMES), st.just("in"), st.tuples(NUMBERS, NUMBERS)),
    st.builds(FactTest, st.sampled_from(NAMES), st.just("given"), st.booleans()),
    st.builds(FactTest, st.just("papers"), st.sampled_from(["has_one_of", "only_of"]), st.tuples(NUMBERS, NUMBERS)),
    st.builds(
        ElapsedTest,
        st.just("since"),
        st.sampled_from(["elapsed_at_least", "elapsed_at_most"]),
        st.just(Period(3, "month")),
    ),
    st.builds(
        lambda name, other: FactTest(name, "at_least", None, other=other),
        st.sampled_from(NAMES),
        st.sampled_from(NAMES),
    ),
)
conditions = st.recursive(
    tests,
    lambda inner: st.one_of(
        st.builds(All, st.lists(inner, min_size=1, max_size=3)),
        st.builds(Any_, st.lists(inner, min_size=1, max_size=3)),
        st.builds(Not, inner),
        st.builds(Referring, inner, inner, st.just("q")),
    ),
    max_leaves=12,
)
values = st.fixed_dictionaries(
    {},
    optional={name: st.one_of(st.none(), NUMBERS) for name in NAMES}
    | {"papers": st.one_of(st.none(), st.lists(NUMBERS, max_size=3).map(tuple))}
    | {"since": st.one_of(st.none(), st.integers(-200, 10).map(lambda n: DAY + timedelta(days=n)))},
)


@given(st.lists(conditions, max_size=4), st.lists(conditions, max_size=2), values)
def test_compiled_tests_give_what_the_conditions_say(first, second, facts):
    outcomes = compile_all([[first, second]])(facts, DAY)
    assert outcomes[0] == tuple(tuple(c.test(facts, DAY) for c in group) for group in (first, second))


def test_every_condition_of_every_pack_compiles_to_itself(packs):
    for pack in packs.values():
        for day in (date(2020, 6, 1), date(2021, 6, 1)):
            for item in pack.on(day).items.values():
                groups = groups_of(item)
                expected = tuple(tuple(test.test({}, day) for test in group) for group in groups)
                assert compile_all([groups])({}, day) == (expected,)
