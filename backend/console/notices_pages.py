"""Public notices: publish many at once, watch the days, decide objections, print the list."""

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for

from backend import clock
from backend.console.navigation import only_for
from backend.console.queue import on_desk
from backend.console.security import hats
from backend.store import audit, sealed
from backend.store.models import Application, NoticeEntry, Objection, PublicNotice
from backend.workflow import notices
from backend.workflow.refusal import Refusal


def register(blueprint: Blueprint) -> None:
    """Add the pages of public notices to the console."""
    blueprint.get("/notices", endpoint="notices")(only_for("console.notices")(_notices))
    blueprint.post("/notices", endpoint="publish")(only_for("console.notices")(_publish))
    blueprint.get("/notices/<notice_id>", endpoint="notice")(only_for("console.notices")(_notice))
    blueprint.post("/objections/<objection_id>", endpoint="decide_objection")(only_for("console.notices")(_decide))


def _notices():
    ready = Application.select().where(on_desk(hats()) & (Application.step_kind == "public_notice"))
    waiting = [case for case in ready.order_by(Application.item, Application.number) if case.state == "running"]
    running = _in_city().order_by(PublicNotice.state.desc(), PublicNotice.closes_on.desc()).limit(100)
    return render_template("console/notices.html", waiting=waiting, notices=list(running))


def _in_city():
    return PublicNotice.select().where(PublicNotice.city == g.staff.city)


def _publish():
    try:
        notice = notices.publish(g.staff, request.form.getlist("case"), clock.now(), request.form.get("title") or None)
    except Refusal as refusal:
        flash(str(refusal), "error")
        return redirect(url_for("console.notices"))
    flash(f"已发布公示 {notice.number}，{notice.closes_on:%Y年%m月%d日}终了时期满。")
    return redirect(url_for("console.notice", notice_id=notice.id))


def _notice(notice_id: str):
    notice = _in_city().where(PublicNotice.id == notice_id).first() or abort(404)
    entries = list(notice.entries.order_by(NoticeEntry.position))
    objections = [_opened(objection) for entry in entries for objection in entry.objections]
    if objections:
        audit.record(audit.Actor("staff", g.staff.id), "read", "objections", notice.id, clock.now())
    return render_template("console/notice.html", notice=notice, entries=entries, objections=objections)


def _opened(objection: Objection) -> tuple[Objection, str, str | None]:
    name = sealed.get(objection, "name_sealed") if objection.name_sealed else None
    return objection, sealed.get(objection, "text_sealed"), name


def _decide(objection_id: str):
    objection = Objection.get_or_none(Objection.id == objection_id) or abort(404)
    upheld = request.form.get("outcome") == "upheld"
    try:
        notices.decide_objection(g.staff, objection_id, upheld, request.form.get("decision", ""), clock.now())
        flash("异议已处理，结果已通知当事人。")
    except Refusal as refusal:
        flash(str(refusal), "error")
    return redirect(url_for("console.notice", notice_id=objection.entry.notice_id))
