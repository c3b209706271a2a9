"""What anybody may do: look at notices, object, scan a card; and what the service is told about itself."""

import pytest

from backend import clock
from backend.store.models import NoticeEntry, Objection
from backend.workflow import commands


@pytest.fixture
def noticed(me, office):
    """A case whose public notice runs."""
    now, case = clock.now(), me.apply("recognition")
    commands.approve(office.hr, case, now)
    commands.accept(office.clerk, case, now)
    commands.approve(office.reviewer, case, now)
    return commands.publish(office.reviewer, [case], now)


def test_a_notice_shows_masked_names_and_keeps_search_engines_away(visitor, noticed):
    response = visitor.send("GET", f"/notices/{noticed.id}")
    assert response.json["entries"][0]["name"] == "王*明"
    assert "王小明" not in response.text
    assert response.headers["X-Robots-Tag"].startswith("noindex")
    assert visitor.ask("GET", "/notices")["notices"][0]["entries"] == []


def test_anybody_may_object_without_a_name(visitor, noticed):
    entry = NoticeEntry.get().id
    visitor.ask("POST", f"/notices/entries/{entry}/objections", {"text": "该同志学历情况请核实"})
    assert Objection.get().name_sealed is None
    assert NoticeEntry.get().frozen


def test_an_objection_needs_words(visitor, noticed):
    status, error = visitor.error("POST", f"/notices/entries/{NoticeEntry.get().id}/objections", {"text": " 不 "})
    assert (status, error["fields"][0]["field"]) == (422, "text")


def test_a_scanned_code_tells_validity_and_nothing_else(visitor, me):
    answer = visitor.ask("GET", "/cards/" + "x" * 24)
    assert answer["valid"] is False
    assert set(answer) == {"valid", "city", "name", "checked_at"}


def test_a_finished_step_is_rated_once(me, office):
    case = me.apply("recognition")
    assert me.error("POST", f"/applications/{case}/ratings", {"stars": 5})[1]["code"] == "not_ratable"
    commands.approve(office.hr, case, clock.now())
    me.ask("POST", f"/applications/{case}/ratings", {"stars": 1, "tags": ["等得久"], "comment": "太慢"})
    assert me.error("POST", f"/applications/{case}/ratings", {"stars": 5})[1]["code"] == "already_rated"


def test_a_message_is_kept_sealed_with_a_day_to_answer_by(me):
    said = {"kind": "message", "subject": "补助", "text": "生活补助什么时候发？", "city": "testcity"}
    filed = me.ask("POST", "/complaints", said)
    assert filed["number"].startswith("TESTCITYT")
    listed = me.ask("GET", "/complaints")["complaints"][0]
    assert (listed["text"], listed["state"]) == ("生活补助什么时候发？", "open")


def test_healthz_answers_and_readyz_names_what_does_not(visitor):
    assert visitor.client.get("/healthz").status_code == 200
    response = visitor.client.get("/readyz")
    assert response.status_code == 503
    assert "redis" in response.json["not_ready"]
