"""One real case from question to money, over HTTP only, on the started platform (Anyang, today's rules)."""

import re
import time
from collections import defaultdict
from datetime import date

import pytest

from tests.e2e.people import Clerk, Talent, photograph

pytestmark = [pytest.mark.stack, pytest.mark.rasa]

QUESTION = "我是全日制硕士，去年11月被重点企业名录里的公司招进来的，能领什么补贴？"
PERSON = {
    "full_name": "沈明远",
    "id_number": "11010519491231002X",
    "phone": "13900001111",
    "bank_account": "6222020200112233445",
    "bank_name": "中国工商银行",
}
WORK = {
    "full_time_employment": True,
    "employer_name": "安阳洹河智能装备有限公司",
    "employer_district": "龙安区",
    "employer_jurisdiction": "district",
    "employer_registered_in_city": True,
    "employer_operating_normally": True,
    "contract_years": 5,
    "contract_type": "labor",
    "pension_type": "enterprise_employee",
    "pension_paid_by_current_employer": True,
    "pension_months_consecutive": 11,
    "pension_paid_ranges": [["2025-12", "2026-10"]],
    "still_employed": True,
}
SAID = {"education": "master", "education_full_time": True, "employer_on_key_list": True, "hired_on": "2025-11-03"}


def wait_for(look, what: str, seconds: float = 60):
    """Return what `look` finds as soon as it finds something."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.5)
    raise AssertionError(f"waited in vain for {what}")


def start(talent: Talent, item: str) -> dict:
    return talent.post("/applications", item=item, city="anyang")["application"]


def hand_in(talent: Talent, case: dict) -> None:
    """Reuse what is on file for a required paper, photograph the rest."""
    for paper in case["materials"]:
        if paper["required"] and not paper["present"]:
            talent.photograph(case["id"], paper["id"])


def submit(talent: Talent, case: dict) -> dict:
    return talent.post(f"/applications/{case['id']}/submission", declared=True)["application"]


def state(talent: Talent, case_id: str) -> dict:
    return talent.get(f"/applications/{case_id}")["application"]


@pytest.fixture(scope="module")
def journey(stack):
    """The people of the journey; the steps below follow one another."""
    return {
        "talent": Talent(stack, "journey"),
        "hr": Clerk(stack, "hr"),
        "window": Clerk(stack, "window"),
        "reviewer": Clerk(stack, "reviewer"),
        "finance": Clerk(stack, "finance"),
        "finance2": Clerk(stack, "finance2"),
    }


def let_days_pass(journey, days: int) -> None:
    """Set the sandbox's clock ahead; everybody's sessions may have run out by then."""
    journey["talent"].post("/sandbox/clock", days=days)
    for person in journey.values():
        if isinstance(person, Talent | Clerk):
            person.sign_in()


def test_personal_data_waits_for_consent(journey):
    talent = journey["talent"]
    assert talent.post("/applications", 403, item="急需紧缺人才认定", city="anyang")["error"]["code"]
    talent.agree()
    agreed = talent.get("/consents")["agreed"]
    assert {one["kind"] for one in agreed} == {"privacy", "sensitive"}
    assert all(one["version"] and one["given_at"] for one in agreed)


def test_the_assistant_names_the_allowance_its_article_and_what_is_still_to_be_known(journey):
    replies = journey["talent"].say(QUESTION, city="anyang")
    said = "\n".join(reply["text"] for reply in replies)
    assert "1200" in said
    assert "36个月" in said
    assert "生活补助" in said
    cited = {(one["document"], one["article"]) for reply in replies for one in reply["citations"]}
    assert ("living-2020", "5") in cited
    assert "还要知道" in said


def test_what_was_said_in_the_chat_is_on_the_form_already(journey):
    talent = journey["talent"]
    case = start(talent, "急需紧缺人才认定")
    fields = "".join(str(talent.get("/screens/application_form", application=case["id"], step=n)) for n in range(1, 7))
    told = {fact["name"]: fact for fact in talent.get("/me/facts")["facts"]}
    assert told["education"]["source"] == "assistant"
    assert told["education_full_time"]["source"] == "assistant"
    assert "'value': 'master'" in fields
    journey["recognition"] = case


def test_wrong_numbers_and_dates_are_told_and_nothing_right_is_lost(journey):
    talent, case = journey["talent"], journey["recognition"]
    wrong = {"id_number": "110105194912310021", "graduated_on": "2019-02-30", "phone": PERSON["phone"]}
    saved = talent.call("PUT", f"/applications/{case['id']}/facts", json={"facts": wrong})
    assert {problem["field"] for problem in saved["fields"]} == {"id_number", "graduated_on"}
    assert all(re.search("[一-龥]", problem["message"]) for problem in saved["fields"])
    assert saved["saved"] == ["phone"]


def test_a_submission_that_lacks_papers_and_facts_lists_all_of_it(journey):
    talent, case = journey["talent"], journey["recognition"]
    refused = talent.post(f"/applications/{case['id']}/submission", 422, declared=True)["error"]
    assert refused["message"]
    assert {problem["field"].split(":")[0] for problem in refused["fields"]} >= {"fact", "material"}


def test_a_file_of_the_wrong_kind_is_told_what_to_do(journey):
    talent, case = journey["talent"], journey["recognition"]
    refused = talent.photograph(case["id"], "identity", b"MZ this is a program", expect=422)["error"]
    assert "照片" in refused["message"] or "PDF" in refused["message"]


def test_the_completed_application_is_submitted_once_however_often_one_taps(journey):
    talent, case = journey["talent"], journey["recognition"]
    saved = talent.call("PUT", f"/applications/{case['id']}/facts", json={"facts": PERSON | WORK})
    assert not saved["fields"], saved
    hand_in(talent, state(talent, case["id"]))
    talent.headers["Idempotency-Key"] = "journey-submit"
    first, second = submit(talent, case), submit(talent, case)
    del talent.headers["Idempotency-Key"]
    assert first["number"] == second["number"]
    assert first["step"] == "employer_review"


def test_hr_reviews_first_and_the_talent_sees_whose_desk_is_next(journey):
    talent, case = journey["talent"], journey["recognition"]
    journey["hr"].act(case["id"], "approve")
    now = state(talent, case["id"])
    assert now["step"] == "acceptance"
    assert now["desk"]


def test_the_window_sends_one_correction_notice_and_the_answer_comes_back_to_it(journey):
    talent, case = journey["talent"], journey["recognition"]
    talent.allow("材料补正通知", "业务受理通知", "公示开始通知")
    talent.allow("办理结果通知", "补贴发放通知")
    point = {"point": "material:contract", "text:material:contract": "劳动合同缺签章页，请补拍。"}
    journey["window"].act(case["id"], "correct", **point)
    waiting = state(talent, case["id"])
    assert waiting["state"] == "correction"
    assert "签章页" in str(waiting)
    cards = wait_for(lambda: [c for c in talent.cards() if "补正" in str(c)], "the correction card")
    assert len(cards) == 1
    talent.photograph(case["id"], "contract", photograph("#ffeecc"))
    talent.post(f"/applications/{case['id']}/answer")
    assert state(talent, case["id"])["step"] == "acceptance"


def test_without_consent_credit_nothing_counts_as_sent_but_the_message_centre_has_it(journey):
    talent, case = journey["talent"], journey["recognition"]
    before = len(talent.cards())
    journey["window"].act(case["id"], "accept")
    wait_for(lambda: [c for c in talent.cards() if "受理" in str(c)], "the acceptance card")
    journey["reviewer"].act(case["id"], "approve")
    told = wait_for(
        lambda: [
            m
            for m in talent.get("/messages")["messages"]
            if m["title"] == "审核进度通知" and m["delivery"] == "skipped"
        ],
        "the message that stayed in the app",
    )
    assert told
    assert len(talent.cards()) == before + 1


def test_the_notice_runs_five_workdays_and_ends_in_recognition_with_a_card(journey):
    talent, case = journey["talent"], journey["recognition"]
    journey["reviewer"].act(case["id"], "publish")
    public = state(talent, case["id"])
    assert public["state"] == "public_notice"
    body = {
        "city": "anyang",
        "event_on": str(date.fromisoformat(public["submitted_at"][:10])),
        "length": 5,
        "unit": "workday",
    }
    assert public["due_on"] == talent.post("/deadlines", **body)["due_on"]
    let_days_pass(journey, 12)
    wait_for(lambda: state(talent, case["id"])["state"] == "running", "the notice to close", 120)
    journey["reviewer"].act(case["id"], "decide")
    journey["window"].act(case["id"], "complete")
    assert state(talent, case["id"])["state"] == "granted"
    assert re.search(r"[A-Z]{2,}\w*\d{4,}", str(talent.get("/screens/talent_card")))
    known = {fact["name"]: fact["value"] for fact in talent.get("/me/facts")["facts"]}
    assert known["has_talent_card"] in (True, "是")


def test_the_allowance_uses_what_is_on_file_and_ends_in_a_ledger_of_three_payers(journey):
    talent = journey["talent"]
    case = start(talent, "生活补助")
    hand_in(talent, state(talent, case["id"]))
    saved = talent.call("PUT", f"/applications/{case['id']}/facts", json={"facts": {"hired_on": "2025-11-03"}})
    assert saved["saved"] in (["hired_on"], [])
    case = submit(talent, case)
    journey["hr"].act(case["id"], "approve")
    journey["window"].act(case["id"], "accept")
    journey["reviewer"].act(case["id"], "approve")
    journey["reviewer"].act(case["id"], "publish")
    let_days_pass(journey, 12)
    wait_for(lambda: state(talent, case["id"])["state"] == "running", "the notice to close", 120)
    journey["window"].act(case["id"], "complete" if state(talent, case["id"])["step"] == "filing" else "decide")
    journey["finance"].act(case["id"], "pay", "已列入兑现")
    months = defaultdict(dict)
    for row in talent.get(f"/applications/{case['id']}/payments")["payments"]:
        months[row["period"]][row["payer"]] = row["amount"]
    assert months
    assert all(shares == {"用人单位": 400, "市财政": 320, "区财政": 480} for shares in months.values())
    journey["allowance"] = case


def test_two_people_pay_and_the_talent_is_told(journey):
    talent, case = journey["talent"], journey["allowance"]
    for payer in ("employer", "city", "district"):
        page = journey["finance"].send("/console/payments", "/console/payments/batches", payer=payer)
        batch = re.search(r"/console/payments/batches/(\w+)/", page)[1]
        path = f"/console/payments/batches/{batch}"
        journey["finance2"].send(path, f"{path}/approve")
        journey["finance2"].open(f"{path}/file.csv")
        journey["finance2"].send(path, f"{path}/settle", all="paid")
    states = {row["state"] for row in talent.get(f"/applications/{case['id']}/payments")["payments"]}
    assert states == {"paid"}
    assert wait_for(lambda: [c for c in talent.cards() if "发放" in str(c)], "the payment card")


def test_killing_a_process_in_the_middle_loses_nothing_and_sends_nothing_twice(journey, stack):
    talent = Talent(stack, "crash")
    talent.agree()
    talent.call("PUT", "/me/facts", json={"facts": PERSON | WORK | SAID})
    case = start(talent, "急需紧缺人才认定")
    hand_in(talent, state(talent, case["id"]))
    talent.allow("业务受理通知")
    stack.kill("web")
    stack.wait_until_ready()
    case = submit(talent, case)
    journey["hr"].act(case["id"], "approve")
    stack.kill("worker")
    journey["window"].act(case["id"], "accept")
    stack.kill("rasa")
    stack.wait_until_ready()
    wait_for(lambda: [c for c in talent.cards() if "受理" in str(c)], "the acceptance card after the crash", 120)
    time.sleep(3)
    assert len([c for c in talent.cards() if "受理" in str(c)]) == 1
    assert talent.say("生活补助每月多少钱", city="anyang")[0]["text"]
