"""A lively town: every page opens for every role that uses it, on either database, and says nothing half-made."""

import re
from datetime import timedelta

import pytest

from backend import clock
from backend.jobs import campaigns
from backend.store.models import Complaint, Correction, NoticeEntry, PaymentBatch, Staff, TalentCard
from backend.workflow import rulebook
from tests.console.lively import lively
from tests.console.site import console_app
from tests.console.town import Town
from tests.console.visitor import Visitor, said

LEFT_OVER = re.compile(r"\bNone\b|\bnull\b|undefined|\{\{|\}\}|\{%|<built-in|<bound|object at 0x|Decimal\(")
ENGLISH_IDS = re.compile(r"\b(local_hr|hr_bureau|window_clerk|employer_hr|case_accepted|review_done|no_consent)\b")


@pytest.fixture
def town(store):
    """The first city with its packs as they are, a few weeks at work."""
    rulebook.shelf.use(None)
    now = clock.now()
    return lively(Town(next(iter(rulebook.packs())), now - timedelta(days=60)), now), console_app(store)


def pages(app, values):
    """Every address of the console that can be opened."""
    for rule in app.url_map.iter_rules():
        if "GET" in rule.methods and rule.arguments <= values.keys() and rule.endpoint not in ("console.static",):
            yield rule.build(values)[1].partition("?")[0]


def test_every_page_opens_for_every_role(town):
    town, app = town
    case = Correction.get().application
    words = {"subject": "人才卡年度核验", "summary": "请在月底前办理", "published_on": town.now.date()}
    notice = campaigns.create("年审", "notice", words, {"card": True}, "stf_a", town.now, town.city)
    values = {
        "case_id": case.id,
        "campaign_id": notice.id,
        "notice_id": NoticeEntry.get().notice_id,
        "card_id": TalentCard.get().id,
        "employer_id": town.employer.id,
        "staff_id": Staff.get().id,
        "batch_id": PaymentBatch.get().id,
        "voice_id": Complaint.get(Complaint.kind == "complaint").id,
        "city": town.city,
        "item": case.item,
    }
    for staff in Staff.select():
        visitor = Visitor(app, staff)
        for page in pages(app, values):
            answer = visitor.get(page)
            assert answer.status_code in (200, 302, 403, 404), (staff.role, page, answer.status_code)
            if answer.status_code == 200 and answer.mimetype == "text/html":
                words = said(answer)
                assert not LEFT_OVER.search(words), (staff.role, page, LEFT_OVER.search(words))
                assert not ENGLISH_IDS.search(words), (staff.role, page, ENGLISH_IDS.search(words))
                assert 'style="' not in answer.get_data(as_text=True), page
