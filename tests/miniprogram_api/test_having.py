"""What somebody has already is shown as such and not offered again: at home, on the item, in checks and chances."""

from datetime import timedelta

import pytest

from backend import clock
from backend.sandbox.drive import run_to_end
from backend.store.models import Application
from backend.workflow import commands

ALLOWANCE = "allowance"
PAID = {"hired_on": "2025-11-10", "pension_paid_ranges": [["2025-11", "2026-10"]]}


class Desks:
    """The office as the players of cases ask for it: who holds the desk a case lies on."""

    def __init__(self, office):
        self.now, self.desks = clock.now(), {"employer_review": office.hr, "acceptance": office.clerk}
        self.reviewer, self.finance = office.reviewer, office.finance

    def holder(self, case: Application):
        """Return who works on the case now."""
        return self.finance if case.step_kind == "payment" else self.desks.get(case.step_kind, self.reviewer)


@pytest.fixture
def paid(me, office):
    """The id of an allowance that is paid month by month."""
    run_to_end(Desks(office), me.apply("recognition"), clock.now())
    case = me.apply(ALLOWANCE, has_talent_card=True, **PAID)
    run_to_end(Desks(office), case, clock.now())
    return case


def kinds(screen: dict) -> set[str]:
    """The types of the blocks of a screen."""
    return {block["type"] for block in screen["blocks"]}


def started_by(screen: dict) -> list[str]:
    """The labels of the buttons that begin or continue an application."""
    return [one["label"] for one in screen["actions"] if one["action"].get("path") == "/applications"]


def led_to(screen: dict) -> list[tuple[str, str]]:
    """The screens that the buttons at the foot open, with the application they are about."""
    actions = [one["action"] for one in screen["actions"]]
    return [(one["screen"], one["params"]["application"]) for one in actions if "application" in one.get("params", {})]


def test_a_case_on_its_way_is_shown_instead_of_questions(me, office):
    case = me.apply("recognition")
    check = me.screen("self_check", item="recognition")
    assert kinds(check) == {"notice"}
    assert started_by(check) == []
    assert led_to(check) == [("application", case)]
    assert led_to(me.screen("item", item="recognition")) == [("application", case)]


def test_a_draft_is_continued(me):
    case = me.draft("recognition")
    item = me.screen("item", item="recognition")
    assert started_by(item) == ["继续填写"]
    assert led_to(item) == [("application", case)]
    assert started_by(me.screen("self_check", item="recognition")) == ["继续填写"]


def test_what_is_paid_month_by_month_leads_to_its_months(me, paid):
    check = me.screen("self_check", item=ALLOWANCE)
    assert "已在享受" in check["blocks"][0]["title"]
    assert (started_by(check), led_to(check)) == ([], [("payments", paid)])


def test_home_shows_what_runs_and_is_paid_and_does_not_offer_it(me, paid):
    home = me.screen("home")
    cards = {block["title"]: block for block in home["blocks"] if block["type"] == "card"}
    assert cards["生活补助"]["badge"]["text"] == "发放中"
    assert cards["生活补助"]["action"]["params"] == {"application": paid}
    assert ALLOWANCE not in {block.get("item") for block in home["blocks"]}


def test_chances_say_how_it_stands_with_what_is_had(me, paid):
    sections = {block["title"]: block for block in me.screen("chances")["blocks"] if block["type"] == "section"}
    had = next(section for title, section in sections.items() if title.startswith("已申请或已享受"))
    said = {block["item"]: block["verdict_text"] for block in had["blocks"]}
    assert said == {"recognition": "已办结", ALLOWANCE: "发放中"}


def test_what_was_stopped_can_be_applied_for_again(me, office, paid):
    now = clock.now()
    commands.stop(office.reviewer, paid, now.date() - timedelta(days=1), "离职", now)
    assert started_by(me.screen("item", item=ALLOWANCE)) == ["再次申请"]


def test_the_home_screen_tells_on_whose_desk_a_case_lies(me, office):
    me.apply("recognition")
    card = next(block for block in me.screen("home")["blocks"] if block["type"] == "card")
    assert card["title"] == "人才认定"
    assert card["meta"][0].startswith("现在由")
