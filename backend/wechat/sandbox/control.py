"""The control interface under /_ctl: what tests, benchmarks and the H5 client do to the double. JSON in, JSON out."""

import base64
import hashlib
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, jsonify, request

from backend.wechat.crypto import raw_data_signature, seal_client_data
from backend.wechat.sandbox import login, tokens
from backend.wechat.sandbox.faults import Faults
from backend.wechat.sandbox.phone import Impossible, Phone
from backend.wechat.sandbox.push import Outcome, Pusher, Shape
from backend.wechat.sandbox.world import Account, Consent, Template, World


class Control:
    """What can be done to the double; each public method is POST /_ctl/<name> with its parameters as JSON."""

    def __init__(self, world: World, faults: Faults, pusher: Pusher):
        self._world, self._faults, self._pusher = world, faults, pusher

    # --- people and codes ---

    def user(self, name: str, blocked: bool = False) -> dict:
        """Make a person or change one; returns openids, unionid and phone number."""
        person = self._world.user(name)
        person.blocked = blocked
        return {"openids": self._openids(name), "unionid": self._world.unionid(name), "phone": person.phone}

    def users(self, names: list[str], templates: list[str], credits: int = 1) -> dict:
        """Make many people at once, each allowing `credits` messages of these templates, without any event."""
        program = self._account("mini_program")
        with self._world.lock:
            for name in names:
                self._world.user(name)
                openid = self._world.openid(name, program.app_id)
                for template in templates:
                    self._world.consents[openid, template] = Consent(remaining=credits, accepted=credits > 0)
        return {"openids": [self._world.openid(name, program.app_id) for name in names]}

    def code(self, name: str, kind: str = "login", account: str = "mini_program") -> dict:
        """Give a person's client a code: kind login or phone."""
        self._world.user(name)
        return {"code": login.make_code(self._world, kind, self._account(account).app_id, name)}

    def client_data(self, name: str, data: dict) -> dict:
        """Return user data as the client hands it over: signed and encrypted under the person's session key."""
        program = self._account("mini_program")
        key = self._world.session_keys[self._world.openid(name, program.app_id)]
        iv = base64.b64encode(bytes(16)).decode()
        raw = str(data.get("rawData", "{}"))
        marked = {**data, "watermark": {"appid": program.app_id, "timestamp": int(self._world.timestamp())}}
        sealed = seal_client_data(key, iv, marked)
        return {"rawData": raw, "signature": raw_data_signature(raw, key), "iv": iv, "encryptedData": sealed}

    # --- the phone ---

    def text(
        self, name: str, text: str, account: str = "mini_program", mode: str | None = None, format: str | None = None
    ) -> dict:
        """Write a text as a person; mode plain, compatible or safe, format xml or json, by default the account's."""
        return _told(self._phone(name).text(account, text, self._shape(account, mode, format)))

    def picture(
        self, name: str, data: str, media_type: str = "image/jpeg", account: str = "mini_program",
        mode: str | None = None, format: str | None = None,
    ) -> dict:  # fmt: skip
        """Send a picture (`data` in base64) as a person."""
        shape = self._shape(account, mode, format)
        return _told(self._phone(name).picture(account, base64.b64decode(data), media_type, shape))

    def unfit(self, data: str) -> dict:
        """Let the content check find a picture (`data` in base64) risky from now on."""
        self._world.unfit.add(hashlib.sha256(base64.b64decode(data)).hexdigest())
        return {}

    def subscribe(
        self, answers: dict[str, str], name: str | None = None, openid: str | None = None, scene: str = "0"
    ) -> dict:
        """Answer the subscription dialogue as a person (by name or openid): template id or title → accept or reject."""
        name = name or self._world.openids.get(openid, ("", ""))[1]
        if not name:
            raise Impossible("没有这个用户。")
        return _told(self._phone(name).subscribe({self._template(key).id: say for key, say in answers.items()}, scene))

    def cancel(self, name: str, template: str) -> dict:
        """Take a consent back in the settings as a person."""
        return _told(self._phone(name).cancel(self._template(template).id))

    def enter(self, name: str, account: str = "mini_program") -> dict:
        """Open the customer-service chat as a person."""
        return _told(self._phone(name).enter(account))

    def click(self, name: str, key: str) -> dict:
        """Tap a menu entry as a person."""
        return _told(self._phone(name).click(key))

    def follow(self, name: str, yes: bool = True) -> dict:
        """Follow or leave the official account as a person."""
        return _told(self._phone(name).follow(yes))

    def revoke(self, name: str, account: str = "mini_program", event: str = "user_authorization_revoke") -> dict:
        """Take the authorization back, or close the WeChat account, as a person."""
        return _told(self._phone(name).revoke(account, event))

    def push(self, account: str, push: dict, mode: str | None = None, format: str | None = None) -> dict:
        """Push any message as it stands, e.g. one sent before: a repetition."""
        return _told(self._pusher.send(self._account(account), push, self._shape(account, mode, format)))

    # --- the platform's settings ---

    def account(self, account: str, **settings: Any) -> dict:
        """Change an account: callback_url, mode, format, banned, or pages (a list)."""
        target = self._account(account)
        if "pages" in settings:
            settings["pages"] = frozenset(settings["pages"])
        for name, value in settings.items():
            if name not in {"callback_url", "mode", "format", "banned", "pages"}:
                raise Impossible(f"没有这个设置：{name}")
            setattr(target, name, value)
        return {"account": account}

    def template(self, title: str, keys: dict[str, str] | None = None, type: int = 2, banned: bool = False) -> dict:
        """Choose a template (keys: thing1 → label), or change the type or ban of one already chosen."""
        program = self._account("mini_program")
        if keys is not None:
            new = Template(f"sandbox-{len(program.templates)}-{title}", title, keys, type)
            program.templates[new.id] = new
        template = self._template(title)
        template.type, template.banned = type, banned
        return {"id": template.id}

    def limit(self, path: str, span: str, limit: int) -> dict:
        """Change how often a path may be called in a day or minute."""
        self._world.limits[path, span] = limit
        return {"path": path, span: limit}

    def rotate(self, account: str = "mini_program") -> dict:
        """End the stable token, as another system would."""
        with self._world.lock:
            tokens.rotate(self._world, self._account(account).app_id)
        return {}

    def clock(self, seconds: float) -> dict:
        """Move the double's clock by so many seconds."""
        self._world.offset += timedelta(seconds=seconds)
        self._world.forget_old_counts()
        return {"now": self._world.now().isoformat()}

    def words(self, sensitive: list[str]) -> dict:
        """Set the words that messages must not contain."""
        self._world.sensitive = set(sensitive)
        return {"sensitive": sorted(self._world.sensitive)}

    def ocr(self, sha256: str, reading: dict) -> dict:
        """Say what is written on a picture."""
        self._world.ocr[sha256] = reading
        return {}

    def pushing(
        self, delay: float = 0.0, duplicates: bool = False, shuffled: bool = False, sent_events: bool = True
    ) -> dict:
        """Send background events late, twice or out of order, or no sent events at all."""
        self._pusher.delay, self._pusher.duplicates, self._pusher.shuffled = delay, duplicates, shuffled
        self._world.sent_events = sent_events
        return {"waiting": self._pusher.waiting()}

    # --- faults ---

    def fault(self, path: str, kind: str, **about: Any) -> dict:
        """Switch a fault on: path pattern, kind, value, rate, times, effect (see `faults.Fault`)."""
        return asdict(self._faults.add(path=path, kind=kind, **about))

    def mend(self, id: int | None = None) -> dict:
        """Switch one fault off, or all."""
        self._faults.remove(id)
        return {"faults": self._faults.listed()}

    def dice(self, seed: int) -> dict:
        """Make the faults fall the same way every time."""
        self._faults.dice.seed(seed)
        return {}

    # --- looking ---

    def chat(self, name: str) -> dict:
        """Return a person's chat: messages in both directions and cards, oldest first."""
        return {"lines": list(self._world.chats.get(name, []))}

    def consents(self, name: str) -> dict:
        """Return what a person allows, by template title."""
        program = self._account("mini_program")
        openid = self._world.openid(name, program.app_id)
        return {
            template.title: asdict(self._world.consents.get((openid, template.id), Consent()))
            for template in program.templates.values()
        }

    def calls(self) -> dict:
        """Return the newest calls and the totals by path and errcode."""
        with self._world.lock:
            totals = [[path, errcode, count] for (path, errcode), count in self._world.totals.items()]
            return {"calls": list(self._world.calls), "totals": totals, "waiting": self._pusher.waiting()}

    def tokens(self, account: str = "mini_program") -> dict:
        """Return how often the stable token was asked for and was a new one, and how often it was the same again."""
        app_id = self._account(account).app_id
        return {kind: self._world.stable[app_id, kind] for kind in ("new", "same")}

    def pushes(self) -> dict:
        """Return the newest pushes and what became of them."""
        return {"pushes": list(self._world.pushes)}

    def deliveries(self) -> dict:
        """Return how many cards everyone got, by person, template and keyword lines; for counting duplicates."""
        with self._world.lock:
            counted = Counter(
                (name, line["content"]["template"], str(line["content"]["lines"]))
                for name, lines in self._world.chats.items()
                for line in lines
                if line["kind"] == "card"
            )
            left = sum(consent.remaining for consent in self._world.consents.values())
        twice = [[*key, count] for key, count in counted.items() if count > 1]
        return {"cards": counted.total(), "different": len(counted), "twice": twice, "credits_left": left}

    def templates(self) -> dict:
        """Return the templates of the mini-program."""
        return {"templates": [asdict(template) for template in self._account("mini_program").templates.values()]}

    # --- finding ---

    def _phone(self, name: str) -> Phone:
        return Phone(self._world, self._pusher, name)

    def _openids(self, name: str) -> dict[str, str]:
        return {row.kind: self._world.openid(name, row.app_id) for row in self._world.accounts.values()}

    def _account(self, kind: str) -> Account:
        for account in self._world.accounts.values():
            if kind in (account.kind, account.app_id):
                return account
        raise Impossible(f"没有这个账号：{kind}")

    def _template(self, key: str) -> Template:
        for template in self._account("mini_program").templates.values():
            if key in (template.id, template.title):
                return template
        raise Impossible(f"没有这个模板：{key}")

    def _shape(self, kind: str, mode: str | None, data_format: str | None) -> Shape:
        account = self._account(kind)
        return Shape(mode or account.mode, data_format or account.format)


def _told(outcome: Outcome) -> dict:
    return {**asdict(outcome), "reply": dict(outcome.reply)}


def create_blueprint(world: World, faults: Faults, pusher: Pusher) -> Blueprint:
    """Return the control interface: POST /_ctl/<name>."""
    blueprint = Blueprint("control", __name__, url_prefix="/_ctl")
    control = Control(world, faults, pusher)

    @blueprint.post("/<name>")
    def act(name: str) -> Response | tuple[Response, int]:
        method: Callable[..., Mapping] | None = None if name.startswith("_") else getattr(control, name, None)
        if method is None:
            return jsonify(error=f"没有这个操作：{name}"), 404
        try:
            return jsonify(method(**(request.get_json(silent=True) or {})))
        except (Impossible, TypeError, KeyError, ValueError) as error:
            return jsonify(error=str(error)), 400

    return blueprint
