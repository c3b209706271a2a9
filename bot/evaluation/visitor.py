"""A person at the website: a session of the mini-program's interface, spoken to over HTTP."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import requests
from PIL import Image

from backend import clock
from backend.settings import Settings
from backend.store import people
from backend.store.database import connection
from bot.said import Said

SECONDS = 20
CONSENT = "evaluation"


class NotOffered(Exception):
    """A paper that was not among those a photograph could be filed as."""


class Visitor:
    """A signed-in person who agreed that personal data may be used."""

    def __init__(self, settings: Settings, person: str):
        now = clock.now()
        with connection():
            people.agree(person, ["privacy"], "1", CONSENT, "mini_program", now)
            token = people.open_session(person, "evaluation", now)
        self._base = f"http://127.0.0.1:{settings.port}/api/v1"
        self._http = requests.Session()
        self._http.trust_env = False
        self._http.headers["Authorization"] = f"Bearer {token}"

    def say(self, text: str, city: str | None, today: date) -> Said:
        """Say something in the conversation."""
        return Said.of(self._post("assistant/messages", json={"text": text, "city": city, "as_of": today.isoformat()}))

    def photograph(self, city: str | None, requirement: str) -> Said:
        """Send a photograph into the conversation and tap the paper it shows. Raises NotOffered."""
        picture = io.BytesIO()
        Image.new("RGB", (600, 400), "white").save(picture, "JPEG")
        sent = self._post("assistant/photos", params={"city": city}, files={"file": ("photo.jpg", picture.getvalue())})
        rows = [row["action"] for part in sent[-1].get("blocks", ()) for row in part.get("rows", ())]
        tap = next((tap for tap in rows if tap["body"]["requirement"] == requirement), None)
        if tap is None:
            raise NotOffered(requirement)
        return Said.of(self._post(tap["path"].removeprefix("/"), json=tap["body"])[-1:])

    def _post(self, path: str, **what: Any) -> list[dict[str, Any]]:
        answer = self._http.post(f"{self._base}/{path}", timeout=SECONDS, **what)
        answer.raise_for_status()
        return answer.json()["messages"]
