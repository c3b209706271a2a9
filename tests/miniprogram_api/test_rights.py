"""A person's rights: what was agreed, what is held, who looked, and being forgotten."""

from backend import clock
from backend.store import audit
from backend.store.models import Consent, Fact, Identity, MaterialPage
from backend.workflow import commands
from miniprogram_api import consent_text
from tests.miniprogram_api.world import FACTS


def test_consent_is_kept_with_version_hash_and_time(me):
    kept = Consent.get(Consent.kind == "sensitive")
    assert (kept.version, kept.text_hash) == (consent_text.VERSION, consent_text.text_hash())
    assert abs((clock.now() - kept.given_at).total_seconds()) < 60


def test_an_outdated_text_cannot_be_agreed_to(sign_in):
    status, error = sign_in().error("POST", "/consents", {"version": "2020-01-01", "scopes": ["privacy"]})
    assert (status, error["code"]) == (409, "consent_outdated")


def test_after_taking_consent_back_nothing_more_is_kept(me):
    me.ask("DELETE", "/consents/privacy")
    assert me.error("PUT", "/me/facts", {"facts": {"education": "master"}})[1]["code"] == "consent_required"


def test_the_export_holds_everything_in_clear(me, office):
    case = me.apply("recognition")
    commands.approve(office.hr, case, clock.now())
    held = me.ask("GET", "/privacy/export")
    assert {"name": "id_number", "value": "11010119900307889X"}.items() <= next(
        fact for fact in held["facts"] if fact["name"] == "id_number"
    ).items()
    assert held["applications"][0]["id"] == case
    assert held["accesses"][0]["action"] == "approve"


def test_who_has_a_running_case_cannot_be_forgotten_yet(me):
    me.apply("recognition")
    status, error = me.error("POST", "/privacy/deletion")
    assert (status, error["code"]) == (409, "cases_running")


def test_being_forgotten_leaves_only_what_files_must_keep(me):
    submitted = me.apply("recognition")
    me.ask("POST", f"/applications/{submitted}/withdrawal", {"reason": ""})
    me.ask("PUT", "/me/facts", {"facts": {"married": True}})
    me.ask("POST", "/privacy/deletion")
    assert me.send("GET", "/applications").status_code == 401
    assert Identity.select().count() == 0
    assert {row.name for row in Fact.select()} == set(FACTS)
    assert MaterialPage.select().count() == 2
    assert audit.verify() is None


def test_a_topic_of_reminders_can_be_switched_off(me):
    me.ask("PUT", "/preferences/topic.money", {"on": False})
    switches = next(block for block in me.screen("reminders")["blocks"] if block["type"] == "switches")["switches"]
    assert [switch["on"] for switch in switches if switch["label"] == "资金发放"] == [False]
