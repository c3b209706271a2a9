"""Papers of a person: pages sealed on disk, usable in many cases, seen by their owner and the staff of the case."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime

from backend.store.database import lock_row, transaction
from backend.store.files import shelf
from backend.store.models import Application, ApplicationMaterial, Material, MaterialPage
from backend.store.photographs import Paper, turned

MOST_PAGES = 20


class TooManyPages(ValueError):
    """A paper already has as many pages as it may."""

    def __init__(self):
        super().__init__(f"一份材料最多 {MOST_PAGES} 页。请删去多余的页，或分成两份材料上传。")


class InUse(ValueError):
    """A paper cannot be deleted: a case that is running or filed rests on it."""

    def __init__(self):
        super().__init__("这份材料已随申请提交，归档需要，不能删除。可以在补正时换成新的一份。")


def create(applicant_id: str, kind: str, title: str, at: datetime, source: str = "applicant") -> Material:
    """Start a paper without pages."""
    return Material.create(applicant=applicant_id, kind=kind, title=title, source=source, created_at=at)


def add_page(material_id: str, paper: Paper, original: bytes, at: datetime) -> MaterialPage:
    """Add a page; the same upload again (by content) returns the page that is there. Raises TooManyPages."""
    digest = hashlib.sha256(original).hexdigest()
    with transaction():
        lock_row(Material.select().where(Material.id == material_id)).get()
        present = pages(material_id)
        same = next((page for page in present if page.sha256 == digest), None)
        if same:
            return same
        if len(present) >= MOST_PAGES:
            raise TooManyPages
        return MaterialPage.create(
            material=material_id,
            position=1 + max((page.position for page in present), default=0),
            sha256=digest,
            media_type=paper.media_type,
            size=len(paper.data),
            width=paper.width,
            height=paper.height,
            file=shelf.put(paper.data),
            thumbnail=shelf.put(paper.thumbnail) if paper.thumbnail else None,
            created_at=at,
        )


def turn_page(page: MaterialPage, degrees: int) -> None:
    """Turn a page's picture clockwise by 90, 180 or 270 degrees."""
    paper = turned(shelf.get(page.file), degrees)
    old = [page.file, page.thumbnail]
    page.file, page.thumbnail = shelf.put(paper.data), shelf.put(paper.thumbnail)
    page.width, page.height, page.size = paper.width, paper.height, len(paper.data)
    page.rotation = (page.rotation + degrees) % 360
    page.save()
    for name in filter(None, old):
        shelf.drop(name)


def drop_page(page: MaterialPage) -> None:
    """Remove a page and its files. Raises InUse when a submitted case rests on the paper."""
    with transaction():
        if in_use(page.material_id):
            raise InUse
        page.delete_instance()
    for name in filter(None, (page.file, page.thumbnail)):
        shelf.drop(name)


def delete(material_id: str, at: datetime) -> None:
    """Remove a paper with all pages; links of drafts fall away. Raises InUse."""
    with transaction():
        if in_use(material_id):
            raise InUse
        gone = [name for page in pages(material_id) for name in (page.file, page.thumbnail) if name]
        MaterialPage.delete().where(MaterialPage.material == material_id).execute()
        live = (ApplicationMaterial.material == material_id) & ApplicationMaterial.unlinked_at.is_null()
        ApplicationMaterial.update(unlinked_at=at).where(live).execute()
        Material.update(deleted_at=at).where(Material.id == material_id).execute()
    for name in gone:
        shelf.drop(name)


def drop_files(material_id: str) -> None:
    """Remove the pages and files of a paper that is marked as deleted. Safe to repeat."""
    for page in pages(material_id):
        for name in filter(None, (page.file, page.thumbnail)):
            shelf.drop(name)
        page.delete_instance()


def in_use(material_id: str) -> bool:
    """Tell whether a submitted case rests on a paper, so that it must stay as it is.

    Free are papers of drafts, of cases that ended before anybody accepted them, and those added in an open correction.
    """
    never_accepted = Application.accepted_at.is_null() & Application.state.in_(["draft", "withdrawn", "expired"])
    added_in_correction = (Application.state == "correction") & (
        ApplicationMaterial.linked_at >= Application.entered_at
    )
    links = ApplicationMaterial.select().join(Application).where(ApplicationMaterial.material == material_id)
    return links.where(~(never_accepted | added_in_correction)).exists()


def owned(applicant_id: str, material_id: str) -> Material | None:
    """Return a paper if it is this person's and not deleted."""
    own = (Material.id == material_id) & (Material.applicant == applicant_id) & Material.deleted_at.is_null()
    return Material.get_or_none(own)


def owned_page(applicant_id: str, page_id: str) -> MaterialPage | None:
    """Return a page if its paper is this person's and not deleted."""
    rows = MaterialPage.select(MaterialPage, Material).join(Material)
    own = (MaterialPage.id == page_id) & (Material.applicant == applicant_id) & Material.deleted_at.is_null()
    return rows.where(own).first()


def page_of_case(application_id: str, page_id: str) -> MaterialPage | None:
    """Return a page if its paper was handed in with a case (for staff, whose right to the case is checked before)."""
    rows = MaterialPage.select(MaterialPage, Material).join(Material).join(ApplicationMaterial)
    handed_in = (MaterialPage.id == page_id) & (ApplicationMaterial.application == application_id)
    return rows.where(handed_in).first()


def content(page: MaterialPage, thumbnail: bool = False) -> tuple[bytes, str]:
    """Return bytes and media type of a page or its thumbnail. Raises MissingFile, BrokenSeal."""
    if thumbnail and page.thumbnail:
        return shelf.get(page.thumbnail), "image/jpeg"
    return shelf.get(page.file), page.media_type


def pages(material_id: str) -> Sequence[MaterialPage]:
    """Return the pages of a paper in order."""
    return list(MaterialPage.select().where(MaterialPage.material == material_id).order_by(MaterialPage.position))


def on_file(applicant_id: str, kind: str | None = None) -> Sequence[Material]:
    """Return a person's papers, newest first, of one kind or all."""
    rows = Material.select().where((Material.applicant == applicant_id) & Material.deleted_at.is_null())
    if kind:
        rows = rows.where(Material.kind == kind)
    return list(rows.order_by(Material.id.desc()))


def hand_in(application_id: str, requirement: str, material_id: str, at: datetime) -> ApplicationMaterial:
    """Use a paper for a requirement of a case; it takes the place of the one used before."""
    with transaction():
        current = handed_in(application_id).get(requirement)
        if current and current.material_id == material_id:
            return current
        if current:
            take_back(application_id, requirement, at)
        return ApplicationMaterial.create(
            application=application_id, requirement=requirement, material=material_id, linked_at=at
        )


def take_back(application_id: str, requirement: str, at: datetime) -> None:
    """Stop using a paper for a requirement; the link stays in the history."""
    live = (
        (ApplicationMaterial.application == application_id)
        & (ApplicationMaterial.requirement == requirement)
        & ApplicationMaterial.unlinked_at.is_null()
    )
    ApplicationMaterial.update(unlinked_at=at).where(live).execute()


def handed_in(application_id: str) -> Mapping[str, ApplicationMaterial]:
    """Return the papers a case uses now, by requirement."""
    rows = (
        ApplicationMaterial.select(ApplicationMaterial, Material)
        .join(Material)
        .where((ApplicationMaterial.application == application_id) & ApplicationMaterial.unlinked_at.is_null())
    )
    return {row.requirement: row for row in rows}


def complete(application_id: str) -> set[str]:
    """Return the requirements of a case for which a paper with at least one page is in."""
    rows = (
        ApplicationMaterial.select(ApplicationMaterial.requirement)
        .join(Material)
        .join(MaterialPage)
        .where((ApplicationMaterial.application == application_id) & ApplicationMaterial.unlinked_at.is_null())
        .distinct()
    )
    return {row.requirement for row in rows}


def check_original(application_id: str, requirement: str, staff_id: str, at: datetime) -> None:
    """Note that a window saw the original of a paper."""
    _note(application_id, requirement, original_checked_at=at, original_checked_by=staff_id, verdict="accepted")


def mark(application_id: str, requirement: str, verdict: str, note: str | None) -> None:
    """Note what the desk made of a paper: accepted or unfit, and why."""
    _note(application_id, requirement, verdict=verdict, note=note)


def _note(application_id: str, requirement: str, **changes) -> None:
    live = (
        (ApplicationMaterial.application == application_id)
        & (ApplicationMaterial.requirement == requirement)
        & ApplicationMaterial.unlinked_at.is_null()
    )
    ApplicationMaterial.update(**changes).where(live).execute()
