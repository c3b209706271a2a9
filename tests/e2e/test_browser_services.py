"""What people do beside applying, by taps: the conversation, HR on the phone, notices, windows, complaints, privacy."""

import json
import re
from pathlib import Path
from urllib.parse import unquote

import pytest
from stdnum.cn import uscc

from tests.e2e.people import Clerk, Talent, photograph

pytestmark = [pytest.mark.stack, pytest.mark.browser]

FIRM = "安阳扁鹊医疗器械有限公司"
EMPLOYEE = {
    "full_name": "韩小雨",
    "id_number": "11010519491231002X",
    "phone": "13900002222",
    "education": "master",
    "education_full_time": True,
    "professional_title": "none",
    "skill_level": "none",
    "full_time_employment": True,
    "employer_name": FIRM,
    "employer_category": "enterprise",
    "employer_on_key_list": True,
    "employer_jurisdiction": "district",
    "employer_registered_in_city": True,
    "employer_operating_normally": True,
    "contract_years": 5,
    "contract_type": "labor",
    "pension_type": "enterprise_employee",
    "pension_paid_by_current_employer": True,
    "pension_months_consecutive": 11,
}
FOUNDER = {
    "recognition_category": "youth_reserve",
    "education": "master",
    "education_full_time": True,
    "professional_title": "none",
    "skill_level": "none",
}


@pytest.fixture
def somebody(stack, handheld, request):
    """Somebody new who has agreed to the processing of personal data, with the telephone in hand."""
    talent = Talent(stack, request.node.name[-40:].strip("_").replace("[", "-").replace("]", ""))
    talent.agree()
    handheld.sign_in_as(talent)
    return talent


def draft(talent: Talent, item: str = "urgent_talent_recognition", **facts) -> str:
    """Begin an application with these facts and return its id."""
    saved = talent.call("PUT", "/me/facts", json={"facts": facts}) if facts else {"fields": []}
    assert saved["fields"] == []
    return talent.post("/applications", item=item, city="anyang")["application"]["id"]


def submitted(talent: Talent, **facts) -> str:
    """Submit an application that lacks nothing and return its id."""
    case = draft(talent, **facts)
    for paper in talent.get(f"/applications/{case}")["application"]["materials"]:
        if paper["required"] and not paper["present"]:
            talent.photograph(case, paper["id"])
    return talent.post(f"/applications/{case}/submission", declared=True)["application"]["id"]


def published(stack, talent: Talent) -> str:
    """Take a recognition to its public notice and return the notice's id."""
    talent.agree()
    case = submitted(
        talent, **EMPLOYEE | {"employer_name": "安阳洹河智能装备有限公司", "id_number": "110105194912310038"}
    )
    for login, command in (("hr", "approve"), ("window", "accept"), ("reviewer", "approve"), ("reviewer", "publish")):
        Clerk(stack, login).act(case, command)
    (link,) = [
        row["action"]["params"]["notice"]
        for block in talent.get("/screens/application", application=case)["screen"]["blocks"]
        for row in block.get("rows", [])
        if row.get("action", {}).get("screen") == "notice"
    ]
    return link


def photo(folder: Path) -> Path:
    """A photograph on the telephone."""
    path = folder / "photo.jpg"
    path.write_bytes(photograph("#ddeedd"))
    return path


# --- the conversation -------------------------------------------------------------------------------------------------


def test_a_photograph_sent_into_the_chat_is_filed_and_the_next_paper_is_taken_there(handheld, somebody, tmp_path):
    draft(somebody)
    handheld.open("assistant")
    handheld.press("发照片")
    with handheld.page.expect_file_chooser() as chooser:
        handheld.page.get_by_text("从相册选", exact=True).locator("visible=true").click()
    chooser.value.set_files(photo(tmp_path))
    handheld.says("这是哪一份材料")
    handheld.picture("chat-which-paper")
    handheld.page.locator(".chat__blocks").get_by_text("身份证", exact=True).click()
    handheld.says("已放进“身份证”")
    handheld.upload("正式劳动合同", tmp_path)
    handheld.picture("chat-papers")
    assert handheld.barriers() == []


@pytest.mark.rasa
def test_the_assistant_asks_with_a_field_and_goes_on_when_it_is_filled(handheld, somebody):
    somebody.call("PUT", "/me/facts", json={"facts": FOUNDER})
    handheld.open("assistant")
    handheld.page.get_by_label("向助手提问").fill("我能申请创新创业补贴吗")
    handheld.press("发送")
    form = handheld.page.locator(".chat__blocks .form")
    for _ in range(12):
        handheld.page.locator(".chat__typing").wait_for(state="detached", timeout=60_000)
        if form.count():
            break
        handheld.page.locator(".chat__links").last.locator(".chat__link").first.click()
    (asked,) = handheld.asked()
    handheld.picture("chat-field")
    handheld.fill(asked, {"hukou_city": "安阳市"}.get(asked, "today" if asked.endswith("_on") else "3"))
    handheld.press("填好了")
    handheld.page.locator(f"#field-{asked}").wait_for(state="detached", timeout=60_000)
    told = {fact["name"]: fact["source"] for fact in somebody.get("/me/facts")["facts"]}
    assert told[asked] in ("form", "assistant")
    handheld.picture("chat-field-answered")


# --- sharing, windows, the card ---------------------------------------------------------------------------------------


def test_an_item_is_shared_as_a_picture_and_its_link_names_nobody(handheld, somebody):
    handheld.context.grant_permissions(["clipboard-read", "clipboard-write"])
    somebody.call("PUT", "/me/facts", json={"facts": EMPLOYEE})
    handheld.open("item", item="living_allowance")
    handheld.press("分享给需要的人")
    handheld.says("不含您的个人信息")
    handheld.page.locator(".share .btn--off").wait_for(state="detached")
    with handheld.page.expect_download() as picture:
        handheld.page.get_by_text("存为图片").click()
    assert Path(picture.value.path()).read_bytes().startswith(b"\x89PNG")
    handheld.picture("share-real")
    shared = handheld.page.evaluate("document.querySelector('.share') && location.origin")
    assert shared == handheld.origin
    handheld.page.get_by_text("复制链接").click()
    handheld.says("链接已复制")
    link = handheld.page.evaluate("navigator.clipboard.readText()")
    assert link.endswith("#/pages/screen?screen=item&item=living_allowance")


def test_the_card_opens_its_code_and_the_hotline_stands_with_the_windows(handheld):
    handheld.sign_in("陈思远")
    handheld.open("talent_card")
    handheld.press("出示卡码")
    handheld.page.locator(".qr img").wait_for()
    handheld.picture("card-code")
    handheld.open("windows")
    handheld.says("12380")


def test_a_window_is_searched_on_a_map_only_when_it_is_tapped(handheld):
    handheld.context.route(re.compile("^https:"), lambda route: route.fulfill(body="a map"))
    handheld.open("windows")
    with handheld.context.expect_page() as opened:
        handheld.press("安阳市图书馆二楼大厅 地图")
    assert unquote(opened.value.url).startswith("https://uri.amap.com/search?keyword=安阳市图书馆二楼大厅")


# --- notices, complaints, appointments, ratings -----------------------------------------------------------------------


def test_an_objection_to_a_notice_is_taken_without_a_name(handheld, somebody, stack):
    notice = published(stack, Talent(stack, "published"))
    handheld.open("notices")
    handheld.page.get_by_role("button", name="名单的公示", exact=False).locator("visible=true").first.wait_for()
    handheld.open("notice", notice=notice)
    handheld.says("名单（")
    handheld.picture("notice-open")
    handheld.page.get_by_role("button").filter(has_text="*").locator("visible=true").last.click()
    handheld.page.locator("#field-text:visible").wait_for()
    handheld.fill("text", "这位同志的劳动合同与公示单位不一致，请核实。")
    handheld.picture("objection")
    handheld.press("提交异议")
    handheld.says("异议已提交")


def test_a_complaint_is_sent_and_stands_in_the_list_with_its_day(handheld, somebody):
    handheld.open("complaint_new")
    handheld.page.locator("#field-kind").get_by_text("投诉", exact=True).click()
    handheld.fill("subject", "窗口排队太久")
    handheld.fill("text", "上午去窗口等了两个小时，没有叫到号。")
    handheld.press("提交")
    handheld.page.locator("uni-modal").locator("visible=true").get_by_text("允许", exact=True).click()
    handheld.says("窗口排队太久")
    handheld.says("前答复")
    handheld.picture("complaint-sent")


def test_a_time_at_a_window_is_booked_and_given_back(handheld, somebody):
    handheld.open("windows")
    handheld.page.get_by_role("button", name="预约", exact=True).locator("visible=true").first.click()
    slot = handheld.page.locator("[role=radio]:not([aria-disabled=true])", has_text=re.compile(r"\d\d:\d\d"))
    slot.locator("visible=true").first.click()
    handheld.fill("topic", "人才认定材料核验")
    handheld.press("确认预约")
    dialogue = handheld.page.locator("uni-modal").locator("visible=true")
    dialogue.get_by_text("允许", exact=True).click()
    handheld.says("已预约")
    handheld.picture("appointment-booked")
    handheld.press("取消")
    handheld.page.locator("uni-modal").locator("visible=true").get_by_text("取消预约", exact=True).click()
    handheld.says("已取消")


def test_a_finished_step_is_rated(handheld, stack):
    handheld.sign_in("陈思远")
    case = next(c for c in Talent(stack, "chen").get("/applications")["applications"] if c["state"] == "granted")
    handheld.open("application", application=case["id"])
    handheld.press("评价")
    handheld.page.locator(".stars [role=radio]").last.click()
    handheld.page.get_by_role("checkbox", name="办得快").click()
    handheld.press("提交评价")
    handheld.page.get_by_text("办得怎么样").wait_for(state="detached")


# --- the employer's HR ------------------------------------------------------------------------------------------------


def test_an_employers_hr_is_let_in_and_reviews_on_the_telephone(handheld, somebody, stack):
    code = "91410500MA4500009"
    handheld.open("employer")
    handheld.fill("name", FIRM)
    handheld.fill("credit_code", f"{code}{uscc.calc_check_digit(code)}")
    handheld.fill("jurisdiction", "区属")
    handheld.fill("contact_name", "李人事")
    handheld.fill("contact_phone", "13700001111")
    handheld.press("提交登记")
    handheld.says("正在审核")
    _let_in(stack)
    employee = Talent(stack, "hr-employee")
    employee.agree()
    case = submitted(employee, **EMPLOYEE)
    handheld.open("employer")
    handheld.says("待初审")
    handheld.picture("hr-workspace")
    handheld.page.get_by_text("急需紧缺人才认定").locator("visible=true").first.click()
    handheld.says("申请人填写")
    handheld.picture("hr-case")
    assert "11010519491231002X" not in handheld.text()
    handheld.press("初审通过")
    handheld.page.locator("uni-modal").locator("visible=true").get_by_text("通过并报送", exact=True).click()
    handheld.says("没有待初审的申请")
    assert employee.get(f"/applications/{case}")["application"]["step"] == "acceptance"


def _let_in(stack) -> None:
    """Staff approve the employer that has just registered."""
    clerk = Clerk(stack, "coordinator")
    page = clerk.open("/console/employers")
    employer = re.search(rf"{FIRM}</h3>.*?/console/employers/(\w+)", page, re.S)
    clerk.send("/console/employers", f"/console/employers/{employer[1]}", outcome="approve")


# --- privacy and display ----------------------------------------------------------------------------------------------


def test_everything_held_can_be_taken_along_and_deleted(handheld, somebody):
    somebody.call("PUT", "/me/facts", json={"facts": {"full_name": "韩小雨", "education": "master"}})
    handheld.open("privacy")
    handheld.picture("privacy")
    with handheld.page.expect_download() as export:
        handheld.page.get_by_text("导出我的全部信息").click()
    held = json.loads(Path(export.value.path()).read_text(encoding="utf-8"))
    assert "韩小雨" in json.dumps(held, ensure_ascii=False)
    handheld.press("注销并删除")
    handheld.page.locator("uni-modal").locator("visible=true").get_by_text("注销", exact=True).click()
    handheld.page.wait_for_function("() => !localStorage.getItem('talent/session/token')")
    assert "韩小雨" not in handheld.page.evaluate("JSON.stringify({...localStorage})")


def test_the_largest_type_fits_a_narrow_telephone_on_every_kind_of_screen(handheld):
    handheld.sign_in("陈思远")
    handheld.page.set_viewport_size({"width": 375, "height": 667})
    handheld.page.evaluate("localStorage.setItem('talent/prefs/type_size', JSON.stringify('huge'))")
    too_wide = {}
    for name in LARGE:
        handheld.open(name, **({"item": "living_allowance"} if name == "item" else {}))
        if handheld.too_wide() > 0:
            too_wide[name] = handheld.too_wide()
        handheld.picture(f"huge-{name}")
    assert too_wide == {}


LARGE = ("home", "item", "chances", "assistant", "facts", "payments", "talent_card", "complaint_new", "employer")
