"""专人代办: a specialist begins, fills in, uploads, submits and mends for a person, in his own name on record."""

import io

import pytest

from backend import clock
from backend.console import forms
from backend.store import audit, facts, materials
from backend.store.models import Applicant, Application
from backend.workflow import commands, rulebook
from backend.workflow.rights import Role
from backend.workflow.stages import State
from tests.console.visitor import said
from tests.workflow.office import FACTS, photograph, staff

WHO = {name: FACTS[name] for name in ("full_name", "id_number", "phone")}
TOLD = {
    "education": "master",
    "education_full_time": "yes",
    "contract_years": "3",
    "employer_name": FACTS["employer_name"],
    "employer_jurisdiction": "district",
    "hired_on": "2025-11-10",
    "pension_paid_ranges": "2025-11至2026-02",
    "married": "no",
}


@pytest.fixture
def specialist(office, visit):
    """A specialist at work."""
    return visit(staff(Role.SPECIALIST))


def begin(specialist, **changes):
    return specialist.post("/console/assist", **WHO | {"item": "recognition", "authorised": "yes"} | changes)


def upload(visitor, path, data, name="p.jpg"):
    fields = {"csrf": visitor.login.csrf, "file": (io.BytesIO(data), name)}
    return visitor.client.post(path, data=fields, content_type="multipart/form-data")


@pytest.fixture
def draft(specialist):
    """The address of a draft that a specialist began."""
    return begin(specialist).location


def fill(specialist, draft, **changes):
    return specialist.post(f"{draft}/facts", **TOLD | changes)


def test_a_specialist_carries_a_person_from_nothing_to_the_first_desk(specialist, draft):
    fill(specialist, draft)
    for paper in ("identity", "contract"):
        upload(specialist, f"{draft}/papers/{paper}", photograph())
    assert "已经齐全，可以提交" in specialist.text(draft)
    specialist.post(f"{draft}/submit", declared="yes")
    case = Application.get()
    assert (case.state, case.step_kind, case.delegate_id) == (State.RUNNING, "employer_review", specialist.staff.id)
    told = facts.current(case.applicant_id)["education"]
    assert (told.source, told.told_by) == ("staff", specialist.staff.id)


def test_who_acted_is_in_the_operation_log(specialist, draft):
    person = Applicant.get()
    assert audit.of_subject("applicant", person.id)[0].action == "act_for"
    assert audit.of_subject("applicant", person.id)[0].actor == specialist.staff.id


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"authorised": ""}, "请先取得本人授权"),
        ({"full_name": " "}, "都要填"),
        ({"id_number": "110101199003078890"}, "身份证号码不对"),
        ({"phone": "12345"}, "手机号要填 11 位数字"),
        ({"item": "nonsense"}, "没有叫“nonsense”的事项"),
        ({"item": "allowance_accrued"}, "不需要申请"),
    ],
)
def test_what_is_wrong_at_the_beginning_is_said_and_nothing_typed_is_lost(specialist, wrong, sentence):
    answer = begin(specialist, **wrong)
    assert sentence in said(answer)
    assert Application.select().count() == 0
    typed = WHO | wrong
    assert f'value="{typed["id_number"]}"' in answer.get_data(as_text=True)


def test_a_number_on_record_under_another_name_is_not_taken_over(specialist, office, talent):
    assert "登记的是另一个姓名" in said(begin(specialist, full_name="李四"))


def test_a_known_person_is_the_same_person(specialist, office, talent):
    begin(specialist)
    assert Application.get().applicant_id == talent.id
    assert Applicant.select().count() == 1


def test_a_draft_the_person_began_stays_the_persons(specialist, office, talent):
    talent.draft("recognition", clock.now())
    assert "请本人在小程序里提交" in said(begin(specialist))


def test_another_specialist_does_not_see_the_draft(specialist, draft, visit):
    assert visit(staff(Role.SPECIALIST)).get(draft).status_code == 404


def test_what_can_be_read_is_kept_and_what_cannot_is_shown_with_its_fault(specialist, draft):
    answer = fill(specialist, draft, contract_years="三年")
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert "要填数字" in page
    assert 'value="三年"' in page
    known = facts.current(Application.get().applicant_id)
    assert known["education"].value == "master"
    assert "contract_years" not in known


def test_a_file_that_is_no_paper_is_refused(specialist, draft):
    assert "只能上传照片" in said(upload(specialist, f"{draft}/papers/identity", b"MZ", "virus.exe"))
    assert materials.handed_in(Application.get().id) == {}


def test_a_paper_nobody_asks_for_has_no_place(specialist, draft):
    assert upload(specialist, f"{draft}/papers/nonsense", photograph()).status_code == 404


def test_an_incomplete_draft_is_not_submitted_and_lists_what_is_missing(specialist, draft):
    answer = said(specialist.post(f"{draft}/submit", declared="yes"))
    assert "还差几项才能提交" in answer
    assert "还没有上传“劳动合同”" in answer


def test_without_the_persons_declaration_nothing_is_submitted(specialist, draft):
    assert "请先阅读并勾选承诺" in said(specialist.post(f"{draft}/submit"))


def test_a_correction_is_mended_by_the_specialist_too(specialist, draft, office):
    fill(specialist, draft)
    for paper in ("identity", "contract"):
        upload(specialist, f"{draft}/papers/{paper}", photograph())
    specialist.post(f"{draft}/submit", declared="yes")
    case, now = Application.get(), clock.now()
    commands.correct(office.hr, case.id, [commands.Point("material", "contract", "缺盖章页")], now)
    assert "还没有处理：缺盖章页" in said(specialist.post(f"{draft}/submit"))
    upload(specialist, f"{draft}/papers/contract", photograph("grey"))
    specialist.post(f"{draft}/submit")
    assert Application.get().state == State.RUNNING


def test_a_submitted_case_can_be_withdrawn_for_the_person(specialist, draft):
    fill(specialist, draft)
    for paper in ("identity", "contract"):
        upload(specialist, f"{draft}/papers/{paper}", photograph())
    specialist.post(f"{draft}/submit", declared="yes")
    case = Application.get()
    specialist.post(f"/console/cases/{case.id}/do/withdraw", version=case.version, note="本人不办了")
    assert Application.get().state == State.WITHDRAWN


# --- facts as fields --------------------------------------------------------------------------------------------------


def test_every_type_of_the_vocabulary_but_lists_has_a_field(test_packs):
    unknown = {fact.type for fact in test_packs.vocabulary.top_level.values()} - set(forms.SHOW)
    assert unknown <= {"list"}


def test_what_a_field_shows_is_read_back_as_it_was(test_packs):
    vocabulary = test_packs.vocabulary
    told = FACTS
    names = [name for name in told if vocabulary[name].type in forms.SHOW]
    drawn = forms.fields(vocabulary, names, told, {})
    read, wrong = forms.read(vocabulary, names, {field.name: field.value for field in drawn})
    assert wrong == {}
    assert vocabulary.parse(read) == vocabulary.parse({name: told[name] for name in names})


def test_an_object_is_drawn_and_read_part_by_part():
    vocabulary = rulebook.packs().vocabulary
    name = next(fact.name for fact in vocabulary.top_level.values() if fact.type == "object")
    part = next(key for key, fact in vocabulary[name].fields.items() if fact.type == "date")
    read, wrong = forms.read(vocabulary, [name], {f"{name}.{part}": "2026-02-03"})
    assert (read, wrong) == ({name: {part: "2026-02-03"}}, {})
