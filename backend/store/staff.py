"""Staff accounts and their sessions: passwords with Argon2id, lockout after failures, one-time codes, forced logout."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from backend.store.crypto import Place, vault
from backend.store.database import transaction
from backend.store.models import Delegation, Staff, StaffSession
from backend.store.people import hash_token

SESSION_LENGTH = timedelta(hours=12)
SESSION_IDLE = timedelta(minutes=60)
SEEN_EVERY = timedelta(minutes=1)
MAX_FAILURES = 5
LOCK_LENGTH = timedelta(minutes=15)
MIN_PASSWORD = 12
LONGEST_ABSENCE = 90

_hasher = PasswordHasher()
_NOBODY = _hasher.hash(secrets.token_urlsafe(16))
"""Verified when there is no such account, so that the answer takes as long as for a wrong password."""


class LoginRefused(Exception):
    """Login name, password or one-time code do not fit; which of them is not told."""

    def __init__(self) -> None:
        super().__init__("账号、密码或动态码不对，请核对后再试。连续 5 次不对会锁定 15 分钟。")


class AccountLocked(Exception):
    """Too many failures. `until` is when it opens again."""

    def __init__(self, until: datetime):
        super().__init__(f"密码连续输错，账号已锁定到 {until:%H:%M}，请稍后再试，或请管理员重置密码。")
        self.until = until


class WeakPassword(ValueError):
    """A new password is too short or repeats the login name."""

    def __init__(self) -> None:
        super().__init__(f"密码至少 {MIN_PASSWORD} 位，且不能包含账号名。")


class PasswordsDiffer(ValueError):
    """The new password was typed differently the second time."""

    def __init__(self) -> None:
        super().__init__("两次输入的新密码不一样，请重新输入。")


class LoginTaken(ValueError):
    """Another account has this login name."""

    def __init__(self, login: str):
        super().__init__(f"账号“{login}”已经有人使用，请换一个。")
        self.login = login


@dataclass(frozen=True)
class Scope:
    """Where an account works: city, agency or window, a single place, or an employer. None: not limited to one."""

    city: str | None = None
    agency: str | None = None
    window: str | None = None
    place: str | None = None
    employer: str | None = None


@dataclass(frozen=True)
class Login:
    """A fresh session: the token for the cookie (stored only as a hash) and the token against forged requests."""

    staff: Staff
    token: str
    csrf: str


# --- accounts ---------------------------------------------------------------------------------------------------------


def add(login: str, name: str, role: str, scope: Scope, password: str, at: datetime, must_change: bool = True) -> Staff:
    """Create an account. Raises WeakPassword, LoginTaken."""
    _check_password(login, password)
    with transaction():
        if Staff.get_or_none(Staff.login == login):
            raise LoginTaken(login)
        return Staff.create(
            login=login,
            name=name,
            role=role,
            city=scope.city,
            agency=scope.agency,
            window=scope.window,
            place=scope.place,
            employer=scope.employer,
            password_hash=_hasher.hash(password),
            must_change=must_change,
            created_at=at,
        )


def random_password(login: str) -> str:
    """Return a password nobody has to think of: five groups of four letters and digits that are hard to confuse.

    It does without the first letter of the login name, and so never contains that name, which no password may.
    """
    alphabet = "abcdefghjkmnpqrstuvwxyz23456789".replace(login[:1].lower(), "")
    return "-".join("".join(secrets.choice(alphabet) for _ in range(4)) for _ in range(5))


def set_password(staff_id: str, password: str, at: datetime, must_change: bool = False) -> None:
    """Change a password, lift a lock and end every session. Raises WeakPassword."""
    staff = Staff.get_by_id(staff_id)
    _check_password(staff.login, password)
    with transaction():
        Staff.update(
            password_hash=_hasher.hash(password), must_change=must_change, failures=0, locked_until=None
        ).where(Staff.id == staff_id).execute()
        close_all_sessions(staff_id, at)


def confirm_password(staff_id: str, password: str) -> None:
    """Ask once more for the password of somebody who is logged in. Raises LoginRefused."""
    try:
        _hasher.verify(Staff.get_by_id(staff_id).password_hash, password)
    except (VerificationError, InvalidHashError):
        raise LoginRefused from None


def disable(staff_id: str, at: datetime) -> None:
    """Shut an account and end its sessions; what it did stays on record."""
    with transaction():
        Staff.update(state="disabled").where(Staff.id == staff_id).execute()
        close_all_sessions(staff_id, at)


def _check_password(login: str, password: str) -> None:
    if len(password) < MIN_PASSWORD or login.lower() in password.lower():
        raise WeakPassword


def enable(staff_id: str) -> None:
    """Open an account that was shut, and lift a lock."""
    Staff.update(state="active", failures=0, locked_until=None).where(Staff.id == staff_id).execute()


def change(staff_id: str, name: str, scope: Scope) -> None:
    """Give an account another name or scope; its role stays, for a role is what its sessions were opened under."""
    changes = {"name": name, **{field: getattr(scope, field) for field in ("city", "agency", "window", "place")}}
    Staff.update(**changes).where(Staff.id == staff_id).execute()


def names_of(ids: Iterable[str | None]) -> dict[str, str]:
    """Return the names of accounts by id; ids that are none are left out."""
    wanted = sorted({one for one in ids if one})
    return {row.id: row.name for row in Staff.select(Staff.id, Staff.name).where(Staff.id.in_(wanted))}


# --- login ------------------------------------------------------------------------------------------------------------


def log_in(login: str, password: str, code: str, agent: str, at: datetime) -> Login:
    """Open a session. Raises LoginRefused or AccountLocked; failures are counted and lock the account."""
    staff = Staff.get_or_none((Staff.login == login) & (Staff.state == "active"))
    if staff and staff.locked_until and staff.locked_until > at:
        raise AccountLocked(staff.locked_until)
    if not _fits(staff, password, code, at):
        if staff:
            _count_failure(staff, at)
        raise LoginRefused
    Staff.update(failures=0, locked_until=None, seen_at=at).where(Staff.id == staff.id).execute()
    if _hasher.check_needs_rehash(staff.password_hash):
        Staff.update(password_hash=_hasher.hash(password)).where(Staff.id == staff.id).execute()
    return _open_session(staff, agent, at)


def _fits(staff: Staff | None, password: str, code: str, at: datetime) -> bool:
    try:
        _hasher.verify(staff.password_hash if staff else _NOBODY, password)
    except (VerificationError, InvalidHashError):
        return False
    if staff is None:
        return False
    return staff.totp_sealed is None or _totp(staff).verify(code, for_time=at, valid_window=1)


def _count_failure(staff: Staff, at: datetime) -> None:
    """Count in the database, so that guesses made at the same time all count."""
    Staff.update(failures=Staff.failures + 1).where(Staff.id == staff.id).execute()
    if Staff.get_by_id(staff.id).failures >= MAX_FAILURES:
        Staff.update(failures=0, locked_until=at + LOCK_LENGTH).where(Staff.id == staff.id).execute()


def _open_session(staff: Staff, agent: str, at: datetime) -> Login:
    token, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(24)
    StaffSession.create(
        staff=staff.id,
        token_hash=hash_token(token),
        csrf=csrf,
        agent=agent[:200],
        created_at=at,
        seen_at=at,
        expires_at=at + SESSION_LENGTH,
    )
    return Login(staff, token, csrf)


def log_in_as(subject: str, agent: str, at: datetime) -> Login | None:
    """Open a session for the active account tied to a person of the single sign-on; None where there is none."""
    staff = Staff.get_or_none((Staff.oidc_subject == subject) & (Staff.state == "active"))
    if staff is None:
        return None
    Staff.update(seen_at=at).where(Staff.id == staff.id).execute()
    return _open_session(staff, agent, at)


def tie(staff_id: str, subject: str) -> bool:
    """Tie an account to a person of the single sign-on; False where that person has another account."""
    with transaction():
        if Staff.select().where((Staff.oidc_subject == subject) & (Staff.id != staff_id)).exists():
            return False
        Staff.update(oidc_subject=subject).where(Staff.id == staff_id).execute()
    return True


def untie(staff_id: str) -> None:
    """Forget the person of the single sign-on an account is tied to."""
    Staff.update(oidc_subject=None).where(Staff.id == staff_id).execute()


def session_of(token: str, at: datetime) -> StaffSession | None:
    """Return the live session of a token, or None when it is unknown, ended, expired, idle too long or shut."""
    session = StaffSession.get_or_none(
        (StaffSession.token_hash == hash_token(token)) & StaffSession.revoked_at.is_null()
    )
    if session is None or at >= session.expires_at or at - session.seen_at > SESSION_IDLE:
        return None
    if session.staff.state != "active":
        return None
    if at - session.seen_at > SEEN_EVERY:
        StaffSession.update(seen_at=at).where(StaffSession.id == session.id).execute()
    return session


def sessions(staff_id: str) -> list[StaffSession]:
    """Return an account's open sessions, newest first."""
    mine = (StaffSession.staff == staff_id) & StaffSession.revoked_at.is_null()
    return list(StaffSession.select().where(mine).order_by(StaffSession.seen_at.desc()))


def close_session(session_id: str, at: datetime) -> None:
    """End one session."""
    StaffSession.update(revoked_at=at).where(StaffSession.id == session_id).execute()


def close_all_sessions(staff_id: str, at: datetime, but: str | None = None) -> int:
    """End every session of an account (but one) and return how many were open."""
    mine = (StaffSession.staff == staff_id) & StaffSession.revoked_at.is_null()
    if but:
        mine &= StaffSession.id != but
    return StaffSession.update(revoked_at=at).where(mine).execute()


# --- one-time codes ---------------------------------------------------------------------------------------------------


def new_totp_secret() -> str:
    """Return a secret for an authenticator app; it counts only after `enable_totp`."""
    return pyotp.random_base32()


def totp_uri(staff: Staff, secret: str) -> str:
    """Return what the QR code for the authenticator app carries."""
    return pyotp.TOTP(secret).provisioning_uri(name=staff.login, issuer_name="人才服务平台")


def enable_totp(staff_id: str, secret: str, code: str, at: datetime) -> None:
    """Ask for one-time codes from now on. Raises LoginRefused when the first code does not fit."""
    if not pyotp.TOTP(secret).verify(code, for_time=at, valid_window=1):
        raise LoginRefused
    sealed = vault.seal(secret, _totp_place(staff_id))
    Staff.update(totp_sealed=sealed).where(Staff.id == staff_id).execute()


def disable_totp(staff_id: str) -> None:
    """Ask for no more one-time codes."""
    Staff.update(totp_sealed=None).where(Staff.id == staff_id).execute()


def _totp(staff: Staff) -> pyotp.TOTP:
    return pyotp.TOTP(vault.open(staff.totp_sealed, _totp_place(staff.id)))


def _totp_place(staff_id: str) -> Place:
    return Place("staff", "totp_sealed", staff_id)


# --- standing in ------------------------------------------------------------------------------------------------------


class NoDeputy(ValueError):
    """The colleague or the days will not do."""

    def __init__(self, sentence: str):
        super().__init__(sentence)


def colleagues(staff: Staff) -> list[Staff]:
    """Return who could stand in for an account: the others of its agency and city, or of its employer."""
    same = (Staff.state == "active") & (Staff.id != staff.id) & (Staff.city == staff.city)
    if staff.employer_id:
        same &= Staff.employer == staff.employer_id
    else:
        same &= Staff.employer.is_null() & (Staff.agency == staff.agency) & (Staff.role != "admin")
    return list(Staff.select().where(same).order_by(Staff.name))


def delegate(absent: str, deputy: str, starts_on: date, ends_on: date) -> Delegation:
    """Let a colleague do what an absent one may, from a day to a day. Raises NoDeputy."""
    if deputy not in {one.id for one in colleagues(Staff.get_by_id(absent))}:
        raise NoDeputy("请选择本部门的一位同事。")
    if ends_on < starts_on or (ends_on - starts_on).days > LONGEST_ABSENCE:
        raise NoDeputy(f"结束日期不能早于开始日期，一次最长 {LONGEST_ABSENCE} 天。")
    return Delegation.create(absent=absent, deputy=deputy, starts_on=starts_on, ends_on=ends_on)


def delegations(staff_id: str, day: date) -> list[Delegation]:
    """Return the present and coming absences of an account, and those in which it stands in for somebody."""
    concerned = (Delegation.absent == staff_id) | (Delegation.deputy == staff_id)
    rows = Delegation.select().where(concerned & (Delegation.ends_on >= day))
    return list(rows.order_by(Delegation.starts_on))


def end_delegation(delegation_id: str, absent: str) -> bool:
    """End an absence of one's own at once and tell whether there was one."""
    own = (Delegation.id == delegation_id) & (Delegation.absent == absent)
    return bool(Delegation.delete().where(own).execute())


def stands_in_for(deputy: str, day: date) -> list[Staff]:
    """Return the colleagues for whom an account stands in on a day."""
    rows = Delegation.select().where(
        (Delegation.deputy == deputy) & (Delegation.starts_on <= day) & (Delegation.ends_on >= day)
    )
    return [row.absent for row in rows if row.absent.state == "active"]
