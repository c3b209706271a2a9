"""Pictures that people send in the chat of the mini-program: WeChat looks at them, and what it finds risky goes again.

Only the address under which WeChat itself keeps the picture is given to the check, so nobody learns of a paper who did
not have it. A photograph taken in the mini-program comes to us alone and is not checked there: it may show an identity
card. The finding comes as an event within half an hour, sometimes before the answer that announces it.
"""

import logging
from datetime import datetime

from backend.store import materials, outbox
from backend.store.database import transaction
from backend.store.models import Material
from backend.store.models_messaging import PictureCheck
from backend.wechat.errors import WeChatError
from backend.wechat.gateway import Gateway

log = logging.getLogger(__name__)

TAKEN_AWAY = "您发来的一张图片没有通过微信的内容安全检查，已从“我的材料”里删除。如果是误判，请在小程序里重新拍照上传。"


def ask(gateway: Gateway, openid: str, url: str, material: str, now: datetime) -> None:
    """Have a picture checked that has become a paper. Where WeChat does not take it, the paper simply stays."""
    try:
        trace = gateway.check_picture(openid, url.replace("http://", "https://", 1))
    except WeChatError as error:
        log.warning("a picture was not checked: %s", error)
        return
    _note(trace, now, material=material)


def found(trace: str, suggest: str, now: datetime) -> None:
    """Take in what WeChat found; a repeated event changes nothing."""
    _note(trace, now, suggest=suggest)


def _note(trace: str, now: datetime, **known: str) -> None:
    """Keep one half of a check; with both at hand, do what follows."""
    with transaction():
        PictureCheck.insert(trace=trace, asked_at=now).on_conflict_ignore().execute()
        PictureCheck.update(**known).where(PictureCheck.trace == trace).execute()
        check = PictureCheck.get_by_id(trace)
        if check.material and check.suggest:
            PictureCheck.delete_by_id(trace)
            if check.suggest == "risky":
                _take_away(check.material, now)


def _take_away(material_id: str, now: datetime) -> None:
    """Delete the paper and say so; one that a case rests on already stays, people look at it there."""
    material = Material.get_or_none((Material.id == material_id) & Material.deleted_at.is_null())
    if material is None:
        return
    try:
        materials.delete(material.id, now)
    except materials.InUse:
        log.warning("a risky picture is in use: %s", material.id)
        return
    keywords = {"question": "您发来的图片", "reply": TAKEN_AWAY, "replied_at": now}
    outbox.enqueue(f"picture:{material.id}", material.applicant_id, "assistant_reply", keywords, due=now)
