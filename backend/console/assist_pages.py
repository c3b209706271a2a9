"""专人代办: a specialist begins, fills in and submits for a person, step by step, in his own name on record."""

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from stdnum.cn import ric
from stdnum.exceptions import ValidationError

from backend import clock
from backend.console import cases, forms, queue
from backend.console.navigation import only_for
from backend.console.security import hats, wears
from backend.policy import UnknownItem
from backend.store import audit, facts, materials
from backend.store.models import Application
from backend.store.photographs import UnfitFile, take
from backend.workflow import delegates, drafts, rulebook
from backend.workflow.case import as_staff
from backend.workflow.refusal import Refusal
from backend.workflow.rights import Role
from backend.workflow.stages import State

OPEN_TO_EDIT = (State.DRAFT, State.CORRECTION)


def register(blueprint: Blueprint) -> None:
    """Add the specialist's pages to the console."""
    keep = only_for("console.assist")
    blueprint.get("/assist", endpoint="assist")(keep(_assist))
    blueprint.post("/assist", endpoint="assist_start")(keep(_start))
    blueprint.get("/assist/<case_id>", endpoint="assist_case")(keep(_case))
    blueprint.post("/assist/<case_id>/facts", endpoint="assist_facts")(keep(_facts))
    blueprint.post("/assist/<case_id>/papers/<requirement>", endpoint="assist_paper")(keep(_paper))
    blueprint.post("/assist/<case_id>/points/<point_id>", endpoint="assist_point")(keep(_point))
    blueprint.post("/assist/<case_id>/submit", endpoint="assist_submit")(keep(_submit))


# --- beginning --------------------------------------------------------------------------------------------------------


def _assist(error: str | None = None):
    pack = rulebook.packs().get(g.staff.city or "")
    mine = queue.delegated(g.staff.id)
    items = [item for item in pack.items.values() if item.kind == "service"] if pack else []
    return render_template("console/assist.html", items=items, cases=mine, error=error)


def _start():
    """Take down who the person is and that he authorised it, and begin (or go on with) the draft.

    A specialist's; HR begins with a table, where it is checked whose people they are.
    """
    if not wears({Role.SPECIALIST}):
        abort(403)
    form, now = request.form, clock.now()
    identity = {name: form.get(name, "").strip() for name in drafts.IDENTITY}
    problem = _identity_problem(identity) or (None if form.get("authorised") == "yes" else NOT_AUTHORISED)
    if problem:
        return _assist(problem), 422
    try:
        person = delegates.person_for(g.staff, identity | {"id_number": identity["id_number"].upper()}, now)
        case = drafts.start(person, g.staff.city or "", form.get("item", ""), now, delegate=g.staff)
    except (Refusal, UnknownItem) as refusal:
        return _assist(str(refusal)), 422
    if case.delegate_id != g.staff.id:
        return _assist("本人已有这个事项的草稿，请本人在小程序里提交，或由窗口指派您代办。"), 422
    return redirect(url_for("console.assist_case", case_id=case.id))


NOT_AUTHORISED = "请先取得本人授权，并勾选“本人已授权”。"


def _identity_problem(identity: dict[str, str]) -> str | None:
    if not all(identity.values()):
        return "姓名、身份证号码和手机号都要填。"
    try:
        ric.validate(identity["id_number"])
    except ValidationError:
        return "身份证号码不对，请核对 18 位数字（最后一位可能是 X）。"
    phone = identity["phone"]
    return None if phone.isdecimal() and len(phone) == 11 and phone[0] == "1" else "手机号要填 11 位数字。"


# --- filling in -------------------------------------------------------------------------------------------------------


def _own(case_id: str) -> Application:
    case = cases.readable(hats(), case_id)
    return case if case.delegate_id == g.staff.id and case.state in OPEN_TO_EDIT else abort(404)


def _case(case_id: str, wrong: dict[str, str] | None = None, error: str | None = None):
    case, wrong = _own(case_id), wrong or {}
    audit.record(audit.Actor("staff", g.staff.id), "read", "application", case.id, clock.now())
    known = facts.values(case.applicant_id) | (request.form.to_dict() if wrong else {})
    correction = drafts.open_correction(case)
    return render_template(
        "console/assist_case.html",
        case=case,
        fields=forms.fields(rulebook.packs().vocabulary, _asked(case), known, wrong),
        protected={name: told for name, told in facts.current(case.applicant_id).items() if told.protected},
        needed=drafts.needed(case),
        verdict=rulebook.verdict_of(case),
        problems=_problems(case),
        correction=correction,
        open_points={problem.field for problem in drafts.unmended(case, correction)} if correction else set(),
        error=error,
    )


def _problems(case: Application) -> list[drafts.Problem]:
    return drafts.problems(case, clock.today()) if case.state == State.DRAFT else []


def _asked(case: Application) -> list[str]:
    """The facts that the item looks at, what a form shows of anybody, and what a correction asks to look at again."""
    item = rulebook.item_of(case)
    conditions = [name for requirement in item.conditions for name in requirement.test.facts]
    tiers = [name for tier in item.benefit.tiers if tier.when for name in tier.when.facts]
    papers = [name for material in item.materials if material.when for name in material.when.facts]
    correction = drafts.open_correction(case)
    again = [point.subject for point in correction.points if point.subject_kind == "fact"] if correction else []
    lacking = [problem.field.partition(":")[2] for problem in _problems(case) if problem.field.startswith("fact:")]
    wanted = dict.fromkeys((*ALWAYS, *again, *lacking, *conditions, *tiers, *papers))
    return [name for name in wanted if name not in drafts.IDENTITY]


ALWAYS = ("employer_name", "employer_jurisdiction")


def _facts(case_id: str):
    """Keep what can be read; what cannot is shown again with what is wrong with it."""
    case, now = _own(case_id), clock.now()
    told, wrong = forms.read(rulebook.packs().vocabulary, _asked(case), request.form)
    if told:
        source, teller = ("employer", g.staff.employer_id) if g.staff.employer_id else ("staff", g.staff.id)
        facts.tell(case.applicant_id, told, source, now, teller)
        audit.record(audit.Actor("staff", g.staff.id), "edit", "application", case.id, now, {"facts": len(told)})
    if wrong:
        return _case(case_id, wrong), 422
    flash("已保存。")
    return redirect(url_for("console.assist_case", case_id=case_id))


def _paper(case_id: str, requirement: str):
    case, now = _own(case_id), clock.now()
    wanted = {needed.material.id: needed.material for needed in drafts.needed(case)}
    if requirement not in wanted:
        abort(404)
    uploads = [upload for upload in request.files.getlist("file") if upload.filename]
    if not uploads:
        return _case(case_id, error="请选择照片或 PDF。"), 422
    try:
        pages = [(take(data := upload.read()), data) for upload in uploads]
        material = materials.create(case.applicant_id, requirement, wanted[requirement].name, now, source="staff")
        for paper, original in pages:
            materials.add_page(material.id, paper, original, now)
        drafts.hand_in(as_staff(g.staff, now.date()), case.id, requirement, material.id, now)
    except (UnfitFile, materials.TooManyPages, Refusal) as error:
        return _case(case_id, error=str(error)), 422
    flash(f"已上传{wanted[requirement].name}。")
    return redirect(url_for("console.assist_case", case_id=case_id, _anchor="papers"))


def _point(case_id: str, point_id: str):
    """Say that a point of the correction that is neither paper nor fact is done."""
    case, now = _own(case_id), clock.now()
    drafts.mend_other(as_staff(g.staff, now.date()), case.id, point_id, now)
    return redirect(url_for("console.assist_case", case_id=case_id))


def _submit(case_id: str):
    case, now = _own(case_id), clock.now()
    doer, form = as_staff(g.staff, now.date()), request.form
    try:
        if case.state == State.CORRECTION:
            drafts.answer(doer, case.id, now)
        else:
            drafts.submit(
                doer, case.id, now, declared=form.get("declared") == "yes", despite=form.get("despite") == "yes"
            )
    except drafts.NotReady as refusal:
        return _case(case_id, error=str(refusal)), 422
    except drafts.NotMended as refusal:
        left = "；".join(problem.message for problem in refusal.problems)
        return _case(case_id, error=f"{refusal} 还没有处理：{left}"), 422
    except Refusal as refusal:
        return _case(case_id, error=str(refusal)), 422
    flash("已替本人提交。")
    return redirect(url_for("console.case", case_id=case.id))
