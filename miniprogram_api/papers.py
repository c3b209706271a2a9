"""Papers of a case or on file, as the client shows them."""

from collections.abc import Sequence
from datetime import date

from backend.policy.types import Material as Required
from backend.store import materials
from backend.store.models import Application, ApplicationMaterial, Material, MaterialPage
from backend.workflow import commands, rulebook
from backend.workflow.stages import State
from miniprogram_api.screens import blocks as b
from miniprogram_api.screens import texts

FORMS = {"original": "出示原件", "copy": "复印件", "scan": "扫描件或照片", "online": "网上填写"}
SHAPES = {"identity": "card", "social_card": "card", "bank_card": "card", "diploma": "booklet", "household": "booklet"}
"""Material → the outline the client draws as an example; every other one is a page."""

DO = ("四角都在画面内", "文字清楚能读", "光线均匀")
AVOID = ("反光", "手指遮挡", "裁掉边角")


def slots(case: Application, problems: dict[str, str] | None = None) -> list[b.MaterialSlot]:
    """Return the papers of a case in the pack's order; `problems` are sentences of a correction notice by paper."""
    handed_in = materials.handed_in(case.id)
    on_file = materials.on_file(case.applicant_id)
    return [
        slot(case, needed, handed_in.get(needed.material.id), on_file, (problems or {}).get(needed.material.id))
        for needed in commands.needed(case)
    ]


def kept(material: Material, today: date) -> b.MaterialSlot:
    """Return a paper on file: its pages to look at, and its deletion unless a submitted case rests on it."""
    pages = materials.pages(material.id)
    question = b.Confirm(title=f"删除“{material.title}”？", text="删除后需要时得重新拍。", yes="删除", danger=True)
    delete = b.Call(method="DELETE", path=f"/materials/{material.id}", confirm=question, then=b.Reload())
    in_use = materials.in_use(material.id)
    return b.MaterialSlot(
        id=material.id,
        name=material.title,
        required=False,
        copies=f"{texts.short_day(material.created_at.date(), today)}放进来",
        state="accepted" if in_use else "uploaded",
        state_text="已随申请提交" if in_use else f"{len(pages)} 页",
        pages=[page(one, number) for number, one in enumerate(pages, start=1)],
        remove=None if in_use else delete,
    )


def slot_of(case: Application, requirement: str) -> b.MaterialSlot | None:
    """Return one paper of a case."""
    return next((one for one in slots(case) if one.id == requirement), None)


def slot(
    case: Application,
    needed: "commands.Needed",
    link: ApplicationMaterial | None,
    on_file: Sequence[Material],
    problem: str | None,
) -> b.MaterialSlot:
    """Return one paper: what it must be, what there is of it, what can be used again."""
    material, pages = needed.material, materials.pages(link.material_id) if link else []
    state, words = _state(material, needed, link, pages, problem)
    editable = case.state in (State.DRAFT, State.CORRECTION) and not material.generated
    return b.MaterialSlot(
        id=material.id,
        name=material.name,
        required=needed.required,
        copies=_copies(material),
        look=material.look,
        state=state,
        state_text=words,
        problem=problem,
        pages=[page(one, number) for number, one in enumerate(pages, start=1)],
        at_most=materials.MOST_PAGES,
        upload=f"/applications/{case.id}/materials/{material.id}/pages" if editable else None,
        example=b.Example(shape=SHAPES.get(material.id, "page"), do=DO, avoid=AVOID) if editable else None,
        reuse=_reuse(case, material.id, link, on_file) if editable else [],
        citations=texts.citations(rulebook.pack_of(case), material.cites),
    )


def _copies(material: Required) -> str | None:
    said = [f"{FORMS.get(material.form or '', '复印件')} {material.copies} 份"] if material.copies else []
    said += ["核验原件"] if material.check_original else []
    return "，".join(said) or None


def _state(material: Required, needed, link: ApplicationMaterial | None, pages, problem: str | None) -> tuple[str, str]:
    if material.generated:
        return "uploaded", "提交时自动生成"
    if material.channel == ("window",):
        return "at_window", "到窗口时带上"
    if problem:
        return "rejected", "需要补正"
    if link is not None and link.verdict == "accepted":
        return "accepted", "已核验"
    if pages:
        return "uploaded", f"已上传 {len(pages)} 页"
    return ("missing", "未上传") if needed.required else ("missing", "有就传")


def _reuse(
    case: Application, kind: str, link: ApplicationMaterial | None, on_file: Sequence[Material]
) -> list[b.Reuse]:
    others = [one for one in on_file if one.kind == kind and not (link and one.id == link.material_id)]
    path = f"/applications/{case.id}/materials/{kind}/reuse"
    return [
        b.Reuse(
            label=f"用 {texts.day(one.created_at.date())} 交过的这份", call=b.Call(path=path, body={"material": one.id})
        )
        for one in others[:3]
        if materials.pages(one.id)
    ]


def page(row: MaterialPage, number: int) -> b.Page:
    """Return one page of a paper."""
    picture = b.Picture(
        thumb=f"/pages/{row.id}/picture?size=thumb", full=f"/pages/{row.id}/picture", text=f"第 {number} 页"
    )
    return b.Page(
        id=row.id,
        picture=picture if row.media_type.startswith("image/") else None,
        name=f"第 {number} 页" if row.media_type.startswith("image/") else f"第 {number} 个 PDF",
        state="received",
        path=f"/pages/{row.id}",
    )
