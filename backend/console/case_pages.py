"""The page of a case and what belongs to it: protected numbers, papers, notes, messages, printed documents."""

from flask import Blueprint, Response, abort, flash, g, redirect, request, url_for
from markupsafe import Markup

from backend import clock
from backend.console import actions, cases, words
from backend.console.navigation import OFFICES
from backend.console.security import hats, wears
from backend.store import audit, casenotes, materials, outbox
from backend.store.models import OutboxMessage
from backend.workflow.case import commands_for

VERDICTS = ("accepted", "unfit")


def register(blueprint: Blueprint) -> None:
    """Add the page of a case to the console."""
    blueprint.get("/cases/<case_id>", endpoint="case")(actions.show)
    blueprint.post("/cases/<case_id>/facts/<name>", endpoint="reveal")(_reveal)
    blueprint.get("/cases/<case_id>/pages/<page_id>", endpoint="page")(_page)
    blueprint.post("/cases/<case_id>/papers/<requirement>", endpoint="mark_paper")(_mark_paper)
    blueprint.post("/cases/<case_id>/notes", endpoint="add_note")(_add_note)
    blueprint.post("/cases/<case_id>/messages/<message_id>", endpoint="send_again")(_send_again)
    actions.register(blueprint)


def _reveal(case_id: str, name: str):
    """Give the plain value of a protected fact; a request that leaves a trace is a POST."""
    value = cases.reveal(g.staff, hats(), case_id, name, clock.now())
    return Response(Markup.escape(words.fact_value(name, value) if value else "没有填写"), mimetype="text/html")


def _page(case_id: str, page_id: str):
    small = request.args.get("size") == "small"
    data, media_type = cases.page_picture(g.staff, hats(), case_id, page_id, small, clock.now())
    return Response(data, mimetype=media_type, headers={"Content-Disposition": "inline"})


def _on_desk(case_id: str):
    """Return a case for which the present account may do something now; others may look, not write."""
    case = cases.readable(hats(), case_id)
    if not commands_for(g.staff, case, clock.now()):
        abort(403)
    return case


def _mark_paper(case_id: str, requirement: str):
    """Note what the desk makes of a paper; an unfit one comes ticked into the correction notice."""
    case, verdict, now = _on_desk(case_id), request.form.get("verdict", ""), clock.now()
    if verdict not in VERDICTS or requirement not in materials.handed_in(case.id):
        abort(404)
    materials.mark(case.id, requirement, verdict, request.form.get("note", "").strip() or None)
    detail = {"requirement": requirement, "verdict": verdict}
    audit.record(audit.Actor("staff", g.staff.id), "mark_paper", "application", case.id, now, detail)
    return redirect(url_for("console.case", case_id=case_id, _anchor="papers"))


def _add_note(case_id: str):
    cases.readable(hats(), case_id)
    text, kind = request.form.get("text", "").strip(), request.form.get("kind", "note")
    if kind not in casenotes.WRITTEN or not wears(NOTE_WRITERS):
        abort(403)
    if text:
        casenotes.add(case_id, g.staff.id, kind, text, clock.now())
        flash("已记下。")
    else:
        flash("请写下内容再保存。", "error")
    return redirect(url_for("console.case", case_id=case_id, _anchor="history"))


NOTE_WRITERS = OFFICES | {"adjudicator", "finance", "specialist"}
"""Who writes notes; employers and those who only look on do not."""


def _send_again(case_id: str, message_id: str):
    """Queue a message of this case once more."""
    case = cases.readable(hats(), case_id)
    mine = OutboxMessage.get_or_none((OutboxMessage.id == message_id) & (OutboxMessage.application == case.id))
    if mine is None:
        abort(404)
    if not wears(OFFICES):
        abort(403)
    now = clock.now()
    try:
        outbox.send_again(message_id, g.staff.id, now)
        audit.record(audit.Actor("staff", g.staff.id), "send_again", "application", case.id, now, {"message": mine.id})
        flash("已重新排队发送，站内消息原来就有。")
    except outbox.NotSendable as error:
        flash(str(error), "error")
    return redirect(url_for("console.case", case_id=case_id, _anchor="messages"))
