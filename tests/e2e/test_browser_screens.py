"""Every screen of the product, opened in Chromium as people in every situation, light and dark."""

import json

import pytest

from miniprogram_api.views import composers
from tests.e2e.handheld import Handheld, reachable
from tests.e2e.people import Talent
from tests.miniprogram.conftest import built, npm

pytestmark = [pytest.mark.stack, pytest.mark.browser]

PEOPLE = {
    "chen": "陈思远",
    "newcomer": "新用户",
    "lin": "林晓雨",
    "zhang": "张伟民",
    "wang": "王子轩",
    "wu": "吴家豪",
    "he": "何雨桐",
    "li": "李桂芳",
}
"""Name of the sandbox's test user → what stands on the button that signs in as them."""

ELSEWHERE = {
    "consent": "opened by the client itself",
    "article": "opened by the client over the screen that cites it",
    "objection": "only while a notice runs",
    "fact": "only where a fact is known",
    "rating": "only after a case has ended",
}
"""Screens that may be out of reach of these people, with the reason."""


@pytest.fixture(scope="module")
def routes(stack):
    """Person → the screens within reach, with parameters."""
    return {name: reachable(Talent(stack, name)) for name in PEOPLE}


def test_every_screen_is_within_reach_of_somebody(routes):
    reached = {name for screens in routes.values() for name in screens}
    assert set(composers()) - reached <= set(ELSEWHERE)
    assert reached <= set(composers())


DIFFERENT = ("home", "application")
"""Screens that look different in every situation; any other is opened by the first person who can reach it."""


def shown_by(person: str, routes) -> dict[str, dict[str, str]]:
    """The screens that this person opens."""
    before = list(PEOPLE)[: list(PEOPLE).index(person)]
    seen = {name for other in before for name in routes[other]} - set(DIFFERENT)
    return {name: params for name, params in routes[person].items() if name not in seen}


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("person", PEOPLE)
def test_every_screen_opens_fits_and_holds_no_serious_barrier(browser, stack, routes, person, theme):
    handheld = Handheld(browser, stack, theme)
    handheld.sign_in(PEOPLE[person])
    barriers = {}
    for name, params in shown_by(person, routes).items():
        handheld.open(name, **params)
        handheld.picture(f"{person}-{name}-{theme}")
        said = handheld.text()
        if handheld.too_wide() > 0:
            barriers[name] = f"{handheld.too_wide()} points too wide"
        elif "暂时打不开" in said or "当前版本还显示不了" in said:
            barriers[name] = said[:200]
        elif found := handheld.barriers():
            barriers[name] = found
    handheld.close()
    assert barriers == {}
    assert handheld.troubles == []


def test_the_pages_built_for_wechat_draw_every_screen_that_the_product_shows(stack, routes, tmp_path):
    built("mp-weixin")
    people = {person: Talent(stack, person) for person in PEOPLE}
    shown = [(person, name, params) for person in PEOPLE for name, params in shown_by(person, routes).items()]
    screens = [people[person].get(f"/screens/{name}", **params)["screen"] for person, name, params in shown]
    assert {screen["name"] for screen in screens} >= set(composers()) - set(ELSEWHERE)
    written = tmp_path / "screens.json"
    written.write_text(json.dumps(screens), encoding="utf-8")
    done = npm("test", "--", "tests/weixin.test.ts", "-t", "the real screen", TALENT_SCREENS=str(written))
    assert done.returncode == 0, (done.stdout + done.stderr)[-6000:]
    assert f"{len(screens)} passed" in done.stdout


def test_a_visitor_can_read_policy_without_signing_in(browser, stack):
    handheld = Handheld(browser, stack)
    for name in ("home", "items", "windows", "help", "notices", "cities"):
        handheld.open(name)
        handheld.picture(f"visitor-{name}")
        assert "登录后继续" not in handheld.text()
    handheld.close()
    assert handheld.troubles == []
