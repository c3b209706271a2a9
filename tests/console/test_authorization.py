"""Every route, every role, every wrong scope: no page, no change, no hint that something exists.

The matrix walks the routes themselves, so that a new route is in it from the first day.
"""

import re
from itertools import product

import pytest

from backend import clock
from backend.console.navigation import PAGES
from backend.store import questions, replies
from backend.store import staff as accounts
from backend.store.models import (
    Application,
    ApplicationMaterial,
    Appointment,
    Audit,
    Campaign,
    Correction,
    CorrectionPoint,
    Employer,
    EmployerMember,
    MaterialPage,
    NoticeEntry,
    Objection,
    OutboxMessage,
    Payment,
    PaymentBatch,
    Rating,
    TalentCard,
    UnansweredQuestion,
)
from backend.workflow import commands, service
from backend.workflow.rights import STAFF_ROLES, Role
from tests.workflow.office import CITY, Talent, recognised, staff, to_notice, to_review

OPEN = {"console.login", "console.log_in", "console.sign_on", "console.signed_on", "console.static"}
FOR_ALL = {"console.account", "console.password", "console.replies", "console.alive", "console.home"}


def routes(app, *, but=()):
    """Yield (method, rule) of every route of the console, but the named endpoints."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint in OPEN or rule.endpoint in but or rule.endpoint == "console.unknown":
            continue
        for method in sorted(rule.methods & {"GET", "POST"}):
            yield method, rule


def path_of(rule, values):
    """Return the address of a route with these values; 'x' for what is not among them."""
    return rule.build({name: values.get(name, "x") for name in rule.arguments})[1]


def ask(visitor, method, path):
    """Ask for a page, or send an empty form with its token."""
    return visitor.get(path) if method == "GET" else visitor.post(path)


@pytest.fixture
def everybody(office, visit):
    """A session of every role, all of them at home where the cases lie."""
    agencies = {Role.ADJUDICATOR: "leading_group", Role.FINANCE: "finance_bureau"}
    found = {}
    for role in sorted(STAFF_ROLES):
        employer = {"employer": office.employer} if role == Role.EMPLOYER else {}
        found[role] = visit(staff(role, agencies.get(role, "hr_bureau"), **employer))
    return found


# --- without a session ------------------------------------------------------------------------------------------------


def test_without_a_session_every_route_leads_to_the_login(app, office):
    client = app.test_client()
    for method, rule in routes(app, but={"console.alive"}):
        answer = client.open(path_of(rule, {}), method=method)
        assert answer.status_code in (302, 403), (method, rule)
        if answer.status_code == 302:
            assert answer.location.startswith("/console/login"), (method, rule)


def test_addresses_that_are_none_of_ours_look_alike_with_and_without_a_session(app, visit, office):
    assert app.test_client().get("/console/nowhere").location.startswith("/console/login")
    assert visit(office.clerk).get("/console/nowhere").status_code == 404


# --- pages by role ----------------------------------------------------------------------------------------------------


def page_of(path):
    """Return the page of the bar to which an address belongs."""
    addresses = {
        f"/console/{page.endpoint.partition('.')[2]}": page for page in PAGES if page.endpoint != "console.home"
    }
    return next(
        (page for address, page in addresses.items() if path == address or path.startswith(f"{address}/")), None
    )


def test_every_page_below_the_bar_is_refused_to_the_roles_that_do_not_use_it(app, everybody):
    for (method, rule), (role, visitor) in product(list(routes(app)), everybody.items()):
        path = path_of(rule, {})
        page = page_of(path)
        if page is not None and role not in page.roles:
            assert ask(visitor, method, path).status_code == 403, (role, method, path)


def test_every_role_can_open_every_page_of_its_own_bar(everybody):
    for role, visitor in everybody.items():
        for page in PAGES:
            if role in page.roles:
                address = f"/console/{page.endpoint.partition('.')[2].replace('home', '')}"
                assert visitor.get(address, follow_redirects=True).status_code == 200, (role, address)


def test_no_route_stands_outside_the_table_unnoticed(app):
    """What belongs to no page is either for everybody or checks the case it is about."""
    outside = {rule.endpoint for _, rule in routes(app) if page_of(path_of(rule, {})) is None}
    known = {
        *FOR_ALL,
        *("console.account", "console.change_password", "console.enable_totp", "console.disable_totp"),
        *("console.close_session", "console.delegate", "console.end_delegation", "console.log_out"),
        *("console.tie_sign_on", "console.untie_sign_on"),
        *("console.add_reply", "console.change_reply", "console.drop_reply"),
        *("console.case", "console.reveal", "console.page", "console.mark_paper", "console.add_note"),
        *("console.send_again", "console.act", "console.print_document", "console.wording"),
        *("console.search", "console.export_list", "console.alerts_seen", "console.answer_rating"),
        *("console.batch_command_again", "console.preview_batch", "console.do_batch"),
    }
    assert outside <= known, outside - known


# --- other people's matters -------------------------------------------------------------------------------------------


@pytest.fixture
def matters(office, talent):
    """One of everything in the test city, by the names of the routes' arguments."""
    now = clock.now()
    case, notice = to_notice(office, talent, now)
    objection = commands.file_objection(NoticeEntry.get().id, "学历存疑", now)
    mended = to_review(office, Talent(now), now)
    commands.correct(office.reviewer, mended.id, [commands.Point("other", "other", "请说明")], now)
    done = recognised(office, Talent(now), now)
    rating = service.rate(done.applicant_id, done.id, 1, now)
    voice = service.complain(CITY, "complaint", "太慢", "等了很久", now, applicant_id=talent.id, agency="hr_bureau")
    batch = PaymentBatch.create(number="B1", city=CITY, payer="city", created_by=office.finance.id)
    money = {"applicant": done.applicant_id, "city": CITY, "item": "allowance", "period": "2026-01"}
    money |= {"share": "1", "fen": 100}
    payment = Payment.create(application=done.id, payer="city", pack_version="x", state="failed", batch=batch, **money)
    member = EmployerMember.create(employer=office.employer, applicant=talent.id)
    pages = MaterialPage.select().join(ApplicationMaterial, on=(ApplicationMaterial.material == MaterialPage.material))
    visit_ = Appointment.create(
        applicant=talent.id, city=CITY, window="talent_window", day=now.date(), slot="09:00", counter=1
    )
    questions.unanswered("租房有补贴吗", CITY, now)
    reply = replies.add("标题", "内容", CITY, "hr_bureau", office.clerk.id)
    absence = accounts.delegate(office.clerk.id, office.reviewer.id, now.date(), now.date())
    campaign = Campaign.create(name="年审", city=CITY, template="notice", keywords={}, created_by=office.coordinator.id)
    return {
        "campaign_id": campaign.id,
        "case_id": case.id,
        "notice_id": notice.id,
        "objection_id": objection.id,
        "point_id": CorrectionPoint.get().id,
        "card_id": TalentCard.get().id,
        "rating_id": rating.id,
        "voice_id": voice.id,
        "batch_id": batch.id,
        "payment_id": payment.id,
        "employer_id": office.employer.id,
        "member_id": member.id,
        "appointment_id": visit_.id,
        "question_id": UnansweredQuestion.get().id,
        "reply_id": reply.id,
        "delegation_id": absence.id,
        "page_id": pages.get().id,
        "message_id": OutboxMessage.get().id,
        "applicant_id": talent.id,
        "staff_id": office.clerk.id,
        "requirement": "identity",
        "name": "acceptance",
        "command": "approve",
        "act": "approve",
        "kind": "csv",
        "city": CITY,
        "item": "recognition",
        "cite": "d/1",
    }


IDS = {
    *("case_id", "notice_id", "objection_id", "point_id", "card_id", "rating_id", "voice_id", "batch_id"),
    *("payment_id", "employer_id", "member_id", "appointment_id", "question_id", "reply_id"),
    *("delegation_id", "page_id", "message_id", "applicant_id", "campaign_id"),
}
STRANGERS = {
    "wrong city": lambda role: staff(role, "hr_bureau", city="othercity"),
    "wrong employer": lambda role: staff(
        role, employer=Employer.create(name="别的单位", city=CITY, credit_code="X9", state="approved")
    ),
}


def scrubbed(response, visitor, *ids):
    """Return an answer without what differs from request to request: the token and the asked ids."""
    text = response.get_data(as_text=True).replace(visitor.login.csrf, "")
    for one in ids:
        text = text.replace(one, "ID")
    return response.status_code, re.sub(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d", "", text)


def foreign_routes(app):
    """Yield the routes that take an id of somebody's matter."""
    return [(method, rule) for method, rule in routes(app) if IDS & rule.arguments]


@pytest.mark.parametrize("role", sorted(STAFF_ROLES - {Role.ADMIN, Role.EMPLOYER}))
def test_in_another_city_foreign_and_unknown_ids_look_the_same(app, visit, matters, role):
    visitor = visit(STRANGERS["wrong city"](role))
    assert_blind(app, visitor, matters)


def test_at_another_employer_foreign_and_unknown_ids_look_the_same(app, visit, matters):
    assert_blind(app, visit(STRANGERS["wrong employer"](Role.EMPLOYER)), matters)


def assert_blind(app, visitor, matters):
    """A stranger gets nothing, learns nothing and leaves no trace on what is not his."""
    before = Audit.select().count()
    for method, rule in foreign_routes(app):
        unknown = {name: "zzz" if name in IDS else value for name, value in matters.items()}
        theirs = ask(visitor, method, path_of(rule, matters))
        nobodys = ask(visitor, method, path_of(rule, unknown))
        assert theirs.status_code in (403, 404), (method, rule, theirs.status_code)
        ids = [matters[name] for name in rule.arguments & IDS]
        assert scrubbed(theirs, visitor, *ids) == scrubbed(nobodys, visitor, "zzz"), (method, rule)
    assert Audit.select().count() == before


CASE_ROUTES = re.compile(r"^/console/cases/")


@pytest.mark.parametrize("role", [Role.WINDOW, Role.REVIEWER, Role.SUPERVISOR, Role.ADJUDICATOR, Role.FINANCE])
def test_an_agency_that_takes_no_part_sees_no_case(app, visit, matters, role):
    visitor = visit(staff(role, "housing_bureau"))
    for method, rule in foreign_routes(app):
        if CASE_ROUTES.match(rule.rule):
            assert ask(visitor, method, path_of(rule, matters)).status_code == 404, (method, rule)


def test_a_clerk_of_one_district_sees_no_case_of_another(app, visit, matters, office):
    Application.update(place="hill").execute()
    visitor = visit(staff(Role.WINDOW, "hr_bureau", place="east"))
    for method, rule in foreign_routes(app):
        if CASE_ROUTES.match(rule.rule):
            assert ask(visitor, method, path_of(rule, matters)).status_code == 404, (method, rule)


@pytest.mark.parametrize("role", sorted(STAFF_ROLES))
def test_a_draft_is_nobodys_business_but_its_applicants(visit, office, talent, role):
    draft = talent.draft("recognition", clock.now())
    assert (
        visit(staff(role, "hr_bureau", employer=office.employer)).get(f"/console/cases/{draft.id}").status_code == 404
    )


@pytest.mark.parametrize("role", [Role.LEADER, Role.AUDITOR, Role.COORDINATOR])
def test_who_oversees_the_city_reads_and_decides_nothing(app, visit, matters, role):
    visitor = visit(staff(role))
    before = Application.get_by_id(matters["case_id"]).version
    assert visitor.get(f"/console/cases/{matters['case_id']}").status_code == 200
    for command in ("accept", "approve", "reject", "publish", "pay", "hand_over", "stop", "claw_back"):
        answer = visitor.post(
            f"/console/cases/{matters['case_id']}/do/{command}", last_day="2026-01-31", reason="x", note="x"
        )
        assert answer.status_code == 422, command
    assert Application.get_by_id(matters["case_id"]).version == before


def test_an_administrator_sees_accounts_and_no_case(app, visit, matters):
    visitor = visit(staff(Role.ADMIN))
    assert visitor.get("/console/").location == "/console/questions"
    assert visitor.get(f"/console/cases/{matters['case_id']}").status_code == 404


def test_the_agency_of_a_notice_alone_reads_who_objected(visit, matters, office):
    assert "学历存疑" in visit(office.reviewer).text(f"/console/notices/{matters['notice_id']}")
    assert "学历存疑" not in visit(office.stranger).text(f"/console/notices/{matters['notice_id']}")


def test_complaints_about_an_agency_are_not_read_by_another(visit, matters, office):
    assert visit(office.reviewer).get(f"/console/voices/{matters['voice_id']}").status_code == 200
    assert visit(office.stranger).get(f"/console/voices/{matters['voice_id']}").status_code == 404


def test_matters_for_12380_are_read_by_those_who_see_the_whole_city(visit, office):
    voice = service.complain(CITY, "organization", "举报", "弄虚作假", clock.now())
    assert visit(office.coordinator).get(f"/console/voices/{voice.id}").status_code == 200
    assert visit(office.supervisor).get(f"/console/voices/{voice.id}").status_code == 404


def test_a_photo_of_somebody_else_is_not_shown_with_a_complaint(visit, matters, office):
    stolen = service.complain(
        CITY,
        "complaint",
        "主题",
        "内容",
        clock.now(),
        applicant_id=Talent().id,
        agency="hr_bureau",
        files=[matters["page_id"]],
    )
    assert visit(office.reviewer).get(f"/console/voices/{stolen.id}/photos/{matters['page_id']}").status_code == 404


def test_ledgers_of_others_stay_closed_to_an_employer(visit, matters, office):
    page = visit(office.hr).text("/console/payments")
    assert "制单" not in page
    assert "没有符合条件的款项" in page


def test_a_rating_and_an_objection_exist(matters):
    assert Rating.select().count() == Objection.select().count() == Correction.select().count() == 1
