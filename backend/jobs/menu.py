"""The menu of the official account: offered where there is none; one that the operator made stays as it is."""

from collections.abc import Mapping
from typing import Any

from backend.settings import Settings
from backend.wechat.gateway import Gateway

HOME = "pages/home"


def buttons(settings: Settings) -> list[Mapping[str, Any]]:
    """Return the menu: ask (answered by `inbound.MENU`), the mini-program, the windows."""
    program = {"appid": settings.mini_program.app_id, "pagepath": HOME, "url": settings.public_url}
    return [
        {"type": "click", "name": "问政策", "key": "ask"},
        {"type": "miniprogram", "name": "办事", **program},
        {"type": "click", "name": "窗口电话", "key": "contact"},
    ]


def offer(gateway: Gateway, settings: Settings) -> bool:
    """Set the menu where the account has none; return whether it was set. Raises WeChatError."""
    if gateway.has_menu():
        return False
    gateway.set_menu(buttons(settings))
    return True
