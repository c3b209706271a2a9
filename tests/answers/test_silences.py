"""What a pack records as left open comes before statements near it."""

import pytest


@pytest.mark.parametrize(
    ("text", "intent", "city", "said"),
    [
        ("领的钱要不要扣税，个税怎么算", "ask_eligibility", "anyang", "个人所得税"),
        ("社保停缴以后还能接上不", "ask_consequence", "anyang", "断缴"),
        ("示范区的厂子财政出几成", "ask_funding", "anyang", "功能区"),
        ("娃上高中管不管", "ask_eligibility", "pingdingshan", "高中"),
        ("西区大厅怎么走", "ask_where", "zhengzhou", "东区、西区"),
    ],
)
def test_a_question_that_the_pack_knows_to_be_open_is_told_so(ask, text, intent, city, said):
    answer = ask(text, intent, city=city)[0]
    assert answer.kind == "not_said"
    assert said in answer.text


def test_what_a_statement_tells_more_fully_is_told(ask):
    (answer,) = ask("图书馆夏天下午几点下班", "ask_when")
    assert "18:00" in answer.text


def test_a_district_known_in_the_persons_city_does_not_switch_to_another(ask):
    (answer,) = ask("高新区的公司几家分担", "ask_funding")
    assert answer.city == "anyang"
