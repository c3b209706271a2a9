"""Every address of the interface, asked by everybody whose business it is not. The addresses come from the URL map.

A new route is in the matrix from its first day: one whose id or body the tables below do not know fails here.
"""

import io
import json
import re

import pytest

from backend import clock
from backend.console.security import COOKIE
from backend.store import chat
from backend.store import staff as accounts
from backend.store.models import (
    Applicant,
    Application,
    Appointment,
    Audit,
    Complaint,
    CorrectionPoint,
    Employer,
    EmployerMember,
    InAppMessage,
    Material,
    MaterialPage,
)
from backend.workflow import commands, service
from backend.workflow.rights import STAFF_ROLES, Role
from miniprogram_api import doors, views
from tests.miniprogram_api.world import FACTS, photograph
from tests.workflow.office import CITY, staff

UNKNOWN = "app_00000000000000000000000000"
VALUES = {"kind": "privacy", "name": "topic.money", "token": "a" * 20, "requirement": "contract"}
"""Arguments of addresses that name nobody's matter."""

BODIES = {
    "read_application": None,
    "fill_in_application": {"facts": {"married": True}},
    "submit_application": {"declared": True},
    "answer_correction": {},
    "mend_point": {},
    "withdraw_application": {"reason": "不办了"},
    "confirm_step": {},
    "reopen_application": {"kind": "reopened"},
    "add_page": "file",
    "reuse_material": "material",
    "take_back_material": None,
    "add_page_to_material": "file",
    "delete_material": None,
    "page_picture": None,
    "delete_page": None,
    "turn_page": {"degrees": 90},
    "read_message": {},
    "rate_step": {"stars": 1, "comment": "慢"},
    "satisfied": {"satisfied": False},
    "cancel_appointment": None,
    "list_payments": None,
    "file_photo": "photo",
    "rate_answer": {"rating": "up"},
    "read_employee_case": None,
    "pass_first_review": {"note": ""},
    "reject_first_review": {"reason": "材料不实"},
    "ask_for_correction": {"points": [{"text": "请补盖章页"}]},
    "send_back": {"reason": "请补盖章页"},
}
"""Endpoint that takes an id → a body the interface would take from its owner."""


@pytest.fixture
def owned(me, office):
    """The ids of one person's matters, by the beginning of their addresses."""
    now = clock.now()
    case = me.apply("recognition")
    commands.approve(office.hr, case, now)
    commands.accept(office.clerk, case, now)
    commands.correct(office.reviewer, case, [commands.Point("other", "other", "请说明")], now)
    row = Application.get_by_id(case)
    applicant = row.applicant_id
    voice = service.complain(CITY, "complaint", "太慢", "等了很久", now, applicant_id=applicant, agency="hr_bureau")
    Complaint.update(state="answered", answer="已核实", answered_at=now).execute()
    visit = Appointment.create(
        applicant=applicant, city=CITY, window="talent_window", day=now.date(), slot="09:00", counter=1
    )
    return {
        "/applications": case,
        "/employer/applications": case,
        "/materials": Material.get(Material.applicant == applicant).id,
        "/pages": MaterialPage.get().id,
        "/messages": InAppMessage.get(InAppMessage.applicant == applicant).id,
        "/complaints": voice.id,
        "/appointments": visit.id,
        "/assistant/messages": chat.answered(applicant, {"text": "您好"}, CITY, now).id,
        "/assistant/photos": Material.get(Material.applicant == applicant).id,
        "point": CorrectionPoint.get().id,
        "number": row.number,
        "voice_number": voice.number,
        "applicant": applicant,
    }


def rules(app):
    """Yield (endpoint, method, rule) of every address of the interface."""
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/api/v1/"):
            for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
                yield rule.endpoint.rpartition(".")[2], method, rule


def with_ids(app):
    """Yield the addresses that take the id of somebody's matter."""
    for endpoint, method, rule in rules(app):
        if rule.arguments - VALUES.keys() and endpoint not in doors.OPEN_TO_ALL:
            yield endpoint, method, rule


def path_of(rule, owned, unknown=False):
    """Return an address below /api/v1 with the owner's ids, or with ids of nothing."""
    stem = rule.rule.removeprefix("/api/v1").partition("/<")[0]
    given = {"id": owned[stem], "point": owned["point"]} if rule.arguments & {"id", "point"} else {}
    chosen = dict.fromkeys(given, UNKNOWN) if unknown else given
    return rule.build(VALUES | chosen)[1].removeprefix("/api/v1").partition("?")[0]


def ask(phone, endpoint, method, path, owned):
    """Ask for an address with a body it would take."""
    body = BODIES[endpoint]
    if body == "file":
        return phone.send(method, path, data={"file": (io.BytesIO(photograph()), "a.jpg")})
    if body == "material":
        body = {"material": owned["/materials"]}
    if body == "photo":
        body = {"application": owned["/applications"], "requirement": "contract"}
    return phone.send(method, path, body)


def scrubbed(response, *ids):
    """Return what an answer says, without the asked ids and what differs from request to request."""
    text = response.get_data(as_text=True)
    for one in ids:
        text = text.replace(one, "ID")
    return response.status_code, re.sub(r'"request_id":"[^"]*"', "", text)


def hr_of(sign_in, name, employer, state="active"):
    """A person who does HR work for an employer."""
    phone = sign_in(name).agree()
    person = Applicant.select().order_by(Applicant.id.desc()).get()
    EmployerMember.create(employer=employer, applicant=person, state=state)
    return phone


@pytest.fixture
def strangers(sign_in, office):
    """Signed-in people whose business the owner's matters are not."""
    other = Employer.create(name="别的单位", city=CITY, credit_code="X9", state="approved")
    suspended = Employer.create(name="暂停的单位", city=CITY, credit_code="X8", state="suspended")
    return {
        "another applicant": sign_in("李四").agree(),
        "without consent": sign_in("赵六"),
        "HR of another employer": hr_of(sign_in, "钱七", other),
        "HR not let in yet": hr_of(sign_in, "孙八", office.employer, "pending"),
        "HR of a suspended employer": hr_of(sign_in, "周九", suspended),
    }


def test_every_address_with_an_id_is_in_the_table(app):
    assert {endpoint for endpoint, _, _ in with_ids(app)} == BODIES.keys()


def test_strangers_learn_nothing_and_change_nothing(app, owned, strangers):
    before = (Audit.select().count(), Application.get_by_id(owned["/applications"]).version, Complaint.get().state)
    for (who, phone), (endpoint, method, rule) in (
        (stranger, one) for stranger in strangers.items() for one in with_ids(app)
    ):
        path, nowhere = path_of(rule, owned), path_of(rule, owned, unknown=True)
        theirs = ask(phone, endpoint, method, path, owned)
        nobodys = ask(phone, endpoint, method, nowhere, owned)
        assert theirs.status_code in (403, 404), (who, method, path, theirs.get_data(as_text=True))
        asked = [one for one in path.split("/") if one in owned.values()]
        assert scrubbed(theirs, *asked) == scrubbed(nobodys, UNKNOWN), (who, method, path)
    assert before == (
        Audit.select().count(),
        Application.get_by_id(owned["/applications"]).version,
        Complaint.get().state,
    )


def test_the_hr_of_the_employer_acts_in_the_first_review_alone(app, owned, sign_in, office):
    phone = hr_of(sign_in, "吴十", office.employer)
    for endpoint, method, rule in with_ids(app):
        path = path_of(rule, owned)
        status = ask(phone, endpoint, method, path, owned).status_code
        if rule.rule.startswith("/api/v1/employer/"):
            assert status == (200 if method == "GET" else 403), (method, path)
        else:
            assert status in (403, 404), (method, path)


def test_the_owner_is_never_told_that_it_is_not_there(app, owned, me):
    """Otherwise the refusals above would prove nothing."""
    kinder = sorted(with_ids(app), key=lambda one: (one[1] == "DELETE", "withdraw" in one[0]))
    for endpoint, method, rule in kinder:
        if rule.rule.startswith("/api/v1/employer/") or endpoint == "file_photo":
            continue
        answer = ask(me, endpoint, method, path_of(rule, owned), owned)
        told = answer.get_data().decode(errors="replace")
        assert answer.status_code not in (401, 403, 404, 500), (endpoint, told)
        assert "invalid_request" not in told, (endpoint, told)


def test_lists_and_screens_of_others_hold_nothing_of_the_owner(app, owned, strangers):
    secrets = [*(value for key, value in owned.items() if key != "point"), FACTS["id_number"], FACTS["phone"]]
    params = {"application": owned["/applications"], "item": "recognition", "step": owned["/applications"]}
    for who, phone in strangers.items():
        lists = [rule.rule.removeprefix("/api/v1") for _, method, rule in rules(app) if method == "GET"]
        for path in [path for path in lists if "<" not in path]:
            assert_silent(phone.send("GET", path), secrets, (who, path))
        for screen in views.composers():
            answer = phone.send("GET", f"/screens/{screen}", query_string=params)
            assert answer.status_code != 500, (who, screen)
            assert_silent(answer, [one for one in secrets if one not in params.values()], (who, screen))


def assert_silent(answer, secrets, where):
    """Nothing of what must stay hidden is in an answer."""
    said = json.dumps(answer.get_json(silent=True), ensure_ascii=False)
    assert not [one for one in secrets if one in said], where


@pytest.mark.parametrize("role", sorted(STAFF_ROLES))
def test_no_account_of_the_console_opens_the_interface(app, owned, office, role):
    """At home, at a wrong agency and in a wrong city alike: the two kinds of session never stand for each other."""
    places = [{"agency": "hr_bureau"}, {"agency": "housing_bureau"}, {"agency": "hr_bureau", "city": "othercity"}]
    places = [{"employer": office.employer}] if role == Role.EMPLOYER else places
    for scope in places:
        login = accounts._open_session(staff(role, **scope), "test", clock.now())
        client = app.test_client()
        client.set_cookie(COOKIE, login.token, path="/")
        for endpoint, method, rule in rules(app):
            if endpoint in doors.OPEN_TO_ALL:
                continue
            path = "/api/v1" + path_of(rule, owned)
            for headers in ({}, {"Authorization": f"Bearer {login.token}"}):
                assert client.open(path, method=method, headers=headers, json={}).status_code == 401, (role, path)


def test_a_token_of_the_interface_opens_no_page_of_the_console(app, me):
    client = app.test_client()
    client.set_cookie(COOKIE, me.token, path="/")
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/console/") and not rule.arguments and "GET" in rule.methods:
            answer = client.get(rule.rule, headers={"Authorization": f"Bearer {me.token}"})
            login = answer.status_code == 302 and "/console/login" in answer.location
            open_ = rule.endpoint in ("console.login", "console.sign_on", "console.signed_on")
            assert login or open_ or answer.status_code in (401, 403), rule.rule


def test_everybody_without_a_session_is_sent_away(app, owned, visitor):
    for endpoint, method, rule in rules(app):
        if endpoint not in doors.OPEN_TO_ALL:
            assert visitor.send(method, path_of(rule, owned), {}).status_code == 401, (method, rule.rule)
