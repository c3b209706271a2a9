"""Every document is made into a PDF and says what it has to say."""

import io

import pytest
from pypdf import PdfReader

from backend import clock
from backend.console import printing
from backend.store import audit
from backend.store.models import Application, Correction, Decision, PaymentBatch, PublicNotice
from backend.workflow import commands, rulebook
from tests.workflow.office import CITY, FACTS, Talent, after, recognised, to_notice, to_review


def words(response):
    """The text of a PDF answer, without its line breaks."""
    assert (response.status_code, response.mimetype) == (200, "application/pdf")
    pages = PdfReader(io.BytesIO(response.data)).pages
    return "".join(page.extract_text() for page in pages).replace("\n", "").replace(" ", "")


def document(visitor, case, name):
    return words(visitor.get(f"/console/cases/{case.id}/documents/{name}.pdf"))


@pytest.fixture
def case(office, talent):
    """A recognition that was accepted."""
    return to_review(office, talent, clock.now())


def test_the_application_form_is_filled_from_the_case(visit, office, case):
    text = document(visit(office.reviewer), case, "form-form")
    for said in ("申请表", FACTS["full_name"], FACTS["id_number"], "硕士研究生", FACTS["employer_name"], case.number):
        assert said in text


def test_the_form_has_a_place_for_every_desk_that_judges(visit, office, case):
    text = document(visit(office.reviewer), case, "form-form")
    for heading in ("本人承诺", "用人单位初审意见", "窗口受理意见", "审核意见"):
        assert heading in text


def test_the_acceptance_slip_lists_what_was_received(visit, office, case):
    text = document(visit(office.clerk), case, "acceptance")
    for said in ("受理通知书", FACTS["full_name"], "身份证", "已核验", "审核10个工作日", "市人社局"):
        assert said in text


def test_the_correction_notice_lists_everything_at_once(visit, office, case):
    points = [
        commands.Point("material", "contract", "缺盖章页"),
        commands.Point("fact", "contract_years", "与合同不符"),
    ]
    commands.correct(office.reviewer, case.id, points, clock.now(), due_on=clock.today())
    text = document(visit(office.reviewer), case, f"correction-{Correction.get().id}")
    for said in ("一次性补正告知书", "“劳动合同”：缺盖章页", "劳动（聘用）合同年限", "与合同不符", "逾期没有补正"):
        assert said in text


def test_a_rejection_gives_reasons_clauses_and_remedies(visit, office, case):
    commands.reject(office.reviewer, case.id, [commands.Reason("学历证书核验未通过", "d/1")], clock.now())
    text = document(visit(office.reviewer), case, f"decision-{Decision.get().id}")
    for said in ("审核不通过告知书", "学历证书核验未通过", "第1条", "行政复议", "60日内", "6个月内"):
        assert said in text


def test_a_refusal_is_one_of_acceptance(visit, office, talent):
    case = talent.submit("settle", clock.now())
    commands.refuse(office.clerk, case.id, [commands.Reason("不属于受理范围")], clock.now())
    assert "不予受理通知书" in document(visit(office.clerk), case, f"decision-{Decision.get().id}")


def test_the_decision_names_category_tier_and_card(visit, office, talent):
    case = recognised(office, talent, clock.now())
    text = document(visit(office.reviewer), case, f"decision-{Decision.get().id}")
    for said in ("认定决定书", "急需紧缺人才", "硕士研究生", case.cards.get().number, Decision.get().number):
        assert said in text


def test_the_notice_sheet_shows_masked_names_and_the_days(visit, office, talent):
    _, notice = to_notice(office, talent, clock.now())
    text = words(visit(office.reviewer).get(f"/console/notices/{notice.id}/sheet.pdf"))
    assert "王*明" in text
    assert FACTS["full_name"] not in text
    assert f"{notice.closes_on.month}月{notice.closes_on.day}日" in text
    assert PublicNotice.get().number in text


@pytest.fixture
def batch(office, talent):
    """A batch of the city's part of an allowance."""
    recognised(office, talent, clock.now())
    now = clock.now()
    case = talent.submit("allowance", now)
    commands.accept(office.clerk, case.id, now)
    commands.approve(office.reviewer, case.id, now)
    later = after(commands.publish(office.reviewer, [case.id], now))
    commands.close_due_notices(later)
    commands.pay(office.finance, case.id, later)
    return commands.make_batch(office.finance, CITY, "city", now)


def test_the_payment_sheet_adds_up_and_has_room_for_two_names(visit, office, batch):
    text = words(visit(office.finance).get(f"/console/payments/batches/{batch.id}/sheet.pdf"))
    total = sum(row.fen for row in batch.payments)
    for said in ("兑现单", f"{total / 100:,.2f}", "制单", "复核", batch.number):
        assert said in text
    assert PaymentBatch.get().created_by == office.finance.id


def test_the_money_of_a_case_is_a_table_by_payer(visit, office, batch):
    case = Application.get(Application.item == "allowance")
    text = document(visit(office.finance), case, "money")
    for said in ("兑现明细表", "用人单位", "市财政", "区财政", "4/15", "320.00"):
        assert said in text


def test_every_document_is_logged_with_its_name(visit, office, case):
    document(visit(office.reviewer), case, "acceptance")
    newest = audit.of_subject("application", case.id)[0]
    assert (newest.action, newest.detail) == ("print", {"document": "acceptance"})


@pytest.mark.parametrize("name", ["decision-dec_x", "form-identity", "money", "nonsense"])
def test_a_document_that_a_case_does_not_have_is_not_found(visit, office, case, name):
    assert visit(office.reviewer).get(f"/console/cases/{case.id}/documents/{name}.pdf").status_code == 404


def test_markup_in_what_people_typed_stays_text(visit, office):
    now = clock.now()
    case = to_review(office, Talent(now, bank_name="<b>中原</b><img src=http://evil.example/x>"), now)
    assert "<b>中原</b>" in document(visit(office.reviewer), case, "form-form")


def test_making_a_document_fetches_nothing(app, office):
    with app.test_request_context(), pytest.raises(printing.Fetched):
        printing._refuse("http://evil.example/x.png")


def test_every_heading_of_the_vocabulary_has_a_name():
    groups = {fact.group for fact in rulebook.packs().vocabulary.top_level.values()}
    assert groups <= set(printing.GROUPS)


def test_every_form_that_a_real_pack_names_can_be_made(app, sqlite_store):
    """Each generated paper of each item has a template that takes it."""
    for pack in rulebook.packs().values():
        for item in pack.items.values():
            for material in item.materials:
                if material.generated:
                    template = "commitment" if material.id == printing.COMMITMENT else "form"
                    assert app.jinja_env.get_template(f"print/{template}.html"), material.name
