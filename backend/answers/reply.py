"""What the assistant says: a short text, the clauses it rests on, and what can be done next."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

LONGEST = 400
CITED = 3


@dataclass(frozen=True, slots=True)
class Citation:
    """A clause: document id and title, article; with the document imported, its wording."""

    document: str
    title: str
    article: str
    quote: str | None = None

    def as_json(self) -> dict[str, str]:
        """Return the form of the interface."""
        plain = {"document": self.document, "title": self.title, "article": self.article}
        return {**plain, "quote": self.quote} if self.quote else plain


@dataclass(frozen=True, slots=True)
class Link:
    """A button: `say` a sentence, open a `screen` (name?param=value), `dial` a number, or show an `article`."""

    label: str
    action: str
    target: str

    def as_json(self) -> dict[str, str]:
        """Return the form of the interface."""
        return {"label": self.label, "action": self.action, "target": self.target}


@dataclass(frozen=True, slots=True)
class Reply:
    """One bubble."""

    text: str
    citations: tuple[Citation, ...] = ()
    links: tuple[Link, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the form of the interface."""
        return {
            "text": self.text,
            "citations": [citation.as_json() for citation in self.citations],
            "links": [link.as_json() for link in self.links],
        }


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer before it becomes a bubble: clauses still as `document/article`, with what it was about.

    `kind`: said (the texts say so), personal (worked out for this person), not_said (the texts do not settle it),
    refer (people decide), declined (not ours), ask (we need to know something first).
    """

    text: str
    cites: tuple[str, ...] = ()
    kind: str = "said"
    city: str | None = None
    item: str | None = None
    links: tuple[Link, ...] = field(default=())
    ask_person: bool = False


def fit(text: str, longest: int = LONGEST) -> str:
    """Return the text cut at the end of a sentence so that it is no longer than `longest`."""
    text = text.replace("。。", "。")
    if len(text) <= longest:
        return text
    ends = [match.end() for match in re.finditer(r"[。；！？\n]", text[: longest - 12])]
    return f"{text[: ends[-1] if ends else longest - 12]}（还有，说“详细点”）"


def joined(sentences: Iterable[str], longest: int = LONGEST) -> str:
    """Join sentences into one text, each ended, as many as fit."""
    text = ""
    for sentence in sentences:
        ended = sentence if re.search(r"[。！？：\n]$", sentence) else f"{sentence}。"
        if text and len(text) + len(ended) > longest:
            break
        text += ended
    return text
