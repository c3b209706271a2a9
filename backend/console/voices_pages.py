"""Complaints, 12380 matters, messages and ratings: what waits for an answer, by when, and the answer."""

from flask import Blueprint, Response, abort, flash, g, redirect, render_template, request, url_for

from backend import clock
from backend.console.navigation import OFFICES, only_for
from backend.console.security import hats, wears
from backend.store import audit, materials, sealed, voices
from backend.store.models import Complaint
from backend.workflow import service
from backend.workflow import voices as passing
from backend.workflow.refusal import Refusal
from backend.workflow.rights import CITY_WIDE

KINDS = {"complaint": "投诉", "organization": "12380 举报", "message": "留言", "rating": "评价"}
ORGANIZATION = frozenset(CITY_WIDE)
"""Who sees 12380 matters: those who see the whole city, for they may be about the agency itself."""


def register(blueprint: Blueprint) -> None:
    """Add the pages of complaints, messages and ratings to the console."""
    keep = only_for("console.voices")
    blueprint.get("/voices", endpoint="voices")(keep(_voices))
    blueprint.get("/voices/<voice_id>", endpoint="voice")(keep(_voice))
    blueprint.post("/voices/<voice_id>/answer", endpoint="answer_voice")(keep(_answer))
    blueprint.post("/voices/<voice_id>/forward", endpoint="forward_voice")(keep(_forward))
    blueprint.get("/voices/<voice_id>/photos/<page_id>", endpoint="voice_photo")(keep(_photo))
    blueprint.post("/ratings/<rating_id>", endpoint="answer_rating")(keep(_answer_rating))


def _ear() -> voices.Ear:
    """Those who see the whole city hear everything; an agency what concerns it, and what nobody has taken."""
    if any(hat.role in CITY_WIDE for hat in hats()):
        return voices.Ear(g.staff.city)
    places = {place for hat in hats() for place in (hat.agency, hat.window) if place}
    return voices.Ear(g.staff.city, places)


def _kinds() -> dict[str, str]:
    hidden = set() if any(hat.role in ORGANIZATION for hat in hats()) else {"organization"}
    return {kind: name for kind, name in KINDS.items() if kind not in hidden}


def _voices():
    kinds, args = _kinds(), request.args
    kind = args.get("kind") if args.get("kind") in kinds else next(iter(kinds))
    waiting, page = args.get("show") != "done", max(1, args.get("page", 1, type=int))
    find = voices.ratings if kind == "rating" else voices.complaints
    rows, more = find(_ear(), *([] if kind == "rating" else [kind]), waiting, page)
    return render_template(
        "console/voices.html",
        kinds=kinds,
        kind=kind,
        waiting=waiting,
        counts=voices.waiting_counts(_ear()),
        rows=rows,
        more=more,
        page=page,
        may_answer=wears(OFFICES),
    )


def _own(voice_id: str) -> Complaint:
    row = voices.complaint(_ear(), voice_id)
    return row if row and row.kind in _kinds() else abort(404)


def _voice(voice_id: str, error: str | None = None):
    """Show one with its text; reading it is in the log."""
    row = _own(voice_id)
    audit.record(audit.Actor("staff", g.staff.id), "read", "complaint", row.id, clock.now())
    return render_template(
        "console/voice.html",
        voice=row,
        kinds=KINDS,
        text=sealed.get(row, "text_sealed"),
        contact=sealed.get(row, "contact_sealed"),
        may_answer=wears(OFFICES),
        error=error,
    )


def _answer(voice_id: str):
    row, answer = _own(voice_id), request.form.get("answer", "").strip()
    if not answer:
        return _voice(voice_id, "请写下答复内容。"), 422
    try:
        service.answer_complaint(g.staff, row.id, answer, clock.now())
    except Refusal as refusal:
        return _voice(voice_id, str(refusal)), 422
    flash("已答复，本人会收到消息。" if row.applicant_id else "已答复。这条是匿名的，请按留下的联系方式告知。")
    return redirect(url_for("console.voices", kind=row.kind))


def _forward(voice_id: str):
    row = _own(voice_id)
    try:
        passing.forward(g.staff, row.id, request.form.get("agency", ""), clock.now())
    except Refusal as refusal:
        return _voice(voice_id, str(refusal)), 422
    flash("已转给该部门，时限不变。")
    return redirect(url_for("console.voices", kind=row.kind))


def _photo(voice_id: str, page_id: str):
    row = _own(voice_id)
    page = voices.photo(row.files, row.applicant_id, page_id) or abort(404)
    data, media_type = materials.content(page)
    return Response(data, mimetype=media_type, headers={"Content-Disposition": "inline"})


def _answer_rating(rating_id: str):
    row, answer = voices.rating(_ear(), rating_id) or abort(404), request.form.get("answer", "").strip()
    if not answer or row.answered_at:
        flash("请写下答复内容。" if not answer else "这条评价已经答复过了。", "error")
        return redirect(url_for("console.voices", kind="rating"))
    try:
        service.answer_rating(g.staff, row.id, answer, clock.now())
        flash("已答复，本人会收到消息。")
    except Refusal as refusal:
        flash(str(refusal), "error")
    return redirect(url_for("console.voices", kind="rating"))
