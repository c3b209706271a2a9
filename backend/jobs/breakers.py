"""Switches that stop a template, or all of an account, after an error that no message can get past."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from backend.store.models_messaging import Breaker

log = logging.getLogger(__name__)

RETRY_AFTER = timedelta(minutes=30)
"""Then messages are tried again; while they fail, the switch stays open."""

ACCOUNT = "account"


def trip(scope: str, errcode: int | None, reason: str, now: datetime) -> None:
    """Open a switch, or keep it open. `scope` is `account` or `template:<id>`; `reason` is for staff."""
    row = {"scope": scope, "errcode": errcode, "reason": reason, "opened_at": now, "retry_at": now + RETRY_AFTER}
    kept = [Breaker.errcode, Breaker.reason, Breaker.retry_at]
    Breaker.insert(row).on_conflict(conflict_target=[Breaker.scope], preserve=kept).execute()
    log.error("breaker open: %s errcode=%s", scope, errcode)


def closed(scope: str) -> bool:
    """Close a switch, because a message got through or a person said so; return whether it was open."""
    done = Breaker.delete().where(Breaker.scope == scope).execute()
    if done:
        log.warning("breaker closed: %s", scope)
    return bool(done)


def open_ones() -> Sequence[Breaker]:
    """Return every open switch, for the console and the health page."""
    return list(Breaker.select().order_by(Breaker.opened_at))


def holding(now: datetime) -> set[str]:
    """Return the scopes that let nothing through now."""
    return {row.scope for row in Breaker.select(Breaker.scope).where(Breaker.retry_at > now)}
