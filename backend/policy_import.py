"""Bring official documents into the store as the operator's content: files in, articles by document and city out.

    report = import_folder(settings.policy_sources, clock.now())

Importing the same words again changes nothing. A file that no pack names is kept as well, under a city of its own name,
so that it can be searched and cited.
"""

import difflib
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from backend.policy import Pack, Packs
from backend.policy.extract import text_of
from backend.policy.sources import Article, Document, name, parse
from backend.store import documents
from backend.store.documents import ArticleText

SUFFIXES = frozenset({".txt", ".docx", ".pdf"})
AROUND = 10
"""How many characters are shown on either side of what changed."""


@dataclass(frozen=True)
class Imported:
    """What became of one document: its city, id and title, how many articles it has, and what is new in it.

    `added`, `removed` and `changed` hold addresses of articles and their parts (`9`, `9.3`), the latter with the words
    before and after.
    """

    city: str
    document: str
    title: str
    articles: int
    is_first: bool
    added: Sequence[str]
    removed: Sequence[str]
    changed: Mapping[str, tuple[str, str]]

    @property
    def is_new(self) -> bool:
        """Whether anything differs from what was there."""
        return bool(self.added or self.removed or self.changed)

    def __str__(self) -> str:
        counts = f"{self.articles} 条"
        if not self.is_new:
            return f"{self.document} {self.title}：{counts}，没有变化"
        what = ((len(self.added), "新增"), (len(self.changed), "改动"), (len(self.removed), "删去"))
        told = "，".join(f"{word} {n} 处" for n, word in what if n)
        return f"{self.document} {self.title}：{counts}（连同款、项）{told}"

    def details(self) -> Iterator[str]:
        """Yield what changed in a document that was there before, the innermost parts only, a line each."""
        if self.is_first:
            return
        for word, addresses in (("新增", self.added), ("删去", self.removed)):
            yield from (f"{word} {address}" for address in _innermost(addresses))
        for address in _innermost(self.changed):
            yield from (f"改动 {address}：{was} → {now}" for was, now in _differences(*self.changed[address]))


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
        is_first=not before,
        added=[key for key in after if key not in before],
        removed=[key for key in before if key not in after],
        changed={key: (before[key], after[key]) for key in after if before.get(key, after[key]) != after[key]},
    )


def _innermost(addresses: Iterable[str]) -> list[str]:
    """Leave out an article, or a part, of which a part is named as well."""
    named = list(addresses)
    return [one for one in named if not any(other.startswith(f"{one}.") for other in named)]


def _differences(was: str, now: str) -> Iterator[tuple[str, str]]:
    """Yield every place at which two texts differ, with a few words around it."""
    for kind, a, b, c, d in difflib.SequenceMatcher(None, was, now, autojunk=False).get_opcodes():
        if kind != "equal":
            yield _around(was, a, b), _around(now, c, d)


def _around(text: str, start: int, end: int) -> str:
    found = text[max(0, start - AROUND) : end + AROUND].replace("\n", " ")
    return f"“{'…' if start > AROUND else ''}{found}{'…' if end + AROUND < len(text) else ''}”"


def _articles(document: Document) -> list[Article]:
    return [*([document.head] if document.head else []), *document.articles]


def _rows(article: Article) -> list[ArticleText]:
    """The article itself, then each numbered part under its own address."""
    title = article.title or ""
    whole = ArticleText(article.number, title, article.text)
    return [whole, *(ArticleText(f"{article.number}.{part.number}", title, part.text) for part in article.parts)]
