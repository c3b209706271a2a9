"""From the first fact to the answer: what is typed is kept, what is wrong is said, what is done is done once."""

import pytest

from backend import clock
from backend.policy import load_packs
from backend.store.models import Application, Material, MaterialPage
from backend.workflow import commands, rulebook
from tests.miniprogram_api.world import FACTS, photograph
from tests.workflow.fixtures import written


def test_somebody_who_has_not_agreed_is_asked_to_agree_first(sign_in):
    status, error = sign_in("新来的").error("PUT", "/me/facts", {"facts": {"education": "master"}})
    assert (status, error["code"]) == (403, "consent_required")


def test_what_is_right_is_kept_although_something_else_is_wrong(me):
    answer = me.ask("PUT", "/me/facts", {"facts": {"education": "master", "id_number": "110101199003078891"}})
    assert answer["saved"] == ["education"]
    assert [(field["field"], field["code"]) for field in answer["fields"]] == [("id_number", "wrong_value")]
    assert "校验位" in answer["fields"][0]["message"]


@pytest.mark.parametrize(
    ("name", "value", "part"),
    [
        ("id_number", "1101011990030788", "18 位"),
        ("id_number", "110101199013011234", "出生日期"),
        ("phone", "23800138000", "11 位"),
        ("bank_account", "1234", "12 至 19 位"),
        ("full_name", "王小明123", "身份证"),
        ("birth_date", "2026-02-30", "日期"),
        ("birth_date", "1890-01-01", "年份"),
        ("graduated_on", "2099-06-30", "还没有到"),
        ("contract_years", "三年", "数"),
        ("education", "硕硕士", "最高学历"),
    ],
)
def test_each_wrong_value_gets_a_sentence_that_says_what_to_do(me, name, value, part):
    answer = me.ask("PUT", "/me/facts", {"facts": {name: value}})
    assert answer["saved"] == []
    assert part in answer["fields"][0]["message"]


def test_an_unknown_fact_is_told_with_close_matches(me):
    answer = me.ask("PUT", "/me/facts", {"facts": {"educaton": "master"}})
    assert answer["fields"][0]["suggestions"][0] == "education"


def test_protected_facts_come_back_masked_only(me):
    me.ask("PUT", "/me/facts", {"facts": FACTS})
    known = {fact["name"]: fact for fact in me.ask("GET", "/me/facts")["facts"]}
    assert (known["id_number"]["shown"], known["id_number"]["value"]) == ("1101************9X", None)
    assert known["education"]["shown"] == "硕士研究生"


def test_a_fact_can_be_taken_back_and_its_history_stays(me):
    me.ask("PUT", "/me/facts", {"facts": {"contract_years": 3}})
    me.ask("PUT", "/me/facts", {"facts": {"contract_years": 5}})
    me.ask("DELETE", "/me/facts/contract_years")
    assert me.ask("GET", "/me/facts")["facts"] == []
    assert [row["value"] for row in me.ask("GET", "/me/facts/contract_years")["rows"]] == [5, 3]


def test_an_application_says_everything_that_is_missing_at_once(me):
    case = me.ask("POST", "/applications", {"item": "人才认定", "city": "测试市"})["application"]
    status, error = me.error("POST", f"/applications/{case['id']}/submission", {"declared": True})
    assert (status, error["code"]) == (422, "not_ready")
    fields = [field["field"] for field in error["fields"]]
    assert fields[:3] == ["fact:full_name", "fact:id_number", "fact:phone"]
    assert fields[-2:] == ["material:identity", "material:contract"]


def test_a_double_tap_makes_one_case(me):
    case = me.draft("recognition")
    key = {"headers": {"Idempotency-Key": "tap-1"}}
    first = me.ask("POST", f"/applications/{case}/submission", {"declared": True}, **key)
    second = me.send("POST", f"/applications/{case}/submission", {"declared": True}, **key)
    assert second.headers["Idempotency-Replayed"] == "true"
    assert second.json == first
    assert Application.select().count() == 1


def test_a_key_cannot_be_used_for_something_else(me):
    key = {"headers": {"Idempotency-Key": "tap-2"}}
    me.ask("POST", "/applications", {"item": "recognition", "city": "testcity"}, **key)
    status, error = me.error("POST", "/applications", {"item": "settle", "city": "testcity"}, **key)
    assert (status, error["code"]) == (422, "idempotency_key_reused")


def test_the_key_of_one_person_is_nothing_to_another(me, sign_in):
    key = {"headers": {"Idempotency-Key": "tap-3"}}
    mine = me.ask("POST", "/applications", {"item": "settle", "city": "testcity"}, **key)
    theirs = sign_in("李静").agree().ask("POST", "/applications", {"item": "settle", "city": "testcity"}, **key)
    assert mine["application"]["id"] != theirs["application"]["id"]


# --- papers -----------------------------------------------------------------------------------------------------------


def test_a_photograph_is_kept_without_its_metadata(me):
    case = me.ask("POST", "/applications", {"item": "recognition", "city": "testcity"})["application"]["id"]
    taken = photograph(exif=b"Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x00secret-place")
    slot = me.upload(f"/applications/{case}/materials/identity/pages", taken)["slot"]
    assert (slot["state"], len(slot["pages"])) == ("uploaded", 1)
    kept = me.send("GET", slot["pages"][0]["picture"]["full"])
    assert kept.mimetype == "image/jpeg"
    assert b"secret-place" not in kept.data


def test_several_pages_make_one_paper_and_the_same_picture_stays_one_page(me):
    case = me.ask("POST", "/applications", {"item": "recognition", "city": "testcity"})["application"]["id"]
    path = f"/applications/{case}/materials/contract/pages"
    for colour in ("white", "grey", "white"):
        slot = me.upload(path, photograph(colour))["slot"]
    assert len(slot["pages"]) == 2


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"MZ\x90\x00 program", "wrong_kind"),
        (b"<html><script>alert(1)</script></html>", "wrong_kind"),
        (photograph()[:300], "broken"),
        (b"%PDF-1.7 nothing behind it", "broken"),
        (photograph(kind="GIF"), "wrong_kind"),
    ],
)
def test_a_file_of_the_wrong_kind_is_refused_with_a_sentence(me, data, code):
    case = me.ask("POST", "/applications", {"item": "recognition", "city": "testcity"})["application"]["id"]
    error = me.upload(f"/applications/{case}/materials/identity/pages", data, name="photo.jpg", status=422)["error"]
    assert error["code"] == code
    assert error["message"]
    assert MaterialPage.select().count() == 0


def test_a_body_that_is_too_large_is_refused(me):
    case = me.ask("POST", "/applications", {"item": "recognition", "city": "testcity"})["application"]["id"]
    error = me.upload(f"/applications/{case}/materials/identity/pages", b"\xff" * 13_000_000, status=413)["error"]
    assert (error["code"], "10 MB" in error["message"]) == ("too_large", True)


def test_nobody_sees_another_persons_papers(me, sign_in):
    case = me.draft("recognition")
    page = MaterialPage.select().first().id
    other = sign_in("李静").agree()
    assert other.send("GET", f"/pages/{page}/picture").status_code == 404
    assert other.send("DELETE", f"/pages/{page}").status_code == 404
    assert other.send("GET", f"/applications/{case}").status_code == 404
    assert other.send("DELETE", f"/materials/{Material.select().first().id}").status_code == 404
    assert me.send("GET", f"/pages/{page}/picture?size=thumb").status_code == 200


def test_a_page_can_be_turned_and_removed_before_submitting(me):
    case = me.ask("POST", "/applications", {"item": "recognition", "city": "testcity"})["application"]["id"]
    slot = me.upload(f"/applications/{case}/materials/identity/pages", photograph(size=(80, 60)))["slot"]
    page = slot["pages"][0]
    me.ask("POST", f"{page['path']}/rotation", {"degrees": 90})
    row = MaterialPage.get_by_id(page["id"])
    assert (row.width, row.height) == (60, 80)
    assert me.ask("DELETE", page["path"])["slot"]["pages"] == []


def test_a_paper_on_file_serves_again(me):
    me.apply("recognition")
    case = me.ask("POST", "/applications", {"item": "allowance", "city": "testcity"})["application"]["id"]
    slots = [
        block for block in me.screen("application_papers", application=case)["blocks"] if block["type"] == "materials"
    ]
    reuse = slots[0]["slots"][0]["reuse"][0]["call"]
    assert me.ask(reuse["method"], reuse["path"], reuse["body"])["slot"]["state"] == "uploaded"


def test_a_submitted_paper_can_neither_be_changed_nor_deleted(me):
    me.apply("recognition")
    page = MaterialPage.select().first()
    assert me.error("DELETE", f"/pages/{page.id}")[0] == 409
    assert me.error("POST", f"/pages/{page.id}/rotation", {"degrees": 90})[0] == 409
    assert me.error("DELETE", f"/materials/{page.material_id}")[0] == 409


# --- afterwards -------------------------------------------------------------------------------------------------------


def test_the_owner_sees_whose_desk_and_until_when(me, office):
    case = me.apply("recognition")
    commands.approve(office.hr, case, clock.now())
    state = me.ask("GET", f"/applications/{case}")["application"]
    assert (state["desk"], state["step_name"], bool(state["due_on"])) == ("市人社局", "窗口受理", True)
    assert [station["state"] for station in state["stations"]] == ["done", "current"] + ["waiting"] * 4


def test_a_correction_is_mended_on_the_phone(me, office):
    case = me.apply("recognition")
    commands.approve(office.hr, case, clock.now())
    points = [
        commands.Point("material", "contract", "合同缺少盖章页，请补拍。"),
        commands.Point("fact", "contract_years", "年限与合同不符，请核对。"),
    ]
    commands.correct(office.clerk, case, points, clock.now())
    screen = me.screen("correction", application=case)
    assert {block["type"] for block in screen["blocks"]} >= {"notice", "materials", "form"}
    status, error = me.error("POST", f"/applications/{case}/answer")
    assert (status, error["code"], len(error["fields"])) == (422, "not_mended", 2)
    me.upload(f"/applications/{case}/materials/contract/pages", photograph("grey"))
    me.ask("PUT", f"/applications/{case}/facts", {"facts": {"contract_years": 4}})
    assert me.ask("POST", f"/applications/{case}/answer")["application"]["state"] == "running"


def test_a_withdrawn_case_can_be_applied_for_again(me):
    case = me.apply("recognition")
    me.ask("POST", f"/applications/{case}/withdrawal", {"reason": "换单位"})
    assert me.ask("GET", f"/applications/{case}")["application"]["state"] == "withdrawn"
    again = me.ask("POST", "/applications", {"item": "recognition", "city": "testcity"})["application"]
    assert again["state"] == "draft"


def test_messages_tell_every_change_and_can_be_read(me, office):
    case = me.apply("recognition")
    commands.approve(office.hr, case, clock.now())
    commands.accept(office.clerk, case, clock.now())
    listed = me.ask("GET", "/messages")
    assert [message["title"] for message in listed["messages"]] == ["业务受理通知", "审核进度通知"]
    assert listed["unread"] == 2
    me.ask("POST", f"/messages/{listed['messages'][0]['id']}/read")
    assert me.ask("GET", "/messages")["unread"] == 1


def test_a_paper_on_file_is_looked_at_and_deleted_while_no_submitted_case_rests_on_it(me):
    me.draft("recognition")
    (papers,) = (block for block in me.screen("materials")["blocks"] if block["type"] == "materials")
    paper = next(slot for slot in papers["slots"] if slot["name"] == "身份证")
    assert paper["pages"][0]["picture"]["full"].startswith("/pages/")
    assert paper["remove"]["confirm"]["danger"]
    me.ask("DELETE", paper["remove"]["path"])
    left = [slot["name"] for block in me.screen("materials")["blocks"] for slot in block.get("slots", [])]
    assert "身份证" not in left


def test_a_paper_that_was_submitted_stays(me, office):
    commands.accept(office.clerk, submitted(me, office), clock.now())
    (papers,) = (block for block in me.screen("materials")["blocks"] if block["type"] == "materials")
    assert [slot.get("remove") for slot in papers["slots"]] == [None] * len(papers["slots"])


def submitted(me, office) -> str:
    """Submit a recognition that its employer has approved."""
    case = me.apply("recognition")
    commands.approve(office.hr, case, clock.now())
    return case


def test_the_timeline_shows_the_promised_day_and_the_one_by_law(me, office, tmp_path):
    promise = ("items/recognition.yml", "length: 10, unit: workday}", "length: 10, unit: workday, promised: 5}")
    rulebook.shelf.use(load_packs(written(tmp_path, *promise)))
    case, now = me.apply("recognition"), clock.now()
    waiting = timeline(me, case)["审核"]["due"]
    commands.approve(office.hr, case, now)
    commands.accept(office.clerk, case, now)
    assert waiting == "承诺 5 个工作日（规定 10 个工作日）"
    assert "；这是承诺时限，规定是" in timeline(me, case)["审核"]["due"]


def timeline(phone, case):
    """The stations of a case by their names."""
    blocks = phone.screen("application", application=case)["blocks"]
    (line,) = [block for block in blocks if block["type"] == "timeline"]
    return {entry["title"]: entry for entry in line["entries"]}
