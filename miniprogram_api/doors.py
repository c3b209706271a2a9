"""Who asks: closed by default, a bearer token opens. The few addresses that anybody may use stand in `OPEN_TO_ALL`."""

from datetime import datetime

from flask import g, request

from backend import clock
from backend.store import people
from backend.store.models import Applicant, Session
from backend.workflow.case import Doer, as_applicant
from miniprogram_api.errors import ConsentNeeded, NotFound, SignInNeeded

OPEN_TO_ALL = frozenset(
    {
        "about",
        "openapi",
        "sign_in",
        "eligibility",
        "deadlines",
        "funding",
        "fact_vocabulary",
        "screen",
        "list_notices",
        "read_notice",
        "object_to_entry",
        "check_card",
        "suggest_employer",
        "page_code",
        "scanned",
        "move_clock",
    }
)
"""Endpoints without a session: nothing personal comes out of them. For `screen` each screen says whom it is for."""


def open_door() -> None:
    """Find the session of the request's token. Raises SignInNeeded where the endpoint is not open to all."""
    endpoint = (request.endpoint or "").rpartition(".")[2]
    if find_session() is None and endpoint not in OPEN_TO_ALL:
        raise SignInNeeded


def find_session() -> Session | None:
    """Return the live session of the request's token, looked up once."""
    if "session" not in g:
        token = _token()
        g.session = people.session_of(token, clock.now()) if token else None
    return g.session


def _token() -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def me() -> str:
    """Return the id of the signed-in person. Raises SignInNeeded."""
    session = find_session()
    if session is None:
        raise SignInNeeded
    return session.applicant_id


def me_or_nobody() -> str | None:
    """Return the id of the signed-in person, or None."""
    session = find_session()
    return session.applicant_id if session else None


def doer() -> Doer:
    """Return the signed-in person as the workflow knows whoever gives commands."""
    return as_applicant(me())


def need_consent() -> str:
    """Return the id of the signed-in person who has agreed to the processing of personal data. Raises ConsentNeeded."""
    applicant = me()
    if "privacy" not in people.consents(applicant):
        raise ConsentNeeded
    return applicant


def city_of(named: str | None, default: str) -> str:
    """Return the city asked for, else the one the person looks at, else the first there is."""
    if named:
        return named
    applicant = me_or_nobody()
    return (Applicant.get_by_id(applicant).city if applicant else None) or default


def deal_with(city: str) -> str:
    """Remember the city in which the signed-in person asks and applies, for what reaches them elsewhere; return it."""
    applicant = me()
    if Applicant.get_by_id(applicant).city != city:
        people.set_city(applicant, city)
    return city


def mine(row, applicant_field: str = "applicant_id"):
    """Return a row if it is there and the signed-in person's. Raises NotFound for both other cases alike."""
    if row is None or getattr(row, applicant_field) != me():
        raise NotFound
    return row


def now() -> datetime:
    """Return the moment of this request: the same one however often it is asked."""
    if "now" not in g:
        g.now = clock.now()
    return g.now


CLIENTS = frozenset({"weixin", "alipay", "h5"})


def client_name() -> str:
    """Return which client asks, as its header says; anything else counts as the browser."""
    named = request.headers.get("X-Client", "")
    return named if named in CLIENTS else "h5"


def session() -> Session:
    """Return the session of this request. Raises SignInNeeded."""
    found = find_session()
    if found is None:
        raise SignInNeeded
    return found
