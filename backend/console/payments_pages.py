"""Money: the ledger by payer, batches for the bank that two people answer for, insured months, closing a month."""

import hashlib
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import wraps

from flask import Blueprint, Response, abort, flash, g, redirect, render_template, request, url_for

from backend import clock
from backend.console import sheets, words
from backend.console.navigation import only_for
from backend.console.security import wears
from backend.store import audit, facts, insured, treasury
from backend.store import staff as accounts
from backend.store.database import connection
from backend.store.models import Payment, PaymentBatch
from backend.workflow import payments, rulebook
from backend.workflow.kept import Kept
from backend.workflow.refusal import Refusal
from backend.workflow.rights import Role

PAGE = "console.payments"
COLUMNS = ("付款编号", "月份", "姓名", "社保卡账号", "开户银行", "金额（元）")
RESULT_COLUMN = 6
"""Where the bank (or the clerk) writes why a payment failed: the first column after those of the export."""

MONTH = re.compile(r"^(\d{4})[-年./]?(0?[1-9]|1[0-2])月?$")
YES = frozenset({"是", "补缴", "1", "y", "yes", "true"})


def register(blueprint: Blueprint) -> None:
    """Add the pages of money to the console."""
    keep, pay = only_for(PAGE), _only_finance
    blueprint.get("/payments", endpoint="payments")(keep(_payments))
    blueprint.get("/payments/batches/<batch_id>", endpoint="batch")(keep(_batch))
    blueprint.post("/payments/batches", endpoint="make_batch")(pay(_make))
    blueprint.post("/payments/batches/<batch_id>/<act>", endpoint="batch_act")(pay(_act))
    blueprint.get("/payments/batches/<batch_id>/file.<kind>", endpoint="batch_file")(pay(_file))
    blueprint.post("/payments/<payment_id>/retry", endpoint="retry_payment")(pay(_retry))
    blueprint.post("/payments/periods", endpoint="close_period")(pay(_close_period))
    blueprint.post("/payments/insured", endpoint="insured")(pay(_insured))


PAYING = frozenset({Role.FINANCE})


def _only_finance(view: Callable) -> Callable:
    """Looking at money is for many, moving it for finance alone."""

    @wraps(view)
    def kept(*args, **kwargs):
        if not wears(PAYING):
            abort(403)
        try:
            return view(*args, **kwargs)
        finally:
            paid_sums.clear()

    return kept


# --- the ledger -------------------------------------------------------------------------------------------------------


def _purse() -> treasury.Purse:
    """An account sees its city's money; HR only what its own employer pays."""
    if g.staff.role == Role.EMPLOYER:
        return treasury.Purse(employer=g.staff.employer_id or "-")
    return treasury.Purse(city=g.staff.city or "-")


def _paid_sums(purse: treasury.Purse) -> list[Payment]:
    with connection():
        return treasury.sums(purse, settled=True)


paid_sums = Kept(_paid_sums)
"""What has been paid in all the years: too much to add up for every page. Forgotten whenever finance moves money."""


def _sums(purse: treasury.Purse) -> list[Payment]:
    ready = paid_sums.ask(purse, clock.now())
    rows = [*treasury.sums(purse), *(ready[0] if ready else ())]
    return sorted(rows, key=lambda row: (row.payer, row.state))


def _choice() -> treasury.Choice:
    args = request.args
    names = {name: args.get(name, "") for name in ("payer", "state", "item", "period")}
    return treasury.Choice(**names, page=min(10_000, max(1, args.get("page", 1, type=int))))


def _payments(**shown):
    purse, choice, is_office = _purse(), _choice(), g.staff.role != Role.EMPLOYER
    rows, more = treasury.entries(purse, choice)
    return render_template(
        "console/payments.html",
        sums=_sums(purse),
        choice=choice,
        rows=rows,
        more=more,
        batches=treasury.batches(g.staff.city) if is_office else [],
        overdue=treasury.overdue(g.staff.city, clock.today(), words.MOST_COUNTED + 1) if is_office else 0,
        closed=treasury.closed_periods(g.staff.city) if is_office else [],
        items=_paid_items() if is_office else [],
        may_pay=wears(PAYING),
        **shown,
    )


def _paid_items() -> list:
    pack = rulebook.packs().get(g.staff.city or "")
    return [item for item in pack.items.values() if item.kind == "service" and item.funding] if pack else []


def _retry(payment_id: str):
    row = Payment.get_or_none((Payment.id == payment_id) & (Payment.city == g.staff.city)) or abort(404)
    try:
        payments.retry(g.staff, row.id, clock.now())
        flash("已恢复为待兑现，可以重新制单。")
    except Refusal as refusal:
        flash(str(refusal), "error")
    return redirect(url_for("console.batch", batch_id=row.batch_id) if row.batch_id else url_for(PAGE))


def _close_period():
    """Settle a month of an item; entries that are neither paid nor stopped hold it up."""
    item, month = request.form.get("item", ""), _month(request.form.get("period", ""))
    if month is None or item not in {one.id for one in _paid_items()}:
        flash("请选择事项和月份。", "error")
        return redirect(url_for(PAGE, _anchor="periods"))
    if left := treasury.unfinished(g.staff.city, item, month):
        flash(f"这个月还有 {left} 笔没有发放完，处理完再结账。", "error")
        return redirect(url_for(PAGE, item=item, period=month))
    try:
        payments.close_period(g.staff, g.staff.city, item, month, clock.now())
        flash(f"{words.item_name(g.staff.city, item)} {words.period_text(month)}已结账，以后只能另记更正。")
    except Refusal as refusal:
        flash(str(refusal), "error")
    return redirect(url_for(PAGE, _anchor="periods"))


def _month(text: str) -> str | None:
    found = MONTH.match(text.strip())
    return f"{found[1]}-{int(found[2]):02}" if found else None


# --- insured months ---------------------------------------------------------------------------------------------------


def _insured():
    """Check a file of the insurance office and show what it brings; keep it only when told to."""
    upload, now = request.files.get("file"), clock.now()
    if upload is None or not upload.filename:
        return _payments(insured_error="请选择社保经办机构给的参保缴费文件（XLSX 或 CSV）。"), 422
    data = upload.read()
    try:
        checked = insured.check(_insured_rows(sheets.read(upload.filename, data)))
    except sheets.Unreadable as error:
        return _payments(insured_error=str(error)), 422
    if request.form.get("act") != "import" or checked.wrong:
        return _payments(insured=checked, insured_name=upload.filename)
    source = hashlib.sha256(data).hexdigest()[:16]
    new = payments.import_insured(checked.months, source, now, g.staff)
    flash(f"已导入 {new} 个月，{len(checked.months) - new} 条原来就有或查无此人。")
    return redirect(url_for(PAGE, _anchor="insured"))


def _insured_rows(rows: Iterator[list[str]]) -> Iterator[tuple[str, str | None, str | None, bool]]:
    """Rows of id number, month, employer, back-paid; a first row of headings is left out."""
    for number, row in enumerate(rows):
        cells = [*row, "", "", "", ""][:4]
        if any(cells) and not (number == 0 and not any(sign.isdigit() for sign in cells[0])):
            yield cells[0].upper(), _month(cells[1]), cells[2] or None, cells[3].lower() in YES


# --- batches ----------------------------------------------------------------------------------------------------------


def _make():
    try:
        batch = payments.make_batch(g.staff, g.staff.city or "", request.form.get("payer", ""), clock.now())
    except Refusal as refusal:
        flash(str(refusal), "error")
        return redirect(url_for(PAGE))
    flash(f"已制单 {batch.number}，请另一位同事复核。")
    return redirect(url_for("console.batch", batch_id=batch.id))


def _own_batch(batch_id: str) -> PaymentBatch:
    batch = PaymentBatch.get_or_none((PaymentBatch.id == batch_id) & (PaymentBatch.city == g.staff.city))
    return batch if batch and not wears({Role.EMPLOYER}) else abort(404)


def _batch(batch_id: str):
    batch = _own_batch(batch_id)
    rows = treasury.of_batch(batch_id)
    return render_template(
        "console/batch.html",
        batch=batch,
        rows=rows,
        total=sum(row.fen for row in rows),
        may_pay=wears(PAYING),
        names=accounts.names_of([batch.created_by, batch.approved_by]),
    )


def _act(batch_id: str, act: str):
    """Approve or cancel a batch, or take in the bank's result."""
    batch = _own_batch(batch_id)
    if act not in BATCH_ACTS:
        abort(404)
    try:
        flash(BATCH_ACTS[act](batch, clock.now()))
    except (Refusal, sheets.Unreadable) as refusal:
        flash(str(refusal), "error")
    return redirect(url_for("console.batch", batch_id=batch.id))


def _approve(batch: PaymentBatch, now: datetime) -> str:
    payments.approve_batch(g.staff, batch.id, now)
    return "已复核，可以导出给银行。"


def _cancel(batch: PaymentBatch, now: datetime) -> str:
    payments.cancel_batch(g.staff, batch.id, now)
    return "批次已撤销，款项恢复为待兑现。"


def _settle(batch: PaymentBatch, now: datetime) -> str:
    results = _results(batch)
    paid, failed = payments.settle(g.staff, batch.id, results, now.date(), now)
    return f"已登记银行结果：成功 {paid} 笔，失败 {failed} 笔。"


BATCH_ACTS = {"approve": _approve, "cancel": _cancel, "settle": _settle}


def _results(batch: PaymentBatch) -> dict[str, str | None]:
    """Read the bank's result: payment id and, where it failed, the reason.

    Without a file every payment counts as paid, but only when that was ticked. Raises Unreadable.
    """
    known = {row.id for row in batch.payments if row.state == "batched"}
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        if request.form.get("all") != "paid":
            raise sheets.Unreadable("请选择银行结果文件，或者勾选“全部成功”。")
        return dict.fromkeys(known)
    rows = list(sheets.read(upload.filename, upload.read()))
    results = {row[0]: (row[RESULT_COLUMN] or None) if len(row) > RESULT_COLUMN else None for row in rows if row}
    found = {key: value for key, value in results.items() if key in known}
    if not found:
        raise sheets.Unreadable("文件里没有这个批次的付款编号，请用这个批次导出的文件登记结果。")
    return found


def _file(batch_id: str, kind: str):
    """Give the file for the bank; only of an approved batch, and every download is in the audit log."""
    batch = _own_batch(batch_id)
    if batch.state not in ("approved", "exported", "settled") or kind not in FILES:
        abort(404)
    lines, now = [_line(row) for row in treasury.of_batch(batch.id)], clock.now()
    data, media_type = FILES[kind](lines)
    payments.mark_exported(g.staff, batch.id, hashlib.sha256(data).hexdigest(), now)
    audit.record(audit.Actor("staff", g.staff.id), "download", "payment_batch", batch.id, now, {"kind": kind})
    disposition = {"Content-Disposition": f'attachment; filename="{batch.number}.{kind}"'}
    return Response(data, mimetype=media_type, headers=disposition)


FILES = {
    "csv": lambda lines: (sheets.csv_bytes([COLUMNS, *lines]), "text/csv"),
    "xlsx": lambda lines: (sheets.xlsx_bytes("兑现清单", COLUMNS, lines), sheets.XLSX),
}


def _line(row: Payment) -> tuple[str, ...]:
    """The account as filed with the case; where that had none, the present one."""
    told = facts.of_rows(row.application.fact_ids, reveal={"full_name", "bank_account"})
    current = facts.values(row.applicant_id, reveal={"full_name", "bank_account"})
    text = (str(told.get(key) or current.get(key) or "") for key in ("full_name", "bank_account", "bank_name"))
    whole, rest = divmod(abs(row.fen), 100)
    return (row.id, row.period, *text, f"{'-' if row.fen < 0 else ''}{whole}.{rest:02}")
