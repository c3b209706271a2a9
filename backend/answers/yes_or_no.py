"""Yes-or-no questions are put to the requirements that look at what they suppose: 没交够3个月行不行."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from backend.answers import figures
from backend.answers.case import Case
from backend.answers.declining import ask_at
from backend.answers.reply import Answer, fit
from backend.policy.conditions import FALSE, REFER, TRUE
from backend.policy.types import Item, Requirement

NOT_OF_A_PERSON = frozenset(
    [
        "married",
        "event_kind",
        "claim_item",
        "child_stage",
        "enrollment_kind",
        "school_level",
        "settle_address_kind",
        "apply_channel",
        "stay_days",
        "apartment_hotel",
        "patient_relation",
        "hardship_category",
        "subsidy_amount",
        "employer_category",
        "requested_title",
    ]
)


def yes_or_no(case: Case) -> Answer | None:
    """Put what the question supposes to the requirements that look at it: 没交够3个月行不行."""
    supposed = {name: value for name, value in case.supposed.items() if name not in NOT_OF_A_PERSON}
    if not supposed or case.says("双份|两份|叠加|同时|都能领|都领|一块领|一起领"):
        return None
    found = [verdict for item in _candidates(case) if (verdict := _touching(case, item, supposed)) is not None]
    return min(found, key=lambda each: not each.text.startswith("不行"), default=None)


FAILING_ONLY = frozenset({"hired_on", "employer_name", "employer_district", "has_talent_card"})
"""Supposed facts that are mostly said in passing: worth an answer only when they fail."""


def _candidates(case: Case) -> list[Item]:
    if case.items and not case.weakly_named:
        return list(case.items)
    first = [case.item] if case.item else []
    return [*first, *(case.rules.items[i] for i in first[0].requires if i in case.rules.items)] if first else []


def no_only(case: Case) -> Answer | None:
    """The same for questions that only look like yes-or-no ones: only a plain no is an answer."""
    found = yes_or_no(case)
    return found if found is not None and found.text.startswith("不行") else None


def _touching(case: Case, item: Item, supposed: dict) -> Answer | None:
    values, day = {**case.values}, case.world.today
    names = set(supposed)
    failed: list[Requirement] = []
    held: list[Requirement] = []
    open_: list[Requirement] = []
    for requirement in item.conditions:
        if names & set(requirement.test.facts):
            outcome = requirement.test.test(values, day)
            holds = held if outcome == TRUE and not names & set(requirement.test.facts) <= FAILING_ONLY else []
            {FALSE: failed, REFER: open_}.get(outcome, holds).append(requirement)
    for bar in item.exclusions:
        if names & set(bar.test.facts):
            outcome = bar.test.test(values, day)
            if outcome in (TRUE, REFER):
                (failed if outcome == TRUE else open_).append(bar)
    if failed:
        return _no(case, item, failed)
    if open_:
        return _doubtful(case, item, open_[0])
    return _yes(case, item, held) if held else None


def _no(case: Case, item: Item, failed: Sequence[Requirement]) -> Answer:
    reasons = [r.unmet or (f"要{r.says}" if r in item.conditions else f"{r.says}的不行") for r in failed]
    verdict = case.rules.judge(item.id, case.values, case.world.today)
    later = verdict.eligible_from
    text = f"不行。{item.name}：{'；'.join(reasons)}。"
    if later is not None:
        text += f"最早{figures.spoken_day(later)}起可以。"
    return Answer(text, _merge(r.cites for r in failed), "personal", case.city, item.id)


def _yes(case: Case, item: Item, held: Sequence[Requirement]) -> Answer:
    others = [r.says for r in item.conditions if r not in held]
    text = f"这一条符合：{'；'.join(r.says for r in held)}。"
    if others:
        text += f"{item.name}还要：{'；'.join(others)}。"
    return Answer(fit(text, 300), _merge(r.cites for r in held), "personal", case.city, item.id)


def _doubtful(case: Case, item: Item, requirement: Requirement) -> Answer:
    questions = [q for q in item.open_questions if q.id in requirement.test.questions]
    text = questions[0].text if questions else f"“{requirement.says}”条文没有写死，要由人判断。"
    cites = questions[0].between if questions else requirement.cites
    return Answer(f"文件没有说死。{text}{ask_at(case)}", cites, "refer", case.city, item.id)


def _merge(groups: Iterable[Sequence[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(cite for group in groups for cite in group))
