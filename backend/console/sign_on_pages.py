"""The city's single sign-on (OpenID Connect) beside the password: off unless the settings name an issuer.

An account is tied to a person at the issuer by that person himself, who is logged in with the password at that moment;
nothing is guessed from names. The second factor is then the issuer's affair. Code flow with PKCE and nonce; Authlib
verifies the answer (RFC 6749, RFC 7636, OpenID Connect Core 1.0).
"""

from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.flask_client import OAuth
from flask import Blueprint, Flask, abort, current_app, flash, g, redirect, render_template, session, url_for
from joserfc.errors import JoseError
from requests import RequestException

from backend import clock
from backend.console import security
from backend.settings import Settings, SingleSignOn
from backend.store import audit
from backend.store import staff as accounts

EXTENSION = "console_sign_on"
TYING = "console_tying"
"""In the short-lived cookie of the way there and back: the account that wants to be tied."""

NOT_REACHED = "{name}现在连不上或没有认可这次登录，请稍后再试，也可以用账号和密码登录。"
NOT_TIED = "这个{name}账号还没有关联工作台账号。请先用账号和密码登录，再到“我的账号”里关联一次。"
TAKEN = "这个{name}账号已经关联了另一个工作台账号，请先在那个账号里解除。"


def register(blueprint: Blueprint) -> None:
    """Add the way to the issuer and back to the console."""
    blueprint.get("/sign-on", endpoint="sign_on")(_go)
    blueprint.get("/sign-on/back", endpoint="signed_on")(_back)
    blueprint.get("/account/sign-on", endpoint="tie_sign_on")(_tie)
    blueprint.post("/account/sign-on/off", endpoint="untie_sign_on")(_untie)


def prepare(app: Flask, settings: Settings) -> None:
    """Make the issuer's client known to the application, where the settings name an issuer."""
    if settings.sign_on is None:
        return
    app.config.update(SESSION_COOKIE_SAMESITE="Lax", SESSION_COOKIE_SECURE=not settings.sandbox)
    client = OAuth(app).register(
        EXTENSION,
        client_id=settings.sign_on.client_id,
        client_secret=settings.sign_on.client_secret,
        server_metadata_url=f"{settings.sign_on.issuer}/.well-known/openid-configuration",
        client_kwargs={"scope": "openid", "code_challenge_method": "S256", "timeout": 10},
    )
    app.extensions[EXTENSION] = (settings.sign_on, client)


def offered() -> SingleSignOn | None:
    """Return the single sign-on of this installation, or None."""
    found = current_app.extensions.get(EXTENSION)
    return found[0] if found else None


def _client():
    return current_app.extensions[EXTENSION][1] if offered() else abort(404)


def _go():
    """Send a visitor to the issuer."""
    client = _client()
    session.pop(TYING, None)
    return _redirect(client)


def _tie():
    """Send somebody who is logged in to the issuer, to tie the account to the person there."""
    client = _client()
    session[TYING] = g.staff.id
    return _redirect(client)


def _redirect(client):
    address = current_app.config["CONSOLE_PUBLIC_URL"] + url_for("console.signed_on")
    try:
        return client.authorize_redirect(address)
    except (RequestException, OAuthError, RuntimeError):
        return _refused(NOT_REACHED, 502)


def _back():
    """Take the issuer's answer: tie the account that asked for it, or open a session for the one tied to it."""
    client, tying = _client(), session.pop(TYING, None)
    try:
        person = client.authorize_access_token()["userinfo"]
    except (RequestException, OAuthError, JoseError, KeyError):
        return _refused(NOT_REACHED, 401)
    subject = f"{person['iss']}|{person['sub']}"
    return _tied(tying, subject) if tying else _logged_in(subject)


def _tied(staff_id: str, subject: str):
    if not accounts.tie(staff_id, subject):
        return _refused(TAKEN, 409)
    audit.record(audit.Actor("staff", staff_id), "tie_sign_on", "staff", staff_id, clock.now())
    flash(f"已关联，下次可以直接用{offered().name}登录。")
    return _onward("console.account")


def _logged_in(subject: str):
    login = accounts.log_in_as(subject, security.agent(), clock.now())
    if login is None:
        return _refused(NOT_TIED, 403)
    audit.record(audit.Actor("staff", login.staff.id), "sign_on", "staff", login.staff.id, clock.now())
    return security.remember(_onward("console.home"), login, current_app.config["CONSOLE_SECURE_COOKIES"])


def _onward(endpoint: str):
    """A page of our own that goes on by itself: a redirect in the issuer's chain would not bring the strict cookie."""
    return current_app.make_response(render_template("console/signed_on.html", address=url_for(endpoint)))


def _refused(sentence: str, status: int):
    return render_template("console/login.html", error=sentence.format(name=offered().name)), status


def _untie():
    if offered() is None:
        abort(404)
    accounts.untie(g.staff.id)
    audit.record(audit.Actor("staff", g.staff.id), "untie_sign_on", "staff", g.staff.id, clock.now())
    flash("已解除关联。")
    return redirect(url_for("console.account"))
