"""What stands inside the conversation besides words, gathered for `screens.enclosed`."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from urllib.parse import parse_qs, urlsplit

from backend.policy import Pack
from backend.policy.vocabulary import Fact
from backend.store import materials
from backend.store.models import Application, ChatMessage, Material
from backend.workflow import rulebook
from backend.workflow.stages import State
from miniprogram_api import cases, papers
from miniprogram_api.screens import blocks as b
from miniprogram_api.screens import enclosed

OPEN = (State.DRAFT, State.CORRECTION)
PHOTO = "photo"
"""Action of a line's link whose target is a photograph that was sent into the conversation; never shown as a button."""
BY_FIELD = frozenset({"date", "month", "int", "number", "text"})
"""Types of facts that are asked by a field; the others have their answers as buttons."""


def parts(row: ChatMessage, pack: Pack, today: date, newest: bool) -> list[b.ChatPart]:
    """Return what stands under a line. What is there to be used stands only while nothing was said after it."""
    if row.speaker == "applicant":
        return [part for target in _photographs(row) for part in _picture(target)]
    if not newest:
        return []
    linked = [part for link in row.links for part in LINKED.get(link["action"], _nothing)(link["target"], row)]
    return [*linked, *_field(row, pack, today)]


def _picture(photo: str) -> Sequence[b.ChatPart]:
    rows = materials.pages(photo)
    return enclosed.picture([papers.page(row, number) for number, row in enumerate(rows, start=1)])


def _field(row: ChatMessage, pack: Pack, today: date) -> Sequence[b.ChatPart]:
    fact = asked_for(row.text)
    return [enclosed.field(row.id, fact, today, pack.city.id)] if fact else []


def asked_for(text: str) -> Fact | None:
    """Return the fact a line of the assistant ends with asking for, where a field answers it best."""
    facts = rulebook.packs().vocabulary.top_level.values()
    askable = [fact for fact in facts if fact.type in BY_FIELD and not fact.protected]
    found = [fact for fact in askable if text.endswith(fact.question or f"请问{fact.label}？")]
    return max(found, key=lambda fact: len(fact.question or fact.label), default=None)


# --- papers -----------------------------------------------------------------------------------------------------------


def lacking(case: Application) -> list[b.MaterialSlot]:
    """Return the papers a draft lacks, or those a correction notice asks for, in the pack's order."""
    wrong = {p.subject: p.text for p in cases.points(case) if p.kind == "material" and not p.mended}
    asked = papers.slots(case, wrong)
    return [slot for slot in asked if slot.upload and (slot.problem or (slot.required and not slot.pages))]


def _papers(target: str, row: ChatMessage) -> Sequence[b.ChatPart]:
    address = urlsplit(target)
    if address.path != "application_papers":
        return []
    case = Application.get_or_none(Application.id == parse_qs(address.query).get("application", [""])[0])
    if case is None or case.applicant_id != row.applicant_id or case.state not in OPEN:
        return []
    return enclosed.uploads(case.id, lacking(case))


def _photographs(row: ChatMessage) -> list[str]:
    return [link["target"] for link in row.links if link["action"] == PHOTO]


def _places(photo: str, row: ChatMessage) -> Sequence[b.ChatPart]:
    if Material.get_or_none((Material.id == photo) & Material.deleted_at.is_null()) is None:
        return []
    return enclosed.places(photo, places(row.applicant_id))


def places(applicant: str) -> list[enclosed.Place]:
    """Return every paper that the person's drafts and corrections lack."""
    return [
        enclosed.Place(case.id, rulebook.item_of(case).name, slot)
        for case in cases.of_person(applicant)
        if case.state in OPEN
        for slot in lacking(case)
    ]


def _nothing(target: str, row: ChatMessage) -> Sequence[b.ChatPart]:
    return []


LINKED: Mapping[str, Callable[[str, ChatMessage], Sequence[b.ChatPart]]] = {"screen": _papers, PHOTO: _places}
"""Action of a line's link → what it puts under the line."""
