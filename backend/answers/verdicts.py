"""A person's verdict in words: what follows from which facts, why, from when, how much, what next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from backend.answers import figures
from backend.answers.reply import Answer, Link, joined
from backend.policy.eligibility import ELIGIBLE, NEEDS_INFO, NOT_ELIGIBLE, NOT_IN_FORCE, Reason, Verdict
from backend.policy.types import Item
from backend.policy.vocabulary import Vocabulary

SHOWN = 6


SHORT: Mapping[str, str] = {
    "hired_on": "{}入职",
    "graduated_on": "{}毕业",
    "contract_years": "签了{}合同",
    "pension_months_consecutive": "养老保险连续缴了{}",
    "social_insurance_months_consecutive": "社会保险连续缴了{}",
    "pension_backpaid_months": "补缴了{}",
    "business_registered_on": "{}领营业执照",
    "local_employees_insured": "本地参保职工{}",
    "employer_name": "单位是{}",
    "employer_district": "单位在{}",
    "university": "毕业于{}",
    "hukou_city": "户口在{}",
    "birth_date": "{}出生",
    "age": "{}",
    "education_source": "{}学历",
    "technical_work_years": "专业技术工作{}",
}
"""How common facts are said; the others by their label."""
YES_NO: Mapping[str, tuple[str, str]] = {
    "education_full_time": ("全日制", "非全日制"),
    "full_time_employment": ("全职", "不是全职"),
    "married": ("已婚", "未婚"),
    "has_talent_card": ("有一卡通", "没有一卡通"),
    "employer_on_key_list": ("单位在重点企业名录", "单位不在重点企业名录"),
    "employer_on_leading_list": ("单位在领军企业名录", "单位不在领军企业名录"),
    "employer_above_scale": ("单位是四上企业", "单位不是四上企业"),
    "employer_good_standing": ("单位经营良好", "单位经营不好"),
    "employer_has_talent_demand": ("单位有引才需求", "单位没有引才需求"),
    "employer_operating_normally": ("单位正常运作", "单位没有正常运作"),
    "employer_registered_in_city": ("单位在本市注册", "单位不在本市注册"),
    "pension_gap": ("养老保险断缴过", "养老保险没断过"),
    "pension_paid_by_current_employer": ("养老保险由现单位缴", "养老保险不是现单位缴"),
    "flexible_introduction": ("柔性引进", "不是柔性引进"),
    "first_time_founder": ("首次创业", "不是首次创业"),
    "business_operating_normally": ("领照后正常经营", "领照后没有正常经营"),
    "owns_home_in_city": ("本市有房", "本市没有房"),
    "hukou_never_moved_out": ("户口没迁出过", "户口迁出过"),
    "card_financial_account_activated": ("社保卡已激活", "社保卡没激活"),
    "living_subsidy_applied": ("已申请生活补贴", "没申请生活补贴"),
}
"""How common yes-or-no facts are said."""
NONE: Mapping[str, str] = {
    "recognition_category": "还没有认定",
    "prior_recognition": "以前没有认定过",
    "professional_title": "没有职称",
    "skill_level": "没有技能等级",
    "disciplinary_action": "没有受过处分",
}
"""How the choice "none" of common facts is said."""
TOGETHER = ("education", "education_full_time")


def told(vocabulary: Vocabulary, values: Mapping[str, Any], names: Iterable[str]) -> list[str]:
    """Return facts as short phrases: 全日制硕士研究生, 2025年11月入职, 签了3年合同."""
    wanted = [name for name in names if name in values]
    both = all(name in wanted for name in TOGETHER)
    phrases = []
    for name in wanted:
        if both and name == "education_full_time":
            continue
        shown = phrase(vocabulary, name, values[name])
        mode = phrase(vocabulary, "education_full_time", values["education_full_time"]) if both else ""
        phrases.append(f"{mode}{shown}" if name == "education" else shown)
    return phrases


def phrase(vocabulary: Vocabulary, name: str, value: Any) -> str:
    """Return one fact as people would say it."""
    fact = vocabulary.facts.get(name)
    label = fact.label if fact else name
    if isinstance(value, bool):
        yes, no = YES_NO.get(name, (label, f"“{label}”：否"))
        return yes if value else no
    if value == "none" and name in NONE:
        return NONE[name]
    shown = vocabulary.show(name, value)
    if name in SHORT and value is not None:
        return SHORT[name].format(shown)
    return shown if fact and fact.choices and value != "none" else f"{label}{shown}"


def worded(verdict: Verdict, skipped: Sequence[str] = ()) -> Answer:
    """Return the verdict as an answer with the next steps as buttons."""
    make = {ELIGIBLE: _eligible, NOT_ELIGIBLE: _not_eligible, NEEDS_INFO: _open, NOT_IN_FORCE: _not_in_force}
    text = make.get(verdict.verdict, _refer)(verdict, skipped)
    grounds = _grounds(verdict)
    cites = verdict.citations[:4]
    city = verdict.rules.pack.city.id
    return Answer(f"{grounds}{text}", cites, "personal", city, verdict.item.id, _links(verdict))


def _grounds(verdict: Verdict) -> str:
    vocabulary, given = verdict.rules.vocabulary, verdict.ground.values
    used = [name for name in _touched(verdict.item) if name in given and name in verdict.ground.given]
    shown = told(vocabulary, given, used[:SHOWN])
    return f"按您的情况（{'、'.join(shown)}）：" if shown else ""


def _touched(item: Item) -> list[str]:
    tests = [requirement.test for requirement in (*item.conditions, *item.exclusions)]
    tests += [tier.when for tier in item.benefit.tiers if tier.when]
    return list(dict.fromkeys(name for test in tests for name in test.facts))


def _eligible(verdict: Verdict, skipped: Sequence[str]) -> str:
    parts = [f"符合{verdict.item.name}的条件", _amount(verdict)]
    if verdict.closes_on:
        parts.append(f"最迟{figures.spoken_day(verdict.closes_on)}前申请")
    assumed = [bar.says for bar in verdict.assumed[:2]]
    if assumed:
        parts.append(f"前提是没有这些情形：{'；'.join(assumed)}")
    return joined(part for part in parts if part)


def _amount(verdict: Verdict) -> str:
    amount = verdict.amount
    shown = figures.settled_amount(amount)
    if not shown or amount.kind in ("none", "unknown"):
        return ""
    months = (
        f"，最长{figures.months_said(amount.months)}"
        if amount.months and verdict.item.benefit.pays == "monthly"
        else ""
    )
    return f"可以领{shown}{months}" if "元" in shown else f"可以享受：{shown}{months}"


def _not_eligible(verdict: Verdict, skipped: Sequence[str]) -> str:
    reasons = "；".join(reason.text for reason in verdict.unmet[:3])
    text = f"现在还不符合{verdict.item.name}。{reasons}。"
    if verdict.eligible_from:
        text += f"最早从{figures.spoken_day(verdict.eligible_from)}起可以。"
    return text


def _open(verdict: Verdict, skipped: Sequence[str]) -> str:
    labels = [_label(verdict.rules.vocabulary, name) for name in verdict.missing[:4]]
    return f"{verdict.item.name}还定不下来，还要知道：{'、'.join(labels)}。可以在表单里补填，也可以转人工问窗口。"


def _label(vocabulary: Vocabulary, name: str) -> str:
    fact = vocabulary.facts.get(name)
    return fact.label if fact else name


def _refer(verdict: Verdict, skipped: Sequence[str]) -> str:
    reasons: Sequence[Reason] = verdict.refer
    text = "；".join(dict.fromkeys(reason.text.rstrip("。") for reason in reasons[:2]))
    place = _place(verdict, reasons)
    return f"这件事文件没有说死，要由人判断。{text}。{place}"


def _place(verdict: Verdict, reasons: Sequence[Reason]) -> str:
    city = verdict.rules.pack.city
    asked = next((reason.ask for reason in reasons if reason.ask), None)
    if asked in city.windows:
        return f"请问{city.windows[asked].name}。"
    return f"请问{city.agencies[asked].name}。" if asked in city.agencies else ""


def _not_in_force(verdict: Verdict, skipped: Sequence[str]) -> str:
    since = verdict.item.since
    return f"{verdict.item.name}那时还没有实施。" + (f"{figures.spoken_day(since)}起施行。" if since else "")


def _links(verdict: Verdict) -> tuple[Link, ...]:
    item = verdict.item
    if verdict.verdict == ELIGIBLE and item.kind == "service":
        return (
            Link("去申请", "screen", f"item?item={item.id}"),
            Link("要什么材料", "say", f"{item.name}要什么材料"),
        )
    if verdict.verdict == NOT_ELIGIBLE and item.requires:
        first = verdict.rules.items.get(item.requires[0])
        if first:
            return (Link(f"看{first.name}", "say", f"我能申请{first.name}吗"), Link("转人工", "say", "转人工"))
    if verdict.verdict == NEEDS_INFO:
        return (Link("去申请", "screen", f"item?item={item.id}"), Link("转人工", "say", "转人工"))
    return (Link("转人工", "say", "转人工"), Link("看事项", "screen", f"item?item={item.id}"))
