"""The H5 client in a real Chromium against the scripted server: every screen, and what a person does on them."""

import re
from pathlib import Path

import pytest

from backend.run.client import CLIENT
from miniprogram_api.screens.blocks import Cache
from tests.miniprogram.conftest import picture
from tests.miniprogram.screens import SCREENS
from tests.miniprogram.scripted import PHOTO

pytestmark = pytest.mark.browser

AXE = CLIENT / "node_modules" / "axe-core" / "axe.min.js"
SHOWN = [*SCREENS, "assistant?full=1"]
GOOD_ID = "410102199003071234"


def saved(server) -> list[str]:
    """The paths that were written to."""
    return server.script.paths("PUT")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("screen", SHOWN)
def test_every_screen_opens_fits_the_width_and_holds_no_serious_barrier(open_page, screen, theme):
    page = open_page(screen, color_scheme=theme)
    page.locator(".view__body .ghost").first.wait_for(state="detached")
    page.wait_for_timeout(250)
    assert page.get_by_text("暂时打不开").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    picture(page, f"{re.sub(r'[^a-z]', '-', screen)}-{theme}")
    assert barriers(page) == []


def barriers(page) -> list[str]:
    """What axe finds serious or critical."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    return [
        f"{one['id']}: {node['html'][:160]}"
        for one in found
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]


def test_the_largest_type_still_fits_the_width(open_page):
    page = open_page("display")
    page.get_by_text("特大字").click()
    page.wait_for_timeout(300)
    for screen in ("home", "item", "form"):
        page.evaluate(f"location.hash = '#/pages/{'home' if screen == 'home' else f'screen?screen={screen}'}'")
        page.reload()
        page.locator(".leaf").first.wait_for()
        page.wait_for_timeout(200)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        picture(page, f"{screen}-huge")


def test_a_screen_the_server_does_not_know_says_so_and_leads_back(open_page):
    page = open_page("nowhere")
    page.get_by_text("没有这个页面").wait_for()
    page.get_by_text("返回", exact=True).click()
    page.get_by_text("王*明，下午好").wait_for()


def test_without_a_session_a_personal_screen_offers_to_sign_in_and_then_opens(open_page):
    page = open_page("payments", signed_in=False)
    page.get_by_text("王明 · 硕士").click()
    page.get_by_text("6,000.00").wait_for()


def test_what_is_typed_is_saved_by_itself_and_still_there_after_reloading(open_page, server):
    page = open_page("form")
    page.get_by_label("单位全称").fill("南河新材料股份有限公司")
    page.get_by_text("已自动保存").wait_for()
    assert server.script.facts == {"employer_name": "南河新材料股份有限公司"}
    page.reload()
    page.locator("input[aria-label='单位全称']").wait_for()
    assert page.get_by_label("单位全称").input_value() == "南河新材料股份有限公司"


def test_what_is_typed_without_a_network_survives_reloading_and_is_saved_when_it_is_back(open_page, server):
    page = open_page("form")
    server.script.fail("/applications/.*", *[503] * 9)
    page.get_by_label("单位全称").fill("南河星海有限公司")
    page.get_by_text("已存在本机").wait_for()
    server.script.faults.clear()
    page.reload()
    page.locator("input[aria-label='单位全称']").wait_for()
    page.wait_for_timeout(1500)
    assert page.get_by_label("单位全称").input_value() == "南河星海有限公司"
    assert server.script.facts == {"employer_name": "南河星海有限公司"}


def test_a_wrong_id_number_is_told_at_its_field_and_stays_to_be_corrected(open_page, server):
    page = open_page("form")
    page.get_by_label("身份证号").fill("410102199003071235")
    page.get_by_text("身份证号最后一位对不上").wait_for()
    assert page.get_by_label("身份证号").input_value() == "410102199003071235"
    page.get_by_label("身份证号").fill(GOOD_ID)
    page.get_by_text("已自动保存").wait_for()
    assert page.get_by_text("身份证号最后一位对不上").count() == 0
    assert "id_number" in server.script.facts


def test_an_id_number_is_never_written_to_the_device(open_page):
    page = open_page("form")
    page.get_by_label("身份证号").fill(GOOD_ID)
    page.wait_for_timeout(1200)
    assert GOOD_ID not in page.evaluate("JSON.stringify({...localStorage, ...sessionStorage}) + location.href")


def test_going_on_with_something_missing_points_at_it(open_page, server):
    page = open_page("form")
    page.get_by_role("button", name="下一步").click()
    page.get_by_text("请选择入职日期").wait_for()
    page.get_by_text("请填写身份证号").wait_for()
    assert saved(server) == []


def test_a_question_appears_only_when_the_answer_before_it_makes_it_needed(open_page):
    page = open_page("form")
    assert page.get_by_text("养老保险缴了哪些月份").count() == 0
    page.get_by_role("radiogroup", name="单位给你交社保了吗").get_by_text("是", exact=True).click()
    page.get_by_text("养老保险缴了哪些月份").wait_for()


def test_a_name_is_suggested_from_the_directory_while_typing(open_page, server):
    page = open_page("form")
    page.get_by_label("单位全称").fill("")
    page.get_by_label("单位全称").press_sequentially("南河", delay=30)
    with page.expect_request(lambda request: "新材料" in (request.post_data or "")):
        page.get_by_text("南河新材料股份有限公司").click()
    assert page.get_by_label("单位全称").input_value() == "南河新材料股份有限公司"


def test_a_thing_one_does_not_have_is_an_answer(open_page, server):
    page = open_page("form")
    page.get_by_role("radio", name="没有").click()
    page.get_by_text("已自动保存").wait_for()
    assert server.script.facts == {"purchased_home": None}


def test_saying_why_something_is_asked_opens_the_article_behind_it(open_page):
    page = open_page("form")
    page.get_by_role("button", name="为什么问单位给你交社保了吗").click()
    page.get_by_text("生活补助细则 第三条").click()
    page.get_by_text("第三条 补助标准").wait_for()
    page.get_by_text("文件原文").click()
    page.get_by_text("导入的文件原文").wait_for()
    page.get_by_role("button", name="关闭").click()
    page.get_by_text("第三条 补助标准").wait_for(state="detached")


def upload(page, way="从相册选", files=PHOTO):
    """Add a page to the contract."""
    page.get_by_role("button", name="上传劳动合同").click()
    with page.expect_file_chooser() as chooser:
        page.get_by_text(way, exact=True).click()
    chooser.value.set_files(files)


def test_several_pages_are_uploaded_in_order_and_can_be_turned_and_deleted(open_page, server):
    page = open_page("materials")
    upload(page, files=[PHOTO, PHOTO])
    page.get_by_text("已上传 2 页").wait_for()
    page.get_by_role("button", name="查看劳动合同 第 2 页").click()
    page.get_by_text("旋转").click()
    page.wait_for_timeout(300)
    picture(page, "page-viewer")
    page.get_by_text("删除", exact=True).click()
    page.locator("uni-modal").get_by_text("删除", exact=True).click()
    page.get_by_text("已上传 1 页").wait_for()
    assert [path for path in server.script.paths("POST") if path.endswith("/rotation")]


def test_a_page_lost_on_the_way_is_sent_again_under_its_own_key(open_page, server):
    page = open_page("materials")
    server.script.fail("/applications/.*/pages", 503)
    upload(page)
    page.get_by_text("已上传 1 页").wait_for(timeout=20_000)
    keys = [key for verb, path, key in server.script.requests if verb == "POST" and path.endswith("/pages")]
    assert len(keys) == 2
    assert len(set(keys)) == 1


def test_a_page_waiting_when_the_app_is_closed_is_sent_when_it_is_opened_again(open_page, server):
    page = open_page("materials")
    server.script.fail("/applications/.*/pages", *[503] * 9)
    upload(page)
    page.get_by_text("等待网络").wait_for()
    server.script.faults.clear()
    page.reload()
    page.get_by_text("已上传 1 页").wait_for(timeout=20_000)


def test_a_refused_file_says_why_and_can_be_thrown_away(open_page, server):
    page = open_page("materials")
    server.script.fail("/applications/.*/pages", 422)
    upload(page)
    page.get_by_text("重试", exact=True).wait_for()
    picture(page, "upload-refused")
    page.get_by_role("button", name=re.compile("不传")).click()
    page.get_by_text("重试", exact=True).wait_for(state="detached")


def test_a_large_photograph_is_made_smaller_before_it_is_sent(open_page, server, tmp_path):
    from PIL import Image

    large = tmp_path / "large.png"
    Image.effect_noise((3600, 2600), 80).save(large)
    page = open_page("materials")
    with page.expect_request(re.compile("/pages$")) as sent:
        upload(page, files=large)
    page.get_by_text("已上传 1 页").wait_for(timeout=30_000)
    length = int(sent.value.all_headers().get("content-length", "0"))
    assert 0 < length < large.stat().st_size


def test_the_example_of_a_good_photograph_unfolds(open_page):
    page = open_page("materials")
    page.get_by_text("怎么拍").first.click()
    page.get_by_text("四角都在画面内").wait_for()
    picture(page, "good-example")


def test_submitting_needs_the_box_ticked_asks_for_reminders_and_makes_one_case_for_two_taps(open_page, server):
    page = open_page("review")
    submit = page.get_by_role("button", name="提交", exact=True)
    submit.click(force=True)
    page.get_by_text("请先勾选").wait_for()
    page.get_by_role("checkbox").click()
    submit.dblclick()
    page.locator("uni-modal").get_by_text("允许", exact=True).click()
    page.get_by_text("在用人单位初审").wait_for()
    page.wait_for_timeout(300)
    assert [one["declared"] for one in server.script.submissions] == [True]
    assert server.script.subscriptions == [{"tpl-progress": "accept", "tpl-correction": "accept"}]


def test_a_submission_that_gets_no_answer_is_repeated_with_the_same_key(open_page, server):
    page = open_page("review")
    server.script.fail("/applications/.*/submission", 503, 503, 503)
    page.get_by_role("checkbox").click()
    page.get_by_role("button", name="提交", exact=True).click()
    page.locator("uni-modal").get_by_text("不用", exact=True).click()
    page.get_by_text("服务器正忙").wait_for(timeout=20_000)
    picture(page, "submit-failed")
    page.get_by_role("button", name="重试").click()
    page.get_by_text("在用人单位初审").wait_for()
    keys = {key for verb, path, key in server.script.requests if path.endswith("/submission")}
    assert len(keys) == 1
    assert len(server.script.submissions) == 1


def test_an_answer_of_the_assistant_cites_its_article_and_offers_what_to_do(open_page, server):
    page = open_page("assistant")
    page.get_by_label("向助手提问").fill("硕士每月能领多少")
    page.get_by_role("button", name="发送").click()
    page.get_by_text("每月 1200 元").wait_for()
    page.get_by_text("生活补助细则 第三条").click()
    page.get_by_text("第三条 补助标准").wait_for()
    page.get_by_role("button", name="关闭").click()
    page.get_by_text("能领多久").click()
    page.locator(".chat__bubble--me", has_text="生活补助能领多久").wait_for()
    picture(page, "chat-answered")
    page.get_by_text("看生活补助").last.click()
    page.get_by_text("谁能领").wait_for()
    assert server.script.said == ["硕士每月能领多少", "生活补助能领多久？"]


def test_a_photograph_is_sent_into_the_chat_and_filed_by_a_tap(open_page, server):
    page = open_page("assistant")
    page.get_by_role("button", name="发照片").click()
    with page.expect_file_chooser() as chooser:
        page.get_by_text("从相册选", exact=True).click()
    chooser.value.set_files(PHOTO)
    page.get_by_text("这是哪一份材料").wait_for()
    picture(page, "chat-photo")
    page.get_by_text("劳动合同", exact=True).click()
    page.get_by_text("已放进“劳动合同”").wait_for()
    assert len(server.script.photos) == 1


def test_a_form_in_the_chat_goes_when_it_is_answered(open_page, server):
    page = open_page("assistant?full=1")
    page.get_by_label("养老保险连续缴了几个月").fill("8")
    page.get_by_label("向助手提问").fill("补助怎么发？")
    page.get_by_role("button", name="发送").click()
    page.get_by_text("每月 1200 元").last.wait_for()
    assert page.get_by_label("养老保险连续缴了几个月").count() == 0
    assert page.get_by_role("button", name="上传劳动合同").count() == 1


def test_a_question_that_could_not_be_sent_stays_and_can_be_sent_again(open_page, server):
    page = open_page("assistant")
    server.script.fail("/assistant/messages", 503, 503, 503)
    page.get_by_label("向助手提问").fill("怎么落户")
    page.get_by_role("button", name="发送").click()
    page.locator(".chat__typing").wait_for()
    page.get_by_text("重发").wait_for(timeout=20_000)
    page.reload()
    page.get_by_text("重发").click()
    page.get_by_text("每月 1200 元").wait_for()
    assert server.script.said == ["怎么落户"]


def test_a_question_typed_on_the_home_screen_is_asked_in_the_chat(open_page, server):
    page = open_page("home")
    page.get_by_label("向助手提问").fill("买房补贴有多少")
    page.get_by_label("向助手提问").press("Enter")
    page.locator(".chat__bubble--me", has_text="买房补贴有多少").wait_for()
    page.wait_for_timeout(300)
    assert server.script.said == ["买房补贴有多少"]


def test_a_long_list_fetches_its_next_page_when_its_end_is_reached(open_page):
    page = open_page("items")
    assert page.get_by_text("服务事项 9", exact=True).count() == 0
    page.mouse.wheel(0, 5000)
    page.get_by_text("服务事项 9", exact=True).wait_for()
    assert page.get_by_text("更多服务").count() == 1


def test_tabs_and_search_fetch_the_same_screen_with_other_parameters(open_page):
    page = open_page("items")
    page.get_by_role("tab", name="安家").click()
    page.locator(".tabs__one--on", has_text="安家").wait_for()
    page.get_by_label("搜事项，如“落户”").fill("购房")
    page.get_by_label("搜事项，如“落户”").press("Enter")
    page.get_by_text("引进人才生活补助").wait_for(state="detached")
    assert page.get_by_text("引进人才购房补贴").count() == 1


def test_the_city_chosen_goes_with_every_later_request(open_page, server):
    page = open_page("cities")
    with page.expect_request(re.compile("screens/home.*city=beihe")):
        page.get_by_text("北河市").click()


def test_one_question_a_screen_goes_on_by_itself_when_it_is_answered(open_page):
    page = open_page("check")
    page.get_by_text("硕士研究生").click()
    page.get_by_text("可以领生活补助").wait_for()


def test_a_kept_screen_is_shown_when_there_is_no_network(open_page, server):
    server.script.extra["home"] = SCREENS["home"]({}, server.script).model_copy(update={"cache": Cache(offline=True)})
    page = open_page("home")
    page.get_by_text("王*明，下午好").wait_for()
    server.script.fail("/screens/home", *[503] * 9)
    page.reload()
    page.get_by_text("网络不通，显示的是上次的内容").wait_for(timeout=20_000)
    assert page.get_by_text("王*明，下午好").count() == 1
    picture(page, "home-offline")


def test_the_first_failure_of_a_screen_can_be_tried_again(open_page, server):
    page = open_page("home")
    server.script.fail("/screens/payments", 503, 503, 503)
    page.goto(f"{server.url}/#/pages/screen?screen=payments")
    page.get_by_text("暂时打不开").wait_for(timeout=20_000)
    picture(page, "failed")
    page.get_by_role("button", name="重试").click()
    page.get_by_text("6,000.00").wait_for()


def test_a_fact_is_deleted_only_after_a_question(open_page, server):
    page = open_page("facts")
    page.get_by_role("button", name="删除最高学历").click()
    page.locator("uni-modal").get_by_text("取消").click()
    assert server.script.paths("DELETE") == []
    page.get_by_role("button", name="删除最高学历").click()
    page.locator("uni-modal").get_by_text("删除", exact=True).click()
    page.wait_for_timeout(400)
    assert server.script.paths("DELETE") == ["/facts/education"]


def test_the_agreement_to_process_data_names_each_purpose_that_was_ticked(open_page):
    page = open_page("consent")
    page.get_by_text("同意并继续").click(force=True)
    page.get_by_text("请先勾选“办理人才服务”").wait_for()
    for box in page.get_by_role("checkbox").all():
        box.click()
    with page.expect_request(re.compile("/consents$")) as sent:
        page.get_by_text("同意并继续").click()
    assert sent.value.post_data_json == {"version": "2026-11-01", "scopes": ["service", "id_number"]}


def test_signing_out_leaves_nothing_of_the_person_on_the_device(open_page):
    page = open_page("me")
    page.get_by_text("退出登录").click()
    page.locator("uni-modal").get_by_text("退出", exact=True).click()
    page.get_by_text("登录后继续").wait_for()
    assert "王" not in page.evaluate("JSON.stringify({...localStorage})")


def test_a_shared_result_is_drawn_as_a_picture_without_personal_data(open_page):
    page = open_page("item")
    page.get_by_role("button", name="分享", exact=True).click()
    page.get_by_text("只含政策内容").wait_for()
    page.wait_for_timeout(500)
    picture(page, "share")
    with page.expect_download() as saved_file:
        page.get_by_text("存为图片").click()
    assert Path(saved_file.value.path()).stat().st_size > 2000


def test_everything_to_tap_can_be_reached_and_pressed_by_keyboard(open_page):
    page = open_page("consent")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.getAttribute('role')") == "checkbox":
            break
    page.keyboard.press("Space")
    assert page.get_by_role("checkbox").first.get_attribute("aria-checked") == "true"


def test_a_wide_screen_shows_the_app_in_a_telephone_whose_address_can_be_copied(browser, server):
    context = browser.new_context(viewport={"width": 1360, "height": 900})
    page = context.new_page()
    page.goto(f"{server.url}/#/pages/screen?screen=item")
    app = page.frame_locator("iframe[title=人才服务]")
    app.get_by_text("引进人才生活补助").first.wait_for()
    app.get_by_text("生活补助细则 第三条").first.click()
    app.get_by_text("第三条 补助标准").wait_for()
    page.evaluate("location.hash = '#/pages/items'")
    app.get_by_text("更多服务").wait_for()
    picture_path = Path(__file__).parents[2] / "test-artifacts" / "screens" / "wide.png"
    page.screenshot(path=picture_path)
    context.close()


WEIGHT = """() => ({
  paint: performance.getEntriesByName('first-contentful-paint')[0].startTime,
  scripts: performance.getEntriesByType('resource').filter(({name}) => name.endsWith('.js')).reduce((sum, one) => sum + one.encodedBodySize, 0),
  jumps: window.jumps,
})"""  # noqa: E501 - one expression, told to Chromium
JUMPS = """window.jumps = 0
new PerformanceObserver((list) => list.getEntries().forEach(({value}) => (window.jumps += value)))
  .observe({type: 'layout-shift', buffered: true})"""


def test_on_a_slow_network_the_first_content_comes_soon_weighs_little_and_does_not_jump(browser, server):
    context = browser.new_context(viewport={"width": 390, "height": 844})
    context.add_init_script(JUMPS)
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    slow_4g = {"offline": False, "latency": 150, "downloadThroughput": 1_600_000 / 8, "uploadThroughput": 750_000 / 8}
    session.send("Network.emulateNetworkConditions", slow_4g)
    page.goto(f"{server.url}/#/pages/items")
    page.get_by_text("引进人才生活补助").wait_for()
    found = page.evaluate(WEIGHT)
    context.close()
    assert found["paint"] < 1500
    assert 50_000 < found["scripts"] < 350 * 1024
    assert found["jumps"] < 0.05
