"""What an asked system said, for judging."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Said:
    """What came back: the text of all replies together and every clause cited."""

    text: str
    cites: tuple[str, ...]

    @classmethod
    def of(cls, replies: Iterable[Mapping[str, Any]]) -> Said:
        """Put replies together."""
        rows = list(replies)
        cites = (f"{cite['document']}/{cite['article']}" for row in rows for cite in row.get("citations", ()))
        return cls("\n".join(row["text"] for row in rows), tuple(cites))
