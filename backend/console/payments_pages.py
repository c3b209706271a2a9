"""Money: what is due by payer, batches for the bank that two people answer for, the bank's result."""

import csv
import hashlib
import io

from flask import Blueprint, Response, abort, flash, g, redirect, render_template, request, url_for
from openpyxl import Workbook, load_workbook
from peewee import fn

from backend import clock
from backend.console.navigation import only_for
from backend.store import audit, facts
from backend.store.models import Application, Payment, PaymentBatch
from backend.workflow import payments
from backend.workflow.refusal import Refusal
from backend.workflow.rights import Role

PAGE = "console.payments"
COLUMNS = ("付款编号", "月份", "姓名", "社保卡账号", "开户银行", "金额（元）")


def register(blueprint: Blueprint) -> None:
    """Add the pages of money to the console."""
    keep = only_for(PAGE)
    blueprint.get("/payments", endpoint="payments")(keep(_payments))
    blueprint.post("/payments/batches", endpoint="make_batch")(keep(_make))
    blueprint.get("/payments/batches/<batch_id>", endpoint="batch")(keep(_batch))
    blueprint.post("/payments/batches/<batch_id>/<act>", endpoint="batch_act")(keep(_act))
    blueprint.get("/payments/batches/<batch_id>/file.<kind>", endpoint="batch_file")(keep(_file))


def _mine():
    """The rows an account may see: its city's; HR only what its own employer pays."""
    if g.staff.role == Role.EMPLOYER:
        own = Application.select(Application.id).where(Application.employer == g.staff.employer_id)
        return (Payment.payer == "employer") & Payment.application.in_(own)
    return Payment.city == g.staff.city


def _payments():
    sums = (
        Payment.select(Payment.payer, Payment.state, fn.SUM(Payment.fen).alias("fen"), fn.COUNT(Payment.id).alias("n"))
        .where(_mine())
        .group_by(Payment.payer, Payment.state)
        .order_by(Payment.payer, Payment.state)
    )
    rows = Payment.select().where(_mine()).order_by(Payment.created_at.desc(), Payment.id).limit(200)
    batches = PaymentBatch.select().where(PaymentBatch.city == g.staff.city).order_by(PaymentBatch.id.desc()).limit(50)
    return render_template(
        "console/payments.html",
        sums=list(sums),
        rows=list(rows),
        batches=[] if g.staff.role == Role.EMPLOYER else list(batches),
        may_batch=g.staff.role == Role.FINANCE,
    )


def _make():
    try:
        batch = payments.make_batch(g.staff, g.staff.city, request.form.get("payer", ""), clock.now())
    except Refusal as refusal:
        flash(str(refusal), "error")
        return redirect(url_for(PAGE))
    flash(f"已制单 {batch.number}，请另一位同事复核。")
    return redirect(url_for("console.batch", batch_id=batch.id))


def _own_batch(batch_id: str) -> PaymentBatch:
    batch = PaymentBatch.get_or_none((PaymentBatch.id == batch_id) & (PaymentBatch.city == g.staff.city))
    return batch if batch and g.staff.role != Role.EMPLOYER else abort(404)


def _batch(batch_id: str):
    batch = _own_batch(batch_id)
    rows = list(batch.payments.order_by(Payment.period, Payment.id))
    return render_template("console/batch.html", batch=batch, rows=rows, total=sum(row.fen for row in rows))


def _act(batch_id: str, act: str):
    """Approve or cancel a batch, or take in the bank's result."""
    batch, now = _own_batch(batch_id), clock.now()
    try:
        match act:
            case "approve":
                payments.approve_batch(g.staff, batch.id, now)
                flash("已复核，可以导出给银行。")
            case "cancel":
                payments.cancel_batch(g.staff, batch.id, now)
                flash("批次已撤销，款项恢复为待兑现。")
                return redirect(url_for(PAGE))
            case "settle":
                paid, failed = payments.settle(g.staff, batch.id, _results(batch), now.date(), now)
                flash(f"已登记银行结果：成功 {paid} 笔，失败 {failed} 笔。")
            case _:
                abort(404)
    except (Refusal, _BadResult) as refusal:
        flash(str(refusal), "error")
    return redirect(url_for("console.batch", batch_id=batch.id))


class _BadResult(ValueError):
    """The bank's file cannot be read."""


def _results(batch: PaymentBatch) -> dict[str, str | None]:
    """Read the bank's result: payment id and, where it failed, the reason. Without a file everything counts as paid."""
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        return {row.id: None for row in batch.payments if row.state == "batched"}
    try:
        rows = list(_table(upload.filename, upload.read()))
    except Exception:
        raise _BadResult("结果文件读不出来，请用导出的 CSV 或 XLSX，在最后加一列“失败原因”后再上传。") from None
    known = {row.id for row in batch.payments}
    results = {str(row[0]): (str(row[6]).strip() or None) if len(row) > 6 and row[6] else None for row in rows if row}
    return {key: value for key, value in results.items() if key in known}


def _table(name: str, data: bytes):
    if name.lower().endswith(".xlsx"):
        return load_workbook(io.BytesIO(data), read_only=True).active.iter_rows(values_only=True)
    return csv.reader(io.StringIO(data.decode("utf-8-sig")))


def _file(batch_id: str, kind: str):
    """Give the file for the bank; only of an approved batch, and every download is in the audit log."""
    batch = _own_batch(batch_id)
    if batch.state not in ("approved", "exported", "settled") or kind not in ("csv", "xlsx"):
        abort(404)
    rows = [COLUMNS, *(_line(row) for row in batch.payments.order_by(Payment.id))]
    data = _xlsx(rows) if kind == "xlsx" else _csv(rows)
    now = clock.now()
    if g.staff.role == Role.FINANCE:
        payments.mark_exported(g.staff, batch.id, hashlib.sha256(data).hexdigest(), now)
    audit.record(audit.Actor("staff", g.staff.id), "download", "payment_batch", batch.id, now, {"kind": kind})
    types = {"csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
    disposition = {"Content-Disposition": f'attachment; filename="{batch.number}.{kind}"'}
    return Response(data, mimetype=types[kind], headers=disposition)


def _line(row: Payment) -> tuple:
    """The account as filed with the case; a cell may not begin a formula."""
    told = facts.of_rows(row.application.fact_ids, reveal={"full_name", "bank_account"})
    current = facts.values(row.applicant_id, reveal={"full_name", "bank_account"})
    text = (_safe(told.get(key) or current.get(key) or "") for key in ("full_name", "bank_account", "bank_name"))
    return (row.id, row.period, *text, f"{row.fen / 100:.2f}")


def _safe(text: str) -> str:
    return f"'{text}" if str(text)[:1] in "=+-@" else str(text)


def _csv(rows) -> bytes:
    stream = io.StringIO()
    csv.writer(stream).writerows(rows)
    return stream.getvalue().encode("utf-8-sig")


def _xlsx(rows) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("兑现清单")
    for row in rows:
        sheet.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()
