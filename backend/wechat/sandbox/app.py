"""The sandbox platform as a web application: the platform's interfaces, the control interface, and its pages.

Run it in one process with threads (the state is in memory): gunicorn --workers 1 --threads 64
"backend.wechat.sandbox.app:create_app()".
"""

import gc
import hashlib
import json
import secrets
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request, Response

from backend import clock
from backend.messages import Template as MessageTemplate
from backend.messages import messages
from backend.settings import Settings, WeChatAccount
from backend.wechat.sandbox import administration, control, files, login, page, sending, tokens
from backend.wechat.sandbox.faults import Faults, Instead, Reset, break_connection, commit
from backend.wechat.sandbox.interface import Binary, Call, Interface
from backend.wechat.sandbox.push import Pusher
from backend.wechat.sandbox.snapshot import Snapshot
from backend.wechat.sandbox.world import Account, Refusal, Template, World

INTERFACES = (*login.ROUTES, *sending.ROUTES, *files.ROUTES, *administration.ROUTES)
PAGES_FILE = Path(__file__).parents[3] / "miniprogram" / "src" / "pages.json"
MAX_BODY = 12 * 1024 * 1024
COLLECT_AFTER = (50_000, 20, 100)
"""Thresholds of the garbage collector in a process of the sandbox's own: what people and chats are made of lives on,
and looking through all of it again and again took half of its time."""


def create_app(settings: Settings | None = None) -> Flask:
    """Return the sandbox platform with the accounts of `settings` (from the environment by default).

    Users, consents and messages are kept in `DATA_DIR/wechat-sandbox.json` across restarts.
    """
    settings = settings or Settings.from_environment()
    gc.set_threshold(*COLLECT_AFTER)
    clock.follow(settings.data_dir / "clock-ahead" if settings.sandbox else None)
    world = World(clock.now)
    for account in accounts_of(settings):
        world.accounts[account.app_id] = account
    snapshot = Snapshot(world, settings.data_dir / "wechat-sandbox.json")
    snapshot.load()
    snapshot.start()
    return build(world, Faults(), Pusher(world), settings.public_url)


def build(world: World, faults: Faults, pusher: Pusher, public_url: str = "") -> Flask:
    """Return the application around a given world, e.g. one that a test made."""
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY
    app.json.sort_keys = False  # the order of a template's keywords matters
    app.register_blueprint(control.create_blueprint(world, faults, pusher))
    app.register_blueprint(page.create_blueprint(world, faults, pusher, public_url))
    app.add_url_rule("/healthz", "healthz", lambda: {"status": "ok"})
    app.register_error_handler(404, lambda error: _json(_refused(Refusal(40066, "invalid url"))))
    app.wsgi_app = _Interfaces(world, faults, pusher, app.wsgi_app)
    return app


class _Interfaces:
    """The platform's interfaces, each an exact path, ahead of Flask: its routing and contexts would cost a call more
    than the call itself, on a machine that measures how fast others call."""

    def __init__(self, world: World, faults: Faults, pusher: Pusher, others: Callable):
        self._views = {
            (interface.path, interface.method): _view(interface, world, faults, pusher) for interface in INTERFACES
        }
        self._paths = {interface.path for interface in INTERFACES}
        self._others = others

    def __call__(self, environ: dict[str, Any], start_response: Callable) -> Iterable[bytes]:
        path, method = environ["PATH_INFO"], environ["REQUEST_METHOD"]
        view = self._views.get((path, method), _wrong_method if path in self._paths else None)
        if view is None:
            return self._others(environ, start_response)
        return view(Request(environ))(environ, start_response)


def _wrong_method(request: Request) -> Response:
    return _json(_refused(Refusal(43002, "require POST or GET method")))


# --- one call ---------------------------------------------------------------------------------------------------------


def _view(interface: Interface, world: World, faults: Faults, pusher: Pusher) -> Callable[[Request], Response]:
    def view(request: Request) -> Response:
        request.max_content_length = MAX_BODY
        begun = world.timestamp()
        hit = faults.strike(interface.path)
        errcode = 0
        try:
            answer = _answered(interface, request, world, faults, pusher, hit)
            errcode = answer.get("errcode", 0) if isinstance(answer, Mapping) else 0
            return answer if isinstance(answer, Response) else _respond(interface, answer)
        except Refusal as refusal:
            errcode = refusal.errcode
            return _json(_refused(refusal), text_plain=interface.text_plain)
        except Reset:
            errcode = -999
            break_connection(request.environ)
            return Response(status=500)
        except HTTPException as error:
            return error.get_response()
        finally:
            _log(world, interface, errcode, begun, [fault.kind for fault in hit])

    return view


def _answered(interface: Interface, request: Request, world: World, faults: Faults, pusher: Pusher, hit: list) -> Any:
    """Do one call: faults before it, the call itself, faults that hide its answer."""
    before = [fault for fault in hit if not fault.effect]
    call, person = _call(interface, request, world, pusher)
    with _alone(world, person):
        _sleep(faults.delay(hit))
        instead = _strike(before)
        if instead:
            return Response(instead.body, instead.status, mimetype="text/html")
        answer = interface.handle(_authenticated(interface, call))
    instead = _strike([fault for fault in hit if fault.effect])
    return Response(instead.body, instead.status, mimetype="text/html") if instead else answer


def _strike(hit: list) -> Instead | None:
    for fault in hit:
        instead = commit(fault)
        if instead:
            return instead
    return None


def _sleep(seconds: float) -> None:
    if seconds > 0:
        time.sleep(seconds)


class _alone:
    """While one call for a person runs, another is refused (43108)."""

    def __init__(self, world: World, person: str | None):
        self._world, self._person = world, person

    def __enter__(self) -> None:
        if self._person is None:
            return
        with self._world.lock:
            if self._person in self._world.busy:
                raise Refusal(43108, "send message to same user concurrently")
            self._world.busy.add(self._person)

    def __exit__(self, *error: object) -> None:
        if self._person is not None:
            with self._world.lock:
                self._world.busy.discard(self._person)


def _call(interface: Interface, request: Request, world: World, pusher: Pusher) -> tuple[Call, str | None]:
    """Read the request; the token is looked at later, when the call's time has come."""
    body = _body(request) if interface.method == "POST" and not interface.upload else {}
    parts = request.files.items() if interface.upload else ()
    uploads = {name: (part.filename or "", part.read(), part.mimetype) for name, part in parts}
    person = body.get(interface.exclusive) if interface.exclusive else None
    call = Call(world, pusher, None, request.args, body, uploads)
    return call, person if isinstance(person, str) else None


def _body(request: Request) -> Mapping[str, Any]:
    """Return the JSON body. Raises Refusal 44002 when empty, 47001 when it is no JSON object."""
    data = request.get_data(cache=False)
    if not data.strip():
        raise Refusal(44002, "empty post data")
    try:
        body = json.loads(data.decode("utf-8"))
    except ValueError as error:
        raise Refusal(47001, "data format error") from error
    if not isinstance(body, Mapping):
        raise Refusal(47001, "data format error")
    return body


def _authenticated(interface: Interface, call: Call) -> Call:
    """Check token, ban and limits. Raises the Refusal of the platform."""
    if not interface.token:
        return call
    account = tokens.check(call.world, call.args.get("access_token"))
    if account.banned:
        raise Refusal(48004, "api forbidden for blocked account")
    call.world.count(account.app_id, interface.path)
    return Call(call.world, call.pusher, account, call.args, call.body, call.files)


def _respond(interface: Interface, answer: Any) -> Response:
    if isinstance(answer, Binary):
        return Response(answer.data, mimetype=answer.media_type)
    return _json(answer, text_plain=interface.text_plain)


def _refused(refusal: Refusal) -> dict[str, Any]:
    rid = f"{secrets.token_hex(4)}-{secrets.token_hex(8)}"
    return {"errcode": refusal.errcode, "errmsg": f"{refusal.errmsg} rid: {rid}"}


def _json(answer: Mapping[str, Any], text_plain: bool = False) -> Response:
    """The platform's JSON: always HTTP 200, not always said to be JSON."""
    body = json.dumps(answer, ensure_ascii=False, separators=(",", ":"))
    return Response(body, mimetype="text/plain" if text_plain else "application/json")


def _log(world: World, interface: Interface, errcode: int, begun: float, faults: list[str]) -> None:
    took = round((world.timestamp() - begun) * 1000)
    with world.lock:
        world.totals[interface.path, errcode] += 1
        world.calls.append({"at": begun, "path": interface.path, "errcode": errcode, "ms": took, "faults": faults})


# --- accounts ---------------------------------------------------------------------------------------------------------


def accounts_of(settings: Settings) -> list[Account]:
    """Return the accounts of the settings as the platform would hold them: templates chosen, push address entered."""
    program = _account("mini_program", "人才服务", settings.mini_program, f"{_web(settings)}/wechat/mp", "json")
    program.pages = known_pages()
    program.templates = {template.id: template for template in map(chosen_template, messages().templates.values())}
    if settings.official_account is None:
        return [program]
    official = _account(
        "official_account", "人才服务号", settings.official_account, f"{_web(settings)}/wechat/oa", "xml"
    )
    return [program, official]


def _account(kind: str, name: str, account: WeChatAccount, callback_url: str, data_format: str) -> Account:
    original = "gh_" + hashlib.sha256(account.app_id.encode()).hexdigest()[:12]
    return Account(kind, name, account, original, callback_url, "safe", data_format)


def _web(settings: Settings) -> str:
    """The web process as this machine reaches it."""
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::", "") else settings.host  # noqa: S104 - compared, not bound
    return f"http://{host}:{settings.port}"


def chosen_template(template: MessageTemplate) -> Template:
    """Return a message template as an operator would choose it in the account."""
    keys = {f"{keyword.type}{3 * place + 2}": keyword.label for place, keyword in enumerate(template.keywords)}
    options = {
        f"{keyword.type}{3 * place + 2}": keyword.options
        for place, keyword in enumerate(template.keywords)
        if keyword.options
    }
    digest = hashlib.sha256(template.id.encode()).hexdigest()
    return Template(f"sandbox-{digest[:35]}", template.title, keys, 2, options)


def known_pages() -> frozenset[str]:
    """Return the pages of the mini-program's source, or, without it, those that messages open."""
    if PAGES_FILE.is_file():
        source = json.loads(PAGES_FILE.read_text(encoding="utf8"))
        packages = source.get("subPackages", [])
        paths = [entry["path"] for entry in source["pages"]]
        return frozenset(paths + [f"{part['root']}/{entry['path']}" for part in packages for entry in part["pages"]])
    return frozenset(messages().page(template, {}).partition("?")[0] for template in messages().templates.values())
