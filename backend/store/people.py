"""People and how they sign in: WeChat identities, sessions by hashed token, consents."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from backend.store.database import transaction
from backend.store.models import Applicant, Consent, Identity, Session

SESSION_LENGTH = timedelta(days=30)
SESSION_IDLE = timedelta(days=7)
SEEN_EVERY = timedelta(minutes=5)


def sign_in(kind: str, app_id: str, openid: str, unionid: str | None, at: datetime) -> Applicant:
    """Return the person behind a WeChat account, made on first sight; accounts of one unionid are one person."""
    with transaction():
        known = Identity.get_or_none((Identity.app_id == app_id) & (Identity.openid == openid))
        if known:
            _learn_unionid(known, unionid)
            return known.applicant
        twin = Identity.select().where(Identity.unionid == unionid).first() if unionid else None
        person = twin.applicant if twin else Applicant.create(created_at=at)
        Identity.insert(
            applicant=person.id, kind=kind, app_id=app_id, openid=openid, unionid=unionid, created_at=at
        ).on_conflict_ignore().execute()
        return Identity.get((Identity.app_id == app_id) & (Identity.openid == openid)).applicant


def _learn_unionid(identity: Identity, unionid: str | None) -> None:
    if unionid and identity.unionid is None:
        Identity.update(unionid=unionid).where(Identity.id == identity.id).execute()


def open_session(applicant_id: str, client: str, at: datetime) -> str:
    """Start a session and return its token, which is stored only as a hash."""
    token = secrets.token_urlsafe(32)
    Session.create(
        applicant=applicant_id,
        token_hash=hash_token(token),
        client=client,
        created_at=at,
        seen_at=at,
        expires_at=at + SESSION_LENGTH,
    )
    return token


def session_of(token: str, at: datetime) -> Session | None:
    """Return the live session of a token, or None when it is unknown, revoked, expired or left idle too long."""
    session = Session.get_or_none((Session.token_hash == hash_token(token)) & Session.revoked_at.is_null())
    if session is None or at >= session.expires_at or at - session.seen_at > SESSION_IDLE:
        return None
    if at - session.seen_at > SEEN_EVERY:
        Session.update(seen_at=at).where(Session.id == session.id).execute()
    return session


def close_session(session_id: str, at: datetime) -> None:
    """End one session."""
    Session.update(revoked_at=at).where(Session.id == session_id).execute()


def close_all_sessions(applicant_id: str, at: datetime) -> int:
    """End every session of a person and return how many were open."""
    open_ones = (Session.applicant == applicant_id) & Session.revoked_at.is_null()
    return Session.update(revoked_at=at).where(open_ones).execute()


def hash_token(token: str) -> str:
    """Return the form in which a random token is stored."""
    return hashlib.sha256(token.encode()).hexdigest()


def openid_of(applicant_id: str, app_id: str) -> str | None:
    """Return a person's openid in one WeChat app, for sending; None where there is none."""
    identity = Identity.get_or_none((Identity.applicant == applicant_id) & (Identity.app_id == app_id))
    return identity.openid if identity else None


def applicant_of(app_id: str, openid: str) -> str | None:
    """Return the id of the person with this openid, or None."""
    identity = Identity.get_or_none((Identity.app_id == app_id) & (Identity.openid == openid))
    return identity.applicant_id if identity else None


def set_city(applicant_id: str, city: str) -> None:
    """Remember the city a person looks at."""
    Applicant.update(city=city).where(Applicant.id == applicant_id).execute()


def preferences(applicant_id: str) -> dict:
    """Return what a person chose: larger_type, dark, muted_topics …"""
    return Applicant.get_by_id(applicant_id).preferences


def set_preferences(applicant_id: str, changes: dict) -> dict:
    """Lay `changes` over a person's preferences and return the result."""
    with transaction():
        preferences = Applicant.get_by_id(applicant_id).preferences | changes
        Applicant.update(preferences=preferences).where(Applicant.id == applicant_id).execute()
    return preferences


# --- consent ----------------------------------------------------------------------------------------------------------


def agree(
    applicant_id: str, kinds: Sequence[str], version: str, text_hash: str, channel: str, at: datetime
) -> list[Consent]:
    """Record the agreement to each purpose of one consent text; earlier versions are closed, not erased."""
    with transaction():
        withdraw(applicant_id, kinds, at)
        return [
            Consent.create(
                applicant=applicant_id, kind=kind, version=version, text_hash=text_hash, channel=channel, given_at=at
            )
            for kind in kinds
        ]


def withdraw(applicant_id: str, kinds: Sequence[str], at: datetime) -> int:
    """Take back the agreement to each purpose and return how many were in force."""
    given = (Consent.applicant == applicant_id) & Consent.kind.in_(list(kinds)) & Consent.withdrawn_at.is_null()
    return Consent.update(withdrawn_at=at).where(given).execute()


def consents(applicant_id: str) -> dict[str, Consent]:
    """Return the consents in force, by purpose."""
    rows = Consent.select().where((Consent.applicant == applicant_id) & Consent.withdrawn_at.is_null())
    return {row.kind: row for row in rows}
