"""The staff console: server-rendered pages for windows, bureaus, employers' HR, finance and administrators.

`create_blueprint(settings)` gives the blueprint for `/console`. Pages are templates over queries and workflow commands;
no rule stands here.
"""

from flask import Blueprint

from backend.console import (
    accounts_pages,
    appointments_pages,
    assist_pages,
    audit_pages,
    bulk,
    calendar_pages,
    campaign_pages,
    cards_pages,
    case_pages,
    context,
    desk_pages,
    draft_packs,
    employers_pages,
    errors,
    filing_pages,
    notices_pages,
    overview_pages,
    payments_pages,
    people_pages,
    policy_pages,
    printing,
    questions_pages,
    replies_pages,
    security,
    sign_on_pages,
    staff_pages,
    voices_pages,
)
from backend.settings import Settings

PAGES = (
    accounts_pages,
    sign_on_pages,
    desk_pages,
    bulk,
    case_pages,
    notices_pages,
    payments_pages,
    cards_pages,
    appointments_pages,
    employers_pages,
    people_pages,
    assist_pages,
    filing_pages,
    voices_pages,
    questions_pages,
    policy_pages,
    campaign_pages,
    overview_pages,
    calendar_pages,
    replies_pages,
    staff_pages,
    audit_pages,
    printing,
)
"""Modules with pages, each with its `register`."""


def create_blueprint(settings: Settings) -> Blueprint:
    """Return the console as a blueprint to be registered under `/console`."""
    blueprint = Blueprint(
        "console",
        __name__,
        url_prefix="/console",
        template_folder="templates",
        static_folder="static",
        static_url_path="/static",
    )
    blueprint.record_once(lambda state: state.app.config.update(_config(settings)))
    blueprint.record_once(lambda state: sign_on_pages.prepare(state.app, settings))
    security.guard(blueprint)
    context.register(blueprint)
    for pages in PAGES:
        pages.register(blueprint)
    errors.register(blueprint)
    return blueprint


def _config(settings: Settings) -> dict[str, object]:
    """What routes need of the surroundings."""
    return {
        "CONSOLE_SECURE_COOKIES": not settings.sandbox,
        "CONSOLE_PUBLIC_URL": settings.public_url,
        "CONSOLE_DRAFT_PACKS": settings.data_dir / draft_packs.FOLDER,
    }


__all__ = ["create_blueprint"]
