"""Consent to WeChat messages: asked for where it is useful, and for what there is least of."""

import json
from dataclasses import replace
from types import SimpleNamespace

import pytest

from backend.messages import messages
from backend.store.credits import Balance
from backend.wechat.gateway import AccountTemplate
from miniprogram_api import subscriptions


def balance(remaining: int, long_term: bool = False) -> Balance:
    return Balance(remaining, long_term, None)


@pytest.fixture
def approved(app):
    """The account has a template for every message of ours."""
    have = {name: AccountTemplate(f"id-{name}", name, {}, False) for name in messages().templates}
    parts = app.extensions["talent"]
    app.extensions["talent"] = replace(parts, templates=SimpleNamespace(known=lambda: have))


def asked_for(screen) -> set[str]:
    """Return the template ids of every question for consent on a screen."""

    def walk(part):
        if isinstance(part, dict):
            yield from part["templates"] if part.get("kind") == "subscribe" else ()
            part = list(part.values())
        for one in part if isinstance(part, list) else ():
            yield from walk(one)

    return set(walk(json.loads(json.dumps(screen))))


def test_what_has_no_consent_left_is_asked_for_before_what_has_some():
    balances = {"a": balance(2), "b": balance(1), "c": balance(0), "d": balance(1, long_term=True)}
    assert subscriptions.worth_asking(("a", "b", "c", "d", "e"), balances) == ["c", "e", "b"]


def test_every_message_to_a_person_can_be_agreed_to_somewhere_in_the_flow():
    asked = {name for names in subscriptions.MOMENTS.values() for name in names}
    assert set(messages().templates) - asked == {"notice"}  # general notices: in the settings alone


def test_a_screen_asks_for_the_consent_its_subject_needs(me, approved):
    case = me.apply("recognition")
    assert "id-review_done" in asked_for(me.screen("application", application=case)) | asked_for(me.screen("reminders"))
    assert asked_for(me.screen("chances", city="testcity")) == {
        "id-qualifies_soon",
        "id-window_closing",
        "id-material_missing",
    }
    assert asked_for(me.screen("complaint_new", city="testcity")) == {"id-staff_reply", "id-assistant_reply"}
