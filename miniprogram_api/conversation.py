"""One turn of the conversation: what was typed is masked and kept, the assistant asked, its replies kept.

The database is not held while the assistant is asked: it may take seconds, and its actions need the database too.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from backend import assistant
from backend.store import chat
from backend.store.database import database
from backend.store.models import ChatMessage
from miniprogram_api import wire

LINKS = frozenset({"say", "screen", "dial", "article", "open"})


def hold(applicant: str, text: str, city: str, as_of: date | None, now: datetime) -> list[wire.Reply]:
    """Take what a person wrote, ask the assistant (it masks numbers itself), and return its replies as kept."""
    chat.said(applicant, text, city, now)
    database.close()
    replies = assistant.ask(applicant, text, city, as_of or now.date())
    database.connect(reuse_if_open=True)
    return [_kept(applicant, reply, city, now) for reply in replies]


def _kept(applicant: str, reply: Mapping[str, Any], city: str, now: datetime) -> wire.Reply:
    return line(chat.answered(applicant, reply, city, now))


def line(row: ChatMessage) -> wire.Reply:
    """Return a kept line as the client shows it."""
    answer = row.speaker == "assistant"
    return wire.Reply(
        id=row.id,
        who="assistant" if answer else "me",
        text=row.text,
        at=f"{row.created_at:%H:%M}",
        citations=[_citation(one) for one in row.citations],
        links=_links(row.links),
        ratable=answer,
    )


def _citation(given: Mapping[str, Any]) -> wire.Cited:
    fields = {name: given.get(name) for name in ("document", "title", "article", "quote")}
    return wire.Cited(**{name: str(value) for name, value in fields.items() if value is not None})


def _links(given: Sequence[Mapping[str, Any]]) -> list[wire.Link]:
    known = [one for one in given if one.get("action") in LINKS]
    return [wire.Link(label=one["label"], action=one["action"], target=str(one["target"])) for one in known]
