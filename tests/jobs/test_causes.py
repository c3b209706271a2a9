"""What people are told at the moment something happens to their case, in the words of the card and of the app."""

from datetime import date

from backend.jobs import morning
from backend.store import facts
from backend.store.models import InAppMessage, OutboxMessage
from backend.workflow import commands
from tests.jobs.test_morning import NOW, person
from tests.workflow.office import MONDAY, to_review
from tests.workflow.test_money import payable, settled

POINTS = [
    commands.Point("material", "contract", "劳动合同缺少盖章页，请补拍全部页面。"),
    commands.Point("material", "diploma", "学历证书照片模糊，请重新拍摄。"),
]


def told(template):
    """The card and the entry in the message centre of the only message of a kind."""
    row = OutboxMessage.get(OutboxMessage.template == template)
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
