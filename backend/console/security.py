"""Who is at the console: session cookie, protection against forged requests, headers. Closed unless a route is listed.

The cookie holds a random token (stored only as a hash); every form carries the session's CSRF token; pages may load
nothing from elsewhere and may not be framed.
"""

import hmac
from collections.abc import Collection
from datetime import timedelta

from flask import Blueprint, Response, abort, flash, g, redirect, request, url_for

from backend import clock
from backend.console.errors import FormExpired
from backend.store import staff as accounts
from backend.store.models import Staff
from backend.workflow import rulebook
from backend.workflow.rights import Hat

COOKIE = "console_session"
LIST_COOKIE = "console_list"
"""Keeps what the list of cases was narrowed to, so that it is the same after a case; ids and codes, no names."""

OPEN_ENDPOINTS = frozenset(
    {"console.login", "console.log_in", "console.sign_on", "console.signed_on", "console.static"}
)
"""What can be reached without a session; everything else sends one to the login."""

WHILE_CHANGING_PASSWORD = OPEN_ENDPOINTS | {
    "console.password",
    "console.change_password",
    "console.log_out",
    "console.alive",
}

HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; form-action 'self'; "
    "base-uri 'none'; object-src 'none'",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
    "Cache-Control": "no-store",
}


MOST_FIELDS = 2000
"""Fields one form may have: a batch names many cases, a correction many papers and facts."""


def guard(blueprint: Blueprint) -> None:
    """Put the checks before and the headers after every route of the blueprint."""
    blueprint.before_request(rulebook.hold)
    blueprint.teardown_request(rulebook.release)
    blueprint.before_request(_allow_long_forms)
    blueprint.before_request(_require_session)
    blueprint.before_request(_require_token)
    blueprint.after_request(_harden)


def _allow_long_forms() -> None:
    request.max_form_parts = MOST_FIELDS


def _require_session():
    """Find the session of the cookie; without one only the open routes answer."""
    token = request.cookies.get(COOKIE)
    g.staff_session = accounts.session_of(token, clock.now()) if token else None
    g.staff = g.staff_session.staff if g.staff_session else None
    if g.staff is None and request.endpoint not in OPEN_ENDPOINTS:
        return _to_login(expired=bool(token))
    if g.staff is not None and g.staff.must_change and request.endpoint not in WHILE_CHANGING_PASSWORD:
        return _to("console.password")
    return None


def _to_login(expired: bool) -> Response:
    """Send a visitor to the login, and afterwards on to the page asked for; what a script asks is refused."""
    if request.endpoint == "console.alive":
        abort(401)
    if expired:
        flash("登录已过期或已在别处退出，请重新登录。", "error")
    return _to("console.login", next=request.full_path.rstrip("?") if request.method == "GET" else None)


def _to(endpoint: str, **values) -> Response:
    """Redirect a page, and a part of a page that htmx asked for, to another page."""
    address = url_for(endpoint, **values)
    if request.headers.get("HX-Request"):
        return Response(status=204, headers={"HX-Redirect": address})
    return redirect(address)


def _require_token():
    """Every change must carry the token of its own session; the login form carries none, but must come from here."""
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return None
    if request.endpoint in OPEN_ENDPOINTS:
        return None if _same_origin() else abort(403)
    given = request.headers.get("X-CSRF-Token") or request.form.get("csrf") or ""
    if g.staff_session is None or not hmac.compare_digest(given.encode(), g.staff_session.csrf.encode()):
        raise FormExpired
    return None


def _same_origin() -> bool:
    origin = request.headers.get("Origin")
    return origin is None or origin.partition("://")[2] == request.host


def _harden(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.endpoint == "console.static":
        response.headers["Cache-Control"] = "public, max-age=3600"
    return response


def remember(response: Response, login: accounts.Login, secure: bool) -> Response:
    """Put the session's cookie on a response, and begin with the whole list."""
    response.set_cookie(
        COOKIE,
        login.token,
        max_age=int(timedelta(hours=12).total_seconds()),
        path="/console",
        httponly=True,
        secure=secure,
        samesite="Strict",
    )
    response.delete_cookie(LIST_COOKIE, path="/console", secure=secure, httponly=True, samesite="Strict")
    return response


def forget(response: Response) -> Response:
    """Take the session's cookie off."""
    response.delete_cookie(COOKIE, path="/console", httponly=True, samesite="Strict")
    response.delete_cookie(LIST_COOKIE, path="/console")
    return response


def agent() -> str:
    """Return what the visitor's browser calls itself."""
    return request.user_agent.string


def own_hat(staff: Staff) -> Hat:
    """Return the hat an account wears by itself."""
    return hat_of(staff, wearer=staff.id)


def hat_of(owner: Staff, wearer: str) -> Hat:
    """Return the hat of `owner` as worn by the account `wearer` (the owner, or who stands in)."""
    return Hat(
        wearer=wearer,
        owner=owner.id,
        role=owner.role,
        city=owner.city,
        agency=owner.agency,
        window=owner.window,
        place=owner.place,
        employer=owner.employer_id,
    )


def hats() -> list[Hat]:
    """Return every hat the present account may wear today: its own and those of colleagues it stands in for."""
    if "hats" not in g:
        absent = accounts.stands_in_for(g.staff.id, clock.today())
        g.hats = [own_hat(g.staff), *(hat_of(colleague, wearer=g.staff.id) for colleague in absent)]
    return g.hats


def wears(roles: Collection[str]) -> bool:
    """Tell whether the present account has one of these roles, by itself or for a colleague who is away."""
    return any(hat.role in roles for hat in hats())
