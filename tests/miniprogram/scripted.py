"""A server with prepared answers for the tests of the client alone: believable screens, faults on demand.

The screens are made of the same block types that the product composes, so they cannot drift from the contract.
"""

import logging
import mimetypes
import re
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from flask import Flask, Response, jsonify, request, send_from_directory
from werkzeug.serving import make_server

from miniprogram_api.screens import blocks as b
from tests.miniprogram.screens import SCREENS

BUILT = Path(__file__).parents[2] / "miniprogram" / "dist" / "h5"
PHOTO = Path(__file__).with_name("photo.jpg")


@dataclass
class Script:
    """What the server was asked, what it holds, and what it is told to do wrong."""

    requests: list[tuple[str, str, str | None]] = field(default_factory=list)
    facts: dict = field(default_factory=dict)
    submissions: list[dict] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    pages: list[str] = field(default_factory=list)
    photos: list[str] = field(default_factory=list)
    subscriptions: list[dict] = field(default_factory=list)
    answered: dict[str, Response] = field(default_factory=dict)
    faults: dict[str, list[int]] = field(default_factory=dict)
    delay: float = 0.0
    extra: dict[str, b.Screen] = field(default_factory=dict)

    def fail(self, path: str, *statuses: int) -> None:
        """Answer the next requests of `path` (a regular expression) with these statuses."""
        self.faults[path] = list(statuses)

    def paths(self, method: str) -> list[str]:
        """The paths asked with `method`, in order."""
        return [path for verb, path, _ in self.requests if verb == method]


def create_app(script: Script) -> Flask:
    """The interface under /api/v1 and the built client at / and /h5/."""
    app = Flask(__name__, static_folder=None)
    _pages(app)
    _guards(app, script)
    _session(app)
    _screens(app, script)
    _writes(app, script)
    _materials(app, script)
    return app


def _pages(app: Flask) -> None:
    @app.get("/")
    @app.get("/h5/")
    def index():
        return send_from_directory(BUILT, "index.html")

    @app.get("/<path:path>")
    def asset(path):
        name = path.removeprefix("h5/")
        if not (BUILT / f"{name}.gz").exists():
            return send_from_directory(BUILT, name)
        answer = send_from_directory(BUILT, f"{name}.gz", mimetype=mimetypes.guess_type(name)[0])
        answer.headers["Content-Encoding"] = "gzip"
        return answer


def _guards(app: Flask, script: Script) -> None:
    @app.before_request
    def note():
        path = request.path.removeprefix("/api/v1")
        if path == request.path:
            return None
        script.requests.append((request.method, path, request.headers.get("Idempotency-Key")))
        time.sleep(script.delay)
        for pattern, statuses in script.faults.items():
            if statuses and re.fullmatch(pattern, path):
                return _error(statuses.pop(0), "broken", "服务器正忙，请稍后再试")
        return None


def _error(status: int, code: str, message: str, fields=()):
    body = {"error": {"code": code, "message": message, "fields": list(fields), "request_id": "r-1"}}
    return jsonify(body), status


def _session(app: Flask) -> None:
    @app.get("/api/v1/about")
    def about():
        users = [{"name": "wang", "label": "王明 · 硕士，在南河工作"}, {"name": "li", "label": "李华 · 返乡创业"}]
        cities = [{"id": "nanhe", "name": "南河市"}, {"id": "beihe", "name": "北河市"}]
        return {"sandbox": True, "sandbox_phone": None, "test_users": users, "cities": cities, "city": "nanhe"}

    @app.post("/api/v1/session")
    def session():
        return {"token": f"token-{request.json['code']}"}


OPEN = {"items", "item", "article", "help", "cities", "windows", "blocks", "fields"}


def _screens(app: Flask, script: Script) -> None:
    @app.get("/api/v1/screens/<name>")
    def screen(name):
        if name not in OPEN and "Authorization" not in request.headers:
            return _error(401, "session_required", "请先登录")
        compose = SCREENS.get(name)
        if name in script.extra:
            return {"screen": script.extra[name].to_json()}
        if compose is None:
            return _error(404, "no_such_screen", "没有这个页面")
        return {"screen": compose(request.args, script).to_json()}

    @app.get("/api/v1/employers")
    def employers():
        names = ["南河星辰科技有限公司", "南河新材料股份有限公司"]
        return {"suggestions": [{"value": name, "note": "在企业名录内"} for name in names]}


def _writes(app: Flask, script: Script) -> None:
    @app.put("/api/v1/applications/<_>/facts")
    def save(_):
        facts = request.json["facts"]
        wrong = [] if facts.get("id_number") in (None, "410102199003071234") else [_BAD_ID]
        script.facts |= {name: value for name, value in facts.items() if name not in {w["field"] for w in wrong}}
        return {"saved": [n for n in facts if n not in {w["field"] for w in wrong}], "fields": wrong}

    @app.post("/api/v1/applications/<_>/submission")
    def submit(_):
        key = request.headers["Idempotency-Key"]
        if key not in script.answered:
            script.answered[key] = jsonify({"toast": "已提交"})
            script.submissions.append(request.json)
        return script.answered[key]

    @app.post("/api/v1/assistant/messages")
    def say():
        script.said.append(request.json["text"])
        return {
            "messages": [
                {"text": "全日制硕士每月 1200 元，最长 36 个月。", "citations": [_LIVING.to_json()], "links": _LINKS}
            ]
        }

    @app.post("/api/v1/assistant/photos")
    def photo():
        script.photos.append(request.files["file"].filename)
        rows = [b.Row(title="劳动合同", action=b.Call(path="/assistant/photos/1/filing", body={"requirement": "c"}))]
        asked = {"text": "这是哪一份材料？", "blocks": [b.List(rows=rows).to_json()]}
        return {"messages": [{"who": "me", "text": "［照片］"}, asked]}

    @app.post("/api/v1/assistant/photos/1/filing")
    def file_photo():
        return {"messages": [{"who": "me", "text": "这是劳动合同"}, {"text": "已放进“劳动合同”。"}]}

    @app.post("/api/v1/subscriptions")
    def subscriptions():
        script.subscriptions.append(request.json["results"])
        return {}

    @app.route("/api/v1/<path:path>", methods=["POST", "PUT", "PATCH", "DELETE"])
    def done(path):
        return {}


_BAD_ID = {"field": "id_number", "code": "checksum", "message": "身份证号最后一位对不上，请对照证件再看一遍"}
_LIVING = b.Citation(document="living-2020", article="3", title="生活补助发放细则", label="生活补助细则 第三条")
_LINKS = [
    {"label": "看生活补助", "action": "screen", "target": "item?item=living_allowance"},
    {"label": "能领多久", "action": "say", "target": "生活补助能领多久？"},
]


def _materials(app: Flask, script: Script) -> None:
    @app.post("/api/v1/applications/<_>/materials/<slot>/pages")
    def upload(_, slot):
        key = request.headers["Idempotency-Key"]
        if key not in script.answered:
            script.pages.append(key)
            script.answered[key] = jsonify({"slot": _slot(slot, script)})
        return script.answered[key]

    @app.delete("/api/v1/pages/<page>")
    def delete(page):
        script.pages.remove(page)
        return {"slot": _slot("contract", script)}

    @app.post("/api/v1/pages/<page>/rotation")
    def rotate(page):
        return {"slot": _slot("contract", script)}

    @app.get("/api/v1/pages/<_page>/<_size>")
    def picture(_page, _size):
        if "Authorization" not in request.headers:
            return _error(401, "session_required", "请先登录")
        return send_from_directory(PHOTO.parent, PHOTO.name)


def _slot(slot: str, script: Script) -> Mapping:
    known = next(s for s in SCREENS["materials"]({}, script).blocks if isinstance(s, b.Materials))
    return next(s for s in known.slots if s.id == slot).to_json()


class Server:
    """The scripted server on a free port of the loopback."""

    def __init__(self):
        self.script = Script()
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self.http = make_server("127.0.0.1", 0, create_app(self.script), threaded=True)
        self.url = f"http://127.0.0.1:{self.http.server_port}"
        self.thread = threading.Thread(target=self.http.serve_forever, daemon=True)

    def __enter__(self) -> "Server":
        self.thread.start()
        return self

    def __exit__(self, *_) -> None:
        self.http.shutdown()
        self.thread.join()

    def reset(self) -> None:
        """Forget everything asked and told."""
        self.script.__init__()
