"""What stands inside the conversation besides words: a field, papers to photograph, a picture to file. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from backend.policy.vocabulary import Fact
from miniprogram_api.screens import blocks as b
from miniprogram_api.screens import fields
from miniprogram_api.screens.texts import button

PAPERS_AT_ONCE = 3
"""How many papers to photograph stand under one answer; the rest follow as these come in."""


def field(line: str, fact: Fact, today: date, city: str) -> b.Form:
    """Return the field for what the assistant has just asked in its line: wheels and keyboards instead of spelling."""
    send = b.Submit(path="/assistant/facts", body={"city": city}, busy="正在记下…")
    return b.Form(
        id=f"{line}-{fact.name}",
        fields=[fields.field(fact, None, today, city=city)],
        submit=button("填好了", send, "primary"),
    )


def uploads(case: str, slots: Sequence[b.MaterialSlot]) -> list[b.Upload]:
    """Return the papers a case lacks, to be photographed where they were talked about."""
    return [b.Upload(id=f"paper-{case}-{slot.id}", slot=slot) for slot in slots[:PAPERS_AT_ONCE]]


def picture(pages: Sequence[b.Page]) -> list[b.List]:
    """Return a photograph that was sent into the conversation."""
    rows = [b.Row(title="照片", picture=page.picture) for page in pages if page.picture]
    return [b.List(rows=rows)] if rows else []


@dataclass(frozen=True)
class Place:
    """A paper that a photograph may belong to: of which case, which item."""

    case: str
    item: str
    slot: b.MaterialSlot


def places(photo: str, found: Sequence[Place]) -> list[b.List]:
    """Ask which paper a photograph shows; a tap files it."""
    rows = [
        b.Row(
            title=place.slot.name,
            note=place.item,
            icon=b.Icon.DOCUMENT,
            action=b.Call(
                path=f"/assistant/photos/{photo}/filing",
                body={"application": place.case, "requirement": place.slot.id},
            ),
        )
        for place in found
    ]
    return [b.List(rows=rows)] if rows else []
