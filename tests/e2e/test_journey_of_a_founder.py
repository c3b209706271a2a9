"""A founder, by taps: from which day, then that day, and on to a submitted application.

It stands behind the other journeys because it sets the sandbox's clock months ahead.
"""

import re
from datetime import date

import pytest

from tests.e2e.people import Talent
from tests.e2e.test_browser_checks import FOUNDER, answer_all, apply

pytestmark = [pytest.mark.stack, pytest.mark.browser]

ITEM = "startup_subsidy"
ON_THE_DAY = FOUNDER | {"entity_pension_months": "3"}
"""What is answered when the licence is old enough: now the months paid can change the verdict too."""


def first_day(said: str) -> date:
    """The day from which the screen says that one can apply."""
    return date(*map(int, re.search(r"最早 (\d+)年(\d+)月(\d+)日起可申请", said).groups()))


def test_a_founder_comes_back_on_the_day_that_was_named_and_applies(handheld, stack, tmp_path):
    talent = Talent(stack, "founder")
    talent.agree()
    today = date.fromisoformat(talent.post("/sandbox/clock", days=0)["now"][:10])
    handheld.sign_in_as(talent)
    handheld.open("self_check", item=ITEM)
    asked = answer_all(handheld, FOUNDER)
    handheld.picture("check-founder")
    assert len(asked) == len(set(asked))
    assert handheld.page.locator(".verdict__body .cites__one:visible").count() > 0

    talent.post("/sandbox/clock", days=(first_day(handheld.text()) - today).days)
    talent.sign_in()
    handheld.sign_in_as(talent)
    handheld.open("self_check", item=ITEM)
    asked += answer_all(handheld, ON_THE_DAY)
    handheld.says("您符合条件")
    handheld.picture("check-founder-on-the-day")
    apply(handheld, asked, ON_THE_DAY, "founder", tmp_path)
    (case,) = talent.get("/applications")["applications"]
    assert case["state"] == "running"
