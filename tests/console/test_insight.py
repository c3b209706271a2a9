"""What figures come to, and how they are drawn."""

from collections import Counter
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.console import charts
from backend.workdays import WorkCalendar
from backend.workflow.insight import PRIOR, months_of, opinions, pace, paces, quantile, workday_counter

lengths = st.dictionaries(st.integers(0, 60), st.integers(1, 9), min_size=1).map(Counter)


@given(lengths)
def test_half_of_all_stays_did_not_exceed_the_median(counted):
    expanded = sorted(counted.elements())
    assert sum(length <= quantile(counted, 0.5) for length in expanded) * 2 >= len(expanded)


@given(lengths)
def test_the_ninetieth_is_never_shorter_than_the_median(counted):
    assert pace(counted).ninetieth >= pace(counted).median


def test_nothing_took_no_time():
    assert pace(Counter()).median == 0


def test_time_is_counted_in_workdays_over_the_holidays():
    stays = {"review": Counter({(date(2026, 9, 30), date(2026, 10, 8)): 1})}
    assert paces(stays, workday_counter(WorkCalendar()))["review"].median == 1


def test_a_year_without_a_calendar_counts_plain_days():
    assert workday_counter(WorkCalendar())(date(2090, 1, 2), date(2090, 1, 4)) == 2


def test_few_voices_are_drawn_towards_the_mean():
    found = opinions({"many": (100, 500, 100), "few": (1, 1, 0), "half": (99, 297, 99)})
    mean = (500 + 1 + 297) / 200
    assert found["few"].weighted == pytest.approx((1 + PRIOR * mean) / (1 + PRIOR))
    assert abs(found["many"].weighted - 5) < abs(found["few"].weighted - 1)
    assert found["few"].satisfied == 0


@pytest.mark.parametrize(
    ("since", "until", "months"),
    [
        (date(2026, 11, 3), date(2026, 11, 4), ["2026-11"]),
        (date(2025, 12, 31), date(2026, 2, 1), ["2025-12", "2026-01", "2026-02"]),
    ],
)
def test_the_months_of_a_span_are_whole_and_in_order(since, until, months):
    assert months_of(since, until) == months


# --- charts -----------------------------------------------------------------------------------------------------------


def test_a_chart_writes_its_figures_beside_its_shapes():
    drawn = charts.bars("在办", [charts.Bar("审核", 3, "3 件", href="/console/?step=review")])
    assert "3 件" in drawn
    assert 'aria-label="审核：3 件"' in drawn
    assert 'href="/console/?step=review"' in drawn


def test_a_chart_takes_no_markup_from_its_labels():
    drawn = charts.bars("<b>", [charts.Bar('"><script>', 1, "<i>")])
    assert "<script>" not in drawn
    assert "<i>" not in drawn


def test_a_chart_needs_no_style_of_its_own_and_fetches_nothing():
    drawn = charts.columns("每月", ["1月"], [charts.Series("提交", [1]), charts.Series("办结", [0])])
    assert "style=" not in drawn
    assert "http" not in drawn


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=36))
def test_no_column_grows_out_of_its_chart(values):
    drawn = charts.columns("每月", [str(n) for n in range(len(values))], [charts.Series("提交", values)])
    assert "NaN" not in drawn
    assert (
        "-" not in drawn.replace("text-anchor", "").replace("aria-label", "").split("viewBox", 1)[1].split("<line")[0]
    )


def test_charts_of_nothing_are_drawn_too():
    assert "<svg" in charts.bars("空", [])
    assert "<svg" in charts.columns("空", [], [])
