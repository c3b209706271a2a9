"""Questions the assistant could not answer, for the people who keep the packs."""

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for

from backend import clock
from backend.console.navigation import only_for
from backend.store import audit, questions
from backend.store.models import UnansweredQuestion
from backend.workflow import rulebook

SHOWN = 200


def register(blueprint: Blueprint) -> None:
    """Add the page of unanswered questions to the console."""
    keep = only_for("console.questions")
    blueprint.get("/questions", endpoint="questions")(keep(_questions))
    blueprint.post("/questions/<question_id>", endpoint="handle_question")(keep(_handle))


def _mine():
    """A city's own questions and those asked before a city was chosen; an administrator without city sees all."""
    if g.staff.city is None:
        return UnansweredQuestion.id != ""
    return UnansweredQuestion.city.in_([g.staff.city, ""])


def _questions(error: str | None = None):
    wanted = ("open",) if request.args.get("show") != "done" else ("answered", "dismissed")
    rows = UnansweredQuestion.select().where(_mine() & UnansweredQuestion.state.in_(wanted))
    rows = rows.order_by(UnansweredQuestion.times.desc(), UnansweredQuestion.last_at.desc()).limit(SHOWN)
    return render_template(
        "console/questions.html",
        rows=list(rows),
        done=wanted != ("open",),
        error=error,
        packs=rulebook.packs(),
    )


def _handle(question_id: str):
    row = UnansweredQuestion.get_or_none(_mine() & (UnansweredQuestion.id == question_id)) or abort(404)
    outcome, clause = request.form.get("outcome", ""), request.form.get("clause", "").strip()
    if outcome not in ("answered", "dismissed"):
        abort(404)
    if outcome == "answered" and not _is_clause(row.city, clause):
        return _questions("请从列表里选一条已经写进政策包的条款，再标记为“已能回答”。"), 422
    questions.handle(row.id, outcome, g.staff.id, clause or None)
    audit.record(audit.Actor("staff", g.staff.id), "handle_question", "question", row.id, clock.now())
    flash("已处理。")
    return redirect(url_for("console.questions"))


def _is_clause(city: str | None, clause: str) -> bool:
    packs = rulebook.packs()
    asked = [packs[city]] if city in packs else packs.values()
    return any(clause in pack.clauses for pack in asked)
