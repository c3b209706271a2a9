"""What a desk does with a case: accept or refuse, ask for corrections once and for all, approve, reject, hand over."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from backend.policy.eligibility import ELIGIBLE
from backend.store import materials
from backend.store.models import (
    Application,
    CaseNote,
    Correction,
    CorrectionPoint,
    Decision,
    Fact,
    Staff,
    StepRecord,
    VerdictOverride,
)
from backend.workflow import decisions, rulebook
from backend.workflow.case import Change, Doer, NotYours, changing
from backend.workflow.decisions import ENGINE, AmountOpen, Terms
from backend.workflow.progress import decide_now, move_on
from backend.workflow.refusal import Refusal
from backend.workflow.stages import STEP_NAMES, State

WEIGHING = frozenset({"review", "adjudication", "approval", "decision"})
"""Kinds of step at which a decision against the engine's verdict must say why."""

JUDGING_LATER = WEIGHING | {"acceptance", "online_review", "site_check"}
"""Kinds of step after a desk that can still settle an amount."""


@dataclass(frozen=True)
class Reason:
    """Why a case is refused or rejected: a sentence for the person and the clause it rests on."""

    text: str
    cite: str | None = None


@dataclass(frozen=True)
class Point:
    """One thing to mend: kind material, fact or other; subject its id; text how to mend it."""

    kind: str
    subject: str
    text: str


class ReasonNeeded(Refusal):
    """A refusal, rejection or correction without a reason."""

    code = "reason_needed"

    def __init__(self) -> None:
        super().__init__("请写明理由和依据，申请人会看到。")


class OverrideNeeded(Refusal):
    """The decision goes against the engine's verdict and gives no reason for it."""

    code = "override_needed"

    def __init__(self, verdict: str):
        super().__init__("您的意见与系统按政策的测算不一致，请写明理由，将随案卷留存。")
        self.verdict = verdict


class OriginalsMissing(Refusal):
    """Papers whose original must be seen have not been checked; `requirements` are their ids."""

    code = "originals_missing"

    def __init__(self, requirements: Sequence[str], names: Sequence[str]):
        super().__init__(f"以下材料需要核验原件：{'、'.join(names)}。请核验后勾选，再受理。")
        self.requirements = tuple(requirements)


def accept(
    who: Doer | Staff,
    case_id: str,
    now: datetime,
    *,
    originals: Sequence[str] | None = None,
    note: str | None = None,
    version: int | None = None,
) -> Application:
    """Accept a case (受理). `originals` are the requirements whose original was seen; None means all that must be.

    Raises NoSuchCase, NotYours, NotNow, Stale, OriginalsMissing.
    """
    with changing("accept", who, case_id, now, version) as change:
        _see_originals(change, originals)
        change.set(accepted_at=now)
        move_on(change, "accepted", note)
        due_on = change.case.due_on
        shown = f"{due_on.year}年{due_on.month}月{due_on.day}日" if due_on else None
        change.tell("case_accepted", number=change.case.number, accepted_on=now.date(), due_on=shown)
    return change.case


def _see_originals(change: Change, originals: Sequence[str] | None) -> None:
    handed_in = materials.handed_in(change.case.id)
    wanted = {m.id: m.name for m in change.item.materials if m.check_original and m.id in handed_in}
    seen = set(wanted if originals is None else originals)
    if missing := [key for key in wanted if key not in seen]:
        raise OriginalsMissing(missing, [wanted[key] for key in missing])
    for requirement in seen & set(handed_in):
        materials.check_original(change.case.id, requirement, change.doer.id, change.now)


def refuse(
    who: Doer | Staff, case_id: str, reasons: Sequence[Reason], now: datetime, version: int | None = None
) -> Application:
    """Refuse to accept a case (不予受理), with reasons. Raises ReasonNeeded and what `changing` raises."""
    return _turn_down("refuse", State.REFUSED, who, case_id, reasons, now, version)


def reject(
    who: Doer | Staff,
    case_id: str,
    reasons: Sequence[Reason],
    now: datetime,
    *,
    override: str | None = None,
    version: int | None = None,
) -> Application:
    """Turn a case down after looking into it (审核不通过), with reasons.

    Against a favourable verdict of the engine, `override` says why. Raises ReasonNeeded, OverrideNeeded and what
    `changing` raises.
    """
    return _turn_down("reject", State.REJECTED, who, case_id, reasons, now, version, override)


def _turn_down(command, state, who, case_id, reasons, now, version, override=None) -> Application:
    reasons = [reason for reason in reasons if reason.text.strip()]
    with changing(command, who, case_id, now, version) as change:
        if not reasons:
            raise ReasonNeeded
        if command == "reject":
            _explain(change, favourable=False, override=override or reasons[0].text)
        turn_down(change, state, reasons)
    return change.case


def turn_down(change: Change, state: State, reasons: Sequence[Reason]) -> None:
    """End a case unfavourably: decision row, final state, message with the reasons."""
    kind = "refusal" if state == State.REFUSED else "rejection"
    Decision.create(
        application=change.case.id,
        kind=kind,
        reasons=[{"text": reason.text, "cite": reason.cite} for reason in reasons],
        decided_by=change.doer.id,
        decided_at=change.now,
    )
    text = "；".join(reason.text for reason in reasons)
    change.leave(kind, text)
    change.finish(state, kind, text)
    if state == State.REFUSED:
        change.tell("case_refused", reason=text, decided_on=change.now.date())
    else:
        change.tell("result", outcome="审核未通过", decided_on=change.now.date(), note=text)


def approve(
    who: Doer | Staff,
    case_id: str,
    now: datetime,
    *,
    note: str | None = None,
    override: str | None = None,
    terms: Terms = ENGINE,
    version: int | None = None,
) -> Application:
    """Pass a case on from a judging step (初审、核查、审核、审定、审批).

    Against an unfavourable or open verdict of the engine, `override` says why. `terms` state an amount, tier or months
    where the text leaves them open. Raises OverrideNeeded, AmountOpen and what `changing` raises.
    """
    with changing("approve", who, case_id, now, version) as change:
        _explain(change, favourable=True, override=override)
        _settle(change, terms)
        step = change.record()
        move_on(change, "approved", note)
        if change.case.state != State.GRANTED and step is not None:
            _tell_step(change, step)
    return change.case


def decide(
    who: Doer | Staff,
    case_id: str,
    now: datetime,
    *,
    override: str | None = None,
    terms: Terms = ENGINE,
    note: str | None = None,
    version: int | None = None,
) -> Application:
    """Make the favourable decision at the step that the pack names for it. Raises as `approve` does."""
    with changing("decide", who, case_id, now, version) as change:
        _explain(change, favourable=True, override=override)
        decide_now(change, terms)
        move_on(change, "decided", note)
    return change.case


def _settle(change: Change, terms: Terms) -> None:
    """The last desk that judges must not leave the amount open: the notice shows it and the decision pays it."""
    decisions.settle(change, terms)
    following = change.next_stage()
    if following is not None and following.kind in JUDGING_LATER:
        return
    amount = rulebook.verdict_of(change.case).amount
    if decisions.is_open(change.item, amount) and decisions.settled(change.case).amount_fen is None:
        raise AmountOpen(amount)


def _tell_step(change: Change, step: StepRecord) -> None:
    change.tell("review_done", step=STEP_NAMES[step.kind], outcome="已通过", reviewed_on=change.now.date())


def _explain(change: Change, favourable: bool, override: str | None) -> None:
    """A judgement against the engine's verdict is recorded with its reason; without one it is refused."""
    if change.case.step_kind not in WEIGHING:
        return
    verdict = rulebook.verdict_of(change.case).verdict
    if (verdict == ELIGIBLE) == favourable:
        return
    if not override or not override.strip():
        raise OverrideNeeded(verdict)
    VerdictOverride.create(
        application=change.case.id,
        staff=change.doer.id,
        engine_verdict=verdict,
        decided_verdict="eligible" if favourable else "not_eligible",
        reason=override.strip(),
        created_at=change.now,
    )
    change.detail["override"] = verdict


def correct(
    who: Doer | Staff,
    case_id: str,
    points: Sequence[Point],
    now: datetime,
    *,
    due_on: date | None = None,
    version: int | None = None,
) -> Correction:
    """Send one correction notice that lists everything to mend (一次性告知); the clock stands still until the answer.

    A notice after an earlier one is flagged when it names something that was there to be seen the first time. `due_on`
    is the last day to answer where the desk sets one. Raises ReasonNeeded and what `changing` raises.
    """
    points = [point for point in points if point.text.strip()]
    with changing("correct", who, case_id, now, version) as change:
        if not points:
            raise ReasonNeeded
        notice = _write_notice(change, points, due_on)
        change.stop_clock("correction")
        change.set(state=State.CORRECTION, entered_at=now, expires_on=due_on, due_on=None)
        shown = f"{due_on.year}年{due_on.month}月{due_on.day}日" if due_on else None
        change.tell("correction_needed", points=[point.text for point in points], lapses_on=shown)
        change.detail = {"correction": notice.id, "flagged": notice.flagged}
    return notice


def _write_notice(change: Change, points: Sequence[Point], due_on: date | None) -> Correction:
    earlier = Correction.select().where(Correction.application == change.case.id).order_by(Correction.id.desc()).first()
    visible = {id(point): earlier is not None and _was_visible(change, point, earlier) for point in points}
    notice = Correction.create(
        application=change.case.id,
        step_record=change.record().id,
        sent_at=change.now,
        sent_by=change.doer.id,
        due_on=due_on,
        flagged=any(visible.values()),
    )
    for point in points:
        CorrectionPoint.create(
            correction=notice.id,
            subject_kind=point.kind,
            subject=point.subject,
            text=point.text,
            visible_before=visible[id(point)],
        )
    return notice


def _was_visible(change: Change, point: Point, earlier: Correction) -> bool:
    """What did not change since the first notice could have been named in it; so could anything but a paper or fact."""
    if point.kind == "material":
        paper = materials.handed_in(change.case.id).get(point.subject)
        return paper is None or paper.linked_at <= earlier.sent_at
    if point.kind == "fact":
        told = (Fact.applicant == change.case.applicant_id) & (Fact.name == point.subject)
        return not Fact.select().where(told & (Fact.told_at > earlier.sent_at)).exists()
    return True


def complete(
    who: Doer | Staff, case_id: str, now: datetime, *, note: str | None = None, version: int | None = None
) -> Application:
    """Finish a step that only carries out: placement, signing, filing, telling the result."""
    with changing("complete", who, case_id, now, version) as change:
        move_on(change, "done", note)
    return change.case


def issue_card(who: Doer | Staff, case_id: str, now: datetime, *, version: int | None = None) -> Application:
    """Issue the talent card at the step that the pack names for it."""
    with changing("issue_card", who, case_id, now, version) as change:
        card = decisions.issue_card(change)
        change.detail = {"card": card.id}
        move_on(change, "card_issued")
    return change.case


def hand_over(
    who: Doer | Staff, case_id: str, agency: str, note: str, now: datetime, version: int | None = None
) -> Application:
    """Hand the present step to another agency of the city, with a word why; clock and role stay."""
    with changing("hand_over", who, case_id, now, version) as change:
        if change.doer.kind != "staff":
            raise NotYours("hand_over")
        if agency not in rulebook.pack_of(change.case).city.agencies:
            raise UnknownAgency
        if not note.strip():
            raise ReasonNeeded
        CaseNote.create(application=case_id, staff=change.doer.id, kind="handover", text=note, created_at=now)
        StepRecord.update(agency=agency).where(StepRecord.id == change.record().id).execute()
        change.detail = {"from": change.case.agency, "to": agency}
        change.set(agency=agency)
    return change.case


class UnknownAgency(Refusal):
    """The city has no agency of that id."""

    code = "unknown_agency"

    def __init__(self) -> None:
        super().__init__("没有这个部门，请从列表中选择。")
