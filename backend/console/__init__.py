"""The staff console: server-rendered pages for windows, bureaus, employers' HR, finance and administrators.

`create_blueprint(settings)` gives the blueprint for `/console`. Pages are templates over queries and workflow commands;
no rule stands here.
"""

from flask import Blueprint

from backend.console import accounts_pages, notices_pages, office_pages, payments_pages, security, views
from backend.settings import Settings


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
    security.guard(blueprint, secure_cookies=not settings.sandbox)
    views.register(blueprint)
    notices_pages.register(blueprint)
    payments_pages.register(blueprint)
    office_pages.register(blueprint)
    accounts_pages.register(blueprint)
    return blueprint


__all__ = ["create_blueprint"]
