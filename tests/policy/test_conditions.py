from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.policy.conditions import (
    FALSE,
    REFER,
    TRUE,
    UNKNOWN,
    All,
    Any_,
    DayTest,
    ElapsedTest,
    FactTest,
    Not,
    Referring,
    doubts,
)
from backend.policy.types import Period

DAY = date(2021, 5, 20)


def fact(name, value=True):
    return FactTest(name, "is", value)


def value_of(result):
    """A fact setting that makes fact(name) come out as wanted."""
    return {TRUE: {"x": True}, FALSE: {"x": False}, UNKNOWN: {}}[result]


def test_what_nobody_has_said_is_unknown_not_false():
    assert fact("a").test({}, DAY) == UNKNOWN
    assert fact("a").unknown({}, DAY) == ("a",)


def test_a_null_is_known_to_be_none_and_satisfies_no_comparison():
    assert FactTest("a", "at_least", 3).test({"a": None}, DAY) == FALSE


def test_whether_a_fact_is_given_is_always_known_and_never_asked():
    told = FactTest("a", "given", True)
    assert [told.test(values, DAY) for values in ({"a": 1}, {"a": None}, {})] == [TRUE, FALSE, FALSE]
    assert told.unknown({}, DAY) == ()


def test_a_doubt_about_something_nobody_mentioned_asks_no_question():
    mentioned = All([FactTest("b", "given", True), fact("b")])
    assert Referring(fact("a"), mentioned, "q").test({"a": True}, DAY) == TRUE
    assert Referring(fact("a"), mentioned, "q").unknown({}, DAY) == ("a",)


def test_all_lets_a_bar_beat_a_doubt_and_a_doubt_beat_a_question():
    doubt = Referring(fact("b"), fact("b", "odd"), "q")
    assert All([fact("a"), doubt, fact("c")]).test({"a": False, "b": "odd"}, DAY) == FALSE
    assert All([fact("a"), doubt, fact("c")]).test({"a": True, "b": "odd"}, DAY) == REFER
    assert All([fact("a"), fact("c")]).test({"a": True}, DAY) == UNKNOWN


def test_only_the_doubts_that_hold_are_named():
    first, second = (Referring(fact(name), fact(name, "odd"), f"about_{name}") for name in "ab")
    assert doubts(Any_([first, second]), {"a": "odd", "b": False}, DAY) == {"about_a"}
    assert doubts(All([first, second]), {"a": "odd", "b": "odd"}, DAY) == {"about_a", "about_b"}
    assert doubts(Any_([first, second]), {"a": "odd", "b": True}, DAY) == frozenset()


def test_one_fulfilled_alternative_is_enough_and_an_open_one_is_worth_asking():
    doubt = Referring(fact("b"), fact("b", "odd"), "q")
    assert Any_([doubt, fact("a")]).test({"a": True, "b": "odd"}, DAY) == TRUE
    assert Any_([doubt, fact("a")]).test({"b": "odd"}, DAY) == UNKNOWN
    assert Any_([doubt, fact("a")]).test({"a": False, "b": "odd"}, DAY) == REFER


def test_the_alternative_with_the_fewest_questions_is_asked_first():
    long = All([fact("a"), fact("b"), fact("c")])
    assert Any_([long, fact("d")]).unknown({}, DAY) == ("d", "a", "b", "c")


def test_no_question_is_asked_whose_answer_cannot_matter():
    condition = Any_([All([fact("a"), fact("b")]), fact("c")])
    assert condition.unknown({"a": False}, DAY) == ("c",)


@given(st.lists(st.sampled_from([TRUE, FALSE, UNKNOWN]), min_size=1, max_size=5))
def test_not_turns_all_into_any(results):
    def build(combine, wrap):
        return combine([wrap(fact(f"x{n}")) for n, _ in enumerate(results)])

    values = {f"x{n}": r == TRUE for n, r in enumerate(results) if r != UNKNOWN}
    assert Not(build(All, lambda c: c)).test(values, DAY) == build(Any_, Not).test(values, DAY)


@pytest.mark.parametrize(("day", "result"), [(date(2020, 7, 9), FALSE), (date(2020, 7, 10), TRUE)])
def test_three_months_end_on_the_corresponding_day(day, result):
    assert ElapsedTest("a", "elapsed_at_least", Period(3, "month")).test({"a": date(2020, 4, 10)}, day) == result


def test_a_period_says_when_it_is_fulfilled_and_when_it_runs_out():
    values = {"a": date(2020, 11, 30)}
    assert ElapsedTest("a", "elapsed_at_least", Period(3, "month")).opens(values, date(2021, 1, 1)) == date(2021, 2, 28)
    assert ElapsedTest("a", "elapsed_at_most", Period(12, "month")).closes(values, DAY) == date(2021, 11, 30)


def test_a_counter_of_months_reaches_its_number_on_the_first_of_a_month():
    condition = FactTest("n", "at_least", 3, grows=True)
    assert condition.opens({"n": 1}, date(2020, 5, 20)) == date(2020, 7, 1)


def test_an_upper_age_runs_out_on_the_eve_of_the_next_birthday():
    condition = FactTest("age", "at_most", 35, birth="birth_date")
    assert condition.closes({"age": 30, "birth_date": date(1990, 3, 1)}, DAY) == date(2026, 2, 28)


def test_the_day_before_a_doubt_begins_is_the_last_sure_day():
    window = ElapsedTest("a", "elapsed_at_most", Period(15, "month"))
    doubt = ElapsedTest("a", "elapsed_more_than", Period(12, "month"))
    assert Referring(window, doubt, "q").closes({"a": date(2020, 4, 10)}, date(2020, 8, 1)) == date(2021, 4, 10)


def test_the_day_itself_can_be_asked_for():
    june = DayTest([6], [1, 2], lambda day: day.weekday() < 5)
    assert june.test({}, date(2020, 6, 12)) == TRUE
    assert june.test({}, date(2020, 6, 15)) == FALSE
    assert june.opens({}, date(2020, 5, 1)) == date(2020, 6, 1)
    assert june.closes({}, date(2020, 6, 3)) == date(2020, 6, 12)


@given(st.lists(st.sampled_from([TRUE, FALSE, UNKNOWN]), min_size=1, max_size=6), st.integers(0, 5))
def test_learning_a_fulfilling_fact_never_makes_it_worse(results, position):
    """An unknown that turns out true leaves `all` and `any` at least where they were."""
    values = {f"x{n}": r == TRUE for n, r in enumerate(results) if r != UNKNOWN}
    better = values | ({f"x{position}": True} if f"x{position}" not in values else {})
    for combine in (All, Any_):
        condition = combine([fact(f"x{n}") for n in range(len(results))])
        before, after = condition.test(values, DAY), condition.test(better, DAY)
        assert before in (UNKNOWN, after) or before == FALSE == after


@pytest.mark.parametrize(
    ("operator", "held", "result"),
    [
        ("has_one_of", ("diploma",), TRUE),
        ("has_one_of", ("licence",), FALSE),
        ("has_one_of", None, FALSE),
        ("only_of", ("diploma", "degree"), TRUE),
        ("only_of", ("diploma", "licence"), FALSE),
        ("only_of", (), TRUE),
    ],
)
def test_a_list_is_looked_through(operator, held, result):
    test = FactTest("papers", operator, ("diploma", "degree"))
    assert test.test({"papers": held}, DAY) == result
    assert test.test({}, DAY) == UNKNOWN
