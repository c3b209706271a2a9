"""A photograph becomes a page of one of the papers of a case."""

from datetime import datetime

from backend.store import materials, photographs
from backend.store.models import Application
from backend.workflow import commands, rulebook
from backend.workflow.case import Doer
from miniprogram_api.errors import NotFound


def add_page(who: Doer, case: Application, requirement: str, original: bytes, now: datetime) -> None:
    """Add one page to a paper of the person's draft, or of a case in correction; the same picture twice stays one page.

    Raises UnfitFile, TooManyPages, NotFound for a paper the item does not ask for, and the refusals of `hand_in`.
    """
    paper = photographs.take(original)
    material = _paper_to_fill(case, requirement, now)
    materials.add_page(material, paper, original, now)
    commands.hand_in(who, case.id, requirement, material, now)


def _paper_to_fill(case: Application, requirement: str, now: datetime) -> str:
    """Return the paper that takes the new page: the one in use while it may still grow, else a new one."""
    asked_for = {material.id: material.name for material in rulebook.item_of(case).materials}
    if requirement not in asked_for:
        raise NotFound
    link = materials.handed_in(case.id).get(requirement)
    if link and not materials.in_use(link.material_id):
        return link.material_id
    return materials.create(case.applicant_id, requirement, asked_for[requirement], now).id
