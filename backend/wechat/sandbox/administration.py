"""Interfaces of the account itself: quotas, tickets, menus, templates."""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from backend.wechat.sandbox import tokens
from backend.wechat.sandbox.interface import OK, Call, Interface
from backend.wechat.sandbox.world import Refusal, Template, World

CLEARINGS_A_MONTH = 10
UNLIMITED = 100_000_000


def quota_get(call: Call) -> dict:
    """POST /cgi-bin/openapi/quota/get: how often a path was called today."""
    path = call.text("cgi_path")
    if not path.startswith("/"):
        raise Refusal(76021, "cgi_path not found")
    limit = call.world.limit(path, "day") or UNLIMITED
    used = call.world.counts[call.account.app_id, path, f"{call.world.now():%Y-%m-%d}"]
    quota = {"daily_limit": limit, "used": min(used, limit), "remain": max(0, limit - used)}
    return {**OK, "quota": quota}


def clear_quota(call: Call) -> dict:
    """POST /cgi-bin/clear_quota: start the day's counts anew, ten times a month."""
    if call.body.get("appid") != call.account.app_id:
        raise Refusal(40013, "invalid appid")
    _clear(call.world, call.account.app_id)
    return dict(OK)


def clear_quota_v2(call: Call) -> dict:
    """POST /cgi-bin/clear_quota/v2: the same by app secret, without a token; both share the ten times."""
    account = tokens.authenticate(call.world, call.body.get("appid"), call.body.get("appsecret"))
    _clear(call.world, account.app_id)
    return dict(OK)


def _clear(world: World, app_id: str) -> None:
    month, today = f"{world.now():%Y-%m}", f"{world.now():%Y-%m-%d}"
    with world.lock:
        world.counts[app_id, "clearings", month] += 1
        if world.counts[app_id, "clearings", month] > CLEARINGS_A_MONTH:
            raise Refusal(48006, "forbid to clear quota because of reaching the limit")
        for key in [key for key in world.counts if key[0] == app_id and key[2].startswith(today)]:
            del world.counts[key]


def ticket(call: Call) -> dict:
    """GET /cgi-bin/ticket/getticket: the ticket with which web pages sign."""
    if call.args.get("type") not in ("jsapi", "wx_card"):
        raise Refusal(40097, "invalid args")
    return {**OK, "ticket": secrets.token_urlsafe(64), "expires_in": 7200}


def menu_create(call: Call) -> dict:
    """POST /cgi-bin/menu/create: at most three buttons with at most five entries each."""
    _official(call)
    buttons = call.body.get("button")
    if not isinstance(buttons, Sequence) or isinstance(buttons, str) or not 1 <= len(buttons) <= 3:
        raise Refusal(40016, "invalid button size")
    for button in buttons:
        _check_button(button, 1)
    call.account.menu = {"button": list(buttons)}
    call.world.changed.set()
    return dict(OK)


def _check_button(button: Any, level: int) -> None:
    if not isinstance(button, Mapping) or not button.get("name"):
        raise Refusal(40018, "invalid button name size")
    if len(str(button["name"]).encode()) > (24, 60)[level - 1]:
        raise Refusal(40018, "invalid button name size")
    entries = button.get("sub_button") or []
    if entries and level == 2:
        raise Refusal(40023, "invalid sub button size")
    if len(entries) > 5:
        raise Refusal(40023, "invalid sub button size")
    for entry in entries:
        _check_button(entry, 2)
    if not entries and button.get("type") not in BUTTON_FIELDS:
        raise Refusal(40017, "invalid button type")
    if not entries and any(not button.get(name) for name in BUTTON_FIELDS[button["type"]]):
        raise Refusal(40019, "invalid button key size")


BUTTON_FIELDS = {"click": ("key",), "view": ("url",), "miniprogram": ("url", "appid", "pagepath")}


def menu_get(call: Call) -> dict:
    """GET /cgi-bin/menu/get."""
    _official(call)
    if call.account.menu is None:
        raise Refusal(46003, "menu not exist")
    return {"menu": call.account.menu}


def menu_delete(call: Call) -> dict:
    """GET /cgi-bin/menu/delete."""
    _official(call)
    call.account.menu = None
    call.world.changed.set()
    return dict(OK)


def _official(call: Call) -> None:
    if call.account.kind != "official_account":
        raise Refusal(48001, "api unauthorized")


def templates(call: Call) -> dict:
    """GET /wxaapi/newtmpl/gettemplate: the templates chosen in the account."""
    return {**OK, "data": [_listed(template) for template in call.account.templates.values()]}


def _listed(template: Template) -> dict:
    return {
        "priTmplId": template.id,
        "title": template.title,
        "content": template.content,
        "example": "",
        "type": template.type,
        "keywordEnumValueList": [
            {"keywordCode": f"{key}.DATA", "enumValueList": list(values)} for key, values in template.options.items()
        ],
    }


ROUTES = (
    Interface("POST", "/cgi-bin/openapi/quota/get", quota_get),
    Interface("POST", "/cgi-bin/clear_quota", clear_quota),
    Interface("POST", "/cgi-bin/clear_quota/v2", clear_quota_v2, token=False),
    Interface("GET", "/cgi-bin/ticket/getticket", ticket),
    Interface("POST", "/cgi-bin/menu/create", menu_create),
    Interface("GET", "/cgi-bin/menu/get", menu_get),
    Interface("GET", "/cgi-bin/menu/delete", menu_delete),
    Interface("GET", "/wxaapi/newtmpl/gettemplate", templates),
)
