"""What a page lets staff do with a case: each command of the transition table with the way its form is read."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for

from backend import clock
from backend.console import cases, printing, queue
from backend.console.security import hats
from backend.policy.money import fen_of
from backend.store import treasury
from backend.store.models import Staff
from backend.workdays import UncoveredYear
from backend.workflow import areas, delegates, desk, drafts, notices, payments
from backend.workflow.case import NotYours, as_staff, closed
from backend.workflow.decisions import Terms
from backend.workflow.desk import Point, Reason
from backend.workflow.ledger import FundingUnsettled
from backend.workflow.refusal import Refusal
from backend.workflow.rights import Role
from backend.workflow.stages import COMMANDS

Form = Any


class Unreadable(Refusal):
    """A field of a form cannot be read."""

    code = "unreadable"


def register(blueprint: Blueprint) -> None:
    """Add the one route through which every command on a case is given."""
    blueprint.post("/cases/<case_id>/do/<command>", endpoint="act")(_act)


def _act(case_id: str, command: str):
    """Give one command; when it is refused, show the page again with the reason and everything typed."""
    if command not in ACTIONS:
        abort(404)
    now = clock.now()
    cases.readable(hats(), case_id)
    try:
        ACTIONS[command](g.staff, case_id, request.form, now)
    except (Refusal, UncoveredYear) as refusal:
        return show(case_id, refused=command, error=refusal), 422
    flash(f"{name_of(command)}：已办好。")
    return redirect(url_for("console.case", case_id=case_id))


def show(case_id: str, refused: str | None = None, error: Exception | None = None) -> str:
    """Return the page of a case, where a command was refused with its reason beside its form."""
    view = cases.open_case(g.staff, hats(), case_id, clock.now())
    return render_template(
        "console/case.html",
        view=view,
        case=view.case,
        next_case=queue.next_on_desk(hats(), case_id),
        extra=others(view),
        documents=printing.documents_of(view),
        refused=refused,
        error=str(error) if error else None,
        version_days=error.days if isinstance(error, FundingUnsettled) else (),
    )


def others(view: cases.CaseView) -> list[str]:
    """Return what the present account may do besides moving the case on."""
    mine = {hat.role for hat in hats() if hat.city == view.case.city}
    return [command for command, offered in OTHERS.items() if offered(view, mine)]


def name_of(command: str) -> str:
    """Return the Chinese name of a command of the table or of this page."""
    return COMMANDS[command].name if command in COMMANDS else OTHER_NAMES[command]


# --- reading forms ----------------------------------------------------------------------------------------------------


def _version(form: Form) -> int | None:
    return int(form["version"]) if form.get("version", "").isdigit() else None


def _text(form: Form, name: str) -> str | None:
    return form.get(name, "").strip() or None


def _reasons(form: Form) -> list[Reason]:
    """Reasons ticked from the engine's findings, and one in the clerk's own words with the clause it rests on."""
    found = (entry.rpartition("|") for entry in form.getlist("found"))
    ticked = [Reason(text, cite or None) for text, _, cite in found]
    own = _text(form, "reason")
    return [*ticked, *([Reason(own, _text(form, "cite"))] if own else [])]


def _points(form: Form) -> list[Point]:
    """Papers and facts that were ticked, each with its sentence, and one matter in words."""
    named = [
        Point(*entry.split(":", 1), text=form.get(f"text:{entry}", ""))
        for entry in form.getlist("point")
        if entry.partition(":")[0] in ("material", "fact")
    ]
    own = _text(form, "other")
    return [*named, *([Point("other", "other", text=own)] if own else [])]


def _day(form: Form, name: str) -> date | None:
    try:
        return date.fromisoformat(form[name]) if form.get(name) else None
    except ValueError:
        raise Unreadable("日期要填成 2026-01-31 这样，请修改后再提交。") from None


def _terms(form: Form) -> Terms:
    """What the clerk decided where the text leaves it open."""
    months = _text(form, "months")
    if months and not months.isdigit():
        raise Unreadable("月数要填整数，请修改后再提交。")
    return Terms(amount_fen=_fen(form, "amount"), months=int(months) if months else None, tier=_text(form, "tier"))


def _fen(form: Form, name: str) -> int | None:
    """Read an amount in yuan, with at most two decimals, as whole fen."""
    text = (_text(form, name) or "").replace(",", "").replace("，", "")
    if not text:
        return None
    try:
        yuan = Decimal(text)
    except ArithmeticError:
        yuan = Decimal("NaN")
    if not yuan.is_finite() or abs(yuan) > 10**10 or yuan != yuan.quantize(Decimal("0.01")):
        raise Unreadable("金额要填数字，单位元，最多两位小数，例如 1200.50。")
    return fen_of(yuan)


# --- the commands -----------------------------------------------------------------------------------------------------


def _accept(staff: Staff, case_id: str, form: Form, now: datetime) -> None:
    seen = form.getlist("original")
    desk.accept(staff, case_id, now, originals=seen, note=_text(form, "note"), version=_version(form))


def _refuse(staff: Staff, case_id: str, form: Form, now: datetime) -> None:
    desk.refuse(staff, case_id, _reasons(form), now, version=_version(form))


def _reject(staff: Staff, case_id: str, form: Form, now: datetime) -> None:
    desk.reject(staff, case_id, _reasons(form), now, override=_text(form, "override"), version=_version(form))


def _judge(command: Callable) -> Callable[[Staff, str, Form, datetime], None]:
    """Approving and deciding are read from the same form."""

    def give(staff: Staff, case_id: str, form: Form, now: datetime) -> None:
        note, override = _text(form, "note"), _text(form, "override")
        command(staff, case_id, now, note=note, override=override, terms=_terms(form), version=_version(form))

    return give


def _correct(staff: Staff, case_id: str, form: Form, now: datetime) -> None:
    due_on = _day(form, "due_on")
    if due_on is not None and due_on < now.date():
        raise Unreadable("最迟补正日期不能早于今天，请改后再提交。")
    desk.correct(staff, case_id, _points(form), now, due_on=due_on, version=_version(form))


def _publish(staff: Staff, case_id: str, form: Form, now: datetime) -> None:
    notices.publish(staff, [case_id], now, title=_text(form, "title"))


def _complete(staff: Staff, case_id: str, form: Form, now: datetime) -> None:
    desk.complete(staff, case_id, now, note=_text(form, "note"), version=_version(form))


def _issue_card(staff: Staff, case_id: str, form: Form, now: datetime) -> None:
    desk.issue_card(staff, case_id, now, version=_version(form))


def _pay(staff: Staff, case_id: str, form: Form, now: datetime) -> None:
    terms = _terms(form)
    payments.pay(
        staff,
        case_id,
        now,
        terms=terms if terms.amount_fen is not None else None,
        version_day=_day(form, "version_day"),
        version=_version(form),
    )


def _hand_over(staff: Staff, case_id: str, form: Form, now: datetime) -> None:
    desk.hand_over(staff, case_id, form.get("agency", ""), form.get("note", ""), now, version=_version(form))


def _withdraw(staff: Staff, case_id: str, form: Form, now: datetime) -> None:
    drafts.withdraw(as_staff(staff, now.date()), case_id, now, _text(form, "note") or "", version=_version(form))


def _answer(staff: Staff, case_id: str, form: Form, now: datetime) -> None:
    drafts.answer(as_staff(staff, now.date()), case_id, now, version=_version(form))


def _confirm(staff: Staff, case_id: str, form: Form, now: datetime) -> None:
    drafts.confirm(as_staff(staff, now.date()), case_id, now, version=_version(form))


def _set_area(staff: Staff, case_id: str, form: Form, now: datetime) -> None:
    areas.set_area(staff, case_id, form.get("area", ""), _text(form, "note") or "", now)


def _assign(staff: Staff, case_id: str, form: Form, now: datetime) -> None:
    delegates.assign(staff, case_id, form.get("specialist", ""), _text(form, "note") or "", now)


def _stop(staff: Staff, case_id: str, form: Form, now: datetime) -> None:
    last_day = _day(form, "last_day")
    if last_day is None:
        raise Unreadable("请填写最后一天，这一天所在的月是最后一个发放月。")
    payments.stop(staff, case_id, last_day, _stated(form), now)


def _claw_back(staff: Staff, case_id: str, form: Form, now: datetime) -> None:
    payments.claw_back(staff, case_id, _stated(form), now, since=form.get("since", ""))


def _correct_entry(staff: Staff, case_id: str, form: Form, now: datetime) -> None:
    fen, payment_id = _fen(form, "amount"), form.get("payment", "")
    if not fen:
        raise Unreadable("更正金额不能为空或零；多记的填负数，少记的填正数。")
    if payment_id not in treasury.of_case(case_id):
        raise NotYours("pay")
    payments.correct_entry(staff, payment_id, fen, _stated(form), now)


def _stated(form: Form) -> str:
    reason = _text(form, "reason")
    if reason is None:
        raise desk.ReasonNeeded
    return reason


ACTIONS: Mapping[str, Callable[[Staff, str, Form, datetime], None]] = {
    "accept": _accept,
    "refuse": _refuse,
    "approve": _judge(desk.approve),
    "reject": _reject,
    "decide": _judge(desk.decide),
    "correct": _correct,
    "publish": _publish,
    "complete": _complete,
    "issue_card": _issue_card,
    "pay": _pay,
    "hand_over": _hand_over,
    "withdraw": _withdraw,
    "answer": _answer,
    "confirm": _confirm,
    "set_area": _set_area,
    "assign": _assign,
    "stop": _stop,
    "claw_back": _claw_back,
    "correct_entry": _correct_entry,
}
"""Commands that have a form on the page of a case; objections are decided on the page of their notice."""

MONEY = frozenset({Role.REVIEWER, Role.SUPERVISOR, Role.FINANCE})

OTHERS: Mapping[str, Callable[[cases.CaseView, set[str]], bool]] = {
    "set_area": lambda view, mine: (
        view.case.area is None
        and view.verdict.item.funding is not None
        and not closed(view.case)
        and bool(mine & areas.MAY)
    ),
    "assign": lambda view, mine: not closed(view.case) and bool(mine & delegates.MAY_ASSIGN),
    "stop": lambda view, mine: bool(view.statement) and bool(mine & MONEY),
    "claw_back": lambda view, mine: (
        any(row.state == "paid" and row.fen > 0 for row in view.payments) and bool(mine & MONEY)
    ),
    "correct_entry": lambda view, mine: bool(view.payments) and bool(mine & MONEY),
}
"""Commands that stand outside the transition table → whether the page offers them to roles at the case's city."""

OTHER_NAMES = {
    "set_area": "填写财政隶属",
    "assign": "指派代办专员",
    "stop": "停发",
    "claw_back": "追缴",
    "correct_entry": "更正台账",
}
"""Names of the commands that stand outside the transition table: they do not move a case."""
