"""Public notices: publish many at once, watch the days, decide objections, print the list."""

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for

from backend import clock
from backend.console.navigation import only_for
from backend.console.queue import on_desk
from backend.console.security import hats
from backend.store import audit, sealed
from backend.store.models import Application, NoticeEntry, Objection, PublicNotice
from backend.workdays import UncoveredYear
from backend.workflow import notices
from backend.workflow.refusal import Refusal
from backend.workflow.rights import CITY_WIDE
from backend.workflow.stages import State

SHOWN = 100


def register(blueprint: Blueprint) -> None:
    """Add the pages of public notices to the console."""
    keep = only_for("console.notices")
    blueprint.get("/notices", endpoint="notices")(keep(_notices))
    blueprint.post("/notices", endpoint="publish")(keep(_publish))
    blueprint.get("/notices/<notice_id>", endpoint="notice")(keep(_notice))
    blueprint.post("/notices/<notice_id>/close", endpoint="close_notice")(keep(_close))
    blueprint.post("/notices/<notice_id>/objections/<objection_id>", endpoint="decide_objection")(keep(_decide))


def _notices():
    ready = on_desk(hats()) & (Application.step_kind == "public_notice") & (Application.state == State.RUNNING)
    waiting = Application.select().where(ready).order_by(Application.item, Application.number)
    known = _in_city().order_by(PublicNotice.state.desc(), PublicNotice.closes_on.desc()).limit(SHOWN)
    return render_template("console/notices.html", waiting=list(waiting), notices=list(known), disputed=_disputed())


def _in_city():
    return PublicNotice.select().where(PublicNotice.city == g.staff.city)


def _own(notice_id: str) -> PublicNotice:
    return _in_city().where(PublicNotice.id == notice_id).first() or abort(404)


def _disputed() -> set[str]:
    """The ids of the city's notices with an objection nobody has decided yet."""
    rows = NoticeEntry.select(NoticeEntry.notice).join(Objection).switch(NoticeEntry).join(PublicNotice)
    waiting = rows.where((Objection.state == "open") & (PublicNotice.city == g.staff.city))
    return {row.notice_id for row in waiting.distinct()}


def _publish():
    try:
        notice = notices.publish(g.staff, request.form.getlist("case"), clock.now(), request.form.get("title") or None)
    except (Refusal, UncoveredYear) as refusal:
        flash(str(refusal), "error")
        return redirect(url_for("console.notices"))
    flash(f"已发布公示 {notice.number}，{notice.closes_on:%Y年%m月%d日}当日终了时期满。")
    return redirect(url_for("console.notice", notice_id=notice.id))


def _notice(notice_id: str, refused: str | None = None, error: str | None = None):
    notice = _own(notice_id)
    return render_template(
        "console/notice.html",
        notice=notice,
        entries=list(notice.entries.order_by(NoticeEntry.position)),
        objections=_objections(notice) if _sees_objections(notice) else None,
        may_decide=_holds(notice),
        refused=refused,
        error=error,
    )


def _holds(notice: PublicNotice) -> bool:
    """Tell whether the notice is of a desk whose hat the account wears."""
    return any(hat.city == notice.city and notice.agency in (hat.agency, hat.window) for hat in hats())


def _sees_objections(notice: PublicNotice) -> bool:
    """Who objected and what he wrote is for the desk of the notice, and for those who see the whole city."""
    return _holds(notice) or any(hat.role in CITY_WIDE and hat.city == notice.city for hat in hats())


def _objections(notice: PublicNotice) -> list[tuple[Objection, str, str | None, str | None]]:
    rows = Objection.select(Objection, NoticeEntry).join(NoticeEntry).where(NoticeEntry.notice == notice.id)
    found = [_opened(objection) for objection in rows.order_by(Objection.id)]
    if found:
        audit.record(audit.Actor("staff", g.staff.id), "read", "objections", notice.id, clock.now())
    return found


def _opened(objection: Objection) -> tuple[Objection, str, str | None, str | None]:
    name, phone = sealed.get(objection, "name_sealed"), sealed.get(objection, "phone_sealed")
    return objection, sealed.get(objection, "text_sealed"), name, phone


def _decide(notice_id: str, objection_id: str):
    notice = _own(notice_id)
    rows = Objection.select().join(NoticeEntry)
    if not rows.where((Objection.id == objection_id) & (NoticeEntry.notice == notice.id)).exists():
        abort(404)
    outcome = request.form.get("outcome")
    try:
        if outcome not in ("upheld", "rejected"):
            raise _NoOutcome
        decision = request.form.get("decision", "")
        notices.decide_objection(g.staff, objection_id, outcome == "upheld", decision, clock.now())
    except Refusal as refusal:
        return _notice(notice_id, objection_id, str(refusal)), 422
    flash("异议已处理，结果已写进案卷。")
    return redirect(url_for("console.notice", notice_id=notice_id))


class _NoOutcome(Refusal):
    """Neither upheld nor dismissed was chosen."""

    def __init__(self) -> None:
        super().__init__("请选择异议成立还是不成立。")


def _close(notice_id: str):
    """Close a notice whose days are over; the clock does the same by itself within the hour."""
    notice = _own(notice_id)
    if not _holds(notice):
        abort(403)
    try:
        cleared = notices.close(notice.id, clock.now(), g.staff)
        flash(f"公示已结束，{len(cleared)} 件进入下一环节。")
    except Refusal as refusal:
        flash(str(refusal), "error")
    return redirect(url_for("console.notice", notice_id=notice_id))
