"""The city's single sign-on: off without settings, tied by the person himself, never guessed, every token verified."""

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from backend import clock
from backend.settings import Settings, SettingsError, SingleSignOn
from backend.store import staff as accounts
from backend.store.models import Audit, Staff, StaffSession
from tests.console.issuer import Issuer
from tests.console.site import console_app
from tests.console.visitor import Visitor, said
from tests.store.fixtures import ENVIRONMENT

OIDC = {"OIDC_ISSUER": "https://id.example/", "OIDC_CLIENT_ID": "console", "OIDC_CLIENT_SECRET": "s"}


@pytest.fixture
def issuer():
    """An issuer at which person 1001 is logged in."""
    running = Issuer()
    yield running
    running.stop()


@pytest.fixture
def app(sqlite_store, office, issuer):
    """The console with single sign-on."""
    sign_on = SingleSignOn(issuer.url, issuer.client_id, issuer.secret, "市统一认证")
    return console_app(replace(sqlite_store, sign_on=sign_on))


def through(client, begin):
    """Follow the way to the issuer and back; return the console's answer."""
    there = client.get(begin)
    assert there.status_code == 302, said(there)
    back = urlsplit(requests.get(there.location, allow_redirects=False, timeout=30).headers["Location"])
    return client.get(f"{back.path}?{back.query}")


def tied(app, staff):
    """A session of an account that has just tied itself to whoever is logged in at the issuer."""
    visitor = Visitor(app, staff)
    assert through(visitor.client, "/console/account/sign-on").status_code == 200
    return visitor


def test_without_settings_there_is_no_single_sign_on(sqlite_store, office):
    client = console_app(sqlite_store).test_client()
    assert "统一" not in said(client.get("/console/login"))
    assert client.get("/console/sign-on").status_code == 404
    assert client.get("/console/sign-on/back").status_code == 404


def test_a_person_who_tied_the_account_gets_in_without_a_password(app, office):
    tied(app, office.clerk)
    client = app.test_client()
    assert through(client, "/console/sign-on").status_code == 200
    assert office.clerk.name in said(client.get("/console/"))
    assert [row.action for row in Audit.select().order_by(Audit.seq)][-2:] == ["tie_sign_on", "sign_on"]


def test_the_login_page_offers_it_under_the_citys_name(app):
    assert "用市统一认证登录" in said(app.test_client().get("/console/login"))


def test_somebody_nobody_tied_is_told_how_to_and_gets_no_session(app):
    client = app.test_client()
    answer = through(client, "/console/sign-on")
    assert answer.status_code == 403
    assert "先用账号和密码登录" in said(answer)
    assert StaffSession.select().count() == 0


def test_one_person_cannot_hold_two_accounts(app, office):
    tied(app, office.clerk)
    second = Visitor(app, office.reviewer)
    answer = through(second.client, "/console/account/sign-on")
    assert answer.status_code == 409
    assert Staff.get_by_id(office.reviewer.id).oidc_subject is None


def test_a_shut_account_stays_shut(app, office):
    tied(app, office.clerk)
    accounts.disable(office.clerk.id, clock.now())
    assert through(app.test_client(), "/console/sign-on").status_code == 403


def test_after_untying_the_way_is_closed(app, office):
    visitor = tied(app, office.clerk)
    visitor.post("/console/account/sign-on/off")
    assert through(app.test_client(), "/console/sign-on").status_code == 403


def test_a_reset_by_the_administrator_unties_too(app, office):
    from backend.workflow.rights import Role
    from tests.workflow.office import staff

    tied(app, office.clerk)
    Visitor(app, staff(Role.ADMIN)).post(f"/console/staff/{office.clerk.id}/reset")
    assert Staff.get_by_id(office.clerk.id).oidc_subject is None


@pytest.mark.parametrize("wrong", [{"aud": "another"}, {"iss": "https://evil.example"}, {"nonce": "x"}, {"exp": 1}])
def test_a_token_that_is_not_for_us_opens_nothing(app, office, issuer, wrong):
    tied(app, office.clerk)
    issuer.spoiled = wrong
    before = StaffSession.select().count()
    assert through(app.test_client(), "/console/sign-on").status_code == 401
    assert StaffSession.select().count() == before


def test_an_answer_nobody_asked_for_opens_nothing(app, office, issuer):
    tied(app, office.clerk)
    victim = app.test_client()
    stolen = requests.get(app.test_client().get("/console/sign-on").location, allow_redirects=False, timeout=30)
    back = urlsplit(stolen.headers["Location"])
    assert victim.get(f"{back.path}?{back.query}").status_code == 401


def test_the_issuer_is_asked_with_pkce_state_and_nonce(app):
    asked = parse_qs(urlsplit(app.test_client().get("/console/sign-on").location).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert {"state", "nonce", "code_challenge", "redirect_uri"} <= asked.keys()


def test_an_issuer_that_is_away_leaves_the_password(app, issuer):
    issuer.stop()
    answer = app.test_client().get("/console/sign-on")
    assert answer.status_code == 502
    assert "也可以用账号和密码登录" in said(answer)


def test_half_a_configuration_is_refused():
    with pytest.raises(SettingsError) as error:
        Settings.from_environment(ENVIRONMENT | {"OIDC_ISSUER": "https://id.example"})
    assert error.value.names == ("OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET")


def test_the_whole_configuration_is_read(tmp_path):
    found = Settings.from_environment(ENVIRONMENT | OIDC | {"DATA_DIR": str(tmp_path)}).sign_on
    assert found == SingleSignOn("https://id.example", "console", "s", "统一身份认证")
    assert "client_secret" not in repr(found)
