"""The policy pages and the overview: what is in force when, what changes, and what the figures say and lead to."""

import io
import re
from datetime import timedelta
from functools import partial

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from backend import clock
from backend.console import draft_packs
from backend.store import audit
from backend.store.models import Application, Payment, StepRecord
from backend.store.statistics import Span
from backend.workflow import commands, rulebook, service
from backend.workflow.insight import _gathered
from backend.workflow.rights import Role
from tests.workflow.fixtures import written
from tests.workflow.office import CITY, MONDAY, Office, Talent, recognised, staff, to_review

# --- policy -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def reader(office, visit):
    """Somebody who reads policy."""
    return visit(office.coordinator)


def test_the_page_names_version_documents_and_what_stays_open(reader, test_packs):
    page = reader.text("/console/policy")
    assert test_packs[CITY].version in page
    assert "人才认定" in page


@pytest.mark.parametrize(
    ("day", "shares"),
    [("2021-03-22", "市财政 2/15，县（市）财政 8/15"), ("2021-03-23", "市财政 1/5，县（市）财政 7/15")],
)
def test_an_item_is_shown_as_it_stood_on_a_day(reader, day, shares):
    assert shares in reader.text(f"/console/policy/{CITY}/items/allowance?on={day}")


def test_what_changed_between_two_days_is_said_in_words(reader):
    page = reader.text(f"/console/policy/{CITY}/changes?before=2021-03-22&after=2021-03-23")
    assert "资金分担" in page
    assert "用人单位 1/3" in page
    assert "employer" not in page.lower().replace("employer_hr", "")


def test_a_change_is_played_through_on_the_register(reader, office):
    now = clock.now()
    Talent(now, has_talent_card=True, employer_jurisdiction="county").submit("allowance", now)
    page = reader.text(f"/console/policy/{CITY}/changes?before=2021-03-22&after=2021-03-23&replay=1")
    assert "市财政：5,760.00 → 8,640.00 元" in page


@pytest.fixture
def draft(sqlite_store):
    """Lays a draft of the test city's pack beside the one in force, with one thing written otherwise."""

    return partial(written, sqlite_store.data_dir / draft_packs.FOLDER)


YEARS = ("items/recognition.yml", "fact: contract_years, at_least: 3", "fact: contract_years, at_least: 5")


def test_a_draft_is_compared_with_what_is_in_force_and_played_through_before_it_takes_over(reader, office, draft):
    now = clock.now()
    Talent(now).submit("recognition", now)
    draft(*YEARS)
    assert "可以启用" in reader.text("/console/policy")
    page = reader.text(f"/console/policy/{CITY}/changes?draft=1&replay=1")
    assert "现行规定与草稿在" in page
    assert re.search(r"人才认定 0 1 ", page)
    assert Application.get().state == "running"


def test_a_draft_that_cannot_be_read_says_where(reader, draft):
    draft("items/recognition.yml", "kind: service", "kind: servise")
    page = reader.text("/console/policy")
    assert "读不出来" in page
    assert "recognition" in page
    assert reader.get(f"/console/policy/{CITY}/changes?draft=1").status_code == 404


def test_a_draft_is_seen_by_those_who_keep_policy_alone(visit, office, draft):
    draft(*YEARS)
    assert "草稿" not in visit(office.clerk).text("/console/policy")
    assert visit(office.clerk).get(f"/console/policy/{CITY}/changes?draft=1").status_code == 404


def test_only_who_keeps_or_answers_for_policy_plays_it_through(visit, office):
    page = visit(office.clerk).text(f"/console/policy/{CITY}/changes?before=2021-03-22&after=2021-03-23&replay=1")
    assert "对登记人员的影响" not in page


@pytest.mark.parametrize(
    "path", ["/console/policy/nowhere", f"/console/policy/{CITY}/items/nothing", "/console/clauses/testcity/x/1"]
)
def test_what_is_not_there_is_not_found(reader, path):
    assert reader.get(path).status_code == 404


def test_days_that_cannot_be_read_mean_today(reader):
    assert reader.get(f"/console/policy/{CITY}?on=tomorrow").status_code == 200


def test_every_item_of_every_real_pack_has_its_page(visit, sqlite_store):
    rulebook.shelf.use(None)
    visitor = visit(staff(Role.LEADER, city=next(iter(rulebook.packs()))))
    for city, pack in rulebook.packs().items():
        assert visitor.get(f"/console/policy/{city}").status_code == 200
        for item in pack.items:
            assert visitor.get(f"/console/policy/{city}/items/{item}").status_code == 200, (city, item)


def test_the_wording_of_a_clause_is_open_to_all(visit, office):
    assert "原文还没有导入" in visit(office.hr).get(f"/console/clauses/{CITY}/d/1").get_data(as_text=True)


# --- overview ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def busy(office, talent):
    """A few weeks of work: one recognised, one in review, one late at the window."""
    now = clock.now() - timedelta(days=20)
    done = recognised(office, talent, now)
    to_review(office, Talent(now), now)
    late = Talent(now).submit("recognition", now)
    commands.approve(office.hr, late.id, now)
    StepRecord.update(overdue_since=now.date()).where(StepRecord.kind == "decision").execute()
    StepRecord.update(due_on=clock.today()).where(StepRecord.kind == "decision").execute()
    service.rate(talent.id, done.id, 2, clock.now())
    service.complain(CITY, "complaint", "太慢", "等了很久", clock.now(), agency="hr_bureau")
    return late


def test_the_figures_are_those_of_the_cases(visit, office, busy):
    page = visit(office.coordinator).text("/console/overview")
    assert "3 提交" in page
    assert "1 办结" in page
    assert "2 现在在办" in page
    assert "2 现在逾期" in page


def test_every_figure_leads_to_its_cases(visit, office, busy):
    import re

    visitor = visit(office.coordinator)
    html = visitor.get("/console/overview").get_data(as_text=True)
    links = {link.replace("&amp;", "&") for link in re.findall(r'href="(/console/\?scope=visible[^"]*)"', html)}
    assert len(links) >= 6
    assert all(visitor.get(link).status_code == 200 for link in links)
    assert busy.number in visitor.text("/console/?scope=visible&late=1")


def test_a_late_step_is_on_the_list_of_its_agency(visit, office, busy):
    page = visit(office.coordinator).text("/console/overview")
    assert "超期清单" in page
    assert busy.number in page


def test_a_supervisor_sees_his_own_agencys_share(visit, office, busy):
    assert "3 提交" in visit(office.supervisor).text("/console/overview")
    other = staff(Role.SUPERVISOR, "housing_bureau")
    assert "0 提交" in visit(other).text("/console/overview?agency=hr_bureau")


def test_the_list_of_late_steps_holds_those_of_the_own_agency_alone(visit, office, busy):
    assert busy.number in visit(office.supervisor).text("/console/overview")
    assert busy.number not in visit(staff(Role.SUPERVISOR, "housing_bureau")).text("/console/overview")


def test_a_span_may_be_chosen_and_nonsense_means_the_half_year(visit, office, busy):
    visitor = visit(office.coordinator)
    assert "0 提交" in visitor.text("/console/overview?since=2020-01-01&until=2020-01-31")
    assert "3 提交" in visitor.text("/console/overview?since=2027-01-01&until=2020-01-31")


def paid_today(due_on, period="2026-01"):
    """A payment of the city made today that was due on a day."""
    done = Application.get(Application.state == "granted")
    return Payment.create(
        application=done.id,
        applicant=done.applicant_id,
        city=CITY,
        item="allowance",
        period=period,
        payer="city",
        fen=123_45,
        share="1",
        pack_version="x",
        state="paid",
        paid_on=clock.today(),
        due_on=due_on,
    )


def test_money_is_counted_where_it_was_paid(visit, office, busy):
    paid_today(due_on=clock.today())
    page = visit(office.coordinator).text("/console/overview")
    assert "已发放 123.45 元" in page
    assert "按时 1 笔（100.0%）" in page


def test_money_paid_after_its_day_is_not_counted_as_on_time(visit, office, busy):
    paid_today(due_on=clock.today())
    paid_today(due_on=clock.today() - timedelta(days=1), period="2026-02")
    assert "按时 1 笔（50.0%）" in visit(office.coordinator).text("/console/overview")


def test_an_empty_city_has_an_overview_too(visit, office):
    assert "0 提交" in visit(office.coordinator).text("/console/overview")


def test_the_figures_are_exported_sheet_by_sheet(visit, office, busy):
    book = load_workbook(io.BytesIO(visit(office.coordinator).get("/console/overview/figures.xlsx").data))
    assert book.sheetnames == ["按月", "按事项", "在办", "用时", "按时", "超期", "资金", "评价"]
    assert list(book["按事项"].values)[1][0] == "人才认定"
    assert audit.of_subject("document", "figures")[0].action == "export"


def test_the_half_yearly_report_names_each_agency_and_prints(visit, office, busy):
    visitor = visit(office.coordinator)
    assert "市人社局" in visitor.text("/console/overview/report?back=0")
    data = visitor.get("/console/overview/report.pdf?back=0").data
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages)
    assert "半年通报" in text
    assert busy.number in text.replace("\n", "")


def test_both_databases_count_alike(store, test_packs):
    """The same few weeks give the same figures on SQLite and PostgreSQL."""
    rulebook.shelf.use(test_packs)
    office, person = Office(), Talent()
    case = recognised(office, person)
    service.rate(person.id, case.id, 5, MONDAY + timedelta(days=9))
    until = MONDAY.date() + timedelta(days=20)
    found = _gathered(Span(CITY, MONDAY.date(), until), until)
    rulebook.shelf.use(None)
    assert (found.total_submitted, found.total_closed, found.total_open) == (1, 1, (0, 0))
    assert found.pace["public_notice"].median == 6
    assert found.satisfied == 1
