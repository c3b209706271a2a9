from datetime import date

from backend.policy.dated import ABSENT, change_dates, resolve

RULE = {"id": "x", date(2020, 3, 27): {"share": 1}, date(2021, 3, 23): {"share": 2}}


def test_before_its_first_date_only_the_undated_part_stands():
    assert resolve(RULE, date(2020, 3, 26)) == {"id": "x"}


def test_a_dated_line_holds_from_its_very_day():
    assert resolve(RULE, date(2021, 3, 22)) == {"id": "x", "share": 1}
    assert resolve(RULE, date(2021, 3, 23)) == {"id": "x", "share": 2}


def test_a_line_with_nothing_but_dates_is_absent_before_them():
    assert resolve({date(2021, 3, 23): {"id": "y"}}, date(2021, 3, 22)) is ABSENT
    assert resolve([{date(2021, 3, 23): {"id": "y"}}, "z"], date(2021, 3, 22)) == ["z"]


def test_a_null_takes_the_line_away():
    assert resolve([{"id": "x", date(2021, 3, 23): None}], date(2021, 3, 23)) == []


def test_a_dated_scalar_is_its_value():
    assert resolve({"a": {date(2020, 1, 1): 5, date(2021, 1, 1): 7}}, date(2020, 6, 1)) == {"a": 5}


def test_change_dates_are_found_at_any_depth():
    assert change_dates({"a": [RULE]}) == {date(2020, 3, 27), date(2021, 3, 23)}
