"""Look-up lists: exact after normalising, dated, near misses suggested and never assumed."""

from datetime import date

import pytest

from backend.policy.directory import Directory, DirectoryEntry, normal_name
from backend.workdays import NATIONAL

ENDED = date(2021, 3, 1)
LIST = Directory(
    "key", "名录", None, (), date(2020, 1, 1), None, "employer_on_key_list", "employer_name",
    (DirectoryEntry("安阳（甲）公司", {}, date(2020, 1, 1), ENDED), DirectoryEntry("乙公司", {}, ENDED)),
)  # fmt: skip


@pytest.mark.parametrize("written", ["安阳(甲)公司", "安阳〔甲〕 公司", " 安阳（甲）公司 ", "安阳【甲】公司"])
def test_brackets_width_and_spaces_make_no_difference(written):
    assert LIST.find(written, date(2020, 6, 1))


@pytest.mark.parametrize("written", ["安阳甲公司", "安阳（甲）有限公司", "安阳（甲）", ""])
def test_another_name_is_not_listed(written):
    assert LIST.find(written, date(2020, 6, 1)) is None


@pytest.mark.parametrize(
    ("day", "listed"), [(date(2019, 12, 31), []), (date(2021, 2, 28), ["安阳（甲）公司"]), (ENDED, ["乙公司"])]
)
def test_a_name_is_listed_on_the_days_it_stood_there(day, listed):
    found = [LIST.find(name, day) for name in ("安阳（甲）公司", "乙公司")]
    assert [entry.name for entry in found if entry] == listed


def test_near_misses_are_of_the_day_and_best_first():
    assert LIST.near_misses("安阳甲公司", date(2020, 6, 1)) == ("安阳（甲）公司",)
    assert LIST.near_misses("安阳甲公司", date(2022, 6, 1)) == ()


def test_what_the_pack_lists_holds_until_the_imported_history_begins():
    imported = LIST.replaced([DirectoryEntry("丙公司", {}, date(2022, 1, 1))])
    assert imported.find("乙公司", date(2021, 12, 31))
    assert imported.find("乙公司", date(2022, 1, 1)) is None
    assert imported.find("丙公司", date(2022, 1, 1))


def test_rules_within_another_directory_go_by_it_and_leave_the_pack_as_it_was(small):
    listed = {"employer_name": "新来的公司"}
    imported = [d.replaced([DirectoryEntry("新来的公司", {}, date(2020, 9, 1))]) for d in small.directories]
    among = small.within(imported, NATIONAL)

    def on_list(pack, day):
        return pack.on(day).prepare(listed, day).values.get("employer_on_key_list")

    assert [on_list(among, day) for day in (date(2020, 8, 31), date(2020, 9, 1))] == [False, True]
    assert on_list(small, date(2020, 9, 1)) is False


def test_a_near_miss_is_suggested_in_the_reason(small):
    facts = small.vocabulary.parse({"employer_name": "安阳测试公司"})
    day = date(2020, 5, 20)
    unmet = {reason.id: reason.text for reason in small.on(day).judge("living_allowance", facts, day).unmet}
    assert "安阳（测试）公司" in unmet["employer"]


def test_normal_names_agree_with_themselves():
    assert normal_name("Ａ（Ｂ）公司") == normal_name("a(b) 公司")


def test_a_list_for_which_nothing_was_imported_stays_as_the_pack_has_it():
    assert LIST.replaced([]).entries == LIST.entries
