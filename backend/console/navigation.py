"""The entries of the top bar: a closed table of pages and the roles that use them."""

from dataclasses import dataclass

from flask import current_app, g, request, url_for

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
"""Endpoint, name, roles. A page of this table is refused to every other role (`console.views.allowed_pages`)."""


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


def may_open(endpoint: str, role: str) -> bool:
    """Tell whether a role may open a page of the table; pages outside the table guard themselves."""
    listed = {page: roles for page, _, roles in PAGES}
    return endpoint not in listed or role in listed[endpoint]
