"""Mini-program codes for paper: what has one, what stands in it, and where a scanned one leads.

WeChat hands the client the code's `scene`, 32 characters at most: a letter for the kind, a hyphen, a key.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from redis.exceptions import RedisError

from backend.store.models import PublicNotice
from miniprogram_api import policy
from miniprogram_api.errors import NotFound
from miniprogram_api.parts import parts
from miniprogram_api.screens import blocks as b

PAGE = "pages/screen"
KEPT_SECONDS = 30 * 86400
"""A code is the same for ever; it is asked for again once a month."""


@dataclass(frozen=True)
class Kind:
    """A kind of code: its letter, the screen it opens, the parameter its key becomes, what the keys share."""

    letter: str
    screen: str
    param: str
    exists: Callable[[str], bool]
    prefix: str = ""


def _is_city(key: str) -> bool:
    return key in policy.packs()


def _is_notice(key: str) -> bool:
    return PublicNotice.get_or_none(PublicNotice.id == key) is not None


KINDS: Mapping[str, Kind] = {
    "notice": Kind("n", "notice", "notice", _is_notice, prefix="ntc_"),
    "windows": Kind("w", "windows", "city", _is_city),
    "home": Kind("h", "home", "city", _is_city),
}
"""A public notice; a city's windows, for the door; a city's services, for the counter's poster."""


def picture(kind: str, key: str) -> bytes:
    """Return the code of something that is there, as PNG. Raises NotFound, WeChatError."""
    known = KINDS.get(kind)
    if known is None or not known.exists(key):
        raise NotFound
    scene = f"{known.letter}-{key.removeprefix(known.prefix)}"
    return _kept(scene) or _made(scene)


def target(scene: str) -> b.Navigate:
    """Return the screen a scanned code opens. Raises NotFound for one of no kind."""
    letter, _, key = scene.partition("-")
    known = next((kind for kind in KINDS.values() if kind.letter == letter), None)
    if known is None or not key:
        raise NotFound("这个码已经失效，请从首页进入。")
    return b.Navigate(screen=known.screen, params={known.param: f"{known.prefix}{key}"}, mode="replace")


def _name(scene: str) -> str:
    return f"talent:code:{parts().gateways.mini_program.app_id}:{scene}"


def _kept(scene: str) -> bytes | None:
    try:
        return parts().redis.get(_name(scene))
    except RedisError:
        return None


def _made(scene: str) -> bytes:
    made = parts().gateways.mini_program.page_code(scene, PAGE)
    with suppress(RedisError):  # then it is asked for again
        parts().redis.set(_name(scene), made, ex=KEPT_SECONDS)
    return made
