"""The life of a case from draft to payment, and what each person may do with it when."""

from datetime import date, timedelta

import pytest

from backend.store import audit, facts, materials
from backend.store.models import (
    Application,
    Decision,
    InAppMessage,
    NoticeEntry,
    OutboxMessage,
    Payment,
    StepRecord,
    VerdictOverride,
)
from backend.workflow import commands
from backend.workflow.case import NotNow, NotYours, Refusal, Stale
from backend.workflow.drafts import AlreadyRunning, ConfirmDespite, NotDeclared, NotMended, NotReady
from backend.workflow.stages import State
from tests.workflow.office import CITY, MONDAY, Talent, after, recognised, to_notice, to_review


def hours(number):
    return MONDAY + timedelta(hours=number)


def test_a_recognition_goes_from_draft_to_card(office, talent):
    case = recognised(office, talent)
    assert case.state == State.GRANTED
    assert [record.kind for record in case.steps.order_by(StepRecord.position)] == [
        "employer_review",
        "acceptance",
        "review",
        "public_notice",
        "decision",
        "filing",
    ]
    known = facts.current(talent.id)
    assert known["has_talent_card"].value is True
    assert known["recognized_tier"].value == "master"
    assert case.cards.get().number.startswith("TESTCITYC2026")


def test_money_follows_recognition_and_is_divided_to_the_fen(office, talent):
    recognised(office, talent)
    now = MONDAY + timedelta(days=14)
    case = talent.submit("allowance", now)
    commands.accept(office.clerk, case.id, now)
    commands.approve(office.reviewer, case.id, now)
    notice = commands.publish(office.reviewer, [case.id], now)
    later = after(notice)
    commands.close_due_notices(later)
    rows = commands.pay(office.finance, case.id, later)
    assert Application.get_by_id(case.id).state == State.GRANTED
    by_month = {}
    for row in rows:
        by_month.setdefault(row.period, {})[row.payer] = row.fen
    expected = {"employer": 40000, "city": 32000, "district": 48000}
    assert by_month == {"2025-12": expected, "2026-01": expected, "2026-02": expected}


def test_submitting_fixes_day_number_rules_and_facts(office, talent):
    case = talent.submit("recognition")
    assert case.number == "TESTCITY2026030200001"
    assert (case.as_of, case.area) == (date(2026, 3, 2), "district")
    assert case.employer_id == office.employer.id
    facts.tell(talent.id, {"contract_years": 1}, "form", hours(1))
    assert facts.of_rows(Application.get_by_id(case.id).fact_ids)["contract_years"] == 3


@pytest.mark.parametrize(("told", "place"), [("东城", "东区"), ("东区", "东区"), ("外地", "外地")])
def test_a_case_lies_in_the_district_by_its_own_name(office, told, place):
    assert Talent(employer_district=told).submit("recognition").place == place


def test_a_draft_says_everything_that_is_missing_at_once(office):
    talent = Talent(id_number=None)
    facts.forget(talent.id, "contract_years", MONDAY)
    case = commands.start(talent.id, CITY, "人才认定", MONDAY)
    with pytest.raises(NotReady) as failure:
        commands.submit(talent.me, case.id, MONDAY, declared=True)
    assert [problem.field for problem in failure.value.problems] == [
        "fact:id_number",
        "fact:contract_years",
        "material:identity",
        "material:contract",
    ]


def test_a_paper_under_a_condition_is_needed_only_where_it_holds(office):
    married = commands.start(Talent(married=True).id, CITY, "recognition", MONDAY)
    single = commands.start(Talent().id, CITY, "recognition", MONDAY)
    assert "marriage" in [paper.material.id for paper in commands.needed(married) if paper.required]
    assert "marriage" not in [paper.material.id for paper in commands.needed(single)]


def test_a_birth_date_that_contradicts_the_id_number_is_named(office):
    talent = Talent(birth_date="1991-01-01")
    found = commands.problems(talent.draft("recognition"), MONDAY.date())
    assert [(problem.field, problem.code) for problem in found] == [("fact:birth_date", "contradiction")]


def test_without_declaration_nothing_is_submitted(office, talent):
    with pytest.raises(NotDeclared):
        commands.submit(talent.me, talent.draft("recognition").id, MONDAY, declared=False)


def test_unmet_conditions_want_a_second_word_and_then_let_one_apply(office):
    talent = Talent(contract_years=1)
    case = talent.draft("recognition")
    with pytest.raises(ConfirmDespite):
        commands.submit(talent.me, case.id, MONDAY, declared=True)
    sent = commands.submit(talent.me, case.id, MONDAY, declared=True, despite=True)
    assert sent.verdict["verdict"] == "not_eligible"


def test_starting_twice_gives_the_same_draft(office, talent):
    assert commands.start(talent.id, CITY, "recognition", MONDAY).id == talent.draft("recognition").id


def test_a_second_case_of_the_same_item_waits_for_the_first(office, talent):
    talent.submit("recognition")
    with pytest.raises(AlreadyRunning):
        commands.start(talent.id, CITY, "recognition", MONDAY)


def test_a_calculation_cannot_be_applied_for(office, talent):
    with pytest.raises(Refusal) as failure:
        commands.start(talent.id, CITY, "allowance_accrued", MONDAY)
    assert failure.value.code == "not_a_service"


def test_steps_with_a_limit_have_a_due_date_and_others_none(office, talent):
    case = talent.submit("recognition")
    assert case.due_on is None
    commands.approve(office.hr, case.id, MONDAY)
    assert Application.get_by_id(case.id).due_on == date(2026, 3, 9)


def test_an_item_without_steps_is_accepted_and_answered(office, talent):
    case = talent.submit("settle")
    assert (case.step_kind, case.role, case.agency) == ("acceptance", "window_clerk", "hr_bureau")
    commands.accept(office.clerk, case.id, MONDAY)
    assert commands.complete(office.reviewer, case.id, MONDAY).state == State.GRANTED


def test_an_open_amount_must_be_stated_before_the_last_judgement(office, talent):
    case = talent.submit("special")
    commands.approve(office.reviewer, case.id, MONDAY)
    with pytest.raises(Refusal) as failure:
        commands.approve(office.adjudicator, case.id, MONDAY)
    assert failure.value.code == "amount_needed"
    commands.approve(office.adjudicator, case.id, MONDAY, terms=commands.Terms(amount_fen=10_000_001))
    rows = commands.pay(office.finance, case.id, MONDAY)
    assert {row.payer: row.fen for row in rows} == {"city": 3_000_000, "district": 7_000_001}


# --- rights -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["clerk", "stranger", "finance", "coordinator", "adjudicator", "hr"])
def test_only_the_desk_decides(office, talent, who):
    case = to_review(office, talent)
    with pytest.raises(NotYours):
        commands.approve(getattr(office, who), case.id, MONDAY)


def test_a_supervisor_may_do_what_his_desk_may(office, talent):
    case = to_review(office, talent)
    assert commands.approve(office.supervisor, case.id, MONDAY).step_kind == "public_notice"


def test_hr_of_another_employer_reviews_nothing(office, talent):
    case = talent.submit("recognition")
    other = office.hr
    other.employer = None
    with pytest.raises(NotYours):
        commands.approve(other, case.id, MONDAY)


def test_hr_may_review_in_the_mini_program(office, talent):
    case = talent.submit("recognition")
    assert commands.approve(office.hr_in_app(), case.id, MONDAY).step_kind == "acceptance"


def test_another_person_does_not_even_learn_that_a_case_exists(office, talent):
    case = talent.submit("recognition")
    with pytest.raises(Refusal) as failure:
        commands.withdraw(Talent().me, case.id, MONDAY)
    assert failure.value.code == "not_found"


def test_what_the_table_does_not_name_is_refused(office, talent):
    case = to_review(office, talent)
    with pytest.raises(NotNow):
        commands.accept(office.supervisor, case.id, MONDAY)


def test_a_page_offers_exactly_what_may_be_done(office, talent):
    case = to_review(office, talent)
    assert commands.commands_for(office.reviewer, case, MONDAY) == ["approve", "reject", "correct", "hand_over"]
    assert commands.commands_for(office.clerk, case, MONDAY) == []
    assert commands.commands_for(talent.me, case, MONDAY) == ["withdraw"]


def test_a_decision_on_an_outdated_view_is_refused(office, talent):
    case = to_review(office, talent)
    with pytest.raises(Stale):
        commands.approve(office.reviewer, case.id, MONDAY, version=case.version - 1)


# --- against the engine -----------------------------------------------------------------------------------------------


def test_approving_against_the_engine_wants_a_reason_and_keeps_it(office):
    talent = Talent(contract_years=1)
    case = talent.submit("recognition", despite=True)
    commands.approve(office.hr, case.id, MONDAY)
    commands.accept(office.clerk, case.id, MONDAY)
    with pytest.raises(Refusal) as failure:
        commands.approve(office.reviewer, case.id, MONDAY)
    assert failure.value.code == "override_needed"
    commands.approve(office.reviewer, case.id, MONDAY, override="续签合同已核实")
    kept = VerdictOverride.get()
    assert (kept.engine_verdict, kept.decided_verdict, kept.reason) == ("not_eligible", "eligible", "续签合同已核实")


def test_rejecting_what_the_engine_favours_is_recorded_with_its_reason(office, talent):
    case = to_review(office, talent)
    commands.reject(office.reviewer, case.id, [commands.Reason("学历证书核验未通过", "d/1")], MONDAY)
    assert Application.get_by_id(case.id).state == State.REJECTED
    assert VerdictOverride.get().decided_verdict == "not_eligible"
    assert Decision.get().reasons == [{"text": "学历证书核验未通过", "cite": "d/1"}]


def test_a_refusal_without_a_reason_is_none(office, talent):
    case = talent.submit("settle")
    with pytest.raises(Refusal) as failure:
        commands.refuse(office.clerk, case.id, [commands.Reason(" ")], MONDAY)
    assert failure.value.code == "reason_needed"


def test_originals_that_must_be_seen_hold_up_acceptance(office, talent):
    case = talent.submit("recognition")
    commands.approve(office.hr, case.id, MONDAY)
    with pytest.raises(Refusal) as failure:
        commands.accept(office.clerk, case.id, MONDAY, originals=[])
    assert failure.value.code == "originals_missing"
    commands.accept(office.clerk, case.id, MONDAY, originals=["identity"])
    assert materials.handed_in(case.id)["identity"].original_checked_by == office.clerk.id


# --- corrections ------------------------------------------------------------------------------------------------------

CONTRACT = commands.Point("material", "contract", "劳动合同缺少盖章页，请补拍全部页面。")
YEARS = commands.Point("fact", "contract_years", "合同年限与材料不符，请核对后改正。")


def test_a_correction_stops_the_clock_and_the_answer_starts_it(office, talent):
    case = to_review(office, talent)
    assert case.due_on == date(2026, 3, 16)
    commands.correct(office.reviewer, case.id, [CONTRACT], MONDAY + timedelta(days=1))
    waiting = Application.get_by_id(case.id)
    assert (waiting.state, waiting.due_on) == (State.CORRECTION, None)
    later = MONDAY + timedelta(days=7)
    commands.hand_in(talent.me, case.id, "contract", talent.paper("contract", later), later)
    answered = commands.answer(talent.me, case.id, later)
    assert (answered.state, answered.due_on) == (State.RUNNING, date(2026, 3, 23))


def test_an_answer_must_mend_every_point(office, talent):
    case = to_review(office, talent)
    commands.correct(office.reviewer, case.id, [CONTRACT, YEARS], MONDAY)
    commands.hand_in(talent.me, case.id, "contract", talent.paper("contract", hours(1)), hours(1))
    with pytest.raises(NotMended) as failure:
        commands.answer(talent.me, case.id, hours(2))
    assert [problem.field for problem in failure.value.problems] == ["fact:contract_years"]
    facts.tell(talent.id, {"contract_years": 5}, "form", hours(3))
    assert commands.answer(talent.me, case.id, hours(4)).state == State.RUNNING


def test_a_second_notice_about_something_visible_before_is_flagged(office, talent):
    case = to_review(office, talent)
    first = commands.correct(office.reviewer, case.id, [CONTRACT], MONDAY)
    commands.hand_in(talent.me, case.id, "contract", talent.paper("contract", hours(1)), hours(1))
    commands.answer(talent.me, case.id, hours(2))
    second = commands.correct(office.reviewer, case.id, [YEARS], hours(3))
    assert (first.flagged, second.flagged) == (False, True)


def test_a_second_notice_about_what_came_in_since_is_not_flagged(office, talent):
    case = to_review(office, talent)
    commands.correct(office.reviewer, case.id, [CONTRACT], MONDAY)
    commands.hand_in(talent.me, case.id, "contract", talent.paper("contract", hours(1), "grey"), hours(1))
    commands.answer(talent.me, case.id, hours(2))
    assert not commands.correct(office.reviewer, case.id, [CONTRACT], hours(3)).flagged


def test_a_submitted_paper_cannot_be_deleted_but_an_added_one_can(office, talent):
    case = to_review(office, talent)
    old = talent.papers["contract"]
    commands.correct(office.reviewer, case.id, [CONTRACT], hours(1))
    new = talent.paper("contract", hours(2))
    commands.hand_in(talent.me, case.id, "contract", new, hours(2))
    assert materials.in_use(old)
    assert not materials.in_use(new)


# --- notices ----------------------------------------------------------------------------------------------------------


def test_a_notice_runs_its_workdays_and_shows_masked_names(office, talent):
    _, notice = to_notice(office, talent)
    assert (notice.first_day, notice.closes_on) == (date(2026, 3, 3), date(2026, 3, 9))
    entry = NoticeEntry.get()
    assert (entry.name_masked, entry.employer_name, entry.text) == ("王*明", "测试科技有限公司", "硕士研究生")


def test_a_notice_cannot_be_closed_on_its_last_day(office, talent):
    _, notice = to_notice(office, talent)
    last_evening = after(notice) - timedelta(days=1)
    assert commands.close_due_notices(last_evening) == 0
    with pytest.raises(Refusal):
        commands.close_notice(notice.id, last_evening, office.reviewer)
    assert commands.close_due_notices(after(notice)) == 1
    assert commands.close_due_notices(after(notice)) == 0


def test_an_objection_freezes_only_the_person_concerned(office, talent):
    other = Talent()
    ours, theirs = to_review(office, talent), to_review(office, other)
    for case in (ours, theirs):
        commands.approve(office.reviewer, case.id, MONDAY)
    notice = commands.publish(office.reviewer, [ours.id, theirs.id], MONDAY)
    entry = NoticeEntry.get(NoticeEntry.application == ours.id)
    objection = commands.file_objection(entry.id, "学历存疑", MONDAY, name="李四", phone="13900139000")
    assert "李四" not in objection.name_sealed
    commands.close_due_notices(after(notice))
    assert Application.get_by_id(ours.id).state == State.NOTICE
    assert Application.get_by_id(theirs.id).step_kind == "decision"


def test_a_dismissed_objection_lets_the_case_go_on(office, talent):
    case, notice = to_notice(office, talent)
    objection = commands.file_objection(notice.entries.get().id, "学历存疑", MONDAY)
    commands.close_due_notices(after(notice))
    commands.decide_objection(office.reviewer, objection.id, False, "学信网核验属实", after(notice))
    assert Application.get_by_id(case.id).step_kind == "decision"


def test_an_upheld_objection_turns_the_case_down(office, talent):
    case, notice = to_notice(office, talent)
    objection = commands.file_objection(notice.entries.get().id, "学历造假", MONDAY)
    commands.decide_objection(office.reviewer, objection.id, True, "学历证书为伪造", hours(1))
    assert Application.get_by_id(case.id).state == State.REJECTED
    assert commands.close_due_notices(after(notice)) == 1
    assert Application.get_by_id(case.id).state == State.REJECTED


def test_after_the_last_day_no_objection_is_taken(office, talent):
    _, notice = to_notice(office, talent)
    with pytest.raises(Refusal) as failure:
        commands.file_objection(notice.entries.get().id, "学历存疑", after(notice))
    assert failure.value.code == "notice_over"


def test_cases_of_different_items_do_not_share_a_notice(office, talent):
    ours = to_review(office, talent)
    commands.approve(office.reviewer, ours.id, MONDAY)
    other = Talent(has_talent_card=True)
    theirs = other.submit("allowance")
    commands.accept(office.clerk, theirs.id, MONDAY)
    commands.approve(office.reviewer, theirs.id, MONDAY)
    with pytest.raises(Refusal) as failure:
        commands.publish(office.reviewer, [ours.id, theirs.id], MONDAY)
    assert failure.value.code == "mixed_notice"
    assert Application.get_by_id(ours.id).state == State.RUNNING


# --- endings ----------------------------------------------------------------------------------------------------------


def test_a_case_can_be_withdrawn_until_it_is_decided(office, talent):
    case = to_review(office, talent)
    assert commands.withdraw(talent.me, case.id, MONDAY, "换单位").state == State.WITHDRAWN
    decided = recognised(office, Talent())
    with pytest.raises(NotNow):
        commands.withdraw(commands.as_applicant(decided.applicant_id), decided.id, MONDAY)


def test_a_draft_left_alone_expires_and_a_touched_one_does_not(office, talent):
    left = commands.start(talent.id, CITY, "settle", MONDAY)
    touched = talent.draft("recognition", MONDAY + timedelta(days=60))
    assert commands.expire(MONDAY + timedelta(days=100)) == 1
    assert Application.get_by_id(left.id).state == State.EXPIRED
    assert Application.get_by_id(touched.id).state == State.DRAFT


def test_a_correction_nobody_answers_expires_after_its_last_day(office, talent):
    case = to_review(office, talent)
    commands.correct(office.reviewer, case.id, [CONTRACT], MONDAY, due_on=date(2026, 3, 20))
    assert commands.expire(MONDAY + timedelta(days=18)) == 0
    assert commands.expire(MONDAY + timedelta(days=19)) == 1


def test_a_closed_case_can_be_followed_by_a_new_draft(office, talent):
    case = recognised(office, talent)
    renewed = commands.reopen(talent.me, case.id, MONDAY, "renewal")
    assert (renewed.kind, renewed.previous_id, renewed.state) == ("renewal", case.id, State.DRAFT)


# --- telling and recording --------------------------------------------------------------------------------------------


def test_every_change_is_told_once_in_the_centre_and_the_outbox(office, talent):
    recognised(office, talent)
    told = [message.template for message in OutboxMessage.select().order_by(OutboxMessage.id)]
    assert told == [
        "review_done",
        "case_accepted",
        "review_done",
        "notice_started",
        "notice_ended",
        "card_ready",
        "result",
    ]
    assert InAppMessage.select().count() == len(told)


def test_a_refused_command_leaves_no_message_and_no_trace(office, talent):
    case = to_review(office, talent)
    messages, rows = OutboxMessage.select().count(), len(audit.of_subject("application", case.id))
    with pytest.raises(NotYours):
        commands.approve(office.clerk, case.id, MONDAY)
    assert (OutboxMessage.select().count(), len(audit.of_subject("application", case.id))) == (messages, rows)


def test_every_command_is_in_the_audit_chain_and_the_chain_holds(office, talent):
    case = recognised(office, talent)
    done = [row.action for row in reversed(audit.of_subject("application", case.id))]
    assert done == [
        "start",
        "edit",
        "edit",
        "submit",
        "approve",
        "accept",
        "approve",
        "publish",
        "close_notice",
        "decide",
        "complete",
    ]
    assert audit.verify() is None


def test_no_ledger_row_exists_before_a_closed_notice(office, talent):
    to_notice(office, talent)
    assert Payment.select().count() == 0
