"""What a page lets staff do with a case: each command of the transition table with the way its form is read."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for

from backend import clock
from backend.console import cases
from backend.console.security import hats
from backend.policy.money import fen_of
from backend.store.models import Staff
from backend.workflow import desk, notices, payments
from backend.workflow.decisions import Terms
from backend.workflow.desk import Point, Reason
from backend.workflow.refusal import Refusal
from backend.workflow.stages import COMMANDS

Form = Any


class Unreadable(Refusal):
    """A field of a form cannot be read."""

    code = "unreadable"


def register(blueprint: Blueprint) -> None:
    """Add the one route through which every command is given."""
    blueprint.post("/cases/<case_id>/do/<command>", endpoint="act")(_act)


def _act(case_id: str, command: str):
    """Give one command; when it is refused, show the page again with the reason and everything typed."""
    if command not in ACTIONS:
        abort(404)
    now = clock.now()
    cases.readable(hats(), case_id)
    try:
        ACTIONS[command](g.staff, case_id, request.form, now)
    except Refusal as refusal:
        view = cases.open_case(g.staff, hats(), case_id, now)
        page = render_template(
            "console/case.html", view=view, case=view.case, rules=COMMANDS, refused=command, error=str(refusal)
        )
        return page, 422
    flash(f"已{COMMANDS[command].name}。")
    return redirect(url_for("console.case", case_id=case_id))


# --- reading forms ----------------------------------------------------------------------------------------------------


def _version(form: Form) -> int | None:
    return int(form["version"]) if form.get("version", "").isdigit() else None


def _text(form: Form, name: str) -> str | None:
    return form.get(name, "").strip() or None


def _reasons(form: Form) -> list[Reason]:
    """Reasons ticked from the engine's findings, and one in the clerk's own words with the clause it rests on."""
    ticked = [Reason(*entry.rsplit("|", 1)) for entry in form.getlist("found") if "|" in entry]
    own = _text(form, "reason")
    return [*ticked, *([Reason(own, _text(form, "cite"))] if own else [])]


def _points(form: Form) -> list[Point]:
    """Papers and facts that were ticked, each with its sentence, and one matter in words."""
    named = [Point(*entry.split(":", 1), text=form.get(f"text:{entry}", "")) for entry in form.getlist("point")]
    own = _text(form, "other")
    return [*named, *([Point("other", "other", text=own)] if own else [])]


def _day(form: Form, name: str) -> date | None:
    try:
        return date.fromisoformat(form[name]) if form.get(name) else None
    except ValueError:
        raise Unreadable("日期要填成 2026-01-31 这样，请修改后再提交。") from None


def _terms(form: Form) -> Terms:
    """What the clerk decided where the text leaves it open."""
    amount, months = _text(form, "amount"), _text(form, "months")
    try:
        fen = fen_of(int(amount) if amount.isdigit() else _decimal(amount)) if amount else None
        return Terms(amount_fen=fen, months=int(months) if months else None, tier=_text(form, "tier"))
    except (ArithmeticError, ValueError):
        raise Unreadable("金额要填数字（元），月数要填整数，请修改后再提交。") from None


def _decimal(text: str):
    from decimal import Decimal

    value = Decimal(text)
    if not value.is_finite() or value < 0:
        raise ValueError(text)
    return value


# --- the commands -----------------------------------------------------------------------------------------------------


def _accept(staff: Staff, case_id: str, form: Form, now: datetime) -> None:
    seen = form.getlist("original")
    desk.accept(staff, case_id, now, originals=seen, note=_text(form, "note"), version=_version(form))


def _refuse(staff: Staff, case_id: str, form: Form, now: datetime) -> None:
    desk.refuse(staff, case_id, _reasons(form), now, version=_version(form))


def _reject(staff: Staff, case_id: str, form: Form, now: datetime) -> None:
    desk.reject(staff, case_id, _reasons(form), now, override=_text(form, "override"), version=_version(form))


def _approve(staff: Staff, case_id: str, form: Form, now: datetime) -> None:
    desk.approve(
        staff,
        case_id,
        now,
        note=_text(form, "note"),
        override=_text(form, "override"),
        terms=_terms(form),
        version=_version(form),
    )


def _decide(staff: Staff, case_id: str, form: Form, now: datetime) -> None:
    desk.decide(
        staff,
        case_id,
        now,
        note=_text(form, "note"),
        override=_text(form, "override"),
        terms=_terms(form),
        version=_version(form),
    )


def _correct(staff: Staff, case_id: str, form: Form, now: datetime) -> None:
    desk.correct(staff, case_id, _points(form), now, due_on=_day(form, "due_on"), version=_version(form))


def _publish(staff: Staff, case_id: str, form: Form, now: datetime) -> None:
    notices.publish(staff, [case_id], now, title=_text(form, "title"))


def _complete(staff: Staff, case_id: str, form: Form, now: datetime) -> None:
    desk.complete(staff, case_id, now, note=_text(form, "note"), version=_version(form))


def _issue_card(staff: Staff, case_id: str, form: Form, now: datetime) -> None:
    desk.issue_card(staff, case_id, now, version=_version(form))


def _pay(staff: Staff, case_id: str, form: Form, now: datetime) -> None:
    payments.pay(staff, case_id, now, version=_version(form))


def _hand_over(staff: Staff, case_id: str, form: Form, now: datetime) -> None:
    desk.hand_over(staff, case_id, form.get("agency", ""), form.get("note", ""), now, version=_version(form))


ACTIONS: Mapping[str, Callable[[Staff, str, Form, datetime], None]] = {
    "accept": _accept,
    "refuse": _refuse,
    "approve": _approve,
    "reject": _reject,
    "decide": _decide,
    "correct": _correct,
    "publish": _publish,
    "complete": _complete,
    "issue_card": _issue_card,
    "pay": _pay,
    "hand_over": _hand_over,
}
"""Commands that have a form on the page of a case; objections are decided on the page of their notice."""
