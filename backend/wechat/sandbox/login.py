"""Interfaces of tokens, sign-in and phone numbers."""

import base64
import secrets

from backend.wechat.sandbox import tokens
from backend.wechat.sandbox.interface import OK, Call, Interface
from backend.wechat.sandbox.world import Account, Code, Refusal, World

CODE_LIFE = 300
TEST_PREFIX = "sandbox:"


def token(call: Call) -> dict:
    """GET /cgi-bin/token: a new token on every call."""
    if call.args.get("grant_type") != "client_credential":
        raise Refusal(40002, "invalid grant_type")
    account = tokens.authenticate(call.world, call.args.get("appid"), call.args.get("secret"))
    call.world.count(account.app_id, "/cgi-bin/token")
    with call.world.lock:
        value, seconds = tokens.issue(call.world, account.app_id, "plain")
    return {"access_token": value, "expires_in": seconds}


def stable_token(call: Call) -> dict:
    """POST /cgi-bin/stable_token: the same token until five minutes before its end."""
    if call.body.get("grant_type") != "client_credential":
        raise Refusal(40002, "invalid grant_type")
    account = tokens.authenticate(call.world, call.body.get("appid"), call.body.get("secret"))
    call.world.count(account.app_id, "/cgi-bin/stable_token")
    with call.world.lock:
        value, seconds = tokens.stable(call.world, account.app_id, bool(call.body.get("force_refresh")))
    return {"access_token": value, "expires_in": seconds}


def jscode2session(call: Call) -> dict:
    """GET /sns/jscode2session. A code `sandbox:<name>` signs that test user in, any number of times."""
    account = tokens.authenticate(call.world, call.args.get("appid"), call.args.get("secret"))
    if call.args.get("grant_type") != "authorization_code":
        raise Refusal(40002, "invalid grant_type")
    user = call.world.user(_who(call.world, account, call.args.get("js_code", "")))
    if user.blocked:
        raise Refusal(40226, "code blocked")
    user.visited_at = call.world.timestamp()
    openid = call.world.openid(user.name, account.app_id)
    key = base64.b64encode(secrets.token_bytes(16)).decode()
    call.world.session_keys[openid] = key
    call.world.changed.set()
    return {"openid": openid, "session_key": key, "unionid": call.world.unionid(user.name)}


def _who(world: World, account: Account, code: str) -> str:
    name = code.removeprefix(TEST_PREFIX).strip()
    if code.startswith(TEST_PREFIX) and name:
        return name[:40]
    return use_code(world, "login", account.app_id, code)


def make_code(world: World, kind: str, app_id: str, user: str) -> str:
    """Give a client a code for login or for its phone number."""
    code = secrets.token_urlsafe(24)
    world.codes[code] = Code(kind, app_id, user, world.timestamp() + CODE_LIFE)
    return code


def use_code(world: World, kind: str, app_id: str, text: object) -> str:
    """Use a code up and return whose it is. Raises Refusal 40029 for an unknown, used or old one."""
    code = world.codes.get(text) if isinstance(text, str) else None
    if code is None or (code.kind, code.app_id) != (kind, app_id) or world.timestamp() > code.expires_at:
        raise Refusal(40029, "invalid code")
    if code.used:
        raise Refusal(40163, "code been used")
    code.used = True
    return code.user


def phone_number(call: Call) -> dict:
    """POST /wxa/business/getuserphonenumber. A code `sandbox:<name>` gives that test user's number."""
    text = call.text("code")
    name = text.removeprefix(TEST_PREFIX)
    known = name if text.startswith(TEST_PREFIX) and name in call.world.users else None
    user = call.world.users[known or _phone_owner(call, text)]
    info = {
        "phoneNumber": user.phone,
        "purePhoneNumber": user.phone,
        "countryCode": "86",
        "watermark": {"timestamp": int(call.world.timestamp()), "appid": call.account.app_id},
    }
    return {**OK, "phone_info": info}


def _phone_owner(call: Call, text: str) -> str:
    try:
        return use_code(call.world, "phone", call.account.app_id, text)
    except Refusal as refusal:
        raise Refusal(40029, "invalid code") from refusal


def user_info(call: Call) -> dict:
    """GET /cgi-bin/user/info: what an official account learns of a follower."""
    openid = call.args.get("openid", "")
    user = call.world.owner(openid, call.account.app_id)
    if not user.follows:
        return {"subscribe": 0, "openid": openid, "unionid": call.world.unionid(user.name)}
    return {
        "subscribe": 1,
        "openid": openid,
        "language": "zh_CN",
        "subscribe_time": int(call.world.timestamp()),
        "unionid": call.world.unionid(user.name),
        "tagid_list": [],
        "subscribe_scene": "ADD_SCENE_SEARCH",
    }


ROUTES = (
    Interface("GET", "/cgi-bin/token", token, token=False),
    Interface("POST", "/cgi-bin/stable_token", stable_token, token=False),
    Interface("GET", "/sns/jscode2session", jscode2session, token=False, text_plain=True),
    Interface("POST", "/wxa/business/getuserphonenumber", phone_number),
    Interface("GET", "/cgi-bin/user/info", user_info),
)
