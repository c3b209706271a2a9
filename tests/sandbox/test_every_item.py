"""Every item of every city that can be applied for runs through its whole workflow to its end."""

from datetime import datetime

import pytest

from backend.clock import SHANGHAI
from backend.policy import load_packs
from backend.sandbox import answers, drive
from backend.store import audit, employers, facts, people
from backend.store.models import Application, Employer, Payment, PublicNotice, StepRecord

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=SHANGHAI)
PACKS = load_packs()
ITEMS = [(city, item.id) for city, pack in PACKS.items() for item in pack.items.values() if item.kind == "service"]
PERSON = {
    "full_name": "王小明",
    "id_number": "11010519491231002X",
    "phone": "13800138000",
    "bank_account": "6222020000000000000",
    "employer_name": "样例单位有限公司",
    "employer_jurisdiction": "district",
    "hired_on": "2025-11-10",
}


@pytest.fixture
def applicant(chosen_store):
    """A person with an approved employer, about whom nothing else is known."""
    person = people.sign_in("mini_program", "wx1", "o1", None, NOW)
    facts.tell(person.id, PERSON, "form", NOW)
    details = {"district": None, "jurisdiction": "district", "category": "enterprise"}
    for city in PACKS:
        employer = employers.register(PERSON["employer_name"], f"code-{city}", city, details, {}, None, NOW)
        Employer.update(state="approved").where(Employer.id == employer.id).execute()
    return person.id


def submitted(applicant, city, item):
    """Submit an application of a person who answered whatever was asked."""
    pack = PACKS[city]
    facts.tell(applicant, answers.fulfil(pack, item, PERSON, NOW.date()), "form", NOW)
    return drive.submit(drive.draft(applicant, city, item, NOW), NOW, despite=True)


@pytest.mark.parametrize(("city", "item"), ITEMS)
def test_the_item_runs_from_application_to_its_end(applicant, city, item):
    office = drive.Office(NOW)
    case = submitted(applicant, city, item)
    done = drive.run_to_end(office, case.id, NOW)
    assert done.state == "granted"
    assert not StepRecord.select().where((StepRecord.application == case.id) & StepRecord.left_at.is_null()).exists()
    assert audit.verify() is None


@pytest.mark.parametrize(("city", "item"), ITEMS)
def test_no_money_is_entered_before_the_notice_is_closed(applicant, city, item):
    case = submitted(applicant, city, item)
    office, now = drive.Office(NOW), NOW
    while Application.get_by_id(case.id).closed_at is None:
        open_notice = PublicNotice.select().where(PublicNotice.state == "open").exists()
        assert not (open_notice and Payment.select().exists())
        now = drive.step(office, case.id, now)
