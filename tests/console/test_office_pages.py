"""The office's own pages: notices, cards, visits, employers, voices, questions, accounts, calendar, the log."""

import io
from datetime import date, timedelta

import pytest
from openpyxl import load_workbook

from backend import clock
from backend.console import card_lists
from backend.store import audit, facts, questions, workcalendar
from backend.store.models import (
    Appointment,
    Audit,
    Complaint,
    Employer,
    EmployerMember,
    Objection,
    OutboxMessage,
    PublicNotice,
    Rating,
    Staff,
    TalentCard,
    UnansweredQuestion,
)
from backend.workflow import commands, rulebook, service
from backend.workflow.rights import Role
from backend.workflow.stages import State
from tests.console.visitor import said
from tests.workflow.office import CITY, FACTS, Talent, after, recognised, staff, to_notice, to_review

# --- notices ----------------------------------------------------------------------------------------------------------


def test_a_notice_shows_masked_names_alone(visit, office, talent):
    _, notice = to_notice(office, talent, clock.now())
    page = visit(office.reviewer).get(f"/console/notices/{notice.id}").get_data(as_text=True)
    assert "王*明" in page
    assert FACTS["full_name"] not in page


@pytest.fixture
def objection(office, talent):
    """An objection against somebody on a notice."""
    case, _ = to_notice(office, talent, clock.now())
    return commands.file_objection(
        case.notice_entries.get().id, "学历存疑", clock.now(), name="李四", phone="13900139000"
    )


def decide(visitor, objection, **form):
    return visitor.post(f"/console/notices/{objection.entry.notice_id}/objections/{objection.id}", **form)


def test_an_objection_is_decided_with_a_conclusion(visit, office, objection):
    visitor = visit(office.reviewer)
    assert "李四" in visitor.text(f"/console/notices/{objection.entry.notice_id}")
    assert "请写明异议的具体内容" in said(decide(visitor, objection, outcome="upheld"))
    answer = decide(visitor, objection, decision="学历证书为伪造")
    assert "请选择异议成立还是不成立" in said(answer)
    assert "学历证书为伪造" in answer.get_data(as_text=True)
    decide(visitor, objection, outcome="upheld", decision="学历证书为伪造")
    assert Objection.get().state == "upheld"
    assert objection.entry.application.state == State.REJECTED


def test_reading_objections_is_logged(visit, office, objection):
    visit(office.reviewer).get(f"/console/notices/{objection.entry.notice_id}")
    assert audit.of_subject("objections", objection.entry.notice_id)[0].action == "read"


def test_a_notice_whose_days_are_over_is_closed_by_hand_too(visit, office, talent):
    _, notice = to_notice(office, talent, clock.now())
    visitor = visit(office.reviewer)
    visitor.post(f"/console/notices/{notice.id}/close")
    assert PublicNotice.get().state == "open"
    clock.set_ahead(after(notice) - clock.now())
    visit(office.reviewer).post(f"/console/notices/{notice.id}/close")
    assert PublicNotice.get().state == "closed"
    assert visit(office.stranger).post(f"/console/notices/{notice.id}/close").status_code == 403


def test_a_year_without_a_calendar_stops_a_notice_with_a_sentence(visit, office, talent):
    case = to_review(office, talent, clock.now())
    commands.approve(office.reviewer, case.id, clock.now())
    clock.set_ahead(timedelta(days=4000))
    visitor = visit(office.reviewer)
    answer = visitor.client.post(
        "/console/notices", data={"csrf": visitor.login.csrf, "case": case.id}, follow_redirects=True
    )
    assert "年的节假日安排尚未录入" in said(answer)


# --- cards ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def card(office, talent):
    """A card that was issued."""
    return recognised(office, talent, clock.now() - timedelta(days=30)).cards.get()


def test_a_card_is_found_by_its_holder_without_the_number_in_an_address(visit, office, talent, card):
    answer = visit(office.clerk).post("/console/cards", words=FACTS["id_number"])
    assert FACTS["id_number"] not in answer.location
    assert card.number in visit(office.clerk).text(answer.location)


@pytest.mark.parametrize(("act", "state"), [("lost", "lost"), ("cancelled", "cancelled")])
def test_a_card_ends_with_a_reason(visit, office, card, act, state):
    visitor = visit(office.clerk)
    assert "请写明原因" in said(visitor.post(f"/console/cards/{card.id}/{act}"))
    visitor.post(f"/console/cards/{card.id}/{act}", reason="本人报告")
    assert TalentCard.get_by_id(card.id).state == state


def test_a_lost_card_is_replaced_by_a_new_one(visit, office, card):
    visitor = visit(office.clerk)
    visitor.post(f"/console/cards/{card.id}/lost", reason="丢失")
    new = visitor.post(f"/console/cards/{card.id}/replace").location.rpartition("/")[2]
    assert TalentCard.get_by_id(new).state == "valid"
    assert TalentCard.get_by_id(card.id).replaced_by_id == new


def test_a_yearly_registration_is_noted(visit, office, card):
    visit(office.clerk).post(f"/console/cards/{card.id}/renew")
    assert TalentCard.get_by_id(card.id).renewed_on == clock.today()


def test_a_card_that_has_ended_cannot_be_renewed(visit, office, card):
    visitor = visit(office.clerk)
    visitor.post(f"/console/cards/{card.id}/cancelled", reason="取消资格")
    assert "没有找到可以办理的有效人才卡" in said(visitor.post(f"/console/cards/{card.id}/renew"))


def test_the_list_for_partners_is_given_by_supervisors_alone_and_logged(visit, office, card):
    assert visit(office.clerk).get("/console/cards/valid.xlsx").status_code == 403
    data = visit(office.supervisor).get("/console/cards/valid.xlsx").data
    rows = [[cell.value for cell in row] for row in load_workbook(io.BytesIO(data)).active]
    assert rows[1][:4] == [card.number, FACTS["full_name"], "急需紧缺人才", "硕士研究生"]
    assert audit.of_subject("talent_card", CITY)[0].action == "export"


def test_the_list_of_a_service_names_holders_sparingly_and_ended_cards_by_number_alone(visit, office, card):
    ended = recognised(office, Talent(clock.now()), clock.now() - timedelta(days=20)).cards.get()
    visit(office.clerk).post(f"/console/cards/{ended.id}/lost", reason="丢失")
    data = visit(office.clerk).get("/console/cards/lists/settle.xlsx").data
    heads, *rows = [[cell.value or "" for cell in row] for row in load_workbook(io.BytesIO(data)).active]
    assert heads[:4] == ["卡号", "状态", "姓名", "证件号码后四位"]
    assert rows[0][:5] == [card.number, "有效", FACTS["full_name"], FACTS["id_number"][-4:], "急需紧缺人才"]
    assert rows[1] == [ended.number, "已挂失", *[""] * (len(heads) - 2)]
    told = visit(office.clerk).text("/console/cards/lists/settle.csv")
    assert [FACTS["id_number"] in told, FACTS["phone"] in told, card.number in told] == [False, False, True]


def test_whom_an_item_rules_out_is_not_on_its_list(visit, office, card, monkeypatch):
    item = rulebook.packs()[CITY].on(clock.today()).items["recognition"]
    monkeypatch.setattr(card_lists, "_items", lambda *_: [item])
    assert card.number in visit(office.clerk).text("/console/cards/lists/recognition.csv")
    facts.tell(card.applicant_id, {"contract_years": 1}, "staff", clock.now())
    assert card.number not in visit(office.clerk).text("/console/cards/lists/recognition.csv")


def test_the_list_of_a_service_goes_to_its_agency_and_the_coordinator_alone(visit, office, card):
    address = "/console/cards/lists/settle.csv"
    assert visit(office.stranger).get(address).status_code == 403
    assert visit(office.finance).get(address).status_code == 403
    assert visit(office.coordinator).get(address).status_code == 200
    assert visit(staff(Role.REVIEWER, "hr_bureau", city="othercity")).get(address).status_code == 404
    assert visit(office.clerk).get("/console/cards/lists/special.csv").status_code == 404
    assert [row.action for row in audit.of_subject("card_list", f"{CITY}/settle")] == ["export"]
    assert "由承办单位或平台协调员导出" in visit(office.stranger).text("/console/cards")


# --- visits -----------------------------------------------------------------------------------------------------------


def test_who_comes_today_is_marked_as_come(visit, office, talent):
    row = Appointment.create(
        applicant=talent.id,
        city=CITY,
        window="talent_window",
        day=clock.today(),
        slot="09:00",
        counter=1,
        topic="核验原件",
    )
    visitor = visit(office.clerk)
    assert "核验原件" in visitor.text("/console/appointments")
    visitor.post(f"/console/appointments/{row.id}", state="kept")
    assert Appointment.get().state == "kept"


def test_who_comes_tomorrow_is_not_marked_yet(visit, office, talent):
    day = clock.today() + timedelta(days=1)
    row = Appointment.create(applicant=talent.id, city=CITY, window="talent_window", day=day, slot="09:00", counter=1)
    visit(office.clerk).post(f"/console/appointments/{row.id}", state="missed")
    assert Appointment.get().state == "booked"


# --- employers --------------------------------------------------------------------------------------------------------


def test_an_approved_employer_gets_the_cases_that_waited_for_it(visit, office):
    waiting = Employer.create(name="新公司", city=CITY, credit_code="X2", state="pending")
    case = Talent(clock.now(), employer_name="新公司").submit("recognition", clock.now())
    visit(office.clerk).post(f"/console/employers/{waiting.id}", outcome="approve")
    assert Employer.get_by_id(waiting.id).state == "approved"
    assert type(case).get_by_id(case.id).employer_id == waiting.id


def test_an_employer_is_refused_with_a_reason_only(visit, office):
    waiting = Employer.create(name="新公司", city=CITY, credit_code="X2", state="pending")
    visitor = visit(office.clerk)
    visitor.post(f"/console/employers/{waiting.id}", outcome="refuse")
    assert Employer.get_by_id(waiting.id).state == "pending"
    visitor.post(f"/console/employers/{waiting.id}", outcome="refuse", reason="信用代码不符")
    assert Employer.get_by_id(waiting.id).reason == "信用代码不符"


def test_a_supervisor_suspends_an_employer_and_a_clerk_does_not(visit, office):
    assert visit(office.clerk).post(f"/console/employers/{office.employer.id}/state").status_code == 403
    visit(office.supervisor).post(f"/console/employers/{office.employer.id}/state")
    assert Employer.get_by_id(office.employer.id).state == "suspended"


def test_a_person_is_let_in_to_do_hr_work(visit, office, talent):
    member = EmployerMember.create(employer=office.employer, applicant=talent.id)
    visit(office.clerk).post(f"/console/employers/{office.employer.id}/members/{member.id}", outcome="active")
    assert EmployerMember.get().state == "active"


# --- voices -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def complaint(office, talent):
    """A complaint about the bureau."""
    return service.complain(
        CITY, "complaint", "太慢了", "等了两个月", clock.now(), applicant_id=talent.id, agency="hr_bureau"
    )


def test_a_complaint_shows_its_clock_and_its_text_is_read_on_record(visit, office, complaint):
    visitor = visit(office.reviewer)
    assert "还有" in visitor.text("/console/voices")
    assert "等了两个月" not in visitor.text("/console/voices")
    assert "等了两个月" in visitor.text(f"/console/voices/{complaint.id}")
    assert audit.of_subject("complaint", complaint.id)[0].action == "read"


def test_an_answer_reaches_the_person(visit, office, complaint):
    visitor = visit(office.reviewer)
    assert "请写下答复内容" in said(visitor.post(f"/console/voices/{complaint.id}/answer", answer=" "))
    visitor.post(f"/console/voices/{complaint.id}/answer", answer="已经催办")
    assert Complaint.get().answer == "已经催办"
    assert OutboxMessage.select().where(OutboxMessage.template == "staff_reply").exists()


def test_a_complaint_is_passed_on_and_then_out_of_sight(visit, office, complaint):
    visitor = visit(office.reviewer)
    assert visitor.post(f"/console/voices/{complaint.id}/forward", agency="nowhere").status_code == 422
    visitor.post(f"/console/voices/{complaint.id}/forward", agency="housing_bureau")
    assert visitor.get(f"/console/voices/{complaint.id}").status_code == 404
    assert visit(office.stranger).get(f"/console/voices/{complaint.id}").status_code == 200


def test_a_low_rating_is_answered_once(visit, office, talent):
    case = recognised(office, talent, clock.now())
    rating = service.rate(talent.id, case.id, 1, clock.now(), text="跑了三趟")
    visitor = visit(office.reviewer)
    assert "跑了三趟" in visitor.text("/console/voices?kind=rating")
    for _ in range(2):
        visitor.post(f"/console/ratings/{rating.id}", answer="已整改")
    assert Rating.get().answer == "已整改"
    assert [row.action for row in audit.of_subject("rating", rating.id)] == ["answer_rating"]


def test_a_question_is_answered_by_a_clause_that_exists(visit, office):
    questions.unanswered("租房有补贴吗", CITY, clock.now())
    row, visitor = UnansweredQuestion.get(), visit(office.coordinator)
    assert visitor.post(f"/console/questions/{row.id}", outcome="answered", clause="d/99").status_code == 422
    visitor.post(f"/console/questions/{row.id}", outcome="answered", clause="d/1")
    assert (UnansweredQuestion.get().state, UnansweredQuestion.get().clause) == ("answered", "d/1")


# --- accounts ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def admin(office, visit):
    """An administrator at work."""
    return visit(staff(Role.ADMIN))


NEW = {"login": "wangfang", "name": "王芳", "role": "reviewer", "city": CITY, "agency": "hr_bureau"}


def test_a_new_account_gets_a_password_that_is_shown_once_and_must_be_changed(admin):
    page = admin.post("/console/staff", **NEW)
    assert "wangfang（王芳）的一次性密码" in said(page)
    account = Staff.get(Staff.login == "wangfang")
    assert account.must_change
    assert "一次性密码" not in admin.text("/console/staff")
    assert "Set-Cookie" not in page.headers


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"login": ""}, "账号、姓名和角色都要填"),
        ({"role": "applicant"}, "账号、姓名和角色都要填"),
        ({"city": ""}, "请选择账号所在的城市"),
        ({"agency": "nowhere"}, "没有这个部门"),
        ({"window": "nowhere"}, "没有这个窗口"),
        ({"role": "employer_hr", "employer": "nobody"}, "信用代码"),
    ],
)
def test_an_account_that_could_see_nothing_is_not_made(admin, wrong, sentence):
    before = Staff.select().count()
    assert sentence in said(admin.post("/console/staff", **NEW | wrong))
    assert Staff.select().count() == before


def test_an_account_of_an_employer_takes_its_city(admin, office):
    admin.post("/console/staff", **NEW | {"role": "employer_hr", "employer": "X1", "city": "", "agency": ""})
    account = Staff.get(Staff.login == "wangfang")
    assert (account.employer_id, account.city) == (office.employer.id, CITY)


def test_a_login_name_is_taken_once(admin):
    admin.post("/console/staff", **NEW)
    assert "已经有人使用" in said(admin.post("/console/staff", **NEW))


def test_a_shut_account_is_out_at_once_and_can_be_opened_again(admin, visit, office):
    clerk = visit(office.clerk)
    admin.post(f"/console/staff/{office.clerk.id}/disable")
    assert clerk.get("/console/").status_code == 302
    admin.post(f"/console/staff/{office.clerk.id}/enable")
    assert Staff.get_by_id(office.clerk.id).state == "active"


def test_nobody_shuts_himself(admin):
    assert admin.post(f"/console/staff/{admin.staff.id}/disable").status_code == 404


def test_an_account_moves_to_another_agency(admin, office):
    admin.post(f"/console/staff/{office.clerk.id}", name="李梅", city=CITY, agency="housing_bureau")
    moved = Staff.get_by_id(office.clerk.id)
    assert (moved.name, moved.agency) == ("李梅", "housing_bureau")
    assert "没有这个部门" in said(admin.post(f"/console/staff/{office.clerk.id}", name="李梅", city=CITY, agency="x"))


# --- the operation log ------------------------------------------------------------------------------------------------


def test_the_whole_chain_is_checked_and_a_change_is_found(visit, office, talent):
    recognised(office, talent, clock.now())
    auditor = visit(staff(Role.AUDITOR))
    assert "整条日志链完好" in said(auditor.post("/console/audit/verify"))
    Audit.update(actor="somebody").where(Audit.seq == 3).execute()
    assert "第 3 条断开（被改动）" in said(auditor.post("/console/audit/verify"))


def test_the_log_is_narrowed_by_case_number_and_account(visit, office, talent):
    case = recognised(office, talent, clock.now())
    auditor = visit(staff(Role.AUDITOR))
    assert "受理" in auditor.text(f"/console/audit?subject={case.number}&action=accept")
    assert "没有符合条件的记录" in auditor.text(f"/console/audit?actor={office.stranger.login}")


def test_the_log_is_exported_with_its_hashes_and_says_so_itself(visit, office, talent):
    recognised(office, talent, clock.now())
    auditor = visit(staff(Role.AUDITOR))
    rows = list(load_workbook(io.BytesIO(auditor.get("/console/audit/log.xlsx").data)).active.values)
    assert [row[0] for row in rows[1:]] == list(range(1, len(rows)))
    assert rows[-1][3] == "导出名单"


# --- the calendar -----------------------------------------------------------------------------------------------------


def test_a_day_declared_open_counts_from_then_on(visit, office):
    saturday = date(2026, 6, 6)
    visitor = visit(office.coordinator)
    visitor.post("/console/calendar", day=saturday, workday="open", reason="调休", scope="city")
    assert workcalendar.calendar(CITY).is_workday(saturday)
    assert not workcalendar.calendar("othercity").is_workday(saturday)
    assert "调休" in visitor.text("/console/calendar?year=2026")


def test_a_day_without_a_ground_is_not_declared(visit, office):
    visit(office.coordinator).post("/console/calendar", day="2026-06-06", workday="open", reason=" ")
    assert workcalendar.declared(2026) == []


def test_a_year_is_declared_whole_once_somebody_says_it_is(visit, office):
    visitor = visit(office.coordinator)
    year = clock.today().year + 1
    visitor.post("/console/calendar/cover", year=year)
    assert year not in workcalendar.covered_years()
    visitor.post("/console/calendar/cover", year=year, checked="yes")
    assert year in workcalendar.covered_years()
