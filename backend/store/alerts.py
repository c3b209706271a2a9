"""Warnings for a desk: steps that are due soon, over their limit, or late, until somebody has seen them."""

from collections.abc import Collection
from datetime import datetime

from backend.store.models import Application, StaffAlert


def for_role(
    role: str, city: str | None, agencies: Collection[str], employer: str | None, limit: int = 20
) -> list[StaffAlert]:
    """Return the newest unseen warnings for a role at agencies (or windows) of a city, or for HR of an employer."""
    unseen = StaffAlert.seen_at.is_null() & (StaffAlert.role == role) & (StaffAlert.city == city)
    if employer:
        unseen &= StaffAlert.employer == employer
    else:
        unseen &= StaffAlert.agency.is_null() | StaffAlert.agency.in_(list(agencies))
    rows = StaffAlert.select(StaffAlert, Application).join(Application)
    return list(rows.where(unseen).order_by(StaffAlert.level.desc(), StaffAlert.id.desc()).limit(limit))


def seen(ids: Collection[str], at: datetime) -> int:
    """Note that these warnings were seen and return how many were new."""
    fresh = StaffAlert.id.in_(list(ids)) & StaffAlert.seen_at.is_null()
    return StaffAlert.update(seen_at=at).where(fresh).execute()
