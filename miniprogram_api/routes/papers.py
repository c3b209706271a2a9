"""Papers: pages one by one, checked by content, seen by their owner alone; used in a case, or kept for later ones."""

from flask import Response, make_response

from backend.store import materials, photographs
from backend.store.models import Application, ApplicationMaterial, Material, MaterialPage
from backend.workflow import commands
from backend.workflow.stages import State
from miniprogram_api import doors, filing, papers, wire
from miniprogram_api.errors import NotFound
from miniprogram_api.routes import api
from miniprogram_api.screens import blocks as b

BYTES = {"schema": {"type": "string", "format": "binary"}}
PICTURE = {200: {"content": {"image/jpeg": BYTES, "application/pdf": BYTES}}}


@api.post("/applications/<id>/materials/<requirement>/pages", responses={200: wire.SlotAnswer})
def add_page(path: wire.Paper, form: wire.PageFile):
    """Add one page to a paper of a draft, or of a case in correction. The same picture twice stays one page."""
    doors.need_consent()
    case = _own_case(path.id)
    filing.add_page(doors.doer(), case, path.requirement, form.file.stream.read(), doors.now())
    return _slot(case, path.requirement)


@api.post("/applications/<id>/materials/<requirement>/reuse", responses={200: wire.SlotAnswer})
def reuse_material(path: wire.Paper, body: wire.ReuseOf):
    """Use a paper that is on file."""
    case = _own_case(path.id)
    commands.hand_in(doors.doer(), case.id, path.requirement, body.material, doors.now())
    return _slot(case, path.requirement)


@api.delete("/applications/<id>/materials/<requirement>", responses={200: wire.SlotAnswer})
def take_back_material(path: wire.Paper):
    """Stop using a paper in a case; it stays on file."""
    case = _own_case(path.id)
    commands.take_back(doors.doer(), case.id, path.requirement, doors.now())
    return _slot(case, path.requirement)


@api.get("/materials", responses={200: wire.MaterialList})
def list_materials():
    """Return the signed-in person's papers, newest first."""
    return wire.MaterialList(materials=[_kept(one) for one in materials.on_file(doors.me())])


@api.post("/materials", responses={200: wire.MaterialKept})
def start_material(body: wire.MaterialStart):
    """Start a paper apart from any case."""
    return _kept(materials.create(doors.need_consent(), body.kind, body.title, doors.now()))


@api.post("/materials/<id>/pages", responses={200: wire.MaterialKept})
def add_page_to_material(path: wire.ById, form: wire.PageFile):
    """Add one page to a paper on file that no submitted case rests on."""
    material = _own_material(path.id)
    if materials.in_use(material.id):
        raise materials.InUse
    original = form.file.stream.read()
    materials.add_page(material.id, photographs.take(original), original, doors.now())
    return _kept(material)


@api.delete("/materials/<id>", responses={200: wire.Done})
def delete_material(path: wire.ById):
    """Delete a paper with all its pages, unless a submitted case rests on it."""
    materials.delete(_own_material(path.id).id, doors.now())
    return wire.Done(toast="已删除")


@api.post("/photos", responses={200: wire.FormPhoto})
def add_photo(form: wire.PageFile):
    """Keep a picture that belongs to a complaint or an objection."""
    applicant, original = doors.need_consent(), form.file.stream.read()
    material = materials.create(applicant, "attachment", "随附照片", doors.now())
    row = materials.add_page(material.id, photographs.take(original), original, doors.now())
    return wire.FormPhoto(id=row.id, picture=papers.page(row, 1).picture or _no_picture(row))


def _no_picture(row: MaterialPage) -> b.Picture:
    raise photographs.UnfitFile("wrong_kind", "这里只能上传照片，请直接拍照或从相册选择。")


@api.get("/pages/<id>/picture", responses=PICTURE)
def page_picture(path: wire.ById, query: wire.PictureBytes):
    """Return the picture of one's own page, or its thumbnail."""
    data, media_type = materials.content(_own_page(path.id), query.size == "thumb")
    return _bytes(data, media_type)


@api.delete("/pages/<id>", responses={200: wire.PageAnswer})
def delete_page(path: wire.ById):
    """Remove a page, unless a submitted case rests on it; the answer shows the paper it belonged to."""
    page = _own_page(path.id)
    materials.drop_page(page)
    return _paper_of(page)


@api.post("/pages/<id>/rotation", responses={200: wire.PageAnswer})
def turn_page(path: wire.ById, body: wire.Turn):
    """Turn a page clockwise, unless a submitted case rests on it."""
    page = _own_page(path.id)
    if materials.in_use(page.material_id):
        raise materials.InUse
    materials.turn_page(page, body.degrees)
    return _paper_of(page)


# --- whose it is ------------------------------------------------------------------------------------------------------


def _own_case(case_id: str) -> Application:
    return doors.mine(Application.get_or_none(Application.id == case_id))


def _own_material(material_id: str) -> Material:
    found = materials.owned(doors.me(), material_id)
    if found is None:
        raise NotFound
    return found


def _own_page(page_id: str) -> MaterialPage:
    found = materials.owned_page(doors.me(), page_id)
    if found is None:
        raise NotFound
    return found


# --- showing ----------------------------------------------------------------------------------------------------------


def _slot(case: Application, requirement: str) -> wire.SlotAnswer:
    slot = papers.slot_of(case, requirement)
    if slot is None:
        raise NotFound
    return wire.SlotAnswer(slot=slot)


def _paper_of(page: MaterialPage) -> wire.PageAnswer:
    """Return the paper in the draft or correction that uses it, where there is one."""
    link = (
        ApplicationMaterial.select(ApplicationMaterial, Application)
        .join(Application)
        .where((ApplicationMaterial.material == page.material_id) & ApplicationMaterial.unlinked_at.is_null())
        .where(Application.state.in_([str(State.DRAFT), str(State.CORRECTION)]))
        .first()
    )
    return wire.PageAnswer(slot=link and papers.slot_of(link.application, link.requirement))


def _kept(row: Material) -> wire.MaterialKept:
    pages = [papers.page(page, number) for number, page in enumerate(materials.pages(row.id), start=1)]
    return wire.MaterialKept(id=row.id, kind=row.kind, title=row.title, created_at=row.created_at, pages=pages)


def _bytes(data: bytes, media_type: str) -> Response:
    response = make_response(data)
    response.mimetype = media_type
    response.headers["Cache-Control"] = "private, max-age=3600"
    response.headers["Content-Disposition"] = "inline"
    return response
