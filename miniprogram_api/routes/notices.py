"""Public notices: open to all while they run, masked, never for search engines; objections, named or anonymous."""

from flask import Response, after_this_request

from backend.store.models import NoticeEntry, PublicNotice
from backend.workflow import commands, rulebook
from miniprogram_api import content, doors, policy, wire
from miniprogram_api.errors import NotFound
from miniprogram_api.routes import api
from miniprogram_api.screens import blocks as b


@api.get("/notices", responses={200: wire.NoticeList})
def list_notices():
    """Return the notices that run now, newest first, without the people on them."""
    _no_index()
    running = PublicNotice.select().where(PublicNotice.state == "open").order_by(PublicNotice.published_at.desc())
    return wire.NoticeList(notices=[notice(row) for row in running.limit(100)])


@api.get("/notices/<id>", responses={200: wire.PublicNotice})
def read_notice(path: wire.ById):
    """Return one notice; the people on it, masked, only while it runs."""
    _no_index()
    row = PublicNotice.get_or_none(PublicNotice.id == path.id)
    if row is None:
        raise NotFound
    return notice(row, entries=row.state == "open")


@api.post("/notices/entries/<id>/objections", responses={200: wire.Filed})
def object_to_entry(path: wire.ById, body: wire.ObjectionGiven):
    """File an objection against one person on a notice; that person's case waits until it is decided."""
    content.check(doors.me_or_nobody(), text=body.text)
    objection = commands.file_objection(
        path.id,
        body.text,
        doors.now(),
        name=body.name,
        phone=body.phone,
        by=doors.me_or_nobody(),
        files=body.photos,
    )
    return wire.Filed(id=objection.id, toast="异议已提交，公示部门会核实并作出处理。", next=b.Back(reload=True))


def notice(row: PublicNotice, entries: bool = False) -> wire.PublicNotice:
    """Return a notice as everybody may see it."""
    pack = rulebook.packs()[row.city]
    rows = row.entries.where(NoticeEntry.outcome.is_null()).order_by(NoticeEntry.position) if entries else ()
    return wire.PublicNotice(
        id=row.id,
        number=row.number,
        city=row.city,
        item=policy.item_name(pack.items[row.item]),
        title=row.title,
        agency=policy.desk_name(pack, row.agency),
        first_day=row.first_day,
        closes_on=row.closes_on,
        state=row.state,
        entries=[
            wire.NoticeEntry(
                id=one.id, position=one.position, name=one.name_masked, employer=one.employer_name, text=one.text
            )
            for one in rows
        ],
    )


def _no_index() -> None:
    """Keep search engines from keeping what is public for a few days only."""

    @after_this_request
    def mark(response: Response) -> Response:
        response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
        return response
