"""The queue: what lies on it, in which order, how it is narrowed, searched, exported, worked off together."""

import io
import tracemalloc
from datetime import timedelta

import pytest
from openpyxl import load_workbook

from backend import clock
from backend.store import audit
from backend.store.models import Application, Employer, PublicNotice, StaffAlert, StepRecord
from backend.workflow import clocks, commands
from backend.workflow.rights import Role
from backend.workflow.stages import State
from tests.console.visitor import said
from tests.workflow.office import FACTS, Talent, recognised, staff, to_notice, to_review


def submitted(office, count=2, **told):
    """Recognitions that the employer has passed on to the window."""
    now, cases = clock.now(), []
    for _ in range(count):
        case = Talent(now, **told).submit("recognition", now)
        cases.append(commands.approve(office.hr, case.id, now))
    return cases


def numbers(page):
    """The case numbers of a page, in its order, each once."""
    import re

    return list(dict.fromkeys(re.findall(r"TESTCITY\d{13}", page)))


def test_the_desk_shows_what_is_due_first_and_what_has_no_limit_last(visit, office):
    first, second = submitted(office)
    Application.update(due_on=clock.today() - timedelta(days=1)).where(Application.id == second.id).execute()
    Application.update(due_on=None).where(Application.id == first.id).execute()
    page = visit(office.clerk).text("/console/")
    assert numbers(page) == [second.number, first.number]
    assert "已逾期 1 天" in page
    assert "政策没有规定时限" in page


def test_only_ones_own_desk_is_there_and_all_that_is_visible_on_demand(visit, office, talent):
    waiting = submitted(office, 1)[0]
    reviewed = to_review(office, talent, clock.now())
    clerk = visit(office.clerk)
    assert numbers(clerk.text("/console/")) == [waiting.number]
    assert set(numbers(clerk.text("/console/?scope=visible"))) == {waiting.number, reviewed.number}


@pytest.mark.parametrize(("few", "many"), [(20_000, 100_000), (0, 100_000), (0, 0)])
def test_an_agency_finds_the_same_cases_however_busy_it_is(visit, office, talent, monkeypatch, few, many):
    from backend.console import queue

    monkeypatch.setattr(queue, "FEW", few)
    monkeypatch.setattr(queue, "MANY", many)
    waiting, reviewed = submitted(office, 1)[0], to_review(office, talent, clock.now())
    queue._stays.cache_clear()
    assert set(numbers(visit(office.clerk).text("/console/?scope=visible"))) == {waiting.number, reviewed.number}
    assert numbers(visit(office.clerk).text("/console/?scope=visible&late=1")) == []


def test_a_tile_stops_counting_where_nobody_reads_on(visit, office, monkeypatch):
    from backend.console import queue, words

    for module in (queue, words):
        monkeypatch.setattr(module, "MOST_COUNTED", 2)
    submitted(office, 2)
    assert "2 待我办理" in visit(office.clerk).text("/console/")
    submitted(office, 2)
    assert "2+ 待我办理" in visit(office.clerk).text("/console/")


def test_a_number_is_found_by_its_beginning_and_not_by_its_middle(visit, office):
    case = submitted(office, 1)[0]
    clerk = visit(office.clerk)
    assert case.number in clerk.text(f"/console/?scope=visible&number={case.number[:12]}")
    assert case.number not in numbers(clerk.text(f"/console/?scope=visible&number={case.number[4:]}"))


def test_an_empty_desk_says_so(visit, office):
    assert "手头没有待办的件" in visit(office.clerk).text("/console/")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("state=open", 2),
        ("state=granted", 1),
        ("item=recognition", 3),
        ("item=settle", 0),
        ("step=review", 1),
        ("late=1", 0),
    ],
)
def test_filters_narrow_the_list(visit, office, query, found):
    submitted(office, 1)
    to_review(office, Talent(clock.now()), clock.now())
    recognised(office, Talent(clock.now()), clock.now())
    assert len(numbers(visit(office.coordinator).text(f"/console/?scope=visible&{query}"))) == found


def test_cases_of_a_span_are_found_by_the_day_they_came_and_closed(visit, office, talent):
    case = recognised(office, talent, clock.now() - timedelta(days=40))
    visitor = visit(office.coordinator)
    came, closed = case.submitted_at.date(), Application.get_by_id(case.id).closed_at.date()
    for query in (f"submitted_from={came}&submitted_to={came}", f"closed_from={closed}&closed_to={closed}"):
        assert numbers(visitor.text(f"/console/?scope=visible&{query}")) == [case.number]
    assert numbers(visitor.text(f"/console/?scope=visible&submitted_to={came - timedelta(days=1)}")) == []


def test_filters_that_cannot_be_read_narrow_nothing(visit, office):
    submitted(office, 1)
    assert len(numbers(visit(office.clerk).text("/console/?scope=&submitted_from=gestern&page=-3"))) == 1


def test_pages_follow_one_another(visit, office, monkeypatch):
    from backend.console import queue

    monkeypatch.setattr(queue, "PAGE", 2)
    cases = submitted(office, 3)
    visitor = visit(office.clerk)
    first, second = visitor.get("/console/").get_data(as_text=True), visitor.text("/console/?page=2")
    assert "page=2" in first
    assert set(numbers(first)) | set(numbers(second)) == {case.number for case in cases}


# --- finding ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", [FACTS["id_number"], FACTS["phone"], FACTS["full_name"]])
def test_a_person_is_found_exactly_and_the_address_carries_an_id_alone(visit, office, talent, words):
    case = to_review(office, talent, clock.now())
    visitor = visit(office.reviewer)
    answer = visitor.post("/console/search", words=words)
    assert f"person={talent.id}" in answer.location
    assert words not in answer.location
    assert numbers(visitor.text(answer.location)) == [case.number]
    assert audit.of_subject("applicant", talent.id)[0].action == "find_person"


def test_a_number_is_found_by_its_beginning(visit, office, talent):
    case = to_review(office, talent, clock.now())
    answer = visit(office.reviewer).post("/console/search", words=case.number[:12].lower())
    assert answer.location.endswith(f"number={case.number[:12]}")


def test_a_person_whose_cases_are_out_of_sight_is_not_found(visit, office, talent):
    to_review(office, talent, clock.now())
    visitor = visit(office.stranger)
    answer = visitor.post("/console/search", words=FACTS["id_number"])
    assert "person" not in answer.location
    assert audit.of_subject("applicant", talent.id) == []


# --- warnings ---------------------------------------------------------------------------------------------------------


def test_warnings_reach_the_desk_until_they_are_seen(visit, office):
    case = submitted(office, 1)[0]
    StepRecord.update(due_on=clock.today() - timedelta(days=1)).where(StepRecord.left_at.is_null()).execute()
    clocks.flag_overdue(clock.now())
    clerk = visit(office.clerk)
    assert f"{case.number} 窗口受理已经超期" in clerk.text("/console/")
    mine = [alert.id for alert in StaffAlert.select().where(StaffAlert.role == Role.WINDOW)]
    theirs = [alert.id for alert in StaffAlert.select().where(StaffAlert.role == Role.SUPERVISOR)]
    clerk.post("/console/alerts/seen", alert=mine + theirs)
    assert "已经超期" not in clerk.text("/console/")
    assert "已经超期" in visit(office.supervisor).text("/console/")


# --- export -----------------------------------------------------------------------------------------------------------


def test_the_list_is_exported_with_masked_names_and_safe_cells(visit, office, talent):
    case = to_review(office, talent, clock.now())
    Employer.update(name="=HYPERLINK(1)").execute()
    visitor = visit(office.coordinator)
    text = visitor.get("/console/list.csv?scope=visible").get_data().decode("utf-8-sig")
    assert case.number in text
    assert FACTS["full_name"] not in text
    assert "'=HYPERLINK(1)" in text
    sheet = load_workbook(io.BytesIO(visitor.get("/console/list.xlsx?scope=visible").data)).active
    assert [cell.value for cell in sheet[2]][:3] == [case.number, case.applicant_masked, "人才认定"]
    assert sheet["G2"].data_type == "s"


def many(case, number):
    """Put so many cases like one into the register, with due days and without."""
    like = Application.select().where(Application.id == case.id).dicts().get()
    for begin in range(0, number, 200):
        rows = [
            like
            | {
                "id": f"app_{n:026d}",
                "number": f"M{n}",
                "due_on": clock.today() + timedelta(days=n % 30) if n % 3 else None,
            }
            for n in range(begin, begin + 200)
        ]
        Application.insert_many(rows).execute()


def test_an_export_holds_every_case_once_in_the_order_of_the_list(visit, office):
    case = submitted(office, 1)[0]
    many(case, 1200)
    lines = visit(office.clerk).get("/console/list.csv").get_data(as_text=True).splitlines()[1:]
    exported = [line.partition(",")[0] for line in lines]
    wanted = Application.select().order_by(Application.due_on.asc(nulls="last"), Application.id)
    assert exported == [row.number for row in wanted]


def peak_of(clerk):
    """The most memory that sending the whole list took."""
    tracemalloc.start()
    answer = clerk.get("/console/list.csv")
    sent = sum(1 for _ in answer.iter_encoded())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return sent, int(answer.headers["X-Total-Rows"]), peak


def test_three_times_as_many_cases_are_exported_in_the_same_memory(visit, office):
    case, clerk = submitted(office, 1)[0], visit(office.clerk)
    many(case, 1200)
    peak_of(clerk)
    _, few, before = peak_of(clerk)
    Application.delete().where(Application.number.startswith("M")).execute()
    many(case, 3600)
    sent, rows, after = peak_of(clerk)
    assert (few, rows) == (1201, 3601)
    assert sent == rows + 2
    assert after < before * 1.3


def test_an_export_holds_what_the_filters_hold_and_is_logged(visit, office):
    submitted(office, 2)
    visitor = visit(office.clerk)
    assert visitor.get("/console/list.csv?state=granted").get_data().count(b"\n") == 1
    assert audit.of_subject("case_list", office.clerk.id)[0].action == "export"


# --- many at once -----------------------------------------------------------------------------------------------------


def test_a_batch_is_shown_first_with_what_stands_in_the_way(visit, office):
    cases = submitted(office, 1)
    page = said(visit(office.clerk).post("/console/batch", command="accept", case=[case.id for case in cases]))
    assert "要核验原件（身份证），请逐件受理" in page
    assert Application.get_by_id(cases[0].id).step_kind == "acceptance"


def reviewing(office, count, **told):
    return [to_review(office, Talent(clock.now(), **told), clock.now()) for _ in range(count)]


def versions(cases):
    return {f"version:{case.id}": case.version for case in cases}


def test_a_batch_approves_those_without_doubt_and_leaves_the_rest(visit, office):
    clear = reviewing(office, 2)
    now = clock.now()
    doubtful = Talent(now, contract_years=1).submit("recognition", now, despite=True)
    commands.approve(office.hr, doubtful.id, now)
    commands.accept(office.clerk, doubtful.id, now)
    visitor = visit(office.reviewer)
    preview = visitor.post("/console/batch", command="approve", case=[*(case.id for case in clear), doubtful.id])
    assert "其中 2 件可以一起通过" in said(preview)
    assert "请逐件审核" in said(preview)
    form = {"command": "approve", "case": [case.id for case in clear], "note": "集中审核"} | versions(clear)
    assert "通过 2 件" in said(visitor.post("/console/batch/do", **form))
    assert {Application.get_by_id(case.id).step_kind for case in clear} == {"public_notice"}
    assert Application.get_by_id(doubtful.id).step_kind == "review"


def test_a_case_that_somebody_else_changed_meanwhile_is_left_out_and_named(visit, office):
    first, second = reviewing(office, 2)
    form = {"command": "approve", "case": [first.id, second.id]} | versions([first, second])
    commands.hand_over(office.reviewer, first.id, "hr_bureau", "重新分办", clock.now())
    page = said(visit(office.reviewer).post("/console/batch/do", **form))
    assert "通过 1 件，1 件没有办成" in page
    assert "刚刚有别人处理过" in page


def test_a_batch_publishes_one_notice_for_each_item(visit, office):
    now = clock.now()
    ours = reviewing(office, 2)
    for case in ours:
        commands.approve(office.reviewer, case.id, now)
    money = Talent(now, has_talent_card=True).submit("allowance", now)
    commands.accept(office.clerk, money.id, now)
    commands.approve(office.reviewer, money.id, now)
    cases = [Application.get_by_id(case.id) for case in (*ours, money)]
    form = {"command": "publish", "case": [case.id for case in cases]} | versions(cases)
    assert "发布公示 3 件" in said(visit(office.reviewer).post("/console/batch/do", **form))
    assert sorted(notice.entries.count() for notice in PublicNotice.select()) == [1, 2]


def test_a_batch_holds_only_what_lies_on_ones_own_desk(visit, office):
    case = reviewing(office, 1)[0]
    form = {"command": "approve", "case": [case.id]} | versions([case])
    visit(office.stranger).post("/console/batch/do", **form)
    assert Application.get_by_id(case.id).state == State.RUNNING
    assert Application.get_by_id(case.id).step_kind == "review"


def test_a_hundred_cases_fit_into_one_form(visit, office, talent):
    to_notice(office, talent, clock.now())
    assert (
        visit(office.reviewer)
        .post("/console/batch", command="approve", case=[f"app_{n}" for n in range(150)])
        .status_code
        == 200
    )


def test_a_command_that_cannot_be_given_to_many_is_not_found(visit, office):
    assert visit(office.reviewer).post("/console/batch", command="reject", case=["x"]).status_code == 404


# --- saved replies ----------------------------------------------------------------------------------------------------


def test_a_saved_reply_is_offered_in_every_form_of_its_owner_alone(visit, office, talent):
    case = to_review(office, talent, clock.now())
    visit(office.reviewer).post("/console/replies", title="合同缺页", text="请补拍全部页面", scope="own")
    assert "合同缺页" in visit(office.reviewer).text(f"/console/cases/{case.id}")
    assert "合同缺页" not in visit(office.supervisor).text(f"/console/cases/{case.id}")


def test_a_supervisor_writes_replies_for_the_agency_and_a_clerk_does_not(visit, office):
    assert visit(office.clerk).post("/console/replies", title="标题", text="内容", scope="agency").status_code == 403
    visit(office.supervisor).post("/console/replies", title="部门用语", text="内容", scope="agency")
    assert "部门用语" in visit(office.clerk).text("/console/replies")
    assert "部门用语" not in visit(office.stranger).text("/console/replies")


def test_only_who_may_write_a_reply_changes_or_drops_it(visit, office):
    from backend.store.models import SavedReply

    visit(office.supervisor).post("/console/replies", title="部门用语", text="内容", scope="agency")
    row = SavedReply.get()
    assert visit(office.clerk).post(f"/console/replies/{row.id}", title="x", text="y").status_code == 404
    visit(office.supervisor).post(f"/console/replies/{row.id}", title="改过", text="内容")
    assert SavedReply.get().title == "改过"
    visit(office.supervisor).post(f"/console/replies/{row.id}/drop")
    assert SavedReply.select().count() == 0


# --- standing in ------------------------------------------------------------------------------------------------------


def test_an_absence_puts_ones_desk_before_a_colleague(visit, office, talent):
    case = to_review(office, talent, clock.now())
    colleague = staff(Role.REVIEWER, "hr_bureau")
    deputy = staff(Role.WINDOW, "hr_bureau")
    today = clock.today()
    visitor = visit(office.reviewer)
    answer = visitor.post("/console/account/absences", deputy=deputy.id, starts_on=today, ends_on=today)
    assert answer.status_code == 302
    assert case.number in visit(deputy).text("/console/")
    assert colleague.id != deputy.id


@pytest.mark.parametrize(("starts", "ends"), [(3, 1), (0, 200)])
def test_an_absence_must_have_an_end_that_can_be(visit, office, starts, ends):
    today = clock.today()
    days = {"starts_on": today + timedelta(days=starts), "ends_on": today + timedelta(days=ends)}
    assert visit(office.reviewer).post("/console/account/absences", deputy=office.clerk.id, **days).status_code == 422


def test_nobody_of_another_agency_stands_in(visit, office):
    today = clock.today()
    form = {"deputy": office.stranger.id, "starts_on": today, "ends_on": today}
    assert "请选择本部门的一位同事" in said(visit(office.reviewer).post("/console/account/absences", **form))


def test_the_list_stays_as_it_was_narrowed_until_it_is_cleared_or_one_logs_out(visit, office, talent):
    to_review(office, talent, clock.now())
    visitor = visit(office.reviewer)
    visitor.get("/console/?scope=visible&item=recognition&late=1")
    assert visitor.get("/console/").location == "/console/?scope=visible&item=recognition&late=1"
    visitor.get("/console/?scope=mine")
    assert visitor.get("/console/").status_code == 200
    visitor.get("/console/?state=correction")
    visitor.post("/console/logout")
    assert visitor.client.get_cookie("console_list", path="/console") is None
