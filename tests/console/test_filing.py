"""HR files for many at once: a table, a check that keeps nothing, drafts that HR completes; no way into strangers."""

import io
import json
import re

import pytest
from openpyxl import Workbook, load_workbook

from backend import clock
from backend.console import sheets
from backend.store import facts, materials
from backend.store.models import Applicant, Application, Employer, Fact
from backend.store.photographs import take
from backend.workflow import commands, drafts, rulebook
from backend.workflow.rights import Role
from tests.console.visitor import said
from tests.workflow.office import CITY, FACTS, Talent, photograph, staff

WANG = ("王小明", "11010119900307889X", "13800138000")
LI = ("李芳", "110101199003070011", "13800138001")
ITEM = "recognition"


@pytest.fixture
def hr(visit, office):
    """A session of the employer's HR."""
    return visit(office.hr)


def heads(hr):
    """The heads of the empty table."""
    answer = hr.get(f"/console/filing/{ITEM}.xlsx")
    return [cell.value for cell in next(load_workbook(io.BytesIO(answer.data)).active.iter_rows())]


def table(hr, *people, **more):
    """A filled table: (name, id number, phone) a person, the same answers for all."""
    book = Workbook()
    book.active.append(top := heads(hr))
    labels = {rulebook.packs().vocabulary[name].label: value for name, value in ANSWERS.items()} | more
    for person in people:
        book.active.append([*person, *(labels.get(head, "") for head in top[3:])])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


ANSWERS = {"education": "硕士研究生", "education_full_time": "是", "contract_years": 3}


def upload(hr, data, name="people.xlsx"):
    """Have a table checked."""
    return hr.post("/console/filing", item=ITEM, file=(io.BytesIO(data), name))


def save(hr, answer, **more):
    """Save what a check found ready."""
    import html

    rows = re.search(r'name="rows" value="([^"]*)"', answer.get_data(as_text=True))
    return hr.post("/console/filing/do", item=ITEM, rows=html.unescape(rows[1]), **({"authorised": "yes"} | more))


def test_the_empty_table_asks_for_identity_and_for_what_the_item_looks_at(hr):
    top = heads(hr)
    assert top[:3] == [rulebook.packs().vocabulary[name].label for name in drafts.IDENTITY]
    assert rulebook.packs().vocabulary["contract_years"].label in top
    assert rulebook.packs().vocabulary["employer_name"].label not in top


def test_a_check_says_what_is_ready_and_keeps_nothing(hr):
    answer = upload(hr, table(hr, WANG, LI))
    assert answer.status_code == 200, said(answer)
    assert "2 人可以保存" in said(answer)
    assert Applicant.select().count() == Application.select().count() == Fact.select().count() == 0


@pytest.mark.parametrize(
    ("person", "says"),
    [
        (("", *WANG[1:]), "没有填姓名"),
        ((WANG[0], "110101199003078890", WANG[2]), "身份证号码不对"),
        ((*WANG[:2], "138"), "手机号要填 11 位数字"),
    ],
)
def test_a_row_with_a_fault_is_named_and_the_others_may_go(hr, person, says):
    page = said(upload(hr, table(hr, LI, person)))
    assert says in page
    assert "1 人可以保存，1 人要先改表" in page


def test_an_answer_that_cannot_be_read_is_named_with_its_column(hr):
    label = rulebook.packs().vocabulary["contract_years"].label
    assert f"{label}：" in said(upload(hr, table(hr, WANG, **{label: "三年"})))


def test_the_same_person_twice_is_filed_once(hr):
    assert "出现了两次" in said(upload(hr, table(hr, WANG, WANG)))


def test_the_engine_says_beforehand_who_does_not_fulfil_the_conditions(hr):
    label = rulebook.packs().vocabulary["contract_years"].label
    assert "不符合条件" in said(upload(hr, table(hr, WANG, **{label: 1})))


def test_saved_rows_become_drafts_in_which_hr_acts_for_the_person(hr, office):
    page = said(save(hr, upload(hr, table(hr, WANG, LI))))
    assert "保存了 2 人" in page
    for case in Application.select():
        told = facts.current(case.applicant_id)
        assert case.delegate_id == office.hr.id
        assert told["employer_name"].value == office.employer.name
        assert (str(told["contract_years"].value), told["contract_years"].source) == ("3", "employer")


def test_without_the_peoples_word_nothing_is_saved(hr):
    assert save(hr, upload(hr, table(hr, WANG)), authorised="").status_code == 422
    assert Application.select().count() == 0


def test_rows_are_checked_again_when_they_are_saved(hr):
    forged = json.dumps([[2, dict(zip(drafts.IDENTITY, ("王", "1", "2"), strict=True)), {"married": "perhaps"}]])
    page = said(hr.post("/console/filing/do", item=ITEM, rows=forged, authorised="yes"))
    assert "没有保存" in page
    assert Application.select().count() == 0


def test_a_stranger_on_record_is_not_opened_to_whoever_knows_the_id_number(hr):
    Talent(clock.now(), employer_name="别的单位")
    page = said(upload(hr, table(hr, WANG)))
    assert "没有把用人单位填成本单位" in page
    assert "人可以保存，" in page or "0 人可以保存" in page


def test_somebody_who_named_this_employer_is_not_registered_twice(hr):
    talent = Talent(clock.now())
    save(hr, upload(hr, table(hr, WANG)))
    assert Application.get().applicant_id == talent.id
    assert Applicant.select().count() == 1


def test_a_draft_of_the_persons_own_stays_his(hr):
    talent = Talent(clock.now())
    talent.draft(ITEM, clock.now())
    assert "本人已经自己开始填写" in said(save(hr, upload(hr, table(hr, WANG))))
    assert Application.get().delegate_id is None


def test_hr_completes_the_papers_and_submits_and_the_employer_reviews(hr, office):
    save(hr, upload(hr, table(hr, WANG)))
    case = Application.get()
    facts.tell(
        case.applicant_id, {name: FACTS[name] for name in ("hired_on", "pension_paid_ranges")}, "form", clock.now()
    )
    for needed in drafts.needed(case):
        if needed.required and not needed.present:
            material = materials.create(case.applicant_id, needed.material.id, "x", clock.now(), source="employer")
            picture = photograph()
            materials.add_page(material.id, take(picture), picture, clock.now())
            drafts.hand_in(
                commands.as_staff(office.hr, clock.today()), case.id, needed.material.id, material.id, clock.now()
            )
    assert hr.get(f"/console/assist/{case.id}").status_code == 200
    answer = hr.post(f"/console/assist/{case.id}/submit", declared="yes", despite="yes")
    assert answer.status_code == 302, said(answer)
    case = Application.get()
    assert (case.state, case.role, case.employer_id) == ("running", Role.EMPLOYER, office.employer.id)


def test_a_draft_filed_by_one_hr_is_not_another_employers(hr, visit, office):
    save(hr, upload(hr, table(hr, WANG)))
    other = Employer.create(name="别的单位", city=CITY, credit_code="X9", state="approved")
    stranger = visit(staff(Role.EMPLOYER, employer=other))
    case = Application.get()
    assert stranger.get(f"/console/assist/{case.id}").status_code == 404
    assert stranger.get(f"/console/cases/{case.id}").status_code == 404


def test_a_table_without_its_heads_says_what_to_do(hr):
    answer = upload(hr, sheets.csv_bytes([["a", "b"], ["1", "2"]]), "people.csv")
    assert answer.status_code == 422
    assert "请下载空表填写" in said(answer)


def test_hr_cannot_begin_one_past_the_check(hr):
    answer = hr.post(
        "/console/assist", full_name="王小明", id_number=WANG[1], phone=WANG[2], item=ITEM, authorised="yes"
    )
    assert answer.status_code == 403
