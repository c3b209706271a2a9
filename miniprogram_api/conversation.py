"""One turn of the conversation: what was typed is masked and kept, the assistant asked, its replies kept.

The database is not held while the assistant is asked: it may take seconds, and its actions need the database too.
A photograph sent into the conversation never reaches the assistant; it is kept, and filed where the person says.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from backend import assistant
from backend.policy import Pack
from backend.store import chat, materials, photographs
from backend.store.database import database
from backend.store.models import Application, ChatMessage, Material
from backend.workflow import rulebook
from backend.workflow.case import Doer
from miniprogram_api import filing, policy, wire
from miniprogram_api.screens import texts
from miniprogram_api.views import enclosed

LINKS = frozenset({"say", "screen", "dial", "article", "open"})
SENT = "［照片］"
WHICH = "照片收到了。这是哪一份材料？点一下就放进去。"
KEPT = "照片收到了，放在“我的材料”里，申请时可以直接用。"
UNFILED = "unfiled"
AWAY = "记下了：{words}。助手正在恢复，过一会儿接着问我就行，填过的不会再问。"


def hold(applicant: str, text: str, city: str, as_of: date | None, now: datetime) -> list[wire.Reply]:
    """Take what a person wrote, ask the assistant (it masks numbers itself), and return its replies as kept."""
    chat.said(applicant, text, city, now)
    database.close()
    replies = assistant.ask(applicant, text, city, as_of or now.date())
    database.connect(reuse_if_open=True)
    return [_kept(applicant, reply, city, now) for reply in replies]


def tell(applicant: str, words: str, city: str, now: datetime) -> list[wire.Reply]:
    """Answer the assistant's question with a fact that is kept already; while it is away, say that nothing is lost."""
    chat.said(applicant, words, city, now)
    database.close()
    replies = assistant.ask(applicant, words, city, now.date(), search=False)
    database.connect(reuse_if_open=True)
    away = {"text": AWAY.format(words=words), "links": [{"label": "我的信息", "action": "screen", "target": "facts"}]}
    return [_kept(applicant, reply, city, now) for reply in replies or [away]]


def _kept(applicant: str, reply: Mapping[str, Any], city: str, now: datetime) -> wire.Reply:
    return line(chat.answered(applicant, reply, city, now), policy.pack_named(city), now.date(), newest=True)


def line(row: ChatMessage, pack: Pack, today: date, newest: bool = False) -> wire.Reply:
    """Return a kept line as the client shows it; `newest` while nothing was said after it."""
    answer = row.speaker == "assistant"
    return wire.Reply(
        id=row.id,
        who="assistant" if answer else "me",
        text=row.text,
        at=f"{row.created_at:%H:%M}",
        citations=[_citation(one) for one in row.citations],
        links=links(row.links),
        blocks=enclosed.parts(row, pack, today, newest),
        ratable=answer,
    )


def _citation(given: Mapping[str, Any]) -> wire.Chip:
    known = {name: str(given[name]) for name in ("document", "title", "article", "quote") if given.get(name)}
    label = f"{texts.short_title(known['title'])} {texts.article_words(known['article'])}"
    return wire.Chip(**known, label=label)


def links(given: Sequence[Mapping[str, Any]]) -> list[wire.Link]:
    """Return the links of a line that are buttons."""
    known = [one for one in given if one.get("action") in LINKS]
    return [wire.Link(label=one["label"], action=one["action"], target=str(one["target"])) for one in known]


# --- photographs ------------------------------------------------------------------------------------------------------


def photograph(applicant: str, original: bytes, city: str, now: datetime) -> list[wire.Reply]:
    """Keep a photograph sent into the conversation and ask which paper it shows. Raises UnfitFile."""
    paper = photographs.take(original)
    material = materials.create(applicant, UNFILED, "对话里的照片", now)
    materials.add_page(material.id, paper, original, now)
    mine = {"label": "照片", "action": enclosed.PHOTO, "target": material.id}
    sent = chat.said(applicant, SENT, city, now)
    sent.links = [mine]
    sent.save()
    known = enclosed.places(applicant)
    folder = {"label": "我的材料", "action": "screen", "target": "materials"}
    asked = {"text": WHICH if known else KEPT, "links": [mine if known else folder]}
    pack = policy.pack_named(city)
    return [line(sent, pack, now.date()), _kept(applicant, asked, city, now)]


def file_photograph(
    who: Doer, photo: Material, case: Application, requirement: str, city: str, now: datetime
) -> list[wire.Reply]:
    """Make a photograph a page of a paper of a case, and say what is still lacking."""
    for page in materials.pages(photo.id):
        filing.add_page(who, case, requirement, materials.content(page)[0], now)
    name = next(one.name for one in rulebook.item_of(case).materials if one.id == requirement)
    said = chat.said(case.applicant_id, f"这是{name}", city, now)
    materials.delete(photo.id, now)
    answered = _kept(case.applicant_id, _filed(case, name), city, now)
    return [line(said, policy.pack_named(city), now.date()), answered]


def _filed(case: Application, name: str) -> Mapping[str, Any]:
    left = len(enclosed.lacking(case))
    more = f"还差 {left} 份，可以接着拍。" if left else "要交的材料齐了。"
    screen = ("上传材料", "application_papers") if left else ("核对并提交", "application_review")
    link = {"label": screen[0], "action": "screen", "target": f"{screen[1]}?application={case.id}"}
    return {"text": f"已放进“{name}”。{more}", "links": [link]}
