"""What routes need of the process, beside the store: settings, Redis, the ways out to WeChat."""

from dataclasses import dataclass

from flask import current_app
from redis import Redis

from backend.jobs.senders import AccountTemplates
from backend.settings import Settings
from backend.wechat.gateway import Gateways


@dataclass(frozen=True)
class Parts:
    """Made once by `create_app`."""

    settings: Settings
    redis: Redis
    gateways: Gateways
    templates: AccountTemplates


def parts() -> Parts:
    """Return the parts of the app that answers this request."""
    return current_app.extensions["talent"]
