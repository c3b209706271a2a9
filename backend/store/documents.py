"""Official documents the operator imported, word for word, by article. The newest import of a document is current."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from backend.store.database import transaction
from backend.store.models import ImportedArticle, ImportedDocument


@dataclass(frozen=True)
class ArticleText:
    """One article as imported: its address within the document, its heading, its wording."""

    article: str
    title: str
    text: str


def keep(
    city: str, document: str, title: str, file_name: str, sha256: str, articles: Sequence[ArticleText], at: datetime
) -> bool:
    """Store an import and tell whether it is new; the same content again changes nothing."""
    with transaction():
        same = ImportedDocument.get_or_none(
            (ImportedDocument.city == city)
            & (ImportedDocument.document == document)
            & (ImportedDocument.sha256 == sha256)
        )
        _retire(city, document)
        if same:
            ImportedDocument.update(current=True).where(ImportedDocument.id == same.id).execute()
            return False
        row = ImportedDocument.create(
            city=city, document=document, title=title, file_name=file_name, sha256=sha256, imported_at=at
        )
        for position, one in enumerate(articles):
            ImportedArticle.create(
                document=row.id,
                article=one.article,
                title=one.title,
                text=one.text,
                position=position,
                sha256=hashlib.sha256(one.text.encode()).hexdigest(),
            )
    return True


def _retire(city: str, document: str) -> None:
    others = (ImportedDocument.city == city) & (ImportedDocument.document == document)
    ImportedDocument.update(current=False).where(others).execute()


def current(city: str | None = None) -> list[ImportedDocument]:
    """Return the documents in force as imported, of one city or all."""
    rows = ImportedDocument.select().where(ImportedDocument.current == True)  # noqa: E712 - an expression of the query
    if city:
        rows = rows.where(ImportedDocument.city == city)
    return list(rows.order_by(ImportedDocument.city, ImportedDocument.document))


def articles(city: str, document: str) -> list[ArticleText]:
    """Return the articles of the current import of a document, in order; empty when it was not imported."""
    return [_text(row) for row in _articles(city, document).order_by(ImportedArticle.position)]


def wording(city: str, document: str, article: str) -> str | None:
    """Return the official wording of one article, or None where the document was not imported or lacks it."""
    row = _articles(city, document).where(ImportedArticle.article == article).first()
    return row.text if row else None


def all_articles(city: str) -> Iterable[tuple[str, ArticleText]]:
    """Yield (document, article) for every current article of a city."""
    for document in current(city):
        for one in articles(city, document.document):
            yield document.document, one


def _articles(city: str, document: str):
    return (
        ImportedArticle.select()
        .join(ImportedDocument)
        .where(
            (ImportedDocument.city == city)
            & (ImportedDocument.document == document)
            & (ImportedDocument.current == True)  # noqa: E712 - an expression of the query
        )
    )


def _text(row: ImportedArticle) -> ArticleText:
    return ArticleText(row.article, row.title, row.text)
