"""The web process: the mini-program's interface, WeChat's callbacks, the staff console and the H5 client in one app."""

import logging
import re
import secrets
from collections.abc import Sequence

from flask import Flask, Response, g, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_openapi3 import Info, OpenAPI
from redis import Redis
from werkzeug.exceptions import BadRequest
from werkzeug.middleware.proxy_fix import ProxyFix

from backend import assistant, clock, console
from backend.jobs.senders import AccountTemplates
from backend.settings import Settings
from backend.store import database
from backend.wechat.gateway import Gateways, open_gateways
from miniprogram_api import client, doors, errors, health, routes, wechat_in, wire
from miniprogram_api.parts import Parts

log = logging.getLogger(__name__)

MOST_BYTES = 12 * 1024 * 1024
"""Largest body taken: one page of a paper (10 MB) and its multipart frame."""

REQUEST_ID = re.compile(r"^[0-9A-Za-z-]{8,64}$")


def create_app(settings: Settings | None = None, gateways: Gateways | None = None) -> Flask:
    """Return the application. `settings` come from the environment by default; `gateways` are replaced in tests."""
    settings = settings or Settings.from_environment()
    database.open_store(settings)
    assistant.speak_to(settings)
    redis = Redis.from_url(settings.redis_url, socket_timeout=5, socket_connect_timeout=3)
    app = _flask(settings)
    app.extensions["talent"] = _parts(settings, redis, gateways or open_gateways(settings, redis, clock.now))
    _surround(app)
    _register(app, settings)
    _limit(app, settings)
    return app


def _parts(settings: Settings, redis: Redis, gateways: Gateways) -> Parts:
    templates = AccountTemplates(gateways.mini_program, settings.messaging.template_ids, clock.now)
    return Parts(settings, redis, gateways, templates)


def _flask(settings: Settings) -> OpenAPI:
    app = OpenAPI(
        __name__,
        info=Info(title="人才服务平台接口", version="1.0.0"),
        security_schemes={"session": {"type": "http", "scheme": "bearer"}},
        validation_error_callback=errors.invalid,
        validation_error_model=wire.Error,
        validate_response=True,
        validate_response_callback=routes.as_declared,
        doc_ui=False,
        static_folder=None,
    )
    app.config.update(MAX_CONTENT_LENGTH=MOST_BYTES, MAX_FORM_MEMORY_SIZE=1024 * 1024, MAX_FORM_PARTS=50)
    app.secret_key = settings.session_key
    app.json.ensure_ascii = False
    if settings.public_url.startswith("https://"):  # then a proxy ends TLS before us
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1)
    return app


def _register(app: OpenAPI, settings: Settings) -> None:
    app.register_api(routes.build())
    app.register_blueprint(console.create_blueprint(settings))
    app.register_blueprint(health.create_blueprint(settings))
    for callback in wechat_in.create_blueprints(app.extensions["talent"]):
        app.register_blueprint(callback)
    app.register_blueprint(client.create_blueprint(settings))


# --- around every request ---------------------------------------------------------------------------------------------


def _surround(app: Flask) -> None:
    app.before_request(_name_request)
    app.before_request(_refuse_unstorable)
    app.before_request(_connect)
    app.after_request(_harden)
    app.teardown_request(_disconnect)
    app.register_error_handler(Exception, _answer_for)


def _name_request() -> None:
    given = request.headers.get("X-Request-Id", "")
    g.request_id = given if REQUEST_ID.match(given) else secrets.token_hex(8)


def _refuse_unstorable() -> None:
    """Stop a NUL in a path, query or form of the console at the door: PostgreSQL does not keep it.

    JSON is looked at in `wire.Received`; a callback's body is left unread, its signature is over the bytes.
    """
    form = request.form.values() if request.blueprint == "console" else ()
    if any("\x00" in text for text in (request.path, *request.args.values(), *form)):
        raise BadRequest


def _connect() -> None:
    if request.endpoint not in ("health.healthz", None):
        database.database.connect(reuse_if_open=True)


def _disconnect(_: BaseException | None) -> None:
    if not database.database.is_closed():
        database.database.close()


def _answer_for(error: Exception) -> Response:
    """Answer in the shape of the interface, whoever failed; pages of the console have handlers of their own."""
    return errors.answer(error)


HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(), microphone=(), payment=()",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
"""On every answer that does not say otherwise itself; pages set a wider content policy of their own."""


def _harden(response: Response) -> Response:
    response.headers["X-Request-Id"] = g.get("request_id", "")
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.path.startswith("/api/"):
        response.headers.setdefault("Cache-Control", "no-store")
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    return response


# --- limits -----------------------------------------------------------------------------------------------------------

ANYBODY: Sequence[str] = ("1200 per minute",)
"""What one person, or one address that is not signed in, may ask for."""

NARROWER = {
    "api.sign_in": "120 per minute",
    "api.say": "60 per minute",
    "api.add_page": "120 per minute",
    "api.add_page_to_material": "120 per minute",
    "api.add_photo": "60 per minute",
    "api.object_to_entry": "10 per hour",
    "api.complain": "20 per hour",
    "api.phone_from_wechat": "10 per hour",
    "api.check_card": "120 per minute",
}
"""Endpoint → its own limit."""


SANDBOX_FACTOR = 50
"""Tests and demonstrations hurry; a sandbox lets them."""


def _limit(app: Flask, settings: Settings) -> None:
    """Count requests in Redis; while Redis is away, in the memory of each process."""
    limiter = Limiter(
        _who,
        app=app,
        storage_uri=settings.redis_url,
        storage_options={"socket_timeout": 2, "socket_connect_timeout": 2},
        default_limits=[_scaled(limit, settings) for limit in ANYBODY],
        in_memory_fallback_enabled=True,
        key_prefix="talent:limit",
    )
    for endpoint, limit in NARROWER.items():
        app.view_functions[endpoint] = limiter.limit(_scaled(limit, settings))(app.view_functions[endpoint])
    for endpoint, view in app.view_functions.items():
        if endpoint == "health.healthz" or endpoint.startswith("wechat_"):  # WeChat pushes from few addresses, fast
            limiter.exempt(view)


def _scaled(limit: str, settings: Settings) -> str:
    count, _, rest = limit.partition(" ")
    return f"{int(count) * (SANDBOX_FACTOR if settings.sandbox else 1)} {rest}"


def _who() -> str:
    """A person by the session, anybody else by address."""
    session = doors.find_session()
    return session.applicant_id if session else get_remote_address()
