"""A first application, by taps: from a question in the chat to a submitted case and what follows it."""

import pytest

from tests.e2e.people import Talent

pytestmark = [pytest.mark.stack, pytest.mark.browser, pytest.mark.rasa]

MOST_QUESTIONS = 26
"""The figure of a good benefits simulator for a whole household; one recognition has to need no more."""

ANSWERS = {
    "full_name": "周文静",
    "id_number": "410102199503151245",
    "phone": "13800002222",
    "bank_account": "6222020200112233445",
    "bank_name": "中国工商银行",
    "education": "硕士研究生",
    "education_full_time": "是",
    "professional_title": "没有职称",
    "skill_level": "没有或其他等级",
    "employer_name": "安阳洹河智能装备有限公司",
    "employer_category": "企业",
    "employer_jurisdiction": "区属",
    "pension_type": "城镇企业职工养老保险",
    "pension_months_consecutive": "11",
    "contract_years": "5",
    "hired_on": "today",
    "disciplinary_action": "没有",
}


def test_a_first_application_by_taps(handheld, stack, tmp_path):
    page = handheld.page
    talent = Talent(stack, "taps")
    handheld.sign_in_as(talent)

    handheld.open("assistant")
    page.get_by_label("向助手提问").fill("我是全日制硕士，去年11月被重点企业名录里的公司招进来的，能领什么补贴？")
    handheld.press("发送")
    page.locator(".chat__bubble--assistant", has_text="1200").first.wait_for(timeout=60_000)
    handheld.picture("journey-01-chat")
    page.locator(".chat__bubble--assistant .cites__one").first.click()
    page.locator(".sheet .article").wait_for()
    handheld.picture("journey-02-article")
    page.locator(".sheet").get_by_role("button", name="关闭").click()

    handheld.open("item", item="urgent_talent_recognition")
    handheld.press("开始申请")
    handheld.says("同意并继续")
    for box in page.get_by_role("checkbox").locator("visible=true").all():
        if box.get_attribute("aria-checked") != "true":
            box.click()
    handheld.picture("journey-03-consent")
    handheld.press("同意并继续")

    asked = handheld.answer_form(ANSWERS, "journey-04-form")
    assert len(asked) == len(set(asked)), f"asked twice: {sorted(n for n in asked if asked.count(n) > 1)}"
    assert len(asked) <= MOST_QUESTIONS

    handheld.hand_in(tmp_path)
    handheld.picture("journey-05-papers")
    handheld.press("下一步：核对提交")

    page.get_by_role("checkbox").locator("visible=true").wait_for()
    handheld.picture("journey-06-review")
    handheld.submit()
    handheld.picture("journey-07-progress")
    assert page.locator(".timeline__dot--current").count() == 1

    cases = talent.get("/applications")["applications"]
    assert [case["state"] for case in cases] != ["draft"]
    handheld.open("messages")
    handheld.picture("journey-08-messages")
    handheld.open("facts")
    handheld.says("硕士研究生")
    handheld.picture("journey-09-facts")


def test_what_is_typed_survives_the_app_being_closed_in_the_middle_of_a_form(handheld, stack):
    handheld.sign_in("何雨桐")
    draft = Talent(stack, "he").get("/applications")["applications"][0]["id"]
    handheld.open("application_form", application=draft, step="3")
    name = "contract_years"
    handheld.fill(name, "7")
    handheld.page.close()
    handheld.page = handheld.context.new_page()
    handheld.open("application_form", application=draft, step="3")
    field = handheld.page.locator(f"#field-{name} input")
    field.wait_for()
    handheld.page.wait_for_function(
        "selector => document.querySelector(selector).value === '7'", arg=f"#field-{name} input"
    )


def test_a_correction_lists_everything_once_and_goes_back_to_its_desk(handheld, stack, tmp_path):
    handheld.sign_in("王子轩")
    case = next(c for c in Talent(stack, "wang").get("/applications")["applications"] if c["state"] == "correction")
    handheld.open("application", application=case["id"])
    handheld.press("去补正")
    handheld.says("补正通知")
    handheld.picture("correction")
    assert handheld.page.locator(".slot__problem, .field__error").count() >= 1


def test_choosing_another_city_changes_what_is_offered(handheld):
    handheld.open("home")
    handheld.press("当前城市", exact=False)
    handheld.page.get_by_text("郑州").locator("visible=true").first.click()
    handheld.says("欢迎来郑州")
    handheld.open("items")
    handheld.picture("zhengzhou-items")
    assert "郑州" in handheld.page.title() or "郑州" in handheld.text() or "青年" in handheld.text()
