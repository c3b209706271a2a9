"""The applicant's side of a case: start, hand in papers, see what is missing, submit, mend, withdraw."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from peewee import IntegrityError
from stdnum.cn import ric
from stdnum.exceptions import ValidationError

from backend.policy import Pack
from backend.policy.conditions import FALSE, TRUE
from backend.policy.eligibility import NEEDS_INFO, NOT_ELIGIBLE, NOT_IN_FORCE, Reason, Verdict
from backend.policy.types import Item, Material
from backend.store import audit, employers, facts, materials, numbers
from backend.store.database import transaction
from backend.store.models import Applicant, Application, Correction, CorrectionPoint, Employer, Fact, Staff
from backend.workflow import rulebook
from backend.workflow.case import Change, Doer, NotYours, changing, load
from backend.workflow.progress import move_on
from backend.workflow.refusal import Refusal
from backend.workflow.stages import OPEN, State

DRAFT_DAYS = 90
"""How long a draft is kept after it was last touched."""

IDENTITY = ("full_name", "id_number", "phone")
"""What every application needs to be known of the person."""


class NoApplication(Refusal):
    """The item is a calculation or information and cannot be applied for."""

    code = "not_a_service"

    def __init__(self, item: Item):
        super().__init__(f"“{item.name}”只提供计算和查询，不需要申请。")
        self.item = item


class AlreadyRunning(Refusal):
    """A case of this item is on its way already."""

    code = "already_running"

    def __init__(self, case: Application):
        super().__init__("同一事项已有一件申请正在办理，请在“我的申请”里查看进度，不需要重复提交。")
        self.case = case


@dataclass(frozen=True)
class Problem:
    """One thing that keeps a draft from being submitted: where (`fact:x`, `material:x`, `verdict`), code, sentence."""

    field: str
    code: str
    message: str


class NotReady(Refusal):
    """A draft cannot be submitted yet; `problems` lists everything, not only the first."""

    code = "not_ready"

    def __init__(self, problems: Sequence[Problem]):
        super().__init__("还差几项才能提交，请按下面的提示补充，已填写的内容都已保存。")
        self.problems = tuple(problems)


@dataclass(frozen=True)
class Needed:
    """One paper of a case: the pack's material, whether it is needed from the applicant, whether it is in."""

    material: Material
    required: bool
    present: bool


def start(
    applicant_id: str,
    city: str,
    item: str,
    now: datetime,
    *,
    kind: str = "new",
    previous: str | None = None,
    delegate: Staff | None = None,
) -> Application:
    """Return the person's draft of an item, begun now if there is none.

    `city` and `item` are ids or names. `kind` is new, renewal, change or reopened, then with the case it follows.
    `delegate` is the specialist who acts for the person (专人代办). Raises UnknownCity, UnknownItem, NoApplication,
    AlreadyRunning.
    """
    pack = rulebook.packs().find(city)
    found = pack.find_item(item)
    if found.kind != "service":
        raise NoApplication(found)
    with transaction():
        draft = _draft(applicant_id, pack.city.id, found.id)
        if draft:
            return draft
        _refuse_second(applicant_id, pack.city.id, found.id)
        case = _begin(applicant_id, pack, found.id, now, kind, previous, delegate)
        actor = audit.Actor("staff", delegate.id) if delegate else audit.Actor("applicant", applicant_id)
        audit.record(actor, "start", "application", case.id, now, {"item": found.id, "kind": kind})
    return case


def _begin(applicant_id, pack, item_id, now, kind, previous, delegate) -> Application:
    row = {
        "applicant": applicant_id,
        "city": pack.city.id,
        "item": item_id,
        "kind": kind,
        "previous": previous,
        "pack_version": pack.version,
        "as_of": now.date(),
        "delegate": delegate and delegate.id,
        "applicant_masked": Applicant.get_by_id(applicant_id).name_masked,
        "created_at": now,
        "updated_at": now,
        "expires_on": now.date() + timedelta(days=DRAFT_DAYS),
    }
    try:
        with transaction():
            return Application.create(**row)
    except IntegrityError:  # the other half of a double tap was first
        return _draft(applicant_id, pack.city.id, item_id)


def _draft(applicant_id: str, city: str, item: str) -> Application | None:
    return Application.get_or_none(
        (Application.applicant == applicant_id)
        & (Application.city == city)
        & (Application.item == item)
        & (Application.state == State.DRAFT)
    )


def _refuse_second(applicant_id: str, city: str, item: str) -> None:
    running = Application.get_or_none(
        (Application.applicant == applicant_id)
        & (Application.city == city)
        & (Application.item == item)
        & Application.state.in_([str(state) for state in OPEN])
    )
    if running:
        raise AlreadyRunning(running)


# --- papers -----------------------------------------------------------------------------------------------------------


def needed(case: Application) -> list[Needed]:
    """Return the papers of a case, in the pack's order: which are needed of this person, which are in."""
    ground = rulebook.rules_of(case).prepare(rulebook.values_of(case), case.as_of)
    present = materials.complete(case.id)
    return [
        Needed(material, _is_required(material, ground.values, case.as_of), material.id in present)
        for material in rulebook.item_of(case).materials
        if material.when is None or material.when.test(ground.values, case.as_of) != FALSE
    ]


def _is_required(material: Material, values: Mapping[str, Any], day: date) -> bool:
    """A generated form is not the applicant's to bring; a paper under a condition only where that surely holds."""
    return not material.generated and (material.when is None or material.when.test(values, day) == TRUE)


def hand_in(who: Doer, case_id: str, requirement: str, material_id: str, now: datetime) -> None:
    """Use one of the person's papers for a requirement of a draft, or of a case in correction.

    Raises NoSuchCase, NotYours, NotNow, and Refusal (no_such_material) for a paper or requirement that is not there.
    """
    with changing("edit", who, case_id, now) as change:
        known = {material.id for material in change.item.materials}
        if requirement not in known or materials.owned(change.case.applicant_id, material_id) is None:
            raise NoSuchMaterial
        materials.hand_in(case_id, requirement, material_id, now)
        _keep_fresh(change)
        change.detail = {"requirement": requirement, "material": material_id}


def take_back(who: Doer, case_id: str, requirement: str, now: datetime) -> None:
    """Stop using a paper for a requirement of a draft, or of a case in correction."""
    with changing("edit", who, case_id, now) as change:
        materials.take_back(case_id, requirement, now)
        _keep_fresh(change)
        change.detail = {"requirement": requirement, "material": None}


class NoSuchMaterial(Refusal):
    """The paper or the requirement does not exist for this case."""

    code = "no_such_material"

    def __init__(self) -> None:
        super().__init__("没有找到这份材料，请刷新后重新选择。")


def _keep_fresh(change: Change) -> None:
    if change.case.state == State.DRAFT:
        change.set(expires_on=change.now.date() + timedelta(days=DRAFT_DAYS))


# --- submitting -------------------------------------------------------------------------------------------------------


def problems(case: Application, day: date) -> list[Problem]:
    """Return everything that keeps a draft from being submitted on a day; empty when it may go."""
    told = facts.values(case.applicant_id, reveal=IDENTITY)
    found = [*_identity_problems(told, day), *_verdict_problems(case, day)]
    named = {problem.field for problem in found}
    unknown = [name for name in rulebook.needed_for_work(case) if told.get(name) is None]
    return [*found, *(_missing(n) for n in unknown if f"fact:{n}" not in named), *_material_problems(case)]


def _missing(name: str) -> Problem:
    fact = rulebook.packs().vocabulary[name]
    return Problem(f"fact:{name}", "missing_fact", fact.question or fact.label)


def _identity_problems(told: Mapping[str, Any], day: date) -> list[Problem]:
    found = [_missing(name) for name in IDENTITY if not told.get(name)]
    number, born = told.get("id_number"), told.get("birth_date")
    if number and born and str(born) != str(birth_of(number)):
        found.append(Problem("fact:birth_date", "contradiction", "出生日期与身份证号码不一致，请核对后改正其中一项。"))
    return found


def birth_of(id_number: str) -> date | None:
    """Return the day of birth an id number carries, or None when the number is not valid."""
    try:
        return ric.get_birth_date(ric.validate(id_number))
    except ValidationError:
        return None


def _verdict_problems(case: Application, day: date) -> list[Problem]:
    verdict = rulebook.pack_of(case).on(day).judge(case.item, rulebook.values_of(case), day)
    if verdict.verdict == NOT_IN_FORCE:
        return [Problem("verdict", "not_in_force", f"“{verdict.item.name}”在{day}没有实施，暂时不能申请。")]
    if verdict.verdict == NEEDS_INFO:
        return [_missing(name) for name in verdict.missing]
    return []


def _material_problems(case: Application) -> list[Problem]:
    return [
        Problem(f"material:{paper.material.id}", "missing_material", f"还没有上传“{paper.material.name}”，请拍照上传。")
        for paper in needed(case)
        if paper.required and not paper.present and not _only_at_window(paper.material)
    ]


def _only_at_window(material: Material) -> bool:
    return material.channel == ("window",)


class ConfirmDespite(Refusal):
    """The engine finds the conditions unmet; the person may apply all the same, but must say so."""

    code = "not_eligible"

    def __init__(self, reasons: Sequence[str]):
        found = "；".join(reasons)
        super().__init__(f"按现有信息，暂不符合条件：{found}。如认为信息有误请先改正；仍要提交请确认。")
        self.reasons = tuple(reasons)


class NotDeclared(Refusal):
    """The person has not declared that what was said is true."""

    code = "not_declared"

    def __init__(self) -> None:
        super().__init__("请先阅读并勾选承诺，再提交申请。")


def submit(
    who: Doer, case_id: str, now: datetime, *, declared: bool, despite: bool = False, version: int | None = None
) -> Application:
    """Submit a draft: fix its facts, day, rules and place, give it a number, put it on the first desk.

    `despite` submits although the engine finds conditions unmet. Raises NoSuchCase, NotNow, NotDeclared, NotReady,
    ConfirmDespite, Stale.
    """
    with changing("submit", who, case_id, now, version) as change:
        if not declared:
            raise NotDeclared
        if found := problems(change.case, now.date()):
            raise NotReady(found)
        _pin(change)
        _weigh(change, despite)
        change.enter(change.next_stage())
    return change.case


def _place(pack: Pack, values: Mapping[str, Any]) -> str | None:
    """Return the district's own name (文峰 is 文峰区), because its desks are found by it; other words stay as told."""
    told = values.get("employer_district")
    return next((one.name for one in pack.city.districts if told in (one.name, *one.aliases)), told)


def _pin(change: Change) -> None:
    case, today = change.case, change.now.date()
    pack = rulebook.pack_of(case)
    values = rulebook.values_of(case)
    employer = _employer(case, values)
    change.set(
        number=f"{case.city.upper()}{today:%Y%m%d}{numbers.next_in(f'case:{case.city}:{today:%Y%m%d}'):05d}",
        as_of=today,
        pack_version=pack.version,
        fact_ids=facts.snapshot(case.applicant_id),
        area=pack.on(today).area(values),
        place=_place(pack, values),
        employer=employer and employer.id,
        applicant_masked=Applicant.get_by_id(case.applicant_id).name_masked,
        declared_at=change.now,
        submitted_at=change.now,
        expires_on=None,
        step=None,
    )


def _employer(case: Application, values: Mapping[str, Any]) -> Employer | None:
    name = values.get("employer_name")
    return employers.by_name(name, case.city) if name else None


def _weigh(change: Change, despite: bool) -> None:
    verdict = rulebook.verdict_of(change.case)
    if verdict.verdict == NOT_ELIGIBLE and not despite:
        raise ConfirmDespite([reason.text for reason in verdict.unmet])
    change.set(verdict=as_data(verdict))
    change.detail = {"verdict": verdict.verdict, "despite": despite and verdict.verdict == NOT_ELIGIBLE}


def as_data(verdict: Verdict) -> dict[str, Any]:
    """Return a verdict as the JSON kept with a case."""
    amount = verdict.amount
    return {
        "verdict": verdict.verdict,
        "unmet": [_reason(reason) for reason in verdict.unmet],
        "refer": [_reason(reason) for reason in verdict.refer],
        "amount": {"kind": amount.kind, "value": _plain(amount.value), "unit": amount.unit, "months": amount.months},
        "tier": amount.tier,
        "citations": list(verdict.citations),
    }


def _reason(reason: Reason) -> dict[str, Any]:
    return {"id": reason.id, "text": reason.text, "cites": list(reason.cites)}


def _plain(value: Any) -> Any:
    return value if isinstance(value, int) or value is None else str(value)


def attach_employer(employer: Employer) -> int:
    """Give the cases that wait for an employer of this name to that employer, and return how many.

    Called when an employer is approved after its people have applied.
    """
    waiting = Application.select().where(
        (Application.city == employer.city)
        & Application.employer.is_null()
        & Application.state.in_([str(state) for state in OPEN])
    )
    named = [case.id for case in waiting if rulebook.values_of(case).get("employer_name") == employer.name]
    return Application.update(employer=employer.id).where(Application.id.in_(named)).execute()


# --- afterwards -------------------------------------------------------------------------------------------------------


class NotMended(Refusal):
    """Points of the correction notice are still open; `problems` lists them."""

    code = "not_mended"

    def __init__(self, problems: Sequence[Problem]):
        super().__init__("还有补正内容没有处理完，请逐项补充后一次提交。")
        self.problems = tuple(problems)


def open_correction(case: Application) -> Correction | None:
    """Return the correction notice a case waits for, or None."""
    unanswered = (Correction.application == case.id) & Correction.answered_at.is_null()
    return Correction.select().where(unanswered).order_by(Correction.id.desc()).first()


def unmended(case: Application, correction: Correction) -> list[Problem]:
    """Return the points of a correction notice that nothing was done about since it was sent."""
    papers = materials.handed_in(case.id)
    found = []
    for point in correction.points.order_by(CorrectionPoint.id):
        if not _mended(case, point, correction.sent_at, papers):
            found.append(Problem(f"{point.subject_kind}:{point.subject}", "not_mended", point.text))
    return found


def _mended(case: Application, point: CorrectionPoint, since: datetime, papers: Mapping[str, Any]) -> bool:
    if point.subject_kind == "material":
        paper = papers.get(point.subject)
        return paper is not None and paper.linked_at > since and point.subject in materials.complete(case.id)
    if point.subject_kind == "fact":
        told = (Fact.applicant == case.applicant_id) & (Fact.name == point.subject) & (Fact.told_at > since)
        return Fact.select().where(told).exists()
    return point.mended_at is not None


def mend_other(who: Doer, case_id: str, point_id: str, now: datetime) -> None:
    """Mark a point that is neither paper nor fact as done (the person says so)."""
    with changing("edit", who, case_id, now) as change:
        own = CorrectionPoint.select().join(Correction).where(Correction.application == case_id)
        if not own.where(CorrectionPoint.id == point_id).exists():
            raise NoSuchMaterial
        CorrectionPoint.update(mended_at=now).where(CorrectionPoint.id == point_id).execute()
        change.detail = {"point": point_id}


def answer(who: Doer, case_id: str, now: datetime, version: int | None = None) -> Application:
    """Send the mended case back to the desk it came from; its clock goes on.

    Raises NotMended listing what is still open, NoSuchCase, NotNow, Stale.
    """
    with changing("answer", who, case_id, now, version) as change:
        case = change.case
        correction = open_correction(case)
        if correction and (left := unmended(case, correction)):
            raise NotMended(left)
        Correction.update(answered_at=now).where(Correction.id == correction.id).execute()
        CorrectionPoint.update(mended_at=now).where(
            (CorrectionPoint.correction == correction.id) & CorrectionPoint.mended_at.is_null()
        ).execute()
        change.set(state=State.RUNNING, fact_ids=facts.snapshot(case.applicant_id), expires_on=None)
        change.start_clock()
    return change.case


def withdraw(who: Doer, case_id: str, now: datetime, reason: str = "", version: int | None = None) -> Application:
    """Take back a case that is not decided yet."""
    with changing("withdraw", who, case_id, now, version) as change:
        if change.case.decided_at is not None:
            raise NotYours("withdraw")
        change.leave("withdrawn", reason or None)
        change.finish(State.WITHDRAWN, "withdrawn", reason or None)
        if change.case.submitted_at:
            change.tell("result", outcome="已撤回", decided_on=now.date())
    return change.case


def confirm(who: Doer, case_id: str, now: datetime, version: int | None = None) -> Application:
    """Do the applicant's own step of a case (signing, taking up a placement)."""
    with changing("confirm", who, case_id, now, version) as change:
        if change.case.role != "applicant":
            raise NotYours("confirm")
        move_on(change, "confirmed")
    return change.case


def reopen(who: Doer, case_id: str, now: datetime, kind: str = "reopened") -> Application:
    """Begin a new draft that follows a closed case: reopened, renewal, or change (the duty to report changes)."""
    case = load(case_id)
    if who.id != case.applicant_id:
        raise NotYours("submit")
    return start(case.applicant_id, case.city, case.item, now, kind=kind, previous=case.id)
