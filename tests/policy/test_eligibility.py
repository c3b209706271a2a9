from datetime import date

import pytest

from backend.policy import FactError, UnknownItem

FACTS = {
    "employer_name": "安阳（测试）公司",
    "education": "master",
    "education_full_time": True,
    "pension_months_consecutive": 3,
    "employer_jurisdiction": "county",
}


def judge(pack, item, facts, day):
    return pack.on(day).judge(pack.find_item(item).id, pack.vocabulary.parse(facts), day)


def test_a_person_who_fulfils_everything_is_eligible_and_told_the_amount_and_shares(small):
    verdict = judge(small, "living_allowance", FACTS, date(2020, 5, 20))
    assert (verdict.verdict, verdict.amount.value, verdict.amount.months) == ("eligible", 1200, 36)
    assert verdict.amount.shares == {"employer": 40000, "city": 16000, "county": 64000}


def test_before_the_item_exists_it_is_not_in_force(small):
    assert judge(small, "living_allowance", FACTS, date(2020, 3, 26)).verdict == "not_in_force"
    assert judge(small, "living_allowance", FACTS, date(2020, 3, 27)).verdict == "eligible"


def test_time_alone_is_told_with_its_day(small):
    verdict = judge(small, "living_allowance", FACTS | {"pension_months_consecutive": 2}, date(2020, 5, 20))
    assert (verdict.verdict, verdict.eligible_from) == ("not_eligible", date(2020, 6, 1))
    assert [reason.id for reason in verdict.unmet] == ["pension"]


def test_what_time_does_not_mend_has_no_day(small):
    facts = FACTS | {"pension_months_consecutive": 2, "education": "junior_college"}
    assert judge(small, "living_allowance", facts, date(2020, 5, 20)).eligible_from is None


def test_a_firm_not_in_the_directory_is_unlisted_only_while_the_directory_is_in_force(small):
    facts = FACTS | {"employer_name": "别的公司"}
    assert judge(small, "living_allowance", facts, date(2021, 3, 22)).verdict == "not_eligible"
    after = judge(small, "living_allowance", facts, date(2021, 3, 23))
    assert (after.verdict, after.missing[0]) == ("needs_info", "employer_on_key_list")


def test_brackets_and_width_do_not_hide_a_listed_firm(small):
    facts = FACTS | {"employer_name": " 安阳(测试)公司"}
    assert judge(small, "living_allowance", facts, date(2020, 5, 20)).verdict == "eligible"


def test_an_unknown_exclusion_does_not_block_but_is_told_as_assumed(small):
    verdict = judge(small, "living_allowance", FACTS, date(2021, 3, 23))
    assert verdict.verdict == "eligible"
    assert [bar.id for bar in verdict.assumed] == ["flexible"]


def test_a_known_exclusion_bars(small):
    verdict = judge(small, "living_allowance", FACTS | {"flexible_introduction": True}, date(2021, 3, 23))
    assert (verdict.verdict, [reason.id for reason in verdict.unmet]) == ("not_eligible", ["flexible"])


def test_a_doubtful_value_is_referred_with_the_open_question(small):
    facts = FACTS | {"employer_name": "别的公司", "employer_on_key_list": False, "employer_good_standing": True}
    verdict = judge(small, "living_allowance", facts | {"employer_above_scale": False}, date(2021, 3, 23))
    assert (verdict.verdict, [reason.id for reason in verdict.refer]) == ("refer", ["q"])


def test_two_values_that_contradict_each_other_are_referred_and_named(small):
    facts = FACTS | {"contract_years": 3, "contract_start": "2020-01-01", "contract_end": "2021-12-31"}
    verdict = judge(small, "contracted", facts, date(2020, 5, 20))
    assert verdict.verdict == "refer"
    assert "对不上" in verdict.refer[0].text


def test_years_told_in_whole_numbers_do_not_contradict_a_contract_that_runs_some_months_longer(small):
    facts = FACTS | {"contract_years": 5, "contract_start": "2020-04-10", "contract_end": "2025-12-31"}
    assert judge(small, "contracted", facts, date(2020, 5, 20)).verdict != "refer"


def test_every_verdict_has_a_citation(small):
    for facts in ({}, FACTS, FACTS | {"pension_months_consecutive": 0}):
        for verdict in small.on(date(2021, 4, 1)).judge_all(small.vocabulary.parse(facts), date(2021, 4, 1)):
            assert verdict.citations


def test_an_unknown_fact_name_is_refused_with_close_names(small):
    with pytest.raises(FactError) as error:
        small.vocabulary.parse({"educaton": "master", "age": -1})
    assert error.value.problems[0].suggestions[0] == "education"
    assert len(error.value.problems) == 2


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("birth_date", "2020-02-30"),
        ("birth_date", "2020-2-3"),
        ("education", "wizard"),
        ("has_talent_card", "yes"),
        ("contract_years", "three"),
        ("pension_paid_ranges", [["2020-06", "2020-04"]]),
        ("purchased_home", {"colour": "red"}),
    ],
)
def test_a_value_of_the_wrong_form_is_refused_with_a_sentence(small, name, value):
    with pytest.raises(FactError, match=r"[一-龥]"):
        small.vocabulary.parse({name: value})


def test_an_unknown_item_is_refused_with_close_names(small):
    with pytest.raises(UnknownItem) as error:
        small.find_item("生活补")
    assert "生活补助" in error.value.suggestions


def test_a_remark_behind_a_name_does_not_hide_the_item(small):
    assert small.find_item("生活补助（月标准）") is small.find_item("生活补助")


def test_months_are_accrued_from_the_month_after_hiring_and_only_when_insured(small):
    facts = FACTS | {"hired_on": "2020-04-10", "pension_paid_ranges": [["2020-05", "2020-06"], ["2020-08", "2020-10"]]}
    verdict = judge(small, "acc", facts, date(2020, 10, 5))
    assert (verdict.amount.value, verdict.amount.months_payable) == (6000, 5)


def test_nothing_accrues_before_the_first_run_is_complete(small):
    facts = FACTS | {"hired_on": "2020-04-10", "pension_paid_ranges": [["2020-05", "2020-06"]]}
    assert judge(small, "acc", facts, date(2020, 6, 30)).amount.value == 0


def test_the_window_of_months_is_not_extended_for_missed_ones(small):
    facts = FACTS | {"hired_on": "2020-04-10", "pension_paid_ranges": [["2020-05", "2020-07"], ["2023-04", "2023-12"]]}
    assert judge(small, "acc", facts, date(2023, 12, 31)).amount.months_payable == 4


def test_a_month_that_straddles_a_change_of_shares_is_referred_only_where_they_differ(small):
    facts = {"subsidy_type": "生活补助", "subsidy_amount": 1200, "payable_month": "2021-03"}
    day = date(2021, 5, 1)
    assert judge(small, "share", facts | {"employer_jurisdiction": "county"}, day).verdict == "refer"
    assert judge(small, "share", facts | {"employer_jurisdiction": "district"}, day).verdict == "eligible"


def test_a_deadline_has_run_out_only_after_its_last_day(small):
    facts = {"notice_published_on": "2020-09-28"}
    on_the_day, after = (judge(small, "dl", facts, date(2020, 10, d)) for d in (12, 13))
    assert (on_the_day.verdict, after.verdict) == ("not_eligible", "eligible")
    assert on_the_day.amount.value == date(2020, 10, 12)


def test_facts_that_changed_since_the_last_judgement_are_judged_anew(small):
    rules, day = small.on(date(2020, 5, 20)), date(2020, 5, 20)
    facts = small.vocabulary.parse(FACTS)
    assert rules.judge("living_allowance", facts, day).verdict == "eligible"
    facts["pension_months_consecutive"] = 2
    assert rules.judge("living_allowance", facts, day).verdict == "not_eligible"
    assert rules.judge("living_allowance", facts, date(2020, 3, 26)).verdict == "not_in_force"
    facts["pension_months_consecutive"] = 3
    assert [verdict.verdict for verdict in rules.judge_all(facts, day, ["living_allowance"])] == ["eligible"]


def test_item_by_item_and_all_at_once_come_to_the_same(packs):
    day = date(2021, 4, 1)
    pack = packs["anyang"]
    rules, facts = pack.on(day), pack.vocabulary.parse({"education": "master", "has_talent_card": True})
    at_once = [(v.item.id, v.verdict, v.missing, v.closes_on) for v in rules.judge_all(facts, day)]
    one_by_one = [rules.judge(id_, facts, day) for id_ in rules.items]
    assert [(v.item.id, v.verdict, v.missing, v.closes_on) for v in one_by_one] == at_once
