"""Saved replies: sentences a desk uses often, of one's own, of the agency, of the city."""

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for

from backend.console.security import wears
from backend.store import replies
from backend.store.models import SavedReply
from backend.workflow.rights import Role

MAY_SHARE = {"agency": frozenset({Role.SUPERVISOR, Role.COORDINATOR}), "city": frozenset({Role.COORDINATOR})}
"""For whom a reply is meant → who may write one for them; everybody writes his own."""
LONGEST_TITLE, LONGEST_TEXT = 40, 1000


def register(blueprint: Blueprint) -> None:
    """Add the page of saved replies to the console."""
    blueprint.get("/replies", endpoint="replies")(_replies)
    blueprint.post("/replies", endpoint="add_reply")(_add)
    blueprint.post("/replies/<reply_id>", endpoint="change_reply")(_change)
    blueprint.post("/replies/<reply_id>/drop", endpoint="drop_reply")(_drop)


def _replies(error: str | None = None):
    usable = replies.usable(g.staff.id, g.staff.city, g.staff.agency)
    scopes = [scope for scope, roles in MAY_SHARE.items() if wears(roles)]
    mine = {row.id for row in usable if _is_mine(row)}
    return render_template("console/replies.html", replies=usable, scopes=scopes, mine=mine, error=error)


def _is_mine(row: SavedReply) -> bool:
    """One's own, or one for others that the role may write."""
    if row.staff_id:
        return row.staff_id == g.staff.id
    scope = "agency" if row.agency else "city"
    return wears(MAY_SHARE[scope]) and row.city == g.staff.city and row.agency in (None, g.staff.agency)


def _typed() -> tuple[str, str] | None:
    title, text = request.form.get("title", "").strip(), request.form.get("text", "").strip()
    return (title[:LONGEST_TITLE], text[:LONGEST_TEXT]) if title and text else None


def _add():
    typed, scope = _typed(), request.form.get("scope", "own")
    if typed is None:
        return _replies("标题和内容都要填。"), 422
    if scope != "own" and not wears(MAY_SHARE.get(scope, ())):
        abort(403)
    agency = g.staff.agency if scope == "agency" else None
    replies.add(*typed, city=g.staff.city, agency=agency, staff_id=g.staff.id if scope == "own" else None)
    flash("已保存，办件时可以从“插入常用语”里选。")
    return redirect(url_for("console.replies"))


def _own(reply_id: str) -> SavedReply:
    row = SavedReply.get_or_none(SavedReply.id == reply_id)
    return row if row and _is_mine(row) else abort(404)


def _change(reply_id: str):
    row, typed = _own(reply_id), _typed()
    if typed is None:
        return _replies("标题和内容都要填。"), 422
    replies.change(row.id, *typed)
    flash("已保存。")
    return redirect(url_for("console.replies"))


def _drop(reply_id: str):
    replies.drop(_own(reply_id).id)
    flash("已删除。")
    return redirect(url_for("console.replies"))
