"""Figures are compared by what they are worth, however they are written."""

from fractions import Fraction

import pytest

from backend.policy.figures import Figure, figures


def told(text):
    return [(figure.value, figure.unit) for figure in figures(text) if figure.told]


@pytest.mark.parametrize(
    ("written", "value", "unit"),
    [
        ("12万元", 120_000, "yuan"),
        ("0.5万元/人", 5_000, "yuan"),
        ("40亿元", 4_000_000_000, "yuan"),
        ("三年", 36, "month"),
        ("3 年", 36, "month"),
        ("36个月", 36, "month"),
        ("半年", 6, "month"),
        ("每半年", 6, "month"),
        ("每季度", 3, "month"),
        ("两个工作日", 2, "workday"),
        ("十日内", 10, "day"),
        ("35周岁", 35, "age"),
        ("100 m^2", 100, "area"),
        ("100平方米", 100, "area"),
        ("5折", Fraction(1, 2), "fraction"),
        ("50%", Fraction(1, 2), "fraction"),
        ("百分之五十", Fraction(1, 2), "fraction"),
        ("三分之二", Fraction(2, 3), "fraction"),
        ("1.5倍", Fraction(3, 2), "fraction"),
        ("2020年3月27日", (2020, 3, 27), "date"),
        ("2017年11月", (2017, 11), "date"),
        ("2015年", 2015, "year"),
        ("每年6月份", 6, "month_of_year"),
        ("〔2018〕12号", (2018, 12), "document_number"),
        ("09:00", (9, 0), "clock"),
        ("0371-67184567", "0371-67184567", "phone"),
        ("市第三人民医院", 3, "ordinal"),
        ("1,200元", 1200, "yuan"),
    ],
)
def test_a_figure_is_worth(written, value, unit):
    assert told(written) == [(value, unit)]


def test_a_ratio_holds_its_parts():
    parts = {figure.value for figure in figures("市、区财政按4:6分担") if figure.unit == "fraction"}
    assert parts == {Fraction(4, 10), Fraction(6, 10)}


def test_weeks_of_a_month_are_counted_one_by_one():
    assert told("第一、二周的工作日") == [(1, "week"), (2, "week")]


@pytest.mark.parametrize(
    "text", ["一元民生", "“千人计划”", "百万人才工程", "一次性补贴", "一人一议", "统一日程", "第五条"]
)
def test_names_and_manners_of_speaking_are_no_figures(text):
    assert told(text) == []


def test_a_bare_number_agrees_with_a_measured_one_but_not_with_an_ordinal():
    assert Figure(Fraction(3), "n").agrees(Figure(Fraction(3), "day"))
    assert not Figure(Fraction(3), "n").agrees(Figure(Fraction(3), "ordinal"))
    assert not Figure(Fraction(3), "month").agrees(Figure(Fraction(3), "day"))
