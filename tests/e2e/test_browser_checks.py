"""Checks and applications by taps: only what still matters is asked, each thing once, the answer with reasons."""

import pytest

from tests.e2e.handheld import Handheld
from tests.e2e.people import Talent

pytestmark = [pytest.mark.stack, pytest.mark.browser]

MOST_QUESTIONS = 26
YES = "是"

FOUNDER = {
    "recognition_category": "青年储备人才",
    "education": "硕士研究生",
    "hukou_city": "安阳市",
    "local_employees_insured": "3",
    "professional_title": "没有职称",
    "business_registered_on": "today",
}
GRADUATE = {
    "graduated_on": "today",
    "hukou_city": "郑州市",
    "pension_months_total_in_city": "8",
    "pension_backpaid_months": "0",
    "education": "硕士研究生",
}
TECHNICIAN = {
    "talent_tier": "急需紧缺人才",
    "chief_technician": "市级首席技师",
    "professional_title": "没有职称",
    "skill_level": "技师（二级）",
    "employer_category": "企业",
    "contract_years": "3",
    "education": "大专",
    "founded_own_enterprise": "否",
    "subsidy_months_received": "0",
}

WHO = {
    "full_name": "周文静",
    "id_number": "410102199503151245",
    "phone": "13800002222",
    "bank_account": "6222020200112233445",
    "bank_name": "中国工商银行",
}


def answer_all(handheld: Handheld, answers: dict[str, str]) -> list[str]:
    """Answer one question after the other until there is a result; return what was asked."""
    asked = []
    while handheld.page.locator(".verdict__head:visible").count() == 0:
        (name,) = handheld.asked()
        asked.append(name)
        assert len(asked) <= MOST_QUESTIONS
        chosen = handheld.page.locator(f"#field-{name}:visible").get_by_role("radio").count()
        handheld.fill(name, answers.get(name, YES))
        if not chosen:
            handheld.press("下一步")
        handheld.page.locator(f"#field-{name}").first.wait_for(state="detached")
        handheld.wait()
    return asked


@pytest.mark.parametrize(
    ("who", "city", "item", "answers", "said"),
    [
        ("graduate", "zhengzhou", "youth_living_subsidy", GRADUATE, "以部门核定为准"),
        ("technician", "liaocheng", "living_subsidy", TECHNICIAN, "元"),
    ],
)
def test_a_check_asks_each_thing_once_and_ends_with_reasons(handheld, stack, tmp_path, who, city, item, answers, said):
    talent = Talent(stack, f"check-{who}")
    talent.agree()
    handheld.sign_in_as(talent)
    handheld.page.evaluate("city => localStorage.setItem('talent/prefs/city', JSON.stringify(city))", city)
    handheld.open("self_check", item=item)
    asked = answer_all(handheld, answers)
    handheld.picture(f"check-{who}")
    assert len(asked) == len(set(asked))
    assert said in handheld.text()
    assert handheld.page.locator(".verdict__body .cites__one:visible").count() > 0
    apply(handheld, asked, answers, who, tmp_path)
    (case,) = talent.get("/applications")["applications"]
    assert case["state"] == "running"


def apply(handheld: Handheld, asked: list[str], answers: dict[str, str], who: str, folder) -> None:
    """Go on to the application and submit it: what the check has asked stands there already."""
    handheld.press("开始申请")
    shown = handheld.answer_form(answers | WHO, f"{who}-form")
    assert len(set(asked) | set(shown)) <= MOST_QUESTIONS
    handheld.hand_in(folder)
    handheld.press("下一步：核对提交")
    handheld.page.get_by_role("checkbox").locator("visible=true").wait_for()
    handheld.picture(f"{who}-review")
    handheld.submit()
    handheld.picture(f"{who}-progress")


def test_somebody_who_is_not_signed_in_can_check_and_nothing_is_kept(handheld):
    handheld.open("self_check", item="startup_subsidy")
    asked = answer_all(handheld, FOUNDER)
    handheld.says("起可申请")
    assert len(asked) == len(set(asked))
    assert "硕士" not in handheld.page.evaluate("JSON.stringify({...localStorage})")
