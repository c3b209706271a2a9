"""Bring official documents into the store as the operator's content: files in, articles by document and city out.

    report = import_folder(settings.policy_sources, clock.now())

Importing the same words again changes nothing. A file that no pack names is kept as well, under a city of its own name,
so that it can be searched and cited.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from backend.policy import Pack, Packs
from backend.policy.extract import text_of
from backend.policy.sources import Article, Document, name, parse
from backend.store import documents
from backend.store.documents import ArticleText

SUFFIXES = frozenset({".txt", ".docx", ".pdf"})


@dataclass(frozen=True)
class Imported:
    """What became of one document: its city, id and title, how many articles it has and which of them are new."""

    city: str
    document: str
    title: str
    articles: int
    added: Sequence[str]
    removed: Sequence[str]
    changed: Sequence[str]

    @property
    def is_new(self) -> bool:
        """Whether anything differs from what was there."""
        return bool(self.added or self.removed or self.changed)

    def __str__(self) -> str:
        counts = f"{self.articles} 条"
        if not self.is_new:
            return f"{self.document} {self.title}：{counts}，没有变化"
        what = ((len(self.added), "新增"), (len(self.changed), "改动"), (len(self.removed), "删去"))
        return f"{self.document} {self.title}：{counts}，" + "，".join(f"{word} {n} 条" for n, word in what if n)


def read_folder(folder: Path, packs: Packs) -> dict[str, dict[str, Document]]:
    """Return the documents of every file of a folder, by city and id, named as the packs name them."""
    files = sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES)
    return read_files(files, packs)


def read_files(files: Iterable[Path], packs: Packs) -> dict[str, dict[str, Document]]:
    """Return the documents of some files by city and id. Raises UnreadableFile."""
    found: dict[str, list[Document]] = {}
    for path in files:
        city = next((id_ for id_, pack in packs.items() if _is_source(path, pack)), path.stem)
        found.setdefault(city, []).extend(parse(text_of(path), path.stem).documents)
    return {city: _named(city, parts, packs) for city, parts in found.items()}


def _is_source(path: Path, pack: Pack) -> bool:
    return any(document.source == path.stem for document in pack.documents.values())


def _named(city: str, parts: Sequence[Document], packs: Packs) -> dict[str, Document]:
    known = packs[city].documents.values() if city in packs else ()
    return name(parts, known)


def import_folder(folder: Path, packs: Packs, now: datetime) -> list[Imported]:
    """Import every document of a folder. Raises UnreadableFile."""
    return keep(read_folder(folder, packs), now)


def keep(found: Mapping[str, Mapping[str, Document]], now: datetime) -> list[Imported]:
    """Keep documents in the store and tell what each brought."""
    return [_keep(city, document, now) for city, those in found.items() for document in those.values()]


def _keep(city: str, document: Document, now: datetime) -> Imported:
    before = {row.article: row.text for row in documents.articles(city, document.id)}
    rows = [row for article in _articles(document) for row in _rows(article)]
    after = {row.article: row.text for row in rows}
    content = hashlib.sha256("\x1e".join(f"{row.article}\x1f{row.text}" for row in rows).encode()).hexdigest()
    documents.keep(city, document.id, document.title, document.source, content, rows, now)
    return Imported(
        city=city,
        document=document.id,
        title=document.title,
        articles=len(document.articles),
        added=[key for key in after if key not in before],
        removed=[key for key in before if key not in after],
        changed=[key for key in after if key in before and before[key] != after[key]],
    )


def _articles(document: Document) -> list[Article]:
    return [*([document.head] if document.head else []), *document.articles]


def _rows(article: Article) -> list[ArticleText]:
    """The article itself, then each numbered part under its own address."""
    title = article.title or ""
    whole = ArticleText(article.number, title, article.text)
    return [whole, *(ArticleText(f"{article.number}.{part.number}", title, part.text) for part in article.parts)]
