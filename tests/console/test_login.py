"""Who gets in, for how long, and what every answer carries."""

from datetime import timedelta

import pyotp
import pytest

from backend import clock
from backend.store import audit
from backend.store import staff as accounts
from backend.store.models import Audit, Staff
from tests.console.site import console_app
from tests.console.town import PASSWORD, password_hash
from tests.console.visitor import said


@pytest.fixture
def clerk(office):
    """An account with a password."""
    Staff.update(password_hash=password_hash()).where(Staff.id == office.clerk.id).execute()
    return Staff.get_by_id(office.clerk.id)


def log_in(client, login, password=PASSWORD, **more):
    return client.post("/console/login", data={"login": login, "password": password} | more)


def test_the_right_password_opens_the_desk(app, clerk):
    client = app.test_client()
    assert log_in(client, clerk.login).location == "/console/"
    assert clerk.name in said(client.get("/console/"))


def test_a_login_is_in_the_operation_log(app, clerk):
    log_in(app.test_client(), clerk.login)
    assert [row.action for row in audit.of_subject("staff", clerk.id)] == ["log_in"]


def test_wrong_password_and_unknown_account_get_the_same_answer(app, clerk):
    answers = [log_in(app.test_client(), login, "wrong-wrong-wrong") for login in (clerk.login, "nobody")]
    assert {answer.status_code for answer in answers} == {401}
    assert said(answers[0]) == said(answers[1])


def test_what_was_typed_as_login_name_is_kept_and_the_password_is_not(app, clerk):
    page = log_in(app.test_client(), clerk.login, "wrong-wrong-wrong").get_data(as_text=True)
    assert f'value="{clerk.login}"' in page
    assert "wrong-wrong-wrong" not in page


def test_five_failures_lock_the_account_for_a_quarter_of_an_hour(app, clerk):
    client = app.test_client()
    for _ in range(5):
        log_in(client, clerk.login, "wrong-wrong-wrong")
    assert "锁定" in said(log_in(client, clerk.login))
    clock.set_ahead(timedelta(minutes=16))
    assert log_in(client, clerk.login).status_code == 302


def test_a_one_time_code_is_asked_for_once_enabled(app, clerk):
    secret = accounts.new_totp_secret()
    now = clock.now()
    accounts.enable_totp(clerk.id, secret, pyotp.TOTP(secret).at(now), now)
    assert log_in(app.test_client(), clerk.login).status_code == 401
    assert log_in(app.test_client(), clerk.login, code=pyotp.TOTP(secret).at(clock.now())).status_code == 302


def test_a_disabled_account_does_not_get_in(app, clerk):
    accounts.disable(clerk.id, clock.now())
    assert log_in(app.test_client(), clerk.login).status_code == 401


def test_after_the_login_one_goes_on_to_the_page_asked_for(app, clerk):
    client = app.test_client()
    asked = client.get("/console/notices")
    assert asked.location == "/console/login?next=/console/notices"
    assert log_in(client, clerk.login, next="/console/notices").location == "/console/notices"


@pytest.mark.parametrize(
    "away", ["https://evil.example/", "//evil.example/", "/api/v1/me", "/console/\\evil", "/console/\nx"]
)
def test_the_login_never_leads_out_of_the_console(app, clerk, away):
    assert log_in(app.test_client(), clerk.login, next=away).location == "/console/"


def test_a_login_sent_from_another_site_is_refused(app, clerk):
    answer = app.test_client().post(
        "/console/login",
        data={"login": clerk.login, "password": PASSWORD},
        headers={"Origin": "https://evil.example"},
    )
    assert answer.status_code == 403


# --- how long ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("wait", "status"), [({"minutes": 59}, 200), ({"minutes": 61}, 302), ({"hours": 13}, 302)])
def test_a_session_ends_after_an_idle_hour(visit, office, wait, status):
    visitor = visit(office.clerk)
    clock.set_ahead(timedelta(**wait))
    assert visitor.get("/console/").status_code == status


def test_a_session_ends_after_twelve_hours_however_busy(visit, office):
    visitor = visit(office.clerk)
    for _ in range(14):
        clock.set_ahead(timedelta(minutes=50))
        visitor.get("/console/")
    clock.set_ahead(timedelta(minutes=30))
    assert visitor.get("/console/").status_code == 302


def test_an_expired_session_is_told_so_at_the_login(visit, office):
    visitor = visit(office.clerk)
    clock.set_ahead(timedelta(hours=2))
    assert "登录已过期" in said(visitor.client.get("/console/", follow_redirects=True))


def test_logging_out_ends_the_session_for_good(visit, office):
    visitor = visit(office.clerk)
    visitor.post("/console/logout")
    visitor.client.set_cookie("console_session", visitor.login.token, path="/console")
    assert visitor.get("/console/").status_code == 302


def test_an_administrator_ends_all_sessions_of_an_account(visit, office):
    from tests.workflow.office import staff

    clerk, admin = visit(office.clerk), visit(staff("admin"))
    admin.post(f"/console/staff/{office.clerk.id}/sign_out")
    assert clerk.get("/console/").status_code == 302


def test_one_may_close_another_device_of_ones_own_but_not_a_colleagues(visit, office):
    first, second, stranger = visit(office.clerk), visit(office.clerk), visit(office.reviewer)
    session = accounts.session_of(second.login.token, clock.now())
    assert stranger.post(f"/console/account/sessions/{session.id}/close").status_code == 404
    assert second.get("/console/").status_code == 200
    first.post(f"/console/account/sessions/{session.id}/close")
    assert second.get("/console/").status_code == 302


def test_a_page_that_asks_whether_its_login_lives_gets_the_token_or_401(visit, office, app):
    visitor = visit(office.clerk)
    assert visitor.get("/console/alive").json == {"csrf": visitor.login.csrf}
    assert app.test_client().get("/console/alive").status_code == 401


# --- the first password -----------------------------------------------------------------------------------------------


@pytest.fixture
def newcomer(office, visit, clerk):
    """Somebody who logs in for the first time with a password that an administrator knows."""
    Staff.update(must_change=True).where(Staff.id == clerk.id).execute()
    return visit(Staff.get_by_id(clerk.id))


def test_until_the_first_password_is_changed_every_page_leads_there(newcomer):
    for page in ("/console/", "/console/notices", "/console/account"):
        assert newcomer.get(page).location == "/console/password"


@pytest.mark.parametrize(
    ("old", "new", "again"),
    [
        ("wrong-wrong-wrong", "new-secret-words", "new-secret-words"),
        (PASSWORD, "short", "short"),
        (PASSWORD, "new-secret-words", "other-secret-words"),
    ],
)
def test_a_bad_new_password_is_refused_with_a_sentence(newcomer, old, new, again):
    answer = newcomer.post("/console/password", old=old, new=new, again=again)
    assert answer.status_code == 400
    assert 'role="alert"' in answer.get_data(as_text=True)


def test_a_new_password_ends_the_session_and_opens_the_desk_afterwards(newcomer, app, clerk):
    newcomer.post("/console/password", old=PASSWORD, new="new-secret-words", again="new-secret-words")
    assert newcomer.get("/console/").location.startswith("/console/login")
    client = app.test_client()
    log_in(client, clerk.login, "new-secret-words")
    assert client.get("/console/").status_code == 200


# --- what every answer carries ----------------------------------------------------------------------------------------


def test_a_form_without_its_token_changes_nothing(visit, office):
    visitor, before = visit(office.clerk), Audit.select().count()
    answer = visitor.post("/console/replies", token=False, title="x", text="y")
    assert answer.status_code == 403
    assert "页面已过期" in said(answer)
    assert Audit.select().count() == before


def test_the_token_of_another_session_does_not_count(visit, office):
    one, other = visit(office.clerk), visit(office.clerk)
    assert one.post("/console/replies", token=False, csrf=other.login.csrf, title="x", text="y").status_code == 403


def test_every_changing_route_wants_the_token(app, visit, office):
    visitor = visit(office.clerk)
    for rule in app.url_map.iter_rules():
        if "POST" in rule.methods and rule.endpoint not in ("console.log_in", "console.unknown"):
            path = rule.build(dict.fromkeys(rule.arguments, "x"))[1]
            assert visitor.post(path, token=False).status_code == 403, path


def test_pages_load_nothing_from_elsewhere_and_are_kept_by_nobody(visit, office):
    headers = visit(office.clerk).get("/console/").headers
    assert headers["Content-Security-Policy"].startswith("default-src 'self'")
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "noindex" in headers["X-Robots-Tag"]


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(app, clerk):
    cookie = log_in(app.test_client(), clerk.login).headers["Set-Cookie"]
    assert all(part in cookie for part in ("HttpOnly", "SameSite=Strict", "Path=/console"))


def test_in_production_the_cookie_travels_over_tls_alone(sqlite_store, clerk):
    from dataclasses import replace

    app = console_app(replace(sqlite_store, sandbox=False))
    assert "Secure" in log_in(app.test_client(), clerk.login).headers["Set-Cookie"]


def test_a_failure_shows_a_page_and_no_inner_matter(app, visit, office, monkeypatch):
    from backend.console import desk_pages

    def fail(*_):
        raise RuntimeError("secret inner matter")

    monkeypatch.setattr(desk_pages.queue, "counts", fail)
    answer = visit(office.clerk).get("/console/")
    assert answer.status_code == 500
    assert "系统出了问题" in said(answer)
    assert "secret inner matter" not in answer.get_data(as_text=True)
