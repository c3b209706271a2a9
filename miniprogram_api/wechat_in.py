"""WeChat's push addresses with what they make happen: the assistant answers, a revoked person is forgotten."""

import logging
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from flask import Blueprint

from backend import assistant, clock
from backend.jobs.inbound import callbacks, open_inboxes
from backend.jobs.tasks import Queue
from backend.store import privacy
from miniprogram_api.parts import Parts

log = logging.getLogger(__name__)


def create_blueprints(parts: Parts) -> Sequence[Blueprint]:
    """Return the push address of every account of this installation."""
    queue = Queue(parts.settings)
    inboxes = open_inboxes(parts.settings, parts.gateways, parts.templates, _ask, _forget, queue.later, clock.now)
    return callbacks(parts.settings, inboxes, parts.redis)


def _ask(applicant: str, text: str, city: str | None, day: date) -> Sequence[Mapping[str, Any]]:
    return assistant.ask(applicant, text, city, day)


def _forget(applicant: str, reason: str, now: datetime) -> None:
    """Somebody took the authorization back in WeChat; running cases have to end first."""
    try:
        privacy.erase(applicant, reason, now)
    except privacy.CasesRunning:
        log.warning("erasing %s waits for running cases", applicant)
