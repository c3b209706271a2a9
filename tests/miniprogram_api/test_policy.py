"""The engine over HTTP: verdicts, time limits, shares; names nobody knows come back with close ones."""

from datetime import UTC, datetime
from fractions import Fraction

import pytest

from backend.store import documents
from backend.store.documents import ArticleText
from miniprogram_api.policy import citation, exact, shares


def test_a_verdict_has_amount_missing_and_citations(visitor):
    body = {"city": "测试", "item": "人才认定", "as_of": "2026-03-02", "facts": {"education": "master"}}
    result = visitor.ask("POST", "/eligibility", body)["results"][0]
    assert (result["item"]["id"], result["verdict"]) == ("recognition", "needs_info")
    assert [missing["fact"] for missing in result["missing"]] == ["education_full_time", "contract_years"]
    assert result["citations"][0] == {"document": "d", "title": "试验办法", "article": "1", "quote": None}


def test_without_an_item_every_item_is_judged(visitor):
    results = visitor.ask("POST", "/eligibility", {"city": "testcity", "facts": {}})["results"]
    assert {result["item"]["id"] for result in results} == {
        "recognition",
        "allowance",
        "allowance_accrued",
        "special",
        "settle",
    }


def test_shares_of_a_monthly_amount_are_in_yuan_and_exact(visitor):
    facts = {"has_talent_card": True, "education": "master", "education_full_time": True}
    body = {"city": "testcity", "item": "生活补助", "as_of": "2021-04-01"}
    amount = visitor.ask("POST", "/eligibility", body | {"facts": facts | {"employer_jurisdiction": "district"}})[
        "results"
    ][0]["amount"]
    assert (amount["kind"], amount["value"], amount["months"]) == ("fixed", 1200, 36)
    assert amount["shares"] == {"employer": 400, "city": 320, "district": 480}
    assert amount["shares_exact"] == {"employer": "1/3", "city": "4/15", "district": "2/5"}


@pytest.mark.parametrize(
    ("body", "code", "close"),
    [
        ({"city": "测是"}, "unknown_city", "测试"),
        ({"city": "testcity", "item": "人才认证"}, "unknown_item", "人才认定"),
        ({"city": "testcity", "facts": {"educaton": "master"}}, "unknown_fact", "education"),
    ],
)
def test_a_name_nobody_knows_comes_back_with_close_ones(visitor, body, code, close):
    status, error = visitor.error("POST", "/eligibility", body)
    assert (status, error["code"]) == (422, code)
    assert close in error["fields"][0]["suggestions"]


def test_a_period_in_workdays_names_the_days_that_did_not_count(visitor):
    body = {"city": "testcity", "event_on": "2026-02-13", "length": 2, "unit": "workday"}
    answer = visitor.ask("POST", "/deadlines", body)
    assert answer["due_on"] == "2026-02-24"
    assert "2026-02-14" not in answer["closed_days"]
    assert "2026-02-17" in answer["closed_days"]


def test_a_year_without_a_calendar_is_refused_loudly(visitor):
    body = {"city": "testcity", "event_on": "2029-02-13", "length": 2, "unit": "workday"}
    status, error = visitor.error("POST", "/deadlines", body)
    assert (status, error["code"]) == (422, "uncovered_year")


def test_a_word_that_is_none_of_the_choices_is_answered_with_the_choices(visitor):
    body = {"city": "测试", "event_on": "2026-04-30", "length": 2, "unit": "week"}
    refused = visitor.ask("POST", "/deadlines", body, status=422)["error"]
    assert refused["fields"][0]["message"] == "只能是：workday、day、month。"


def test_an_amount_is_divided_to_the_fen(visitor):
    body = {"city": "testcity", "as_of": "2021-04-01", "item": "生活补助", "amount": 1000.01, "area": "county"}
    answer = visitor.ask("POST", "/funding", body)
    assert answer["shares"] == {"employer": 333.34, "city": 200, "county": 466.67}


def test_an_area_without_shares_is_named(visitor):
    body = {"city": "testcity", "as_of": "2021-04-01", "item": "生活补助", "amount": 1200, "area": "city"}
    assert visitor.error("POST", "/funding", body)[1]["code"] == "unknown_area"


def test_the_vocabulary_lists_every_fact(visitor):
    facts = {fact["name"]: fact for fact in visitor.ask("GET", "/facts")["facts"]}
    assert facts["education"]["choices"]["master"] == "硕士研究生"
    assert facts["id_number"]["protected"]


def test_an_employer_that_pays_nothing_is_named_with_nothing():
    assert shares({"city": 200000, "district": 300000}) == {"employer": 0, "city": 2000, "district": 3000}
    assert exact({"city": Fraction(2, 5), "district": Fraction(3, 5)}) == {
        "employer": "0",
        "city": "2/5",
        "district": "3/5",
    }


def test_a_citation_quotes_the_part_it_names_and_else_the_whole_article(app, test_packs):
    told = [ArticleText("1", "标准", "第一条全文"), ArticleText("1.2", "标准", "第一条第二项")]
    documents.keep("testcity", "d", "试验办法", "d", "0" * 64, told, datetime(2026, 3, 2, tzinfo=UTC))
    quotes = {cite: citation(test_packs["testcity"], cite).quote for cite in ("d/1", "d/1.2", "d/1.9")}
    assert quotes == {"d/1": "第一条全文", "d/1.2": "第一条第二项", "d/1.9": "第一条全文"}
