"""Documents filled from a case and made into PDF: forms, slips, notices, decisions, sheets.

A document is a row of `DOCUMENTS`: when a case has it, its title, its template. Nothing is fetched while a PDF is
made: no picture, no style, no font comes from an address.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, abort, g, render_template
from weasyprint import CSS, HTML

from backend import clock
from backend.console import cases, words
from backend.console.navigation import only_for
from backend.console.security import hats
from backend.policy.vocabulary import Fact
from backend.store import audit, facts, treasury
from backend.store import staff as accounts
from backend.store.models import (
    Application,
    Correction,
    Decision,
    NoticeEntry,
    Payment,
    PaymentBatch,
    PublicNotice,
    StepRecord,
)
from backend.workflow import rulebook
from backend.workflow.rights import Role

STYLE = Path(__file__).with_name("static") / "print.css"
COMMITMENT = "commitment"
"""Id of the material that is a promise in words, not a form with boxes."""

GROUPS: Mapping[str, str] = {
    "identity": "基本信息",
    "person": "个人情况",
    "title": "职称和技能",
    "employment": "工作单位",
    "recognition": "人才认定",
    "spouse": "配偶",
    "household": "家庭和户籍",
    "housing": "住房",
    "startup": "创业",
    "park": "园区",
    "services": "服务事项",
    "subsidy": "补贴",
    "channel": "办理途径",
    "deadline": "时限",
}
"""Group of the vocabulary → heading of the form; a test sees to it that none is missing."""


def register(blueprint: Blueprint) -> None:
    """Add the addresses of printed documents to the console."""
    blueprint.get("/cases/<case_id>/documents/<name>.pdf", endpoint="print_document")(_document)
    blueprint.get("/notices/<notice_id>/sheet.pdf", endpoint="print_notice")(only_for("console.notices")(_notice))
    blueprint.get("/payments/batches/<batch_id>/sheet.pdf", endpoint="print_batch")(
        only_for("console.payments")(_batch)
    )


# --- making a PDF -----------------------------------------------------------------------------------------------------


class Fetched(RuntimeError):
    """A document asked for something from an address. `address` is what it asked for."""

    def __init__(self, address: str):
        super().__init__(f"a printed document may fetch nothing, not {address}")
        self.address = address


def _refuse(address: str, *_: object, **__: object) -> Mapping[str, Any]:
    raise Fetched(address)


def pdf(template: str, **shown: Any) -> bytes:
    """Return the PDF of a template under `templates/print/`."""
    html = render_template(f"print/{template}.html", made_at=clock.now(), **shown)
    return HTML(string=html, url_fetcher=_refuse).write_pdf(stylesheets=[CSS(string=STYLE.read_text("utf-8"))])


def pdf_response(template: str, name: str, **shown: Any) -> Response:
    """Return the PDF of a template as an answer that the browser shows."""
    disposition = {"Content-Disposition": f'inline; filename="{name}.pdf"'}
    return Response(pdf(template, **shown), mimetype="application/pdf", headers=disposition)


# --- documents of a case ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Document:
    """One document of a case: the name in its address, its title, its template and what that is given."""

    name: str
    title: str
    template: str
    subject: Any = None


def documents_of(view: cases.CaseView) -> list[Document]:
    """Return every document that a case has now."""
    return [document for kind in DOCUMENTS for document in kind(view)] if view.case.submitted_at else []


def _forms(view: cases.CaseView) -> Iterator[Document]:
    for material in view.verdict.item.materials:
        if material.generated:
            template = "commitment" if material.id == COMMITMENT else "form"
            yield Document(f"form-{material.id}", material.name, template, material)


def _acceptance(view: cases.CaseView) -> Iterator[Document]:
    if view.case.accepted_at:
        yield Document("acceptance", "受理通知书", "acceptance")


def _corrections(view: cases.CaseView) -> Iterator[Document]:
    for number, correction in enumerate(view.corrections, start=1):
        again = f"（第 {number} 次）" if len(view.corrections) > 1 else ""
        yield Document(f"correction-{correction.id}", f"一次性补正告知书{again}", "correction", correction)


TITLES = {
    "refusal": "不予受理通知书",
    "rejection": "审核不通过告知书",
    "recognition": "认定决定书",
    "grant": "准予决定书",
    "stop": "停发通知书",
    "claw_back": "追缴通知书",
}
"""Kind of decision → title of its document."""


def _decisions(view: cases.CaseView) -> Iterator[Document]:
    for decision in view.decisions:
        template = "decision" if decision.kind in ("recognition", "grant") else "refusal"
        yield Document(f"decision-{decision.id}", TITLES[decision.kind], template, decision)


def _money(view: cases.CaseView) -> Iterator[Document]:
    if view.payments:
        yield Document("money", "兑现明细表", "money")


DOCUMENTS: tuple[Callable[[cases.CaseView], Iterable[Document]], ...] = (
    _forms,
    _acceptance,
    _corrections,
    _decisions,
    _money,
)


def _document(case_id: str, name: str):
    """Make one document of a case; it carries the person's plain name and numbers, so it is in the log."""
    now = clock.now()
    view = cases.view_of(g.staff, cases.readable(hats(), case_id), now)
    found = next((document for document in documents_of(view) if document.name == name), None) or abort(404)
    audit.record(audit.Actor("staff", g.staff.id), "print", "application", case_id, now, {"document": name})
    return pdf_response(
        found.template,
        f"{view.case.number}-{name}",
        view=view,
        case=view.case,
        document=found,
        subject=found.subject,
        plain=plain_facts(view.case),
        issuer=issuer_of(view.case, found.subject),
        city=rulebook.pack_of(view.case).city,
        groups=grouped(view.case),
    )


def plain_facts(case: Application) -> dict[str, Any]:
    """Return the facts of a case as submitted, protected ones in plain."""
    return facts.of_rows(case.fact_ids, reveal=facts.PROTECTED)


def grouped(case: Application) -> dict[str, list[tuple[Fact, str]]]:
    """Return what was said in a case, by heading, as label and value in words, in the order of the vocabulary."""
    told, vocabulary, found = plain_facts(case), rulebook.packs().vocabulary, {}
    for fact in vocabulary.top_level.values():
        if fact.name in told and told[fact.name] not in (None, ""):
            row = (fact, words.fact_value(fact.name, told[fact.name]))
            found.setdefault(GROUPS.get(fact.group, "其他信息"), []).append(row)
    return found


def issuer_of(case: Application, subject: Any) -> str:
    """Return the agency that a document comes from: of the step it was made at, else of the newest desk."""
    stays = StepRecord.select().where((StepRecord.application == case.id) & StepRecord.agency.is_null(False))
    if isinstance(subject, Correction):
        stays = stays.where(StepRecord.id == subject.step_record_id)
    elif isinstance(subject, Decision):
        stays = stays.where(StepRecord.entered_at <= subject.decided_at)
    last = stays.order_by(StepRecord.position.desc()).first()
    return words.place_name(case.city, last.agency) if last else words.city_name(case.city)


# --- sheets that are not of one case ----------------------------------------------------------------------------------


def _notice(notice_id: str):
    notice = PublicNotice.get_or_none((PublicNotice.id == notice_id) & (PublicNotice.city == g.staff.city)) or abort(
        404
    )
    entries = list(notice.entries.order_by(NoticeEntry.position))
    city = rulebook.packs()[notice.city].city
    return pdf_response("notice", notice.number or notice.id, notice=notice, entries=entries, city=city)


def _batch(batch_id: str):
    """The payment sheet of a batch: sums by item and month with the two signatures; people under masked names."""
    batch = PaymentBatch.get_or_none((PaymentBatch.id == batch_id) & (PaymentBatch.city == g.staff.city))
    if batch is None or g.staff.role == Role.EMPLOYER:
        abort(404)
    now = clock.now()
    audit.record(audit.Actor("staff", g.staff.id), "print", "payment_batch", batch.id, now)
    rows: list[Payment] = treasury.of_batch(batch.id)
    names = accounts.names_of([batch.created_by, batch.approved_by])
    return pdf_response("batch", batch.number, batch=batch, rows=rows, total=sum(r.fen for r in rows), names=names)
