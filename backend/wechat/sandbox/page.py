"""The double's pages: who uses it, their chats and cards, what the platform was asked, and switches for faults."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for

from backend.clock import SHANGHAI
from backend.wechat.sandbox import tokens
from backend.wechat.sandbox.faults import Faults
from backend.wechat.sandbox.phone import Impossible, Phone
from backend.wechat.sandbox.push import Outcome, Pusher, Shape
from backend.wechat.sandbox.world import Account, Consent, World

KIND_NAMES = {"mini_program": "小程序", "official_account": "服务号"}
MODE_NAMES = {"plain": "明文", "compatible": "兼容", "safe": "安全"}
FORMAT_NAMES = {"xml": "XML", "json": "JSON"}
SEND = "/cgi-bin/message/subscribe/send"
READY_FAULTS: Sequence[tuple[str, Mapping[str, Any]]] = (
    ("每次慢 80 毫秒", {"path": "*", "kind": "latency", "value": {"median": 80}}),
    ("慢而不稳（百分之一超过 2 秒）", {"path": "*", "kind": "latency", "value": {"median": 80, "p99": 2000}}),
    ("订阅消息 5% 系统繁忙（-1）", {"path": SEND, "kind": "errcode", "value": -1, "rate": 0.05}),
    ("订阅消息 5% 断开连接", {"path": SEND, "kind": "reset", "rate": 0.05}),
    ("订阅消息 5% 收下后不回应", {"path": SEND, "kind": "hang", "rate": 0.05, "effect": True}),
    ("订阅消息 5% 收下后断开", {"path": SEND, "kind": "reset", "rate": 0.05, "effect": True}),
    ("全部返回维护网页", {"path": "*", "kind": "html"}),
    ("全部 502", {"path": "*", "kind": "http", "value": 502}),
    ("今天次数已用完（45009）", {"path": SEND, "kind": "errcode", "value": 45009}),
    ("调用太频繁（45011）一次", {"path": SEND, "kind": "errcode", "value": 45011, "times": 1}),
    ("凭证失效（40001）十次", {"path": "*", "kind": "errcode", "value": 40001, "times": 10}),
)
"""Faults that a page switches on with one tap; the control interface has every other one."""

FAULT_NAMES = {
    "latency": "变慢（毫秒）",
    "hang": "不回应",
    "reset": "断开连接",
    "http": "HTTP 状态",
    "html": "返回网页",
    "errcode": "错误码",
}
CLOCK_STEPS = {
    "3600": "1 小时",
    "7200": "2 小时（凭证到期）",
    "172800": "2 天（客服窗口关闭）",
    "259200": "3 天（媒体文件到期）",
}
"""Seconds by which the page sets the double's clock ahead, and what that brings about."""


def create_blueprint(world: World, faults: Faults, pusher: Pusher, public_url: str) -> Blueprint:
    """Return the pages. `public_url` is where the H5 client is, for the links on cards."""
    blueprint = Blueprint(
        "page", __name__, template_folder="templates", static_folder="static", static_url_path="/assets"
    )
    _serve_looks(blueprint, world, faults, pusher, public_url)
    _serve_phone(blueprint, world, pusher)
    _serve_switches(blueprint, world, faults)
    _serve_disorder(blueprint, world, pusher)
    blueprint.register_error_handler(404, lambda error: error)  # the platform's own answer is for its interfaces
    blueprint.before_request(_refuse_strangers)
    blueprint.after_request(partial(_keep_to_ourselves, _framers(public_url)))
    blueprint.add_app_template_filter(_clock, "clock")
    return blueprint


def _refuse_strangers() -> None:
    """A form of another site must not move the switches."""
    origin = request.headers.get("Origin")
    if request.method == "POST" and origin and urlsplit(origin).netloc != request.host:
        abort(403)


def _keep_to_ourselves(framers: str, response: Response) -> Response:
    """The pages load nothing from anywhere else, and only the H5 client may show them in a frame."""
    policy = f"default-src 'self'; img-src 'self' data:; frame-ancestors {framers}"
    response.headers["Content-Security-Policy"] = policy
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _framers(public_url: str) -> str:
    """The addresses under which a browser knows the H5 client, as a content policy names them."""
    by_name = public_url.replace("//127.0.0.1:", "//localhost:")
    return " ".join(dict.fromkeys(["'self'", public_url, by_name])).strip()


def _clock(timestamp: float) -> str:
    return datetime.fromtimestamp(timestamp, SHANGHAI).strftime("%m-%d %H:%M:%S")


# --- looking ----------------------------------------------------------------------------------------------------------


def _serve_looks(blueprint: Blueprint, world: World, faults: Faults, pusher: Pusher, public_url: str) -> None:
    @blueprint.get("/")
    def people() -> str:
        with world.lock:
            rows = [_row(world, name) for name in list(world.users)[-200:][::-1]]
        return render_template("sandbox/people.html", people=rows, accounts=_accounts(world), note=_note(), **_names())

    @blueprint.get("/people/<name>")
    def person(name: str) -> str:
        return render_template("sandbox/person.html", note=_note(), **_screen(world, name), **_names(), h5=public_url)

    @blueprint.get("/people/<name>/chat")
    def chat(name: str) -> str:
        return render_template("sandbox/chat.html", **_screen(world, name), h5=public_url)

    @blueprint.get("/media/<media_id>")
    def media(media_id: str) -> Response:
        found = world.media.get(media_id)
        return Response(found.data, mimetype=found.media_type) if found else abort(404)

    @blueprint.get("/calls")
    def calls() -> str:
        with world.lock:
            totals = sorted(world.totals.items())
            return render_template(
                "sandbox/calls.html", calls=list(world.calls)[::-1], totals=totals, pushes=list(world.pushes)[::-1],
                waiting=pusher.waiting(), **_names(),
            )  # fmt: skip

    @blueprint.get("/faults")
    def switches() -> str:
        return render_template(
            "sandbox/faults.html", active=faults.listed(), ready=READY_FAULTS, accounts=_accounts(world), note=_note(),
            now=world.now(), pusher=pusher, sent_events=world.sent_events, steps=CLOCK_STEPS, fault_names=FAULT_NAMES,
            **_names(),
        )  # fmt: skip


def _names() -> dict[str, Any]:
    return {"kinds": KIND_NAMES, "modes": MODE_NAMES, "formats": FORMAT_NAMES}


def _note() -> str:
    return request.args.get("note", "")


def _accounts(world: World) -> list[Account]:
    return list(world.accounts.values())


def _row(world: World, name: str) -> dict[str, Any]:
    lines = world.chats.get(name, [])
    cards = sum(line["kind"] == "card" for line in lines)
    return {"name": name, "user": world.users[name], "cards": cards, "last": lines[-1]["at"] if lines else None}


def _screen(world: World, name: str) -> dict[str, Any]:
    """What the page of a person shows: the chat with one account, consents, the window for answers."""
    kind = request.args.get("account", "mini_program")
    account = next((row for row in world.accounts.values() if row.kind == kind), None)
    if name not in world.users or account is None:
        abort(404)
    openid = world.openid(name, account.app_id)
    with world.lock:
        lines = [line for line in world.chats.get(name, []) if line["account"] == kind][-80:]
        window = world.windows.get(openid)
    live = window if window and window.expires_at > world.timestamp() else None
    return {
        "name": name,
        "user": world.users[name],
        "account": account,
        "accounts": _accounts(world),
        "openid": openid,
        "unionid": world.unionid(name),
        "lines": lines,
        "window": live,
        "typing": bool(live and live.typing_until > world.timestamp()),
        "consents": _consents(world, account, openid),
    }


def _consents(world: World, account: Account, openid: str) -> list[dict[str, Any]]:
    return [
        {"template": template, "consent": world.consents.get((openid, template.id), Consent())}
        for template in account.templates.values()
    ]


# --- the phone --------------------------------------------------------------------------------------------------------


def _serve_phone(blueprint: Blueprint, world: World, pusher: Pusher) -> None:
    @blueprint.post("/people")
    def meet() -> Response:
        name = request.form.get("name", "").strip()[:40]
        if not name:
            return redirect(url_for("page.people", note="请填写名字"))
        world.user(name)
        return redirect(url_for("page.person", name=name))

    @blueprint.post("/people/<name>/<act>")
    def act(name: str, act: str) -> Response:
        if name not in world.users or act not in ACTS:
            abort(404)
        kind = request.form.get("account", "mini_program")
        try:
            note = _words(ACTS[act](Phone(world, pusher, name), kind, _shape(world, kind)))
        except Impossible as impossible:
            note = str(impossible)
        return redirect(url_for("page.person", name=name, account=kind, note=note))


def _shape(world: World, kind: str) -> Shape | None:
    mode, data_format = request.form.get("mode"), request.form.get("format")
    known = mode in MODE_NAMES and data_format in FORMAT_NAMES
    return Shape(mode, data_format) if known else None


def _words(outcome: Outcome) -> str:
    if outcome.accepted:
        return "推送已送达" + (f"（第 {outcome.tries} 次）" if outcome.tries > 1 else "")
    return f"推送没有被接受：{outcome.problem}（共 {outcome.tries} 次）"


def _text(phone: Phone, kind: str, shape: Shape | None) -> Outcome:
    text = request.form.get("text", "").strip()
    if not text:
        raise Impossible("请输入要发的文字。")
    return phone.text(kind, text, shape)


def _picture(phone: Phone, kind: str, shape: Shape | None) -> Outcome:
    upload = request.files.get("picture")
    if not upload or not upload.filename:
        raise Impossible("请选择一张图片。")
    return phone.picture(kind, upload.read(), upload.mimetype, shape)


def _subscribe(phone: Phone, kind: str, shape: Shape | None) -> Outcome:
    return phone.subscribe(dict.fromkeys(request.form.getlist("template"), request.form.get("answer", "accept")))


ACTS = {
    "text": _text,
    "picture": _picture,
    "subscribe": _subscribe,
    "cancel": lambda phone, kind, shape: phone.cancel(request.form.get("template", "")),
    "enter": lambda phone, kind, shape: phone.enter(kind),
    "click": lambda phone, kind, shape: phone.click(request.form.get("key", "")),
    "follow": lambda phone, kind, shape: phone.follow(True),
    "unfollow": lambda phone, kind, shape: phone.follow(False),
    "revoke": lambda phone, kind, shape: phone.revoke(kind),
}
"""What the buttons of a person's page do."""


# --- switches ---------------------------------------------------------------------------------------------------------


def _serve_switches(blueprint: Blueprint, world: World, faults: Faults) -> None:
    @blueprint.post("/faults/add")
    def add() -> Response:
        place = request.form.get("ready", "")
        if not place.isdecimal() or int(place) >= len(READY_FAULTS):
            abort(400)
        name, fault = READY_FAULTS[int(place)]
        faults.add(**fault)
        return redirect(url_for("page.switches", note=f"已打开：{name}"))

    @blueprint.post("/faults/mend")
    def mend() -> Response:
        number = request.form.get("id", "")
        faults.remove(int(number) if number.isdecimal() else None)
        return redirect(url_for("page.switches", note="已关闭"))

    @blueprint.post("/rotate")
    def rotate() -> Response:
        with world.lock:
            for account in world.accounts.values():
                tokens.rotate(world, account.app_id)
        return redirect(url_for("page.switches", note="接口凭证已全部作废，相当于别的系统强制刷新"))

    @blueprint.post("/accounts/<kind>")
    def change(kind: str) -> Response:
        account = next((row for row in world.accounts.values() if row.kind == kind), None) or abort(404)
        shape = _shape(world, kind) or abort(400)
        account.mode = shape.mode
        account.format = "xml" if kind == "official_account" else shape.format
        return redirect(url_for("page.switches", note=f"{KIND_NAMES[kind]}的推送改为{MODE_NAMES[shape.mode]}模式"))


def _serve_disorder(blueprint: Blueprint, world: World, pusher: Pusher) -> None:
    @blueprint.post("/events")
    def events() -> Response:
        """Push events late, twice, out of order, or no word on what became of a message."""
        chosen = set(request.form.getlist("disorder"))
        pusher.delay = 10.0 if "late" in chosen else 0.0
        pusher.duplicates, pusher.shuffled = "twice" in chosen, "shuffled" in chosen
        world.sent_events = "silent" not in chosen
        return redirect(url_for("page.switches", note="事件推送的设置已保存"))

    @blueprint.post("/clock")
    def clock() -> Response:
        seconds = request.form.get("seconds", "")
        if seconds not in CLOCK_STEPS:
            abort(400)
        with world.lock:
            world.offset += timedelta(seconds=int(seconds))
            world.forget_old_counts()
        return redirect(url_for("page.switches", note=f"沙箱的钟拨快了 {CLOCK_STEPS[seconds]}"))

    @blueprint.post("/clock/back")
    def clock_back() -> Response:
        with world.lock:
            world.offset = timedelta()
        return redirect(url_for("page.switches", note="沙箱的钟已拨回"))
