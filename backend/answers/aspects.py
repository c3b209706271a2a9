"""One small function for each aspect, over the structure of the pack: amount, conditions, papers, steps, places …

Each takes a case and an item and returns an answer, or None when the pack's structure does not hold one. They are the
rows of `TABLE`; what they leave open is answered from the statements (`backend.answers.answering`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from backend.answers import figures
from backend.answers.asked import is_total
from backend.answers.case import Case
from backend.answers.reply import Answer, joined
from backend.policy.benefit import best_tier
from backend.policy.conditions import FALSE, TRUE
from backend.policy.types import Benefit, Cites, Item, Material, Statement, Step, Tier, Window

Aspect = Callable[[Case, Item], Answer | None]
NAMED_TIERS = 6
COUNTIES = "县（市、区）"
"""In the name of a window that stands for those of all districts and counties."""
CONCRETE = re.compile(r"路|街|号|楼|大道|厅|WWW", re.IGNORECASE)
"""What an address must have to say more than the window's name does."""


def _said(case: Case, item: Item, text: str, cites: Iterable[str], kind: str = "said") -> Answer:
    return Answer(text, tuple(dict.fromkeys(cites)), kind, case.city, item.id)


# --- what it gives ----------------------------------------------------------------------------------------------------


def amount(case: Case, item: Item) -> Answer | None:
    """How much: the tier of the grade asked about, the person's own, or all tiers."""
    benefit = item.benefit
    if benefit.method or all(tier.value is None and tier.of is None for tier in benefit.tiers):
        return _nothing_paid(case, item)
    if len(case.grades) > 1:
        return compare_grades(case, item)
    tiers = _tiers_meant(case, item)
    if not tiers:
        return no_tier(case, item)
    lines = [_tier_line(tier, benefit) for tier in tiers]
    text = f"{item.name}：{'；'.join(dict.fromkeys(line for line in lines if line))}{_how_long(benefit)}"
    if len(tiers) == 1:
        text += _times(case, tiers[0]) or _total(case, tiers[0], benefit)
    computed = len(tiers) == 1 and _depends(item) & {*case.supposed, *case.world.facts}
    return _said(case, item, text, [cite for tier in tiers for cite in tier.cites], "personal" if computed else "said")


def _depends(item: Item) -> set[str]:
    """The facts on which the tiers of an item depend."""
    return {name for tier in item.benefit.tiers if tier.when for name in tier.when.facts}


def _tiers_meant(case: Case, item: Item) -> list[Tier]:
    """The tier that holds for the grade in question; else those whose label names it; without a grade, all."""
    tiers = sorted(item.benefit.tiers, key=lambda tier: tier.kind == "discretionary")
    about_oneself = case.says("我|俺|本人") and bool(_depends(item) & set(case.world.facts))
    if _depends(item) & set(case.supposed) or about_oneself:
        best = best_tier(item.benefit, case.values, case.world.today)
        if best is not None and best.kind != "unknown":
            return [best]
        if not case.grades:
            return tiers
        words = [word for word, _ in case.grades]
        return [tier for tier in tiers if tier.label and any(names_grade(tier.label, word) for word in words)]
    return tiers if len(tiers) <= NAMED_TIERS or not case.residue(case.text) else []


def names_grade(label: str, word: str) -> bool:
    """Whether a tier's label names a grade; 技师 is not found in 高级技师."""
    lead = "(?<!高级)(?<!首席)" if word in ("技师", "技师（二级）") else ""
    return bool(re.search(f"{lead}{re.escape(word)}", label))


def _tier_line(tier: Tier, benefit: Benefit) -> str:
    figured = tier.max is not None and bool(re.search(r"\d", tier.label or ""))
    if tier.label and (figured or (tier.value is None and tier.kind != "discretionary")):
        return tier.label
    given = figures.tier_amount(tier, benefit)
    return given if not tier.label else tier.label if given in tier.label else f"{tier.label}{given}"


def _how_long(benefit: Benefit) -> str:
    return f"，最长{figures.months_said(benefit.months)}" if benefit.months and benefit.pays == "monthly" else ""


def _times(case: Case, tier: Tier) -> str:
    """A daily price times the days: 住10天共1500元."""
    times = case.values.get(tier.count) if tier.count else None
    if not isinstance(times, int) or not isinstance(tier.value, int):
        return ""
    return f"，{times}天共{tier.value * times}元"


A_YEAR = r"[一1]年(?:下来|到头|能|给|拿|发|补|领|共|合计|一共|多少|有多少)|每年(?:能|给|拿|发|补|领|多少)"


def _total(case: Case, tier: Tier, benefit: Benefit) -> str:
    months = tier.months or benefit.months
    if not months or not isinstance(tier.value, int) or not (is_total(case.text) or case.says(A_YEAR)):
        return ""
    if case.says(A_YEAR) and "月" in (tier.unit or benefit.unit or ""):
        return f"，一年{tier.value * 12}元，实际按缴费月份发"
    return f"，领满一共{tier.value * months}元，实际按缴费月份发"


def no_tier(case: Case, item: Item) -> Answer | None:
    """A grade was asked about for which there is no tier: say so, with the tiers there are."""
    if not case.grades or not item.benefit.tiers:
        return None
    word = case.grades[0][0]
    if case.supposed.get("education_full_time") is False:
        word = f"非全日制{word}"
    lines = [_tier_line(tier, item.benefit) for tier in item.benefit.tiers if tier.label]
    text = f"{item.name}的标准里没有{word}这一档。有的是：{'；'.join(lines)}"
    return _said(case, item, text, [cite for tier in item.benefit.tiers for cite in tier.cites])


def _nothing_paid(case: Case, item: Item) -> Answer | None:
    if item.benefit.kind == "unknown" and not item.benefit.method:
        stated = next((s for s in item.statements if s.aspect == "amount"), None)
        if stated:
            return _said(case, item, stated.text, stated.cites, "not_said")
    following = [other for other in case.rules.items.values() if item.id in other.requires and other.benefit.tiers]
    paid = [found for other in following if other.kind == "service" and (found := amount(case, other)) is not None]
    if not paid:
        return None
    text = joined([f"{item.name}本身不发钱，通过后可以领", *(found.text for found in paid[:2])], 300)
    return _said(case, item, text, [cite for found in paid[:2] for cite in found.cites])


def compare_grades(case: Case, item: Item) -> Answer | None:
    """Several grades side by side, two with their difference; of one person with several, the best."""
    if case.says("既|又是|又有|同时|也是|兼|哪一?档|哪个档|就高") and not case.says("差|比"):
        merged = {name: value for _, facts in case.grades for name, value in facts.items()}
        tier = best_tier(item.benefit, {**case.world.facts, **merged}, case.world.today)
        if tier is not None and tier.value is not None:
            text = f"{item.name}按最高的一档：{_tier_line(tier, item.benefit)}，不相加"
            return _said(case, item, text, tier.cites, "personal")
    found: list[tuple[str, Tier]] = []
    for word, facts in case.grades:
        tier = best_tier(item.benefit, {**case.world.facts, **facts}, case.world.today) or next(
            (t for t in item.benefit.tiers if t.label and names_grade(t.label, word)), None
        )
        if tier is not None and tier.value is not None:
            found.append((word, tier))
    if not found:
        return None
    unit = item.benefit.unit
    text = f"{item.name}：" + "，".join(f"{word}{figures.tier_amount(tier, item.benefit)}" for word, tier in found)
    if len(found) == 2 and all(tier.max is None for _, tier in found):
        gap = abs(found[0][1].value - found[1][1].value)  # type: ignore[operator]
        text += f"，相差{figures.amount(gap, found[0][1].unit or unit)}" if gap else "，是同一档"
        if gap and is_total(case.text) and item.benefit.months:
            text += f"，领满{figures.months_said(item.benefit.months)}差{gap * item.benefit.months}元"
    return _said(case, item, text, [cite for _, tier in found for cite in tier.cites])


def duration(case: Case, item: Item) -> Answer | None:
    """How long a benefit lasts and from when."""
    benefit = item.benefit
    if not benefit.months:
        return None
    start = "，从入职（引进）的次月起算" if (benefit.starts or {}).get("next_month") else ""
    hired = case.values.get("hired_on")
    if start and hired is not None:
        first = figures_month(hired, 1)
        last = figures_month(hired, benefit.months)
        start = f"，从入职的次月起算：{first}到{last}"
    when = [s for s in item.statements if s.aspect == "when"]
    cites = [*benefit.cites, *(cite for s in when[:1] for cite in s.cites)]
    return _said(case, item, f"{item.name}最长{figures.months_said(benefit.months)}{start}", cites)


def figures_month(day, later: int) -> str:
    """Return the month that lies so many months after the one of `day`."""
    index = day.year * 12 + day.month - 1 + later
    return f"{index // 12}年{index % 12 + 1}月"


# --- what it asks for -------------------------------------------------------------------------------------------------


def conditions(case: Case, item: Item) -> Answer | None:
    """All conditions, and what comes first."""
    if not item.conditions or item.kind != "service":
        return None
    says = [requirement.says for requirement in item.conditions]
    text = f"{item.name}要同时满足：" + "；".join(f"{n}. {said}" for n, said in enumerate(says, 1))
    return _said(case, item, text, [cite for requirement in item.conditions for cite in requirement.cites])


def materials(case: Case, item: Item) -> Answer | None:
    """The papers, for the person where their facts tell which are needed."""
    needed = [(m, _needed(case, m)) for m in item.materials]
    lines = [_paper(m, sure) for m, sure in needed if sure is not False]
    if not lines:
        return None
    text = f"{item.name}要{len(lines)}样：" + "；".join(f"{n}. {line}" for n, line in enumerate(lines, 1))
    own = [m for m, sure in needed if sure is True and m.when is not None]
    return _said(case, item, text, [cite for m in (*own, *(m for m, _ in needed)) for cite in m.cites])


def _needed(case: Case, material: Material) -> bool | None:
    if material.when is None:
        return True
    outcome = material.when.test(case.values, case.world.today)
    return True if outcome == TRUE else False if outcome == FALSE else None


def _paper(material: Material, sure: bool | None) -> str:
    copies = f"复印件{material.copies}份" if material.copies else ""
    form = {"original": "原件", "scan": "扫描件", "online": "网上填"}.get(material.form or "", "")
    check = "核对原件" if material.check_original else ""
    more = "，".join(part for part in (form, copies, check, "" if sure else "按情况") if part)
    return f"{material.name}（{more}）" if more else material.name


# --- how it goes ------------------------------------------------------------------------------------------------------


def procedure(case: Case, item: Item) -> Answer | None:
    """The steps in order, each with who does it."""
    steps = [step for step in item.steps if step.does]
    if len(steps) < 2:
        return None
    text = f"{item.name}这样办：" + "→".join(f"{_step_words(step)}{_limit(step)}" for step in steps)
    return _said(case, item, text, [cite for step in steps for cite in step.cites])


def _step_words(step: Step) -> str:
    return (step.does or "").rstrip("。")


def _limit(step: Step) -> str:
    if not step.length:
        return ""
    unit = {"workday": "个工作日", "day": "天", "month": "个月", "hour": "小时"}.get(step.unit or "", step.unit or "")
    said = f"{step.length}{unit}"
    if step.promised is not None:
        return f"（承诺{step.promised}{unit}，法定{said}）"
    return "" if said in (step.does or "") else f"（{said}）"


def time_limit(case: Case, item: Item) -> Answer | None:
    """Every step that has a legal period."""
    timed = [step for step in item.steps if step.length]
    if not timed:
        return None
    text = f"{item.name}：" + "；".join(f"{_step_words(step)}{_limit(step)}" for step in timed)
    open_ended = len([step for step in item.steps if step.by != "applicant"]) > len(timed)
    text += "。其余环节文件没有写天数" if open_ended else ""
    return _said(case, item, text, [cite for step in timed for cite in step.cites])


def where(case: Case, item: Item) -> Answer | None:
    """The window for the person's district, else the item's windows."""
    windows = [w for w in windows_of(case, item) if w.phones or w.hours or CONCRETE.search(w.address or "")]
    if not windows:
        return None
    words = case.residue(case.text)
    windows.sort(key=lambda w: -case.carries(window_words(w), words))
    return _said(case, item, "\n".join(window_words(w) for w in windows[:3]), [c for w in windows[:3] for c in w.cites])


def windows_of(case: Case, item: Item | None) -> list[Window]:
    """The windows in the district named; else those the item names; else those that take it."""
    every = case.pack.city.windows
    districts = {entity.value for entity in case.asked.of_kind("district")}
    ids = {d.id for d in case.pack.city.districts if d.name in districts}
    near = [w for w in every.values() if w.district in ids and (item is None or _takes(w, item))]
    if near or ids:
        return near or [w for w in every.values() if COUNTIES in w.name and (item is None or _takes(w, item))]
    if item is None:
        return []
    named = [every[name] for name in item.windows if name in every]
    return named or [w for w in every.values() if item.id in w.items]


def _takes(window: Window, item: Item) -> bool:
    return item.id in window.items or "all" in window.items


def window_words(window: Window) -> str:
    """Return a window as one line: name, address, counters, hours, phone; what the texts leave out is left out."""
    parts = [window.address if window.address and window.address not in window.name else None]
    parts += [f"窗口{window.counters}个" if window.counters else None, window.hours]
    parts += [f"电话{'、'.join(window.phones)}" if window.phones else None, window.note]
    said = "，".join(part.rstrip("。") for part in parts if part)
    return f"{window.name}：{said}。" if said else f"{window.name}。"


# --- who and which text -----------------------------------------------------------------------------------------------


def agency(case: Case, item: Item) -> Answer | None:
    """Who is responsible: what the statements say, else the item's agency."""
    stated = [s for s in item.statements if s.aspect == "responsible"]
    if stated:
        return _said(case, item, joined(s.text for s in stated[:2]), [c for s in stated[:2] for c in s.cites])
    responsible = case.pack.city.agencies.get(item.agency or "")
    return _said(case, item, f"{item.name}由{responsible.name}负责", item.cites) if responsible else None


def funding(case: Case, item: Item) -> Answer | None:
    """Who pays which part; with an amount and an area, to the fen."""
    split = item.funding
    if split is None:
        return _stated(case, item, "funding")
    whole = _amount_in_question(case, item)
    area = case.supposed.get("employer_jurisdiction") or case.world.facts.get("employer_jurisdiction")
    area = {"city_direct": "city"}.get(str(area), area) if area else _area_said(case)
    if whole and area in split.treasury:
        shares = case.rules.share(item.id, whole * 100, str(area))
        text = f"{item.name}{whole}元：{figures.shares(shares.fen)}"
        return _said(case, item, text, [*shares.cites])
    stated = _stated(case, item, "funding")
    if whole and split.employer and stated:
        own = figures.yuan(round(whole * 100 * split.employer))
        return replace(stated, text=f"{item.name}{whole}元里用人单位出{own}。{stated.text}")
    return stated


def _area_said(case: Case) -> str | None:
    said = f"{case.asked.context} {case.text}"
    if "县" in said:
        return "county"
    return "district" if "区" in said else None


def _amount_in_question(case: Case, item: Item) -> int | None:
    money = [entity.value.get("yuan") for entity in case.asked.of_kind("money")]
    if money and isinstance(money[0], int):
        return money[0]
    if case.grades and item.benefit.tiers:
        tier = best_tier(item.benefit, case.values, case.world.today)
        return tier.value if tier and isinstance(tier.value, int) else None
    return None


def document(case: Case, item: Item) -> Answer | None:
    """The documents an item rests on: title, number, issuer, day."""
    ids = dict.fromkeys(cite.partition("/")[0] for cite in item.cites)
    return documents(case, [case.pack.documents[id_] for id_ in ids], item)


def documents(case: Case, found: Sequence, item: Item | None) -> Answer | None:
    """Describe documents; a rule without a number of its own names the document it belongs to."""
    lines, cites = [], []
    for each in found[:3]:
        lines.append(document_words(case, each))
        cites += about_itself(case, each.id)
    own = item.cites[:1] if item else ()
    cited = tuple(dict.fromkeys([*cites, *own]))
    return Answer(joined(lines), cited, "said", case.city, item.id if item else None)


def about_itself(case: Case, document: str) -> list[str]:
    """The clauses in which a document speaks of itself: basis, interpretation, coming into force; else its first."""
    own = [clause for clause in case.pack.clauses.values() if clause.document == document]
    itself = [clause.id for clause in own if any(topic.aspect == "document" for topic in clause.topics)]
    if own:
        return itself[-2:] or [own[0].id]
    number = case.pack.documents[document].number  # a text only referred to: where it is
    return [clause.id for clause in case.pack.clauses.values() if number and number in clause.text][:2]


def document_words(case: Case, each) -> str:
    """One document in words."""
    parent = case.pack.documents.get(each.parent) if each.parent else None
    known = [each.number, each.issuer, f"{figures.spoken_day(each.issued)}印发" if each.issued else None]
    if each.effective and each.effective != each.issued:
        known.append(f"{figures.spoken_day(each.effective)}起施行")
    said = "，".join(part for part in known if part)
    text = f"《{each.title}》（{said}）" if said else f"《{each.title}》"
    if not each.number and parent is not None and parent.number:
        text += f"，本身没有单独的文号，是{parent.number}《{parent.title}》的配套文件"
    return text


def _stated(case: Case, item: Item, *aspects: str) -> Answer | None:
    found = _closest(case, [s for s in item.statements if s.aspect in aspects])
    if not found:
        return None
    return _said(case, item, joined((s.text for s in found), 200), [c for s in found for c in s.cites])


def _closest(case: Case, found: Sequence[Statement]) -> list[Statement]:
    """Of several statements those that a keyword or the question's own words point to; all when nothing does."""
    keyed = [max((len(word) for word in s.keywords if word in case.text), default=0) for s in found]
    words = case.residue(case.text)
    shares = [case.carries(" ".join((s.text, *s.keywords)), words) if words else 0.0 for s in found]
    alike = [case.pairs_shared(f"{s.text}{''.join(s.keywords)}") for s in found]
    worth = [max(share, length / 4, pairs) for share, length, pairs in zip(shares, keyed, alike, strict=True)]
    best = max(worth, default=0.0)
    return [s for s, each in zip(found, worth, strict=True) if each >= best - 0.05] if best > 0.3 else list(found)


def untold_papers(case: Case, item: Item) -> Answer | None:
    """No papers are listed: another statement says so, or we do."""
    spoken = [s for s in item.statements if "材料" in s.text and "没有写" in s.text]
    if spoken:
        return _said(case, item, spoken[0].text, spoken[0].cites, "not_said")
    return (
        None
        if item.materials
        else _said(case, item, f"{item.name}要交什么材料，文件没有写", item.cites[:1], "not_said")
    )


def untold_place(case: Case, item: Item) -> Answer | None:
    """Neither a window nor a statement says where: said so."""
    if item.windows or any(step.where for step in item.steps) or any(s.aspect == "where" for s in item.statements):
        return None
    return _said(case, item, f"{item.name}到哪里办，文件没有写", item.cites[:1], "not_said")


def untold_days(case: Case, item: Item) -> Answer | None:
    """No step has a number of days: said so, with the last step."""
    last = next((step for step in reversed(item.steps) if step.does), None)
    if last is None or any(step.length for step in item.steps):
        return None
    text = f"{item.name}几天办完、几天到账，文件没有写。最后一步是：{_step_words(last)}"
    return _said(case, item, text, last.cites, "not_said")


def stated(*aspects: str) -> Aspect:
    """Return the aspect function that says what the statements under these aspects say."""
    return lambda case, item: _stated(case, item, *aspects)


def about(case: Case, item: Item) -> Answer | None:
    """What an item is: its one line, and what it is good for."""
    more = [s for s in item.statements if s.aspect in ("rights", "general")][:2]
    text = joined([item.summary, *(s.text for s in more if s.text not in item.summary)], 160)
    return _said(case, item, text, [*item.cites, *(cite for s in more for cite in s.cites)])


def merged(cites: Iterable[Cites]) -> list[str]:
    """Return several citations as one list, each once."""
    return list(dict.fromkeys(cite for group in cites for cite in group))


TABLE: dict[str, tuple[Aspect, ...]] = {
    "ask_about": (about,),
    "ask_amount": (amount, stated("amount"), stated("rights")),
    "ask_duration": (duration, stated("when", "time_limit")),
    "ask_conditions": (conditions, stated("conditions", "coverage")),
    "ask_materials": (materials, stated("materials"), untold_papers),
    "ask_procedure": (procedure, stated("procedure", "where")),
    "ask_where": (where, stated("where", "phone"), untold_place),
    "ask_when": (stated("when"), stated("time_limit")),
    "ask_time_limit": (time_limit, stated("time_limit"), untold_days),
    "ask_agency": (agency, stated("responsible")),
    "ask_funding": (funding,),
    "ask_payment": (stated("payment"), time_limit, untold_days),
    "ask_stacking": (stated("exclusions"),),
    "ask_consequence": (stated("stop", "clawback"),),
    "ask_document": (document,),
}
"""For each intent the functions to try, in order."""
