"""The entries of the top bar: a closed table of pages and the roles that use them."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps

from flask import abort, current_app, g, request, url_for

from backend.workflow.rights import STAFF_ROLES, Role

OFFICES = frozenset({Role.WINDOW, Role.REVIEWER, Role.SUPERVISOR, Role.COORDINATOR})
OVERSEERS = frozenset({Role.SUPERVISOR, Role.COORDINATOR, Role.LEADER, Role.AUDITOR})

PAGES: tuple[tuple[str, str, frozenset[Role]], ...] = (
    ("console.home", "办件", STAFF_ROLES - {Role.ADMIN}),
    ("console.notices", "公示与异议", OFFICES | {Role.LEADER, Role.AUDITOR}),
    ("console.payments", "兑现", frozenset({Role.FINANCE, Role.EMPLOYER, Role.LEADER, Role.AUDITOR, Role.COORDINATOR})),
    ("console.employers", "用人单位", OFFICES),
    ("console.voices", "投诉与评价", OFFICES | OVERSEERS),
    ("console.questions", "问答改进", frozenset({Role.COORDINATOR, Role.SUPERVISOR, Role.ADMIN})),
    ("console.policy", "政策", STAFF_ROLES - {Role.EMPLOYER}),
    ("console.overview", "统计", OVERSEERS),
    ("console.staff", "账号", frozenset({Role.ADMIN})),
    ("console.audit", "操作日志", frozenset({Role.AUDITOR, Role.ADMIN})),
)
"""Endpoint, name, roles. A page of this table is refused to every other role (`only_for`)."""


@dataclass(frozen=True)
class Entry:
    """One entry of the bar."""

    name: str
    address: str
    here: bool
    count: int = 0


def entries() -> list[Entry]:
    """Return the entries for the present account."""
    return [
        Entry(name, url_for(endpoint), request.endpoint == endpoint)
        for endpoint, name, roles in PAGES
        if g.staff.role in roles and endpoint in current_app.view_functions
    ]


def only_for(endpoint: str) -> Callable[[Callable], Callable]:
    """Return a decorator that keeps a view to the roles that the table names for a page."""
    roles = next(roles for page, _, roles in PAGES if page == endpoint)

    def keep(view: Callable) -> Callable:
        @wraps(view)
        def kept(*args, **kwargs):
            return view(*args, **kwargs) if g.staff.role in roles else abort(403)

        return kept

    return keep
