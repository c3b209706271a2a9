"""Interfaces of files, content checks, codes, links and OCR."""

import hashlib
import io
import re
import secrets
from collections.abc import Callable

import segno

from backend.wechat.sandbox.interface import OK, Answer, Binary, Call, Interface
from backend.wechat.sandbox.sending import live_media
from backend.wechat.sandbox.world import Media, Refusal

THREE_DAYS = 3 * 86400
TWO_HOURS = 2 * 3600
PICTURES = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG": "image/png", b"GIF8": "image/gif", b"BM": "image/bmp"}
SCENE = re.compile(r"[0-9a-zA-Z!#$&'()*+,/:;=?@\-._~]{1,32}")
LINK_DAYS = 30


# --- temporary files --------------------------------------------------------------------------------------------------


def media_upload(call: Call) -> dict:
    """POST /cgi-bin/media/upload: a temporary picture."""
    if "media" not in call.files:
        raise Refusal(41005, "media data missing")
    _, data, _ = call.files["media"]
    picture = next((kind for start, kind in PICTURES.items() if data.startswith(start)), None)
    if call.args.get("type") != "image" or picture is None:
        raise Refusal(40004, "invalid media type")
    if len(data) > 2 * 1024 * 1024:
        raise Refusal(40009, "invalid image size")
    return {"type": "image", "media_id": keep(call.world, call.account.app_id, data, picture), "created_at": _now(call)}


def keep(world, app_id: str, data: bytes, media_type: str) -> str:
    """Store a temporary file for three days and return its id."""
    media_id = secrets.token_urlsafe(48)
    world.media[media_id] = Media(data, media_type, app_id, world.timestamp() + THREE_DAYS)
    world.changed.set()
    return media_id


def media_get(call: Call) -> Binary:
    """GET /cgi-bin/media/get: a temporary file."""
    media = live_media(call, call.args.get("media_id"))
    return Binary(media.data, media.media_type)


def _now(call: Call) -> int:
    return int(call.world.timestamp())


# --- content checks ---------------------------------------------------------------------------------------------------


def msg_sec_check(call: Call) -> dict:
    """POST /wxa/msg_sec_check, version 2: errcode 0 for bad texts too, the suggestion tells."""
    if call.body.get("version") != 2:
        raise Refusal(44990, "the first version of this interface is frozen")
    _check_visit(call)
    if call.body.get("scene") not in (1, 2, 3, 4):
        raise Refusal(40129, "invalid scene")
    content = call.body.get("content")
    if not isinstance(content, str) or not content:
        raise Refusal(44002, "empty post data")
    if len(content) > 2500:
        raise Refusal(45002, "content size out of limit")
    risky = any(word in content for word in call.world.sensitive)
    result = {"suggest": "risky", "label": 20006} if risky else {"suggest": "pass", "label": 100}
    detail = [{"strategy": "content_model", "errcode": 0, "prob": 90, **result}]
    return {**OK, "result": result, "detail": detail, "trace_id": secrets.token_hex(16)}


def _check_visit(call: Call) -> None:
    user = call.world.owner(call.body.get("openid"), call.account.app_id)
    if call.world.timestamp() - user.visited_at > TWO_HOURS:
        raise Refusal(61010, "user access record out of time")


def media_check_async(call: Call) -> dict:
    """POST /wxa/media_check_async, version 2: the result comes as an event."""
    if call.body.get("version") != 2 or call.body.get("media_type") not in (1, 2):
        raise Refusal(40097, "invalid args")
    _check_visit(call)
    address = str(call.body.get("media_url", ""))
    if not address.startswith("https://"):
        raise Refusal(40097, "invalid args, media_url")
    trace = secrets.token_hex(16)
    picture = call.world.media.get(address.rpartition("/")[2])
    risky = picture is not None and hashlib.sha256(picture.data).hexdigest() in call.world.unfit
    call.pusher.media_checked(call.account, call.text("openid"), trace, risky)
    return {**OK, "trace_id": trace}


def img_sec_check(call: Call) -> dict:
    """POST /wxa/img_sec_check: a picture of at most 1 MB."""
    if "media" not in call.files:
        raise Refusal(41005, "media data missing")
    if len(call.files["media"][1]) > 1024 * 1024:
        raise Refusal(45002, "content size out of limit")
    return dict(OK)


# --- codes and links --------------------------------------------------------------------------------------------------


def wxacode_unlimited(call: Call) -> Binary:
    """POST /wxa/getwxacodeunlimit: a picture, or an error as JSON."""
    if not SCENE.fullmatch(str(call.body.get("scene", ""))):
        raise Refusal(40129, "invalid scene")
    page = str(call.body.get("page") or "")
    known = page in call.account.pages or not call.account.pages or call.body.get("check_path") is False
    if page.startswith("/") or "?" in page or not known:
        raise Refusal(41030, "invalid page")
    picture = io.BytesIO()
    address = f"weixin://dl/business/?appid={call.account.app_id}&path={page}&query=scene%3D{call.body['scene']}"
    segno.make(address, error="m").save(picture, kind="png", scale=6)
    return Binary(picture.getvalue(), "image/png")


def _link(prefix: str, field: str) -> Callable[[Call], dict]:
    """An interface that makes an address good for thirty days at most."""

    def make(call: Call) -> dict:
        jump = call.body.get("jump_wxa") or call.body
        page = str(jump.get("path", "")).lstrip("/")
        if page and call.account.pages and page not in call.account.pages:
            raise Refusal(40165, "invalid weapp pagepath")
        days = call.body.get("expire_interval", LINK_DAYS)
        if call.body.get("expire_type") == 1 and (not isinstance(days, int) or not 1 <= days <= LINK_DAYS):
            raise Refusal(85402, "invalid expire_interval")
        return {**OK, field: prefix + secrets.token_urlsafe(8)}

    return make


# --- OCR --------------------------------------------------------------------------------------------------------------


def ocr(call: Call) -> dict:
    """POST /cv/ocr/…: what the control interface wrote on this very picture; any other picture is not readable."""
    _, data, _ = call.files.get("img", ("", b"", ""))
    if not data:
        raise Refusal(101000, "invalid image url or data")
    if len(data) > 2 * 1024 * 1024:
        raise Refusal(101001, "image size out of limit")
    reading = call.world.ocr.get(hashlib.sha256(data).hexdigest())
    if reading is None:
        raise Refusal(101002, "certificate not found")
    return {**OK, **reading}


def _ocr_routes() -> tuple[Interface, ...]:
    kinds = ("idcard", "bankcard", "drivinglicense", "driving", "bizlicense", "comm")
    return tuple(Interface("POST", f"/cv/ocr/{kind}", ocr, upload=True) for kind in kinds)


ROUTES: tuple[Interface, ...] = (
    Interface("POST", "/cgi-bin/media/upload", media_upload, upload=True, text_plain=True),
    Interface("GET", "/cgi-bin/media/get", media_get),
    Interface("POST", "/wxa/msg_sec_check", msg_sec_check),
    Interface("POST", "/wxa/media_check_async", media_check_async),
    Interface("POST", "/wxa/img_sec_check", img_sec_check, upload=True),
    Interface("POST", "/wxa/getwxacodeunlimit", wxacode_unlimited),
    Interface("POST", "/wxa/generatescheme", _link("weixin://dl/business/?t=", "openlink")),
    Interface("POST", "/wxa/generate_urllink", _link("https://wxaurl.cn/", "url_link")),
    *_ocr_routes(),
)
__all__ = ["ROUTES", "Answer", "keep"]
