"""Who may do what and see what: it follows from role, agency, place and employer. Pure.

Somebody acts under a `Hat`: the role and scope of an account, or of a colleague for whom the account stands in.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What an account does."""

    APPLICANT = "applicant"
    EMPLOYER = "employer_hr"
    WINDOW = "window_clerk"
    REVIEWER = "reviewer"
    ADJUDICATOR = "adjudicator"
    FINANCE = "finance"
    SPECIALIST = "specialist"
    SUPERVISOR = "supervisor"
    COORDINATOR = "coordinator"
    LEADER = "leader"
    AUDITOR = "auditor"
    ADMIN = "admin"


ROLE_NAMES: Mapping[Role, str] = {
    Role.APPLICANT: "申请人",
    Role.EMPLOYER: "用人单位",
    Role.WINDOW: "窗口人员",
    Role.REVIEWER: "部门审核人员",
    Role.ADJUDICATOR: "审定人员",
    Role.FINANCE: "财政兑现人员",
    Role.SPECIALIST: "人才服务专员",
    Role.SUPERVISOR: "部门负责人",
    Role.COORDINATOR: "平台协调员",
    Role.LEADER: "领导",
    Role.AUDITOR: "审计人员",
    Role.ADMIN: "系统管理员",
}

STAFF_ROLES = frozenset(Role) - {Role.APPLICANT}
CITY_WIDE = frozenset({Role.COORDINATOR, Role.LEADER, Role.AUDITOR})
"""Roles that see every case of their city, and decide none."""

STANDS_ABOVE: Mapping[Role, frozenset[Role]] = {
    Role.SUPERVISOR: frozenset({Role.WINDOW, Role.REVIEWER}),
}
"""A role that may do, at its own agency, what these may."""


@dataclass(frozen=True, slots=True)
class Hat:
    """The role and scope somebody acts under. `wearer` is the account, `owner` whose hat it is (a colleague's, say)."""

    wearer: str
    owner: str
    role: str
    city: str | None = None
    agency: str | None = None
    window: str | None = None
    place: str | None = None
    employer: str | None = None


@dataclass(frozen=True, slots=True)
class Desk:
    """Where a case lies: which role at which agency (or window), in which city and place, for which employer."""

    role: str | None
    agency: str | None
    city: str
    place: str | None = None
    employer: str | None = None


def holds(hat: Hat, desk: Desk) -> bool:
    """Tell whether a desk is this hat's: the role fits, and so do city, agency and place (or the employer)."""
    if desk.role is None or not _role_fits(hat.role, desk.role):
        return False
    if desk.role == Role.EMPLOYER:
        return hat.employer is not None and hat.employer == desk.employer
    return _in_scope(hat, desk) and desk.agency in (hat.agency, hat.window)


def sees(hat: Hat, desk: Desk, agencies: Iterable[str], delegate: str | None = None) -> bool:
    """Tell whether a hat may read a case: its own city's, and one its agency takes part in (`agencies`).

    HR sees its employer's and what it files for somebody, a specialist those of whom he is the delegate, leaders,
    coordinators and auditors the city.
    """
    if hat.role == Role.EMPLOYER:
        return hat.employer is not None and (hat.employer == desk.employer or delegate == hat.wearer)
    if hat.role == Role.SPECIALIST:
        return delegate in (hat.wearer, hat.owner)
    if hat.role == Role.ADMIN or not _in_scope(hat, desk):
        return False
    return hat.role in CITY_WIDE or bool({hat.agency, hat.window} & set(agencies) - {None})


SERVES = frozenset({Role.WINDOW, Role.REVIEWER, Role.SUPERVISOR})
"""Roles at an agency that may fetch the list of those whom it serves on sight of their card."""


def gets_list(hat: Hat, city: str, agency: str | None) -> bool:
    """Tell whether a hat may fetch the card list made for an agency: its own people, and the city's coordinator."""
    if hat.city != city:
        return False
    return hat.role == Role.COORDINATOR or (hat.role in SERVES and agency is not None and hat.agency == agency)


def _role_fits(role: str, wanted: str) -> bool:
    return role == wanted or wanted in STANDS_ABOVE.get(Role(role), frozenset())


def _in_scope(hat: Hat, desk: Desk) -> bool:
    return hat.city == desk.city and (hat.place is None or desk.place is None or hat.place == desk.place)
