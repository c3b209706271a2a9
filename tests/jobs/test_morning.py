"""Each morning: who is reminded of what, from the store, once."""

from datetime import date, datetime, timedelta

from backend.clock import SHANGHAI
from backend.jobs import farewell, housekeeping, morning
from backend.policy.eligibility import Verdict
from backend.store import facts, outbox
from backend.store.database import transaction
from backend.store.models import (
    Applicant,
    Application,
    Appointment,
    Decision,
    InAppMessage,
    OutboxMessage,
    TalentCard,
)
from backend.store.models_messaging import InboundMessage, Outlook, PictureCheck, SentReport
from backend.workflow import commands
from tests.jobs.post import KEYWORDS
from tests.workflow.office import MONDAY, to_review

NOW = datetime(2026, 11, 20, 8, 30, tzinfo=SHANGHAI)


def person(**about):
    """A person of Anyang."""
    return Applicant.create(created_at=NOW, city="anyang", **about)


def told():
    """What was queued: template and in-app text, by template."""
    return sorted(row.template for row in OutboxMessage.select())


def test_an_appointment_tomorrow_is_reminded_of_once(store):
    who = person()
    about = {"city": "anyang", "window": "none", "slot": "09:30", "topic": "交材料"}
    Appointment.create(applicant=who, counter=1, day=NOW.date() + timedelta(days=1), **about)
    Appointment.create(applicant=who, counter=2, day=NOW.date() + timedelta(days=1), state="cancelled", **about)
    Appointment.create(applicant=who, counter=1, day=NOW.date() + timedelta(days=2), **about)
    assert (morning.remind(NOW), morning.remind(NOW)) == (1, 0)
    row = OutboxMessage.get()
    assert (row.template, row.keywords["at"]) == ("appointment_tomorrow", "2026年11月21日 09:30")
    assert row.deadline == datetime(2026, 11, 21, 9, 30, tzinfo=SHANGHAI)


def test_a_yearly_check_is_counted_from_the_newest_day(store):
    first, second = person(), person()
    facts.tell(first.id, {"bus_card_issued_on": "2024-11-25", "bus_last_annual_check_on": "2025-11-25"}, "form", NOW)
    facts.tell(second.id, {"bus_card_issued_on": "2024-11-25", "bus_last_annual_check_on": "2026-11-01"}, "form", NOW)
    assert morning.remind(NOW) == 1
    row = OutboxMessage.get()
    assert (row.applicant_id, row.template, row.keywords["due_on"]) == (first.id, "yearly_check_due", "2026年11月25日")


def test_a_card_issued_here_is_checked_a_year_after_its_last_registration_where_the_city_wants_it(store):
    about = {"pack_version": "1", "as_of": NOW.date(), "state": "granted", "item": "x"}
    for number, (city, renewed_on, state) in enumerate(
        [
            ("liaocheng", None, "valid"),
            ("liaocheng", date(2026, 10, 1), "valid"),
            ("liaocheng", None, "lost"),
            ("anyang", None, "valid"),
        ]
    ):
        who = person(id=f"apl_{number}")
        case = Application.create(applicant=who, city=city, **about)
        TalentCard.create(
            applicant=who, application=case, city=city, number=f"C{number}", token=f"t{number}",
            issued_on=date(2025, 12, 10), renewed_on=renewed_on, state=state,
        )  # fmt: skip
    assert (morning.remind(NOW), morning.remind(NOW)) == (1, 0)
    row = OutboxMessage.get()
    assert (row.applicant_id, row.template, row.keywords["due_on"]) == ("apl_0", "yearly_check_due", "2026年12月10日")


def test_a_chance_is_told_on_the_eve_and_never_again(store, monkeypatch):
    who = person()
    facts.tell(who.id, {"education": "master"}, "form", NOW)
    chance = morning.reminders.Chance("anyang", "living_allowance", "生活补助", date(2026, 11, 25))
    monkeypatch.setattr(morning, "_chances", lambda someone, day: [chance])
    assert morning.look_ahead(NOW) == 1
    assert morning.look_ahead(NOW) == 0
    assert Outlook.get().next_on == date(2026, 11, 24)
    days = [morning.remind(NOW + timedelta(days=n)) for n in range(7)]
    assert days == [0, 0, 0, 0, 1, 0, 0]
    row = OutboxMessage.get()
    assert (row.template, row.page) == ("qualifies_soon", "pages/screen?screen=item&city=anyang&item=living_allowance")
    facts.tell(who.id, {"education": "doctor"}, "form", NOW + timedelta(days=8))
    assert morning.look_ahead(NOW + timedelta(days=8)) == 1


def test_the_real_rules_say_when_somebody_qualifies(store):
    who = person()
    facts.tell(who.id, {"has_talent_card": True, "pension_months_consecutive": 3}, "form", NOW)
    assert morning.look_ahead(NOW) == 1
    chances = list(morning._chances(who, NOW.date()))
    assert all(chance.city == "anyang" and (chance.eligible_from or chance.closes_on) for chance in chances)
    assert Outlook.get().judged_at == NOW


def test_people_who_left_or_whose_city_is_unknown_are_passed_over(store):
    for about in ({"state": "deleted"}, {}):
        who = Applicant.create(created_at=NOW, city="nowhere", **about)
        facts.tell(who.id, {"education": "master"}, "form", NOW)
    assert morning.look_ahead(NOW) == 1
    assert Outlook.get().next_on is None


CONTRACT = commands.Point("material", "contract", "劳动合同缺少盖章页，请补拍全部页面。")


def test_a_correction_that_is_about_to_lapse_is_reminded_of_with_what_is_still_open(office, talent):
    case = to_review(office, talent)
    commands.correct(office.reviewer, case.id, [CONTRACT], MONDAY, due_on=date(2026, 3, 20))
    OutboxMessage.delete().execute()
    days = [morning.remind(datetime(2026, 3, day, 8, 30, tzinfo=SHANGHAI)) for day in range(16, 22)]
    assert days == [0, 1, 0, 1, 0, 0]
    row = OutboxMessage.select().first()
    assert (row.template, row.application_id) == ("correction_needed", case.id)
    assert row.keywords["points"].startswith("劳动合同缺少盖章页")


def test_an_allowance_that_runs_out_is_told_two_months_and_one_month_before(office, talent):
    case = talent.draft("allowance")
    Application.update(state="granted").where(Application.id == case.id).execute()
    Decision.create(application=case.id, kind="grant", amount_fen=120_000, months=36, decided_by="stf_1")
    assert morning.remind(datetime(2028, 9, 1, tzinfo=SHANGHAI)) == 0
    days = [datetime(2028, 10, 2, tzinfo=SHANGHAI) + timedelta(days=n) for n in range(60)]
    assert sum(morning.remind(day) for day in days) == 2
    row = OutboxMessage.get(OutboxMessage.template == "allowance_ending")
    assert row.keywords["last_month"] == "2028年11月"


def test_a_draft_that_lacks_papers_is_told_of_before_the_time_to_apply_is_over(office, talent, monkeypatch):
    case = commands.start(talent.id, "testcity", "recognition", MONDAY)
    monkeypatch.setattr(Verdict, "closes_on", date(2026, 3, 10))
    assert morning.remind(MONDAY) == 1
    row = OutboxMessage.get()
    assert (row.template, row.application_id) == ("material_missing", case.id)
    missing = [paper.material.name for paper in commands.needed(case) if paper.required]
    assert all(name in InAppMessage.get().body for name in missing)


def test_a_forgotten_person_is_erased_once_the_cases_have_ended(store):
    who = person()
    Application.create(applicant=who, city="anyang", item="x", pack_version="1", as_of=NOW.date(), state="running")
    with transaction():
        outbox.enqueue("e1", who, "case_accepted", KEYWORDS, due=NOW)
    farewell.forget(who.id, "user_authorization_revoke", NOW)
    assert Applicant.get_by_id(who.id).state == "active"
    assert (OutboxMessage.get().state, OutboxMessage.get().reason) == ("skipped", "person_gone")
    assert farewell.forget_waiting(NOW) == 0
    Application.update(state="granted").execute()
    assert (farewell.forget_waiting(NOW), farewell.forget_waiting(NOW)) == (1, 0)
    assert Applicant.get_by_id(who.id).state == "deleted"


def test_housekeeping_forgets_what_is_old_and_keeps_the_message_centre(store):
    who = person()
    for days, state in ((8, "answered"), (8, "received"), (1, "answered")):
        InboundMessage.create(
            key=f"{days}{state}", app_id="a", account="mini_program", openid="o", applicant=who, kind="text",
            state=state, received_at=NOW - timedelta(days=days),
        )  # fmt: skip
    SentReport.create(msgid="1", app_id="a", openid="o", template_id="t", errcode=0, sent_at=NOW,
                      received_at=NOW - timedelta(days=3))  # fmt: skip
    PictureCheck.create(trace="t1", suggest="pass", asked_at=NOW - timedelta(days=2))
    with transaction():
        outbox.enqueue("e1", who, "case_accepted", KEYWORDS, due=NOW)
    OutboxMessage.update(state="sent", created_at=NOW - timedelta(days=500)).execute()
    assert housekeeping.tidy(NOW) == {"inbound": 1, "reports": 1, "pictures": 1, "outbox": 1}
    assert housekeeping.tidy(NOW) == {"inbound": 0, "reports": 0, "pictures": 0, "outbox": 0}
    assert InAppMessage.select().count() == 1
