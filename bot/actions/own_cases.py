"""The person's own cases, read for the conversation: which there are, where each is, what it lacks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from backend.answers.figures import spoken_day
from backend.answers.reply import Link
from backend.store.models import Application
from backend.workflow import drafts, rulebook
from backend.workflow.drafts import Problem
from backend.workflow.rights import Role
from backend.workflow.stages import FINAL, STATE_NAMES, STEP_NAMES, State


def cases(applicant_id: str) -> Sequence[Application]:
    """Return the person's cases, the newest first."""
    return list(
        Application.select().where(Application.applicant == applicant_id).order_by(Application.created_at.desc())
    )


def meant(found: Sequence[Application], items: Sequence[str]) -> list[Application]:
    """Return the cases of the items talked about, or all when none of them is."""
    named = [case for case in found if case.item in items]
    return named or list(found)


def open_ones(found: Sequence[Application]) -> list[Application]:
    """Return the cases that have not ended; all when every one has."""
    running = [case for case in found if State(case.state) not in FINAL]
    return running or list(found)


def whose_desk(case: Application) -> str:
    """Return in words on whose desk a case is."""
    if case.state in (State.DRAFT, State.CORRECTION) or case.role == Role.APPLICANT:
        return "您本人"
    if case.role == Role.EMPLOYER:
        return "用人单位人事"
    city = rulebook.pack_of(case).city
    desk = city.agencies.get(case.agency or "") or city.windows.get(case.agency or "")
    return desk.name if desk else "受理窗口"


def status(case: Application, today: date) -> str:
    """Return one case in one or two sentences: state, desk, until when, what is next."""
    item = rulebook.item_of(case).name
    state = STATE_NAMES[State(case.state)]
    if State(case.state) in FINAL:
        reason = f"，原因：{case.reason}" if case.reason else ""
        closed = f"（{spoken_day(case.closed_at.date())}）" if case.closed_at else ""
        return f"{item}：{state}{closed}{reason}。"
    if case.state == State.DRAFT:
        until = f"，保留到{spoken_day(case.expires_on)}" if case.expires_on else ""
        return f"{item}：还是草稿，没有提交{until}。"
    step = STEP_NAMES.get(case.step_kind or "", "办理")
    until = f"，应在{spoken_day(case.due_on)}前办完" if case.due_on else "，文件没有写这一步的期限"
    late = "，已经超过期限" if case.due_on and case.due_on < today else ""
    following = _next(case)
    return f"{item}：{state}，现在是{step}，在{whose_desk(case)}那里{until}{late}。{following}"


def _next(case: Application) -> str:
    stages = rulebook.stages_of(case)
    here = next((stage.position for stage in stages if stage.step == case.step), 0)
    after = next((stage for stage in stages if stage.position > here), None)
    return f"下一步是{after.name}。" if after else ""


def lacking(case: Application, today: date) -> str:
    """Return what a draft or a case in correction still lacks, as one sentence."""
    if case.state == State.CORRECTION:
        correction = drafts.open_correction(case)
        points = drafts.unmended(case, correction) if correction else []
    elif case.state == State.DRAFT:
        points = drafts.problems(case, today)
    else:
        return "材料都已提交，暂时不用您补什么。"
    if not points:
        return "材料和信息都齐了，可以提交。"
    papers, others = _papers_lacking(case, points), _others_lacking(points)
    said = [f"还差{len(papers)}份材料：{'、'.join(papers)}"] if papers else ["材料都齐了"]
    more = "等" if len(others) > SHOWN else ""
    said += [f"表里还有{len(others)}项要填：{'、'.join(others[:SHOWN])}{more}"] if others else []
    return "；".join(said) + "。"


SHOWN = 6


def _papers_lacking(case: Application, points: Sequence[Problem]) -> list[str]:
    """The names of the papers lacking; of one to be mended, with what is wrong."""
    names = {f"material:{one.id}": one.name for one in rulebook.item_of(case).materials}
    found = [point for point in points if point.field in names]
    wrong = {point.field: f"（{point.message.rstrip('。')}）" for point in found if point.code == "not_mended"}
    return list(dict.fromkeys(f"{names[point.field]}{wrong.get(point.field, '')}" for point in found))


def _others_lacking(points: Sequence[Problem]) -> list[str]:
    """What else is lacking: fields of the form by their label, the rest in its words."""
    vocabulary = rulebook.packs().vocabulary
    others = []
    for point in points:
        kind, _, name = point.field.partition(":")
        if kind != "material":
            known = kind == "fact" and point.code == "missing_fact" and name in vocabulary
            others.append(vocabulary[name].label if known else point.message.rstrip("。"))
    return others


def papers(case: Application) -> str:
    """Return the papers of a case: which are in, which are not."""
    needed = drafts.needed(case)
    there = [paper.material.name for paper in needed if paper.present]
    return f"已经有：{'、'.join(there)}。" if there else ""


def next_screens(case: Application, today: date) -> tuple[Link, ...]:
    """Return the buttons that lead on from here: to the papers, or, with everything there, to the submission."""
    complete = case.state == State.DRAFT and not drafts.problems(case, today)
    if complete:
        return (Link("核对并提交", "screen", f"application_review?application={case.id}"),)
    return (
        Link("上传材料", "screen", f"application_papers?application={case.id}"),
        Link("接着填表", "screen", f"application_form?application={case.id}"),
    )
