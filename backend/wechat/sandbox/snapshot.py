"""Keeps users, consents, chats and files of the double across a restart, in one JSON file."""

import base64
import json
import logging
import threading
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from backend.wechat.sandbox.world import Consent, Media, User, Window, World

log = logging.getLogger(__name__)

PAUSE = 2.0
"""Seconds between two looks at whether anything changed."""

CHAT_LINES = 200
"""How many lines of a chat survive a restart."""


class Snapshot:
    """Writes the world to a file soon after it changed."""

    def __init__(self, world: World, path: Path):
        self._world, self._path = world, path

    def start(self) -> None:
        """Write in the background from now on."""
        threading.Thread(target=self._work, daemon=True).start()

    def _work(self) -> None:
        """Write at most every two seconds; less often the larger the world is."""
        while True:
            self._world.changed.wait()
            self._world.changed.clear()
            threading.Event().wait(PAUSE + len(self._world.users) / 500)
            self.save()

    def save(self) -> None:
        """Write the file whole or not at all."""
        with self._world.lock:
            state = _state(self._world)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        part = self._path.with_suffix(".part")
        part.write_text(json.dumps(state, ensure_ascii=False), encoding="utf8")
        part.replace(self._path)

    def load(self) -> None:
        """Read the file where there is one; a broken one is set aside and told of."""
        if not self._path.is_file():
            return
        try:
            _restore(self._world, json.loads(self._path.read_text(encoding="utf8")))
        except (ValueError, KeyError, TypeError):
            log.exception("the sandbox's file %s does not read and was set aside", self._path.name)
            self._path.replace(self._path.with_suffix(".broken"))


def _state(world: World) -> dict[str, Any]:
    return {
        "serial": world.serial,
        "users": [asdict(user) for user in world.users.values()],
        "consents": [[*key, asdict(consent)] for key, consent in world.consents.items()],
        "chats": {name: lines[-CHAT_LINES:] for name, lines in world.chats.items()},
        "windows": {openid: asdict(window) for openid, window in world.windows.items()},
        "session_keys": world.session_keys,
        "menus": {account.app_id: account.menu for account in world.accounts.values() if account.menu},
        "media": {media_id: _media(media) for media_id, media in world.media.items()},
    }


def _media(media: Media) -> dict[str, Any]:
    return {**asdict(media), "data": base64.b64encode(media.data).decode()}


def _restore(world: World, state: Mapping[str, Any]) -> None:
    world.serial = state["serial"] + 1000
    for row in state["users"]:
        world.user(row["name"])
        world.users[row["name"]] = User(**row)
    world.consents = {(openid, template): Consent(**row) for openid, template, row in state["consents"]}
    world.chats = dict(state["chats"])
    world.windows = {openid: Window(**row) for openid, row in state["windows"].items()}
    world.session_keys = dict(state["session_keys"])
    world.media = {key: Media(**{**row, "data": base64.b64decode(row["data"])}) for key, row in state["media"].items()}
    for app_id, menu in state["menus"].items():
        if app_id in world.accounts:
            world.accounts[app_id].menu = menu
