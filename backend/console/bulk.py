"""One command for many cases: what would happen to each, then doing it, each case for itself."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from flask import Blueprint, abort, g, redirect, render_template, request, url_for

from backend import clock
from backend.console import queue
from backend.console.security import hats
from backend.console.words import VERDICT_NAMES
from backend.policy.eligibility import ELIGIBLE
from backend.store import materials
from backend.store.models import Application, PublicNotice, Staff
from backend.workdays import UncoveredYear
from backend.workflow import decisions, desk, notices, rulebook
from backend.workflow.case import commands_for
from backend.workflow.refusal import Refusal
from backend.workflow.stages import COMMANDS

MOST = 200


def register(blueprint: Blueprint) -> None:
    """Add the two pages, preview and result, to the console."""
    blueprint.get("/batch", endpoint="batch_command_again")(lambda: redirect(url_for("console.home")))
    blueprint.post("/batch", endpoint="preview_batch")(_preview)
    blueprint.post("/batch/do", endpoint="do_batch")(_do)


@dataclass(frozen=True)
class Line:
    """One case of a preview; `hindrance` says why it has to be handled by itself, None that it can go along."""

    case: Application
    verdict: str
    hindrance: str | None


@dataclass(frozen=True)
class Result:
    """What became of one case; `error` is the reason where nothing did."""

    case: Application
    error: str | None = None
    notice: PublicNotice | None = None


# --- pages ------------------------------------------------------------------------------------------------------------


def _preview():
    command, cases = _asked()
    lines = [line_of(command, case, g.staff, clock.now()) for case in cases]
    return render_template("console/batch_preview.html", command=command, rule=COMMANDS[command], lines=lines)


def _do():
    command, cases = _asked()
    seen = {case.id: request.form.get(f"version:{case.id}", "") for case in cases}
    chosen = [(case, int(seen[case.id])) for case in cases if seen[case.id].isdigit()]
    texts = {name: request.form.get(name, "").strip() or None for name in ("note", "title")}
    results = DOERS[command](g.staff, chosen, texts, clock.now())
    return render_template("console/batch_result.html", rule=COMMANDS[command], results=results)


def _asked() -> tuple[str, list[Application]]:
    """The command and those of the named cases that lie on the present account's desk."""
    command = request.form.get("command", "")
    if command not in DOERS:
        abort(404)
    return command, queue.of_ids(hats(), request.form.getlist("case")[:MOST])


# --- what stands in the way -------------------------------------------------------------------------------------------


def line_of(command: str, case: Application, staff: Staff, now: datetime) -> Line:
    """Return what the preview says of one case."""
    verdict = rulebook.verdict_of(case)
    if command not in commands_for(staff, case, now):
        return Line(case, verdict.verdict, f"现在的环节不能{COMMANDS[command].name}")
    if case.frozen:
        return Line(case, verdict.verdict, "有异议正在调查")
    return Line(case, verdict.verdict, HINDRANCES[command](case, verdict))


def _originals(case: Application, _) -> str | None:
    handed_in = materials.handed_in(case.id)
    names = [m.name for m in rulebook.item_of(case).materials if m.check_original and m.id in handed_in]
    return f"要核验原件（{'、'.join(names)}），请逐件受理" if names else None


def _judgement(case: Application, verdict) -> str | None:
    if verdict.verdict != ELIGIBLE:
        return f"系统判断是“{VERDICT_NAMES[verdict.verdict]}”，请逐件审核"
    if decisions.is_open(verdict.item, verdict.amount) and decisions.settled(case).amount_fen is None:
        return "金额要由人填写，请逐件审核"
    return None


HINDRANCES: Mapping[str, Callable[[Application, object], str | None]] = {
    "accept": _originals,
    "approve": _judgement,
    "publish": lambda case, verdict: None,
    "complete": lambda case, verdict: None,
}


# --- doing it ---------------------------------------------------------------------------------------------------------

Chosen = Sequence[tuple[Application, int]]


def _one_by_one(act: Callable[..., object]):
    def do(staff: Staff, chosen: Chosen, texts: Mapping[str, str | None], now: datetime) -> list[Result]:
        return [_try(act, staff, case, version, texts, now) for case, version in chosen]

    return do


def _try(act, staff: Staff, case: Application, version: int, texts, now: datetime) -> Result:
    try:
        act(staff, case.id, now, note=texts["note"], version=version)
    except (Refusal, UncoveredYear) as refusal:
        return Result(case, str(refusal))
    return Result(Application.get_by_id(case.id))


def _publish(staff: Staff, chosen: Chosen, texts: Mapping[str, str | None], now: datetime) -> list[Result]:
    """One notice for each item and desk."""
    groups = groupby(sorted((case for case, _ in chosen), key=_together), key=_together)
    return [result for _, group in groups for result in _publish_group(staff, list(group), texts["title"], now)]


def _together(case: Application) -> tuple[str, str]:
    return case.item, case.agency or ""


def _publish_group(staff: Staff, cases: list[Application], title: str | None, now: datetime) -> list[Result]:
    try:
        notice = notices.publish(staff, [case.id for case in cases], now, title)
    except (Refusal, UncoveredYear) as refusal:
        return [Result(case, str(refusal)) for case in cases]
    return [Result(case, notice=notice) for case in cases]


DOERS: Mapping[str, Callable[..., list[Result]]] = {
    "accept": _one_by_one(desk.accept),
    "approve": _one_by_one(desk.approve),
    "publish": _publish,
    "complete": _one_by_one(desk.complete),
}
"""Commands that can be given to many cases at once."""
