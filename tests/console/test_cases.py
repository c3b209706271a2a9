"""One case on one page: reading leaves a trace, commands are forms, and of two who decide the second is told."""

import io

import pytest
from pypdf import PdfReader

from backend import clock
from backend.console.words import day
from backend.policy import load_packs
from backend.store import audit, credits, facts, materials, outbox
from backend.store.models import (
    Application,
    ApplicationMaterial,
    CaseNote,
    Correction,
    Employer,
    MaterialPage,
    OutboxMessage,
    Staff,
    StepRecord,
    VerdictOverride,
)
from backend.workflow import commands, rulebook
from backend.workflow.rights import Role
from backend.workflow.stages import State
from tests.console.visitor import said
from tests.workflow.fixtures import written
from tests.workflow.office import FACTS, Talent, recognised, staff, to_notice, to_review

EVIL = '<script>alert(1)</script>"><img src=x onerror=alert(2)>'


@pytest.fixture
def case(office, talent):
    """A recognition on the reviewer's desk."""
    return to_review(office, talent, clock.now())


def address(case, *rest):
    return "/".join(("/console/cases", case.id, *rest))


def fresh(case):
    return Application.get_by_id(case.id)


def actions(case):
    return [row.action for row in audit.of_subject("application", case.id)]


# --- reading ----------------------------------------------------------------------------------------------------------


def test_the_page_shows_what_the_person_said_beside_what_the_text_asks(visit, office, case):
    page = visit(office.reviewer).text(address(case))
    assert "合同满三年" in page
    assert "劳动（聘用）合同年限： 3年 本人填写" in page
    assert "符合条件" in page


def test_the_number_and_phone_are_masked_until_somebody_looks(visit, office, case):
    page = visit(office.reviewer).get(address(case)).get_data(as_text=True)
    for plain in (FACTS["full_name"], FACTS["id_number"], FACTS["phone"]):
        assert plain not in page


def test_reading_a_case_is_in_the_operation_log(visit, office, case):
    visit(office.reviewer).get(address(case))
    newest = audit.of_subject("application", case.id)[0]
    assert (newest.action, newest.actor) == ("read", office.reviewer.id)


def test_looking_at_a_number_is_in_the_operation_log_with_its_name(visit, office, case):
    answer = visit(office.reviewer).post(address(case, "facts", "id_number"))
    assert answer.get_data(as_text=True) == FACTS["id_number"]
    newest = audit.of_subject("application", case.id)[0]
    assert (newest.action, newest.detail) == ("reveal", {"fact": "id_number"})


def test_a_number_is_not_given_to_a_mere_link(visit, office, case):
    assert visit(office.reviewer).get(address(case, "facts", "id_number")).status_code == 404


def test_what_is_not_protected_cannot_be_revealed(visit, office, case):
    assert visit(office.reviewer).post(address(case, "facts", "education")).status_code == 404


def test_the_number_shown_is_that_of_the_case_not_a_later_one(visit, office, talent, case):
    facts.tell(talent.id, {"phone": "13999999999"}, "form", clock.now())
    assert visit(office.reviewer).post(address(case, "facts", "phone")).get_data(as_text=True) == FACTS["phone"]


def test_opening_a_paper_is_logged_and_its_thumbnail_is_not(visit, office, case):
    page = MaterialPage.select().join(ApplicationMaterial, on=(ApplicationMaterial.material == MaterialPage.material))
    page = page.where(ApplicationMaterial.application == case.id).get()
    visitor = visit(office.reviewer)
    assert visitor.get(address(case, "pages", page.id) + "?size=small").mimetype == "image/jpeg"
    assert "open_page" not in actions(case)
    assert visitor.get(address(case, "pages", page.id)).mimetype == "image/jpeg"
    assert actions(case)[0] == "open_page"


def test_a_paper_of_another_case_is_not_here(visit, office, case):
    other = to_review(office, Talent(clock.now()), clock.now())
    link = ApplicationMaterial.get(ApplicationMaterial.application == other.id)
    foreign = MaterialPage.get(MaterialPage.material == link.material_id)
    assert visit(office.reviewer).get(address(case, "pages", foreign.id)).status_code == 404


def test_what_people_typed_never_becomes_markup(visit, office, talent):
    facts.tell(talent.id, {"employer_name": EVIL, "full_name": EVIL}, "form", clock.now())
    Employer.update(name=EVIL).execute()
    Staff.update(name=EVIL).where(Staff.id == office.reviewer.id).execute()
    case = to_review(office, talent, clock.now())
    visitor = visit(Staff.get_by_id(office.reviewer.id))
    visitor.post(address(case, "notes"), text=EVIL)
    visitor.post(address(case, "do", "correct"), other=EVIL)
    assert (CaseNote.select().count(), Correction.select().count()) == (1, 1)
    for page in (address(case), "/console/", "/console/?scope=visible", "/console/employers"):
        html = visitor.get(page).get_data(as_text=True)
        assert "<script>alert(1)" not in html
        assert "<img src=x" not in html


def test_what_people_typed_never_becomes_markup_in_what_is_revealed(visit, office, talent):
    facts.tell(talent.id, {"full_name": EVIL}, "form", clock.now())
    case = to_review(office, talent, clock.now())
    assert "<script>" not in visit(office.reviewer).post(address(case, "facts", "full_name")).get_data(as_text=True)


# --- commands ---------------------------------------------------------------------------------------------------------


def test_a_page_offers_what_the_desk_may_do_and_no_more(visit, office, case):
    assert "转办" in visit(office.reviewer).text(address(case))
    clerk = visit(office.clerk).text(address(case))
    assert "不在您手里" in clerk or "指派代办专员" in clerk
    assert "要求补正" not in clerk


def test_approving_moves_the_case_on_with_the_opinion(visit, office, case):
    answer = visit(office.reviewer).post(address(case, "do", "approve"), version=case.version, note="材料真实")
    assert answer.location == address(case)
    assert fresh(case).step_kind == "public_notice"
    assert "材料真实" in visit(office.reviewer).text(address(case))


def test_of_two_who_decide_the_second_is_told_and_nothing_is_lost(visit, office, case):
    first, second = visit(office.reviewer), visit(office.supervisor)
    first.post(address(case, "do", "approve"), version=case.version)
    answer = second.post(address(case, "do", "reject"), version=case.version, reason="学历存疑，需核验", override="x")
    assert answer.status_code == 422
    assert fresh(case).state == State.RUNNING
    assert "刚刚有别人处理过" in said(answer)
    assert "学历存疑，需核验" in said(answer)


def test_a_decision_on_an_outdated_page_is_refused_with_everything_typed(visit, office, case):
    visitor = visit(office.reviewer)
    answer = visitor.post(
        address(case, "do", "reject"), version=case.version - 1, reason="学历存疑，需核验", override="核验结果"
    )
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert "刚刚有别人处理过" in said(answer)
    assert "学历存疑，需核验" in page
    assert "核验结果" in page


def test_a_refusal_without_a_reason_is_none(visit, office, case):
    answer = visit(office.reviewer).post(address(case, "do", "reject"), version=case.version, override="x")
    assert "请写明理由" in said(answer)
    assert fresh(case).state == State.RUNNING


def test_deciding_against_the_engine_wants_a_reason_and_keeps_it(visit, office):
    case = to_review_despite(office)
    visitor = visit(office.reviewer)
    assert "您要作出相反的决定" in visitor.text(address(case))
    assert "不一致" in said(visitor.post(address(case, "do", "approve"), version=case.version))
    visitor.post(address(case, "do", "approve"), version=case.version, override="续签合同已核实")
    assert VerdictOverride.get().reason == "续签合同已核实"


def to_review_despite(office):
    now = clock.now()
    case = Talent(now, contract_years=1).submit("recognition", now, despite=True)
    commands.approve(office.hr, case.id, now)
    return commands.accept(office.clerk, case.id, now)


def test_originals_must_be_ticked_before_acceptance(visit, office, talent):
    now = clock.now()
    case = talent.submit("recognition", now)
    commands.approve(office.hr, case.id, now)
    visitor = visit(office.clerk)
    assert "需要核验原件" in said(visitor.post(address(case, "do", "accept"), version=fresh(case).version))
    visitor.post(address(case, "do", "accept"), version=fresh(case).version, original="identity")
    assert materials.handed_in(case.id)["identity"].original_checked_by == office.clerk.id


def test_a_correction_lists_everything_that_was_ticked(visit, office, case):
    visit(office.reviewer).post(
        address(case, "do", "correct"),
        **{
            "version": case.version,
            "point": ["material:contract", "fact:contract_years"],
            "text:material:contract": "缺盖章页",
            "text:fact:contract_years": "与合同不符",
            "other": "请补充说明",
        },
    )
    assert [point.text for point in Correction.get().points] == ["缺盖章页", "与合同不符", "请补充说明"]
    assert fresh(case).state == State.CORRECTION


def test_a_correction_cannot_end_before_it_begins(visit, office, case):
    answer = visit(office.reviewer).post(address(case, "do", "correct"), other="x", due_on="2020-01-01")
    assert "不能早于今天" in said(answer)


def test_an_unfit_paper_comes_ticked_into_the_correction_with_its_fault(visit, office, case):
    visitor = visit(office.reviewer)
    visitor.post(address(case, "papers", "contract"), verdict="unfit", note="第二页模糊")
    page = visitor.get(address(case)).get_data(as_text=True)
    assert 'value="material:contract" checked' in page
    assert 'value="第二页模糊"' in page


def test_papers_are_marked_by_the_desk_alone(visit, office, case):
    assert visit(office.clerk).post(address(case, "papers", "contract"), verdict="unfit").status_code == 403


def test_handing_over_names_the_agency_and_the_reason(visit, office, case):
    visitor = visit(office.reviewer)
    assert visitor.post(address(case, "do", "hand_over"), agency="housing_bureau").status_code == 422
    visitor.post(address(case, "do", "hand_over"), agency="housing_bureau", note="属于住建职责")
    assert fresh(case).agency == "housing_bureau"
    assert "属于住建职责" in visit(office.stranger).text(address(case))


@pytest.mark.parametrize(
    ("amount", "sentence"), [("一千", "金额要填数字"), ("1.005", "金额要填数字"), ("NaN", "金额要填数字")]
)
def test_an_amount_that_is_none_is_refused(visit, office, case, amount, sentence):
    answer = visit(office.reviewer).post(address(case, "do", "approve"), version=case.version, amount=amount)
    assert sentence in said(answer)


def test_an_amount_is_kept_to_the_fen(visit, office, talent):
    now = clock.now()
    case = talent.submit("special", now)
    commands.approve(office.reviewer, case.id, now)
    visit(office.adjudicator).post(address(case, "do", "approve"), version=fresh(case).version, amount="100,000.01")
    assert fresh(case).amount_fen == 10_000_001


def test_a_command_that_is_none_is_not_found(visit, office, case):
    assert visit(office.reviewer).post(address(case, "do", "fly")).status_code == 404


def test_a_published_case_shows_its_notice_and_a_decided_one_its_card(visit, office, talent):
    case, notice = to_notice(office, talent, clock.now())
    assert notice.number in visit(office.reviewer).text(address(case))
    other = recognised(office, Talent(clock.now()), clock.now())
    assert other.cards.get().number in visit(office.reviewer).text(address(other))


# --- beside the way ---------------------------------------------------------------------------------------------------


def test_notes_are_for_colleagues_and_leave_a_trace(visit, office, case):
    visit(office.reviewer).post(address(case, "notes"), text="电话核实过", kind="site_check")
    assert "电话核实过" in visit(office.clerk).text(address(case))
    assert "note" in actions(case)


@pytest.mark.parametrize("kind", ["handover", "nonsense"])
def test_only_the_kinds_people_write_can_be_written(visit, office, case, kind):
    assert visit(office.reviewer).post(address(case, "notes"), text="x", kind=kind).status_code == 403


def test_employers_and_leaders_write_no_notes(visit, office, case):
    for account in (office.hr, staff(Role.LEADER)):
        assert visit(account).post(address(case, "notes"), text="x").status_code == 403


def test_a_finished_message_is_sent_again_and_a_running_one_is_not(visit, office, case):
    message = OutboxMessage.select().first()
    visitor = visit(office.reviewer)
    assert "正在发送" in said(
        visitor.client.post(
            address(case, "messages", message.id), data={"csrf": visitor.login.csrf}, follow_redirects=True
        )
    )
    OutboxMessage.update(state="skipped", reason="no_consent").where(OutboxMessage.id == message.id).execute()
    assert "本人没有订阅这类消息" in visitor.text(address(case))
    before = len(outbox.of_application(case.id))
    visitor.post(address(case, "messages", message.id))
    assert len(outbox.of_application(case.id)) == before + 1
    assert actions(case)[0] == "send_again"


def test_staff_see_what_wechat_may_still_deliver_and_that_else_it_is_only_in_the_app(visit, office, case):
    visitor = visit(office.reviewer)
    assert "仅站内" in visitor.text(address(case))
    credits.report(case.applicant_id, {"result": "accept"}, "tap", clock.now())
    assert "办理结果通知 1 次" in visitor.text(address(case))


def test_the_treasury_of_an_employer_is_named_with_a_ground_where_nobody_said_it(visit, office):
    now = clock.now()
    case = Talent(now, has_talent_card=True).submit("allowance", now)
    Application.update(area=None).where(Application.id == case.id).execute()
    visitor = visit(office.clerk)
    assert "填写财政隶属" in visitor.text(address(case))
    assert visitor.post(address(case, "do", "set_area"), area="district").status_code == 422
    visitor.post(address(case, "do", "set_area"), area="district", note="工商登记在东区")
    assert fresh(case).area == "district"
    assert facts.told_rows(fresh(case).fact_ids)["employer_jurisdiction"].source == "staff"
    assert "do/set_area" not in visitor.get(address(case)).get_data(as_text=True)


def test_a_specialist_is_assigned_with_the_persons_word_and_sees_the_case(visit, office, case):
    specialist = staff(Role.SPECIALIST)
    assert visit(specialist).get(address(case)).status_code == 404
    visit(office.supervisor).post(address(case, "do", "assign"), specialist=specialist.id, note="9月1日电话授权")
    assert fresh(case).delegate_id == specialist.id
    assert visit(specialist).get(address(case)).status_code == 200


def test_nobody_but_a_specialist_of_the_city_can_be_assigned(visit, office, case):
    for other in (staff(Role.SPECIALIST, city="othercity"), office.clerk):
        answer = visit(office.supervisor).post(address(case, "do", "assign"), specialist=other.id, note="x")
        assert "没有这位人才服务专员" in said(answer)


def test_a_deputy_does_what_the_absent_one_may_in_his_own_name(visit, office, case):
    from backend.store import staff as accounts

    deputy = staff(Role.WINDOW, "hr_bureau")
    visitor = visit(deputy)
    assert visitor.post(address(case, "do", "approve"), version=case.version).status_code == 422
    today = clock.today()
    accounts.delegate(office.reviewer.id, deputy.id, today, today)
    visitor.post(address(case, "do", "approve"), version=case.version)
    newest = next(row for row in audit.of_subject("application", case.id) if row.action == "approve")
    assert newest.actor == deputy.id


def test_the_page_and_the_slip_show_the_promised_day_and_the_one_by_law(visit, office, talent, tmp_path):
    promise = ("items/recognition.yml", "length: 10, unit: workday}", "length: 10, unit: workday, promised: 5}")
    rulebook.shelf.use(load_packs(written(tmp_path, *promise)))
    page = visit(office.reviewer).text(address(to_review(office, talent, clock.now())))
    stay = StepRecord.get(StepRecord.left_at.is_null())
    assert f"这是承诺时限；法定 {day(stay.statutory_on)}前" in page
    assert f"应于 {day(stay.due_on)}（承诺；法定 {day(stay.statutory_on)}）前办完" in page
    slip = visit(office.reviewer).get(address(fresh(stay.application), "documents", "acceptance.pdf")).data
    printed = "".join(PdfReader(io.BytesIO(slip)).pages[0].extract_text().split())
    assert "审核承诺5个工作日（法定10个工作日）" in printed
