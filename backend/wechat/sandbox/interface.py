"""The shape of a platform interface: what a call is, what it may answer, and how it is declared."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from backend.wechat.sandbox.push import Pusher
from backend.wechat.sandbox.world import Account, Refusal, World


@dataclass(frozen=True)
class Binary:
    """An answer that is a file."""

    data: bytes
    media_type: str


@dataclass(frozen=True)
class Call:
    """One call of an interface, token and limits already checked (`account` is None where no token is needed)."""

    world: World
    pusher: Pusher
    account: Account | None
    args: Mapping[str, str]
    body: Mapping[str, Any]
    files: Mapping[str, tuple[str, bytes, str]] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """Return a text field of the body. Raises Refusal 47001 when it is missing or no text."""
        value = self.body.get(name)
        if not isinstance(value, str) or not value:
            raise Refusal(47001, f"data format error, {name} is missing")
        return value


Answer = Mapping[str, Any] | Binary


@dataclass(frozen=True)
class Interface:
    """A path of the platform. `exclusive` names the body field of the person to whom one call at a time may run."""

    method: str
    path: str
    handle: Callable[[Call], Answer]
    token: bool = True
    exclusive: str | None = None
    upload: bool = False
    text_plain: bool = False


OK = {"errcode": 0, "errmsg": "ok"}
