"""The entries of the top bar: a closed table of pages and the roles that use them."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps

from flask import abort, request, url_for

from backend.console.security import wears
from backend.workflow.rights import STAFF_ROLES, Role

OFFICES = frozenset({Role.WINDOW, Role.REVIEWER, Role.SUPERVISOR, Role.COORDINATOR})
OVERSEERS = frozenset({Role.SUPERVISOR, Role.COORDINATOR, Role.LEADER, Role.AUDITOR})
KEEPERS = frozenset({Role.COORDINATOR, Role.SUPERVISOR, Role.ADMIN})


@dataclass(frozen=True)
class Page:
    """A page of the bar: its endpoint, its name, who uses it. What lies below its address belongs to it."""

    endpoint: str
    name: str
    roles: frozenset[Role]


PAGES = (
    Page("console.home", "办件", STAFF_ROLES - {Role.ADMIN}),
    Page("console.assist", "代办", frozenset({Role.SPECIALIST, Role.EMPLOYER})),
    Page("console.filing", "批量申报", frozenset({Role.EMPLOYER})),
    Page("console.notices", "公示与异议", OFFICES | {Role.LEADER, Role.AUDITOR}),
    Page(
        "console.payments",
        "兑现",
        frozenset({Role.FINANCE, Role.EMPLOYER, Role.LEADER, Role.AUDITOR, Role.COORDINATOR}),
    ),
    Page("console.cards", "人才卡", OFFICES),
    Page("console.appointments", "预约", OFFICES),
    Page("console.employers", "用人单位", OFFICES),
    Page("console.people", "本单位人才", frozenset({Role.EMPLOYER})),
    Page("console.voices", "投诉与评价", OFFICES | OVERSEERS),
    Page("console.questions", "问答改进", KEEPERS),
    Page("console.policy", "政策", STAFF_ROLES - {Role.EMPLOYER}),
    Page("console.campaigns", "群发通知", frozenset({Role.COORDINATOR, Role.ADMIN})),
    Page("console.overview", "统计", OVERSEERS),
    Page("console.calendar", "工作日历", frozenset({Role.COORDINATOR, Role.ADMIN})),
    Page("console.staff", "账号", frozenset({Role.ADMIN})),
    Page("console.audit", "操作日志", frozenset({Role.AUDITOR, Role.ADMIN})),
)
"""A page of this table, and all below it, is refused to every other role (`only_for`)."""

ROLES = {page.endpoint: page.roles for page in PAGES}


@dataclass(frozen=True)
class Entry:
    """One entry of the bar."""

    name: str
    address: str
    here: bool


def entries() -> list[Entry]:
    """Return the entries for the present account."""
    mine = [page for page in PAGES if wears(page.roles)]
    return [Entry(page.name, url_for(page.endpoint), _is_here(page)) for page in mine]


def _is_here(page: Page) -> bool:
    address = url_for(page.endpoint)
    if page.endpoint == "console.home":
        return request.path == address or request.path.startswith(f"{address}cases/")
    return request.path == address or request.path.startswith(f"{address}/")


def uses(endpoint: str) -> bool:
    """Tell whether the present account uses a page."""
    return wears(ROLES[endpoint])


def only_for(endpoint: str) -> Callable[[Callable], Callable]:
    """Return a decorator that keeps a view to the roles that the table names for a page."""
    roles = ROLES[endpoint]

    def keep(view: Callable) -> Callable:
        @wraps(view)
        def kept(*args, **kwargs):
            return view(*args, **kwargs) if wears(roles) else abort(403)

        return kept

    return keep


def first_page() -> str:
    """Return the address an account begins at."""
    return entries()[0].address
