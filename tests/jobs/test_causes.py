"""What people are told at the moment something happens to their case, in the words of the card and of the app."""

from datetime import date, timedelta

import pytest

from backend.jobs import campaigns, morning, pictures
from backend.messages import messages
from backend.policy.eligibility import Verdict
from backend.store import facts
from backend.store.models import (
    Applicant,
    Application,
    Appointment,
    Decision,
    InAppMessage,
    OutboxMessage,
    StepRecord,
)
from backend.workflow import clocks, commands, service
from tests.jobs.test_morning import NOW, person
from tests.workflow.office import MONDAY, recognised, to_notice, to_review
from tests.workflow.test_money import payable, settled

POINTS = [
    commands.Point("material", "contract", "劳动合同缺少盖章页，请补拍全部页面。"),
    commands.Point("material", "diploma", "学历证书照片模糊，请重新拍摄。"),
]


def told(template):
    """The card and the entry in the message centre of the first message of a kind."""
    row = OutboxMessage.select().where(OutboxMessage.template == template).order_by(OutboxMessage.id).get()
    same = (InAppMessage.event == row.event) & (InAppMessage.applicant == row.applicant_id)
    return row.keywords, InAppMessage.get(same).body


def test_a_correction_is_told_with_every_point_and_the_day_it_lapses(office, talent):
    case = to_review(office, talent)
    commands.correct(office.reviewer, case.id, POINTS, MONDAY, due_on=date(2026, 3, 20))
    card, body = told("correction_needed")
    assert card["lapses_on"] == "2026年3月20日" and len(card["points"]) <= 20
    assert "2026年3月20日" in body and all(point.text in body for point in POINTS)


def test_a_refusal_is_told_with_its_reason(office, talent):
    case = talent.submit("recognition", MONDAY)
    commands.approve(office.hr, case.id, MONDAY)
    commands.refuse(office.clerk, case.id, [commands.Reason("社会保险没有在本市缴纳。")], MONDAY)
    card, body = told("case_refused")
    assert "社会保险没有在本市缴纳" in body and card["reason"].startswith("社会保险")


def test_a_payment_is_told_with_its_month_and_sum_once_all_payers_have_paid(office, talent):
    facts.tell(talent.id, {"has_talent_card": True}, "form", MONDAY)
    commands.pay(office.finance, payable(office, talent).id, MONDAY)
    for payer in ("employer", "city", "district"):
        settled(office, payer)
    rows = list(OutboxMessage.select().where(OutboxMessage.template == "payment_sent"))
    assert rows
    assert {row.keywords["amount"][-1] for row in rows} == {"元"}
    assert all(row.keywords["period"].endswith("月") for row in rows)


def test_the_last_days_to_apply_are_told_thirty_seven_and_one_day_before(store, monkeypatch):
    who = person()
    facts.tell(who.id, {"education": "master"}, "form", NOW)
    closes_on = date(2026, 12, 25)
    chance = morning.reminders.Chance("anyang", "living_allowance", "生活补助", None, closes_on)
    monkeypatch.setattr(morning, "_chances", lambda someone, day: [chance])
    morning.look_ahead(NOW)
    days = [NOW.replace(month=month, day=day) for month, day in ((11, 24), (11, 25), (12, 17), (12, 18), (12, 24))]
    assert [morning.remind(day) for day in days] == [0, 1, 0, 1, 1]
    assert {row.template for row in OutboxMessage.select()} == {"window_closing"}


# --- every message has something that causes it -----------------------------------------------------------------------


def _accepted(office, talent, monkeypatch):
    to_review(office, talent)


def _refused(office, talent, monkeypatch):
    case = talent.submit("recognition", MONDAY)
    commands.approve(office.hr, case.id, MONDAY)
    commands.refuse(office.clerk, case.id, [commands.Reason("社会保险没有在本市缴纳。")], MONDAY)


def _to_mend(office, talent, monkeypatch):
    commands.correct(office.reviewer, to_review(office, talent).id, POINTS, MONDAY, due_on=date(2026, 3, 20))


def _published(office, talent, monkeypatch):
    to_notice(office, talent)


def _recognised(office, talent, monkeypatch):
    recognised(office, talent)


def _paid(office, talent, monkeypatch):
    facts.tell(talent.id, {"has_talent_card": True}, "form", MONDAY)
    commands.pay(office.finance, payable(office, talent).id, MONDAY)
    for payer in ("employer", "city", "district"):
        settled(office, payer)


def _begun_without_papers(office, talent, monkeypatch):
    commands.start(talent.id, "testcity", "recognition", MONDAY)
    monkeypatch.setattr(Verdict, "closes_on", date(2026, 3, 10))
    morning.remind(MONDAY)


def _chance(day, **about):
    """A chance whose day comes."""

    def cause(office, talent, monkeypatch):
        chance = morning.reminders.Chance("testcity", "allowance", "生活补助", **about)
        monkeypatch.setattr(morning, "_chances", lambda someone, today: [chance])
        Applicant.update(city="testcity").execute()
        morning.look_ahead(MONDAY)
        morning.remind(MONDAY.replace(day=day))

    return cause


def _bus_card(office, talent, monkeypatch):
    facts.tell(talent.id, {"bus_card_issued_on": "2025-03-09"}, "form", MONDAY)
    Applicant.update(city="anyang").execute()
    morning.remind(MONDAY)


def _allowance_over(office, talent, monkeypatch):
    case = talent.draft("allowance")
    Application.update(state="granted").where(Application.id == case.id).execute()
    Decision.create(application=case.id, kind="grant", amount_fen=120_000, months=36, decided_by="stf_1")
    morning.remind(MONDAY.replace(year=2028, month=11, day=20))


def _booked(office, talent, monkeypatch):
    day = MONDAY.date() + timedelta(days=1)
    about = {"city": "testcity", "window": "none", "slot": "09:30", "topic": "交材料", "counter": 1}
    Appointment.create(applicant=talent.id, day=day, **about)
    morning.remind(MONDAY)


def _answered(office, talent, monkeypatch):
    row = service.complain("testcity", "message", "补贴", "什么时候发？", MONDAY, applicant_id=talent.id)
    service.answer_complaint(office.coordinator, row.id, "下月10日前。", MONDAY)


def _risky_picture(office, talent, monkeypatch):
    paper = talent.paper("other")
    pictures.found("t1", "risky", MONDAY)
    pictures._note("t1", MONDAY, material=paper)


def _late(office, talent, monkeypatch):
    talent.submit("recognition", MONDAY)
    StepRecord.update(due_on=MONDAY.date()).execute()
    clocks.flag_overdue(MONDAY + timedelta(days=20))


def _written_to_many(office, talent, monkeypatch):
    about = {"subject": "年度核验", "summary": "请在12月底前办理", "published_on": MONDAY.date()}
    campaign = campaigns.create("年审", "notice", about, {}, "stf_a", MONDAY)
    campaigns.approve(campaign.id, "stf_b", MONDAY)
    campaigns.start(campaign.id, "stf_b", MONDAY)
    campaigns.fill(campaign.id, MONDAY)


CAUSES = {
    "case_accepted": _accepted,
    "case_refused": _refused,
    "correction_needed": _to_mend,
    "review_done": _published,
    "notice_started": _published,
    "notice_ended": _recognised,
    "result": _recognised,
    "payment_sent": _paid,
    "card_ready": _recognised,
    "material_missing": _begun_without_papers,
    "window_closing": _chance(3, closes_on=date(2026, 3, 10)),
    "qualifies_soon": _chance(9, eligible_from=date(2026, 3, 10)),
    "yearly_check_due": _bus_card,
    "allowance_ending": _allowance_over,
    "appointment_tomorrow": _booked,
    "staff_reply": _answered,
    "assistant_reply": _risky_picture,
    "step_overdue": _late,
    "notice": _written_to_many,
}


@pytest.mark.parametrize("template", messages().templates)
def test_every_message_of_the_list_is_queued_by_what_it_tells_of(office, talent, monkeypatch, template):
    CAUSES[template](office, talent, monkeypatch)
    card, body = told(template)
    assert set(card) == {keyword.name for keyword in messages().template(template).keywords}
    assert body
