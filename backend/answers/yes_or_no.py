"""Yes-or-no questions are put to the requirements that look at what they suppose: 没交够3个月行不行."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from backend.answers import figures
from backend.answers.case import Case
from backend.answers.declining import ask_at
from backend.answers.reply import Answer, fit
from backend.policy.conditions import FALSE, REFER, TRUE, UNKNOWN
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
        "requested_title",
    ]
)
SAID_IN_PASSING = (("employer_category", "enterprise"), ("employer_category", "self_founded"))
"""企业 and 创业 are mostly said in passing; 事业单位 and 机关 are what is asked about."""


def yes_or_no(case: Case) -> Answer | None:
    """Put what the question supposes to the requirements that look at it: 没交够3个月行不行."""
    supposed = {
        name: value
        for name, value in case.supposed.items()
        if name not in NOT_OF_A_PERSON and (name, value) not in SAID_IN_PASSING
    }
    if (
        not supposed
        or case.says("到哪|去哪|多少|什么|啥")
        or case.says("双份|两份|叠加|同时|都能领|都领|一块领|一起领")
    ):
        return None
    for items in _candidates(case, supposed):
        found = [verdict for item in items if (verdict := _touching(case, item, supposed)) is not None]
        if found and (case.likely_items or not case.residue(case.text) or not found[0].text.startswith("这一条符合")):
            return min(found, key=lambda each: not each.text.startswith("不行"))
    return None


NUMBERS = frozenset({"age", "birth_date", "graduated_on", "local_employees_insured"})
"""Supposed figures that are asked about even when the requirement turns on something else besides."""
FAILING_ONLY = frozenset({"hired_on", "employer_name", "employer_district", "has_talent_card"})
"""Supposed facts that are mostly said in passing: worth an answer only when they fail."""


def _candidates(case: Case, supposed: dict) -> list[list[Item]]:
    """The items the question may be about, likeliest first: named or gone on with, the main line, what was found.

    The main line is the monthly benefit with the recognition it requires: who asks 签两年合同行不行 without a word
    about what for means that. What an item requires comes after the item.
    """
    if case.items and not case.weakly_named:
        return [list(case.items), _required(case, case.items)]
    likely = [case.rules.items[item] for item in case.likely_items]
    monthly = case.monthly_item()
    main = [] if monthly is None or case.asked.of_kind("kinship") else [*_required(case, [monthly]), monthly]
    found = [case.item] if case.item else []
    sure = likely if case.asked.topic.items or case.items else []
    return [sure, _required(case, sure), main if set(supposed) <= OF_WORK else [], found, _required(case, found), main]


def _required(case: Case, items: Iterable[Item]) -> list[Item]:
    """What has to be granted before: the usual way, which the pack names first."""
    return [
        case.rules.items[item.requires[0]]
        for item in items
        if item.requires[:1] and item.requires[0] in case.rules.items
    ]


OF_WORK = frozenset(
    [
        "contract_years",
        "contract_type",
        "pension_months_consecutive",
        "pension_backpaid_months",
        "pension_gap",
        "pension_type",
        "pension_paid_by_current_employer",
        "social_insurance_months_consecutive",
        "full_time_employment",
        "education",
        "education_full_time",
        "employer_category",
        "employer_good_standing",
        "employer_operating_normally",
        "employer_above_scale",
        "employer_on_key_list",
        "prior_recognition",
        "disciplinary_action",
    ]
)
"""Facts of one's work and degree, which the main line looks at first."""


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
    unsettled: list[Requirement] = []
    for requirement in item.conditions:
        if names & set(requirement.test.facts):
            outcome = requirement.test.test(values, day)
            holds = held if outcome == TRUE and not names & set(requirement.test.facts) <= FAILING_ONLY else []
            if outcome == UNKNOWN and names & NUMBERS:
                unsettled.append(requirement)
            else:
                {FALSE: failed, REFER: open_}.get(outcome, holds).append(requirement)
    for bar in item.exclusions:
        if names & set(bar.test.facts):
            outcome = bar.test.test(values, day)
            if outcome in (TRUE, REFER):
                (failed if outcome == TRUE else open_).append(bar)
    if failed:
        return _no(case, item, failed)
    spoken = _asked_before(case, item)
    if spoken:
        return spoken
    if open_:
        return _doubtful(case, item, open_[0])
    if unsettled:
        return _depends(case, item, unsettled)
    return _yes(case, item, held) if held else None


OPEN_KINDS = ("employer_category", "contract_type", "directed", "buyer")


def _asked_before(case: Case, item: Item) -> Answer | None:
    """An open question of the item that names what was said: 事业单位, 选调生, 配偶名字."""
    said = [e.text for e in case.asked.of_kind(*OPEN_KINDS) if (e.kind, e.value) not in SAID_IN_PASSING]
    found = [q for q in item.open_questions if any(word in q.text for word in said)]
    return (
        Answer(f"文件没有说死。{found[0].text}{ask_at(case)}", found[0].between, "refer", case.city, item.id)
        if found
        else None
    )


def _depends(case: Case, item: Item, open_: Sequence[Requirement]) -> Answer:
    """It turns on more than was said: the requirement itself is the answer."""
    text = f"{item.name}要求：{'；'.join(r.says for r in open_)}。"
    return Answer(text, _merge(r.cites for r in open_), "said", case.city, item.id)


def _no(case: Case, item: Item, failed: Sequence[Requirement]) -> Answer:
    reasons = [r.unmet or (f"要{r.says}" if r in item.conditions else _barred(r.says)) for r in failed]
    verdict = case.rules.judge(item.id, case.values, case.world.today)
    later = verdict.eligible_from
    text = f"不行。{item.name}：{'；'.join(reasons)}。"
    if later is not None:
        text += f"最早{figures.spoken_day(later)}起可以。"
    return Answer(text, _merge(r.cites for r in failed), "personal", case.city, item.id)


def _barred(says: str) -> str:
    return says if re.search("不[领发予享能]|不行", says) else f"{says}的不行"


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
