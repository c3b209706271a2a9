"""What there is for a person: a city's benefits with the amounts of this person's grade, and what is still open."""

from __future__ import annotations

from backend.answers import figures
from backend.answers.aspects import figures_month, names_grade
from backend.answers.case import FACT_OF_KIND, GRADE_WORDS, Case
from backend.answers.reply import Answer, Link, joined
from backend.answers.verdicts import told
from backend.policy.benefit import best_tier
from backend.policy.conditions import FALSE
from backend.policy.types import Item, Tier

SHOWN_ITEMS = 4
ASKED = 4
SITUATIONS = {
    "money": "补贴|补助|钱|待遇",
    "housing": "住|房",
    "family": "家属|老婆|老公|媳妇|妻子|丈夫|爱人|配偶|孩子|子女|家人|爸|妈|父母",
    "health": "看病|医疗|就医",
    "travel": "出行|公交|旅游|文体|文化",
    "startup": "创业|开公司",
    "employer": "企业|公司|单位",
}


def overview(case: Case) -> Answer:
    """Answer "what is there for me": by grade when one is known, else the items by name."""
    personal = _personal(case) if graded(case) and not case.asked.of_kind("kinship") else None
    return personal or _catalogue(case)


def graded(case: Case) -> bool:
    """Whether a grade is known, told or supposed."""
    names = ("education", "professional_title", "skill_level", "chief_technician", "talent_tier")
    return any(case.values.get(name) not in (None, "none") for name in names)


def _personal(case: Case) -> Answer | None:
    found = [(item, tier) for item in _paying(case) if (tier := _tier(case, item)) is not None]
    if not found:
        return _by_label(case)
    lines = [_line(case, item, tier) for item, tier in found[:SHOWN_ITEMS]]
    text = f"{_grounds(case)}可以看这几项：{'；'.join(f'{n}. {line}' for n, line in enumerate(lines, 1))}。"
    first, missing = _first_step(case, found[0][0])
    if first is not None:
        text += f"先要通过{first.name}。"
    if missing:
        text += f"还要知道：{'、'.join(missing)}。"
    cites = [cite for item, tier in found[:SHOWN_ITEMS] for cite in tier.cites]
    target = first or found[0][0]
    links = (
        Link("逐项帮我判断", "say", f"我能申请{target.name}吗"),
        Link("去申请", "screen", f"item?item={target.id}"),
    )
    return Answer(text, tuple(dict.fromkeys(cites)), "personal", case.city, found[0][0].id, links)


def _by_label(case: Case) -> Answer | None:
    """The tiers that name the person's grade, where what is known does not yet decide between them."""
    words = [
        word
        for (kind, value), word in GRADE_WORDS.items()
        if case.values.get(FACT_OF_KIND.get(kind, kind)) == value and value != "high_school_or_below"
    ]
    lines, cites = [], []
    for item in _paying(case):
        tiers = [t for t in item.benefit.tiers if t.label and any(names_grade(t.label, word) for word in words)]
        if tiers:
            shown = "；".join(f"{t.label}{figures.tier_amount(t, item.benefit)}" for t in tiers[:3])
            lines.append(f"{item.name}：{shown}")
            cites += [cite for tier in tiers[:3] for cite in tier.cites]
    if not lines:
        return None
    text = joined([f"{_grounds(case)}可以看这几项", *lines[:SHOWN_ITEMS], "具体哪一档看您是引进还是自己创业"])
    return Answer(text, tuple(dict.fromkeys(cites)), "personal", case.city)


def _paying(case: Case) -> list[Item]:
    """Items a person can apply for and that give an amount by grade, the monthly ones first."""
    items = [
        i for i in case.rules.items.values() if i.kind == "service" and i.applicant == "person" and i.benefit.tiers
    ]
    paying = [
        item
        for item in items
        if item.benefit.pays in ("monthly", "once") and item.situation in ("money", "housing", "startup")
    ]
    return sorted(paying, key=lambda item: (item.benefit.pays != "monthly", item.situation != "money"))


def _tier(case: Case, item: Item) -> Tier | None:
    """The tier of the person's grade, unless the person is known to be barred."""
    day = case.world.today
    if _founder(item) and case.values.get("employer_category") != "self_founded" and "hired_on" in case.values:
        return None
    barred = [c for c in item.conditions if c.test.test(case.values, day) == FALSE and not _mendable(c.test.facts)]
    tier = best_tier(item.benefit, case.values, day)
    return None if barred or tier is None or tier.value is None else tier


def _founder(item: Item) -> bool:
    return item.situation == "startup"


def _mendable(names: tuple[str, ...]) -> bool:
    """Facts that a first step will change: recognition and card."""
    return set(names) <= {"recognition_category", "has_talent_card", "talent_recognized", "recognized_on"}


def _line(case: Case, item: Item, tier: Tier) -> str:
    text = f"{item.name}{figures.tier_amount(tier, item.benefit)}"
    if item.benefit.pays == "monthly" and item.benefit.months:
        start = "从入职次月起" if (item.benefit.starts or {}).get("next_month") else ""
        hired = case.values.get("hired_on")
        if start and hired is not None:
            start = f"从入职次月（{figures_month(hired, 1)}）起"
        text += f"，{start}最长{item.benefit.months}个月"
    return text


def _grounds(case: Case) -> str:
    names = (
        "education",
        "education_full_time",
        "professional_title",
        "skill_level",
        "hired_on",
        "employer_on_key_list",
    )
    known = {name: case.values[name] for name in names if case.values.get(name) not in (None, "none")}
    shown = told(case.pack.vocabulary, known, [n for n in known if n in case.supposed or n in case.world.facts])
    return f"按您说的（{'、'.join(shown)}），" if shown else ""


def _first_step(case: Case, item: Item) -> tuple[Item | None, list[str]]:
    """The recognition that comes first, and what of it is not yet known."""
    first = next((case.rules.items[i] for i in item.requires if i in case.rules.items), None)
    if case.values.get("recognition_category") not in (None, "none"):
        first = None
    verdict = case.rules.judge((first or item).id, case.values, case.world.today)
    vocabulary = case.pack.vocabulary
    return first, [vocabulary[name].label for name in verdict.missing[:ASKED]]


def _catalogue(case: Case) -> Answer:
    """The items by situation, those of the situation asked about with a line each."""
    wanted = [key for key, words in SITUATIONS.items() if case.says(words) and not case.says("哪些补贴|什么补贴|政策")]
    items = [i for i in case.rules.items.values() if i.kind != "calculation" and (not wanted or i.situation in wanted)]
    name = case.pack.city.name
    if wanted and len(items) <= 5:
        return Answer(joined([f"{i.name}：{i.summary}" for i in items], 380), _cites(items), "said", case.city)
    names = "、".join(item.name for item in items[:18])
    text = f"{name}可以办的有：{names}。告诉我您的学历（或职称、技能等级）和入职时间，我帮您看能享受哪些。"
    return Answer(text, _cites(items[:3]), "said", case.city, None, (Link("看全部事项", "screen", "items"),))


def _cites(items: list[Item]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(cite for item in items[:3] for cite in item.cites))
