"""The conversation with the assistant, kept for the person; typed numbers are masked before they reach a row."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from backend.store.crypto import mask_typed
from backend.store.models import ChatMessage


def said(applicant_id: str, text: str, city: str | None, at: datetime) -> ChatMessage:
    """Keep what a person wrote."""
    return ChatMessage.create(
        applicant=applicant_id, speaker="applicant", text=mask_typed(text), city=city, created_at=at
    )


def answered(applicant_id: str, reply: Mapping[str, Any], city: str | None, at: datetime) -> ChatMessage:
    """Keep one reply of the assistant: text, citations, links."""
    return ChatMessage.create(
        applicant=applicant_id,
        speaker="assistant",
        text=reply["text"],
        citations=list(reply.get("citations", [])),
        links=list(reply.get("links", [])),
        city=city,
        created_at=at,
    )


def newest(applicant_id: str, before: str | None = None, limit: int = 30) -> Sequence[ChatMessage]:
    """Return lines, newest first, older than the line id `before`."""
    rows = ChatMessage.select().where(ChatMessage.applicant == applicant_id)
    if before:
        rows = rows.where(ChatMessage.id < before)
    return list(rows.order_by(ChatMessage.id.desc()).limit(limit))


def rate(applicant_id: str, message_id: str, helpful: bool) -> bool:
    """Keep whether an answer helped and tell whether it is this person's answer."""
    own = (
        (ChatMessage.id == message_id) & (ChatMessage.applicant == applicant_id) & (ChatMessage.speaker == "assistant")
    )
    return bool(ChatMessage.update(helpful=helpful).where(own).execute())
