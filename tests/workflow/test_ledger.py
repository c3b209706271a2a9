"""Which months are due, who pays what: exact to the fen, by the version of the month, with a reason for every gap."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.policy.periods import month_index
from backend.workflow.ledger import (
    FundingUnsettled,
    Grant,
    Line,
    NothingSaid,
    divided,
    insured_months,
    run_before,
    statement,
)

HIRED = date(2020, 11, 10)


def grant(**changes) -> Grant:
    base = {"fen": 120000, "months": 36, "decided_on": date(2021, 3, 1), "opens_after": HIRED}
    return Grant(**(base | changes))


def due(lines):
    return {line.period: line.fen for line in lines if line.fen}


def test_the_window_opens_in_the_month_after_hiring_and_lasts_its_months():
    lines = statement(grant(), date(2030, 1, 1))
    assert (lines[0].period, lines[-1].period, len(lines)) == ("2020-12", "2023-11", 36)


def test_only_insured_months_are_due_and_the_others_say_why():
    insured = insured_months([["2020-11", "2021-01"]], ["2021-03"])
    lines = statement(grant(insured=insured, first_run=3), date(2021, 3, 31))
    assert due(lines) == {"2020-12": 120000, "2021-01": 120000, "2021-03": 120000}
    assert [line.reason for line in lines if not line.fen] == ["当月没有实际参保缴费，不补发"]


def test_before_the_first_run_is_complete_nothing_is_due():
    insured = insured_months([["2020-12", "2021-01"]], [])
    assert due(statement(grant(insured=insured, first_run=3), date(2021, 1, 31))) == {}


def test_the_month_in_which_it_stopped_is_the_last():
    lines = statement(grant(stopped_on=date(2021, 1, 15)), date(2021, 3, 1))
    assert due(lines) == {"2020-12": 120000, "2021-01": 120000}


def test_a_one_off_is_one_payment_in_the_month_of_its_decision():
    assert statement(grant(months=None), date(2030, 1, 1)) == [Line("2021-03", 120000)]


def test_consecutive_months_told_on_a_day_are_the_months_up_to_it():
    assert run_before(3, date(2021, 1, 20)) == [["2020-11", "2021-01"]]
    assert run_before(0, date(2021, 1, 20)) == []


def test_the_change_of_2021_splits_the_county_by_month(test_packs):
    pack = test_packs["testcity"]
    before = divided(pack, "allowance", "county", Line("2021-02", 120000), {})
    after = divided(pack, "allowance", "county", Line("2021-04", 120000), {})
    assert before.fen == {"employer": 40000, "city": 16000, "county": 64000}
    assert after.fen == {"employer": 40000, "city": 24000, "county": 56000}


def test_the_month_of_the_change_wants_a_persons_word(test_packs):
    pack, line = test_packs["testcity"], Line("2021-03", 120000)
    with pytest.raises(FundingUnsettled) as failure:
        divided(pack, "allowance", "county", line, {})
    assert failure.value.days == (date(2021, 3, 1), date(2021, 3, 31))
    assert divided(pack, "allowance", "county", line, {}, date(2021, 3, 31)).fen["city"] == 24000


def test_where_the_split_did_not_change_the_month_of_the_change_is_settled(test_packs):
    shares = divided(test_packs["testcity"], "allowance", "district", Line("2021-03", 120000), {})
    assert shares.exact == {"employer": Fraction(1, 3), "city": Fraction(4, 15), "district": Fraction(2, 5)}


def test_an_item_whose_payers_nobody_names_is_not_divided(test_packs):
    with pytest.raises(NothingSaid):
        divided(test_packs["testcity"], "recognition", "district", Line("2021-04", 1), {})


@given(st.integers(0, 10**9), st.sampled_from(["district", "county"]), st.integers(0, 120))
def test_shares_add_up_for_every_amount_place_and_month(test_packs, fen, area, month):
    period = f"{2016 + month // 12}-{month % 12 + 1:02d}"
    if period == "2021-03":
        return
    if period < "2020-03":
        period = "2020-04"
    shares = divided(test_packs["testcity"], "allowance", area, Line(period, fen), {})
    assert sum(shares.fen.values()) == fen
    assert all(abs(shares.fen[payer] - fen * part) < 1 for payer, part in shares.exact.items())


@given(
    st.sets(st.integers(month_index("2020-10"), month_index("2024-12"))),
    st.dates(date(2020, 12, 1), date(2024, 12, 31)),
    st.integers(1, 4),
)
def test_never_more_months_are_due_than_the_window_or_the_insured_ones(insured, through, first):
    lines = statement(grant(insured=frozenset(insured), first_run=first), through)
    paid = [month_index(line.period) for line in lines if line.fen]
    assert len(paid) <= 36
    assert set(paid) <= insured
    assert len(set(paid)) == len(paid)
