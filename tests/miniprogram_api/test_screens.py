"""Every screen of the closed list composes, for a visitor, a newcomer and somebody in the middle of it all."""

from datetime import timedelta

import pytest

from backend import clock
from backend.store.models import Appointment, EmployerMember, NoticeEntry, Session, TalentCard
from backend.store.people import hash_token
from backend.workflow import commands
from miniprogram_api.views import composers

FILLED = {
    "item": {"item": "recognition"},
    "self_check": {"item": "recognition"},
    "article": {"document": "d", "article": "1"},
    "fact": {"name": "education"},
    "appointment_new": {"window": "talent_window"},
}
OF_A_CASE = {"application", "application_form", "application_papers", "application_review", "correction", "rating"}
OF_HR = {"employer_case", "employer_correction", "employer_departure"}
OF_A_NOTICE = {"notice", "objection"}
PUBLIC = {name for name, composer in composers().items() if composer.public}
NEEDS_NOTHING = set(composers()) - OF_A_CASE - OF_HR - OF_A_NOTICE


@pytest.mark.parametrize("name", sorted(PUBLIC & NEEDS_NOTHING))
def test_a_visitor_may_open_every_public_screen(visitor, name):
    assert visitor.screen(name, **FILLED.get(name, {}))["name"] == name


@pytest.mark.parametrize("name", sorted(set(composers()) - PUBLIC))
def test_a_visitor_is_asked_to_sign_in_for_every_other(visitor, name):
    assert visitor.screen(name, status=401)["error"]["code"] == "unauthenticated"


@pytest.mark.parametrize("name", sorted(NEEDS_NOTHING))
def test_a_newcomer_sees_every_screen_with_something_to_do(me, name):
    screen = me.screen(name, **FILLED.get(name, {}))
    assert screen["blocks"]


def test_a_screen_nobody_knows_is_not_there(visitor):
    assert visitor.screen("nowhere", status=404)["error"]["code"] == "not_found"


@pytest.mark.parametrize("name", sorted(OF_A_CASE - {"correction"}))
def test_every_screen_of_a_draft_composes(me, name):
    assert me.screen(name, application=me.draft("recognition"))["blocks"]


@pytest.mark.parametrize("name", sorted(OF_A_CASE))
def test_every_screen_of_a_running_case_composes(me, office, name):
    case = me.apply("recognition")
    commands.approve(office.hr, case, clock.now())
    assert me.screen(name, application=case)["blocks"]


def test_the_form_asks_only_what_is_open_and_is_filled_with_what_was_said(me):
    me.ask("PUT", "/me/facts", {"facts": {"education": "master", "full_name": "王小明"}})
    case = me.ask("POST", "/applications", {"item": "recognition", "city": "testcity"})["application"]["id"]
    first = me.screen("application_form", application=case)
    second = me.screen("application_form", application=case, step="2")
    forms = [block for screen in (first, second) for block in screen["blocks"] if block["type"] == "form"]
    names = {field["name"]: field for form in forms for field in form["fields"]}
    assert set(names) >= {"full_name", "id_number", "phone", "education", "education_full_time"}
    assert names["education"]["value"] == "master"
    assert "value" not in names["full_name"]
    assert names["full_name"]["masked"] == "王*明"
    assert "您填写的" in names["education"]["source"]


def test_the_review_lists_what_is_lacking_with_the_way_there(me):
    case = me.ask("POST", "/applications", {"item": "recognition", "city": "testcity"})["application"]["id"]
    screen = me.screen("application_review", application=case)
    rows = [row for block in screen["blocks"] if block["type"] == "list" for row in block["rows"] if "action" in row]
    assert {row["action"]["screen"] for row in rows} == {"application_form", "application_papers"}
    assert "declaration" not in {block["type"] for block in screen["blocks"]}


def test_a_draft_that_lacks_nothing_can_be_declared_and_submitted(me):
    case = me.draft("recognition")
    declaration = next(
        block for block in me.screen("application_review", application=case)["blocks"] if block["type"] == "declaration"
    )
    send = declaration["submit"]["action"]
    answer = me.ask(send["method"], send["path"], send["body"] | {"declared": True})
    assert answer["next"]["screen"] == "application"


def test_a_visitors_check_asks_one_question_after_the_other_and_keeps_nothing(visitor):
    first = visitor.screen("self_check", item="recognition")
    asked = next(block for block in first["blocks"] if block["type"] == "form")["fields"][0]["name"]
    assert asked == "education"
    answers = {"education": "master", "education_full_time": "true", "contract_years": "3"}
    done = visitor.screen("self_check", item="recognition", **answers)
    assert next(block for block in done["blocks"] if block["type"] == "verdict")["verdict"] == "eligible"


def test_a_question_can_be_skipped(visitor):
    screen = visitor.screen("self_check", item="recognition", skip="education")
    assert (
        next(block for block in screen["blocks"] if block["type"] == "form")["fields"][0]["name"]
        == "education_full_time"
    )


def test_the_whole_way_to_card_and_money_is_on_screens(me, office):
    now = clock.now()
    case = me.apply("recognition")
    commands.approve(office.hr, case, now)
    commands.accept(office.clerk, case, now)
    commands.approve(office.reviewer, case, now)
    notice = commands.publish(office.reviewer, [case], now)
    assert me.screen("notice", notice=notice.id)["blocks"]
    assert me.screen("objection", entry=NoticeEntry.get().id, name="王")["actions"]
    later = now + (notice.closes_on - now.date()) + timedelta(days=1)
    commands.close_due_notices(later)
    commands.decide(office.reviewer, case, later)
    card = next(block for block in me.screen("talent_card")["blocks"] if block["type"] == "talent_card")
    assert card["number"] == TalentCard.get().number
    assert card["qr"]["image"].startswith("data:image/png;base64,")


def test_hr_does_the_first_review_on_the_phone(me, sign_in, office):
    case = me.apply("recognition")
    hr = sign_in("赵敏").agree()
    person = Session.get(Session.token_hash == hash_token(hr.token)).applicant_id
    EmployerMember.create(employer=office.employer, applicant=person, state="active")
    for name in sorted(OF_HR):
        assert hr.screen(name, application=case)["blocks"]
    button = hr.screen("employer_case", application=case)["actions"][-1]["action"]
    hr.ask(button["method"], button["path"], button["body"])
    assert me.ask("GET", f"/applications/{case}")["application"]["step"] == "acceptance"


def test_a_time_at_a_window_is_booked_once(me, sign_in):
    field = me.screen("appointment_new", window="talent_window")["blocks"][0]["fields"][0]
    slot = next(slot for day in field["days"] for slot in day["slots"])["value"]
    body = {"window": "talent_window", "city": "testcity", "slot": slot, "topic": "材料核验"}
    me.ask("POST", "/appointments", body)
    status, error = sign_in("李静").agree().error("POST", "/appointments", body)
    assert (status, error["code"]) == (422, "slot_taken")
    me.ask("DELETE", f"/appointments/{Appointment.get().id}")
    sign_in("李静").ask("POST", "/appointments", body)


def test_a_long_list_comes_page_by_page_and_each_row_once(me):
    for number in range(23):
        letter = {"city": "testcity", "kind": "message", "subject": f"第{number}件", "text": "想问一个问题"}
        me.ask("POST", "/complaints", letter)
    first = me.screen("complaints")
    second = me.screen("complaints", after=first["next"])
    titles = [block["title"] for screen in (first, second) for block in screen["blocks"]]
    assert len(first["blocks"]) == 20
    assert "next" not in second
    assert len(titles) == len(set(titles)) == 23


def test_a_result_shows_what_is_met_beside_what_is_not(me):
    me.ask("PUT", "/me/facts", {"facts": {"education": "master", "education_full_time": True, "contract_years": 1}})
    verdict = me.screen("self_check", item="recognition")["blocks"][0]
    assert [reason["mark"] for reason in verdict["reasons"]] == ["unmet", "met"]
