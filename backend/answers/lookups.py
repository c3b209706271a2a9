"""Questions that a list answers: is a firm in a directory, which tier is an award, which window serves a district,
what does an agency do, what is a document called, what did the newest text change."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from backend.answers import figures
from backend.answers.aspects import (
    about_itself,
    amount,
    compare_grades,
    document_words,
    documents,
    window_words,
    windows_of,
)
from backend.answers.case import Case
from backend.answers.overview import overview
from backend.answers.reply import Answer, fit, joined
from backend.policy.directory import Directory
from backend.policy.types import Item

DOCUMENT_ASKED = "文号|红头|哪年|哪天|发文|发的|印发|全称|文件名|什么文件|哪个文件|依据|施行|生效"
DOCUMENT_WORDS = f"主文件|实施|从?哪天|开始|红头文件|文件|什么时候|日期|{DOCUMENT_ASKED}"
"""Words by which one asks for a document, and all words of such a question that are not its name."""


def listed(case: Case) -> Answer | None:
    """Whether a firm is in a directory; who is in it."""
    found = [d for d in case.pack.directories if d.by == "employer_name"]
    name = case.asked.supposed.get("employer_name")
    if not found:
        return None
    name = name or (_firm_in(case) if case.asked.intent == "ask_directory" else None)
    if name:
        return _listed_firm(case, found, str(name))
    if case.says(r"哪些|哪几|有谁|都有|名单|多少家|几家|列|第一家|第.号"):
        return _whole_list(case, found)
    return None


def _firm_in(case: Case) -> str | None:
    """A firm that no directory knows, as it was written: 某某钢铁在不在名录."""
    match = re.match(
        r"(?:帮我|帮忙|麻烦)?(?:查一下|查查|看看|查)?(.{2,20}?)(?:在不在|在没在|是不是|算不算|属于|在|是|算).*(?:名录|名单|目录|重点|领军)",
        case.text,
    )
    firm = match[1] if match else ""
    return None if not firm or re.search(r"我|俺|咱|单位|^公司|企业$|哪|名录|领军|重点", firm) else firm


def _listed_firm(case: Case, directories: Sequence[Directory], name: str) -> Answer:
    name = _full_name(directories, name)
    hits = [directory for directory in directories if directory.find(name)]
    cites = _merge(directory.cites for directory in (hits or directories))
    after = _since_abolished(case)
    if hits:
        where = "和".join(f"《{d.name}》" for d in hits)
        return Answer(
            f"在。{name}列在{where}（{hits[0].scope or case.pack.city.name}）里。{after[0]}",
            (*cites, *after[1]),
            "said",
            case.city,
        )
    near = directories[0].near_misses(name)
    hint = f"名字相近的有：{'、'.join(near)}。" if near else ""
    scope = f"（只有{directories[0].scope}这一份公开）" if directories[0].scope else ""
    text = f"公开的名录{scope}里没有查到“{name}”，不等于一定不在别的名单里。{hint}{after[0]}"
    return Answer(text, (*cites, *after[1]), "said", case.city)


def _full_name(directories: Sequence[Directory], name: str) -> str:
    """The one listed name that contains what was said, else what was said."""
    holding = {entry.name for directory in directories for entry in directory.entries if name in entry.name}
    return holding.pop() if len(holding) == 1 and len(name) >= 3 else name


def _whole_list(case: Case, directories: Sequence[Directory]) -> Answer:
    leading = [d for d in directories if d.fact == "employer_on_leading_list"]
    key = [d for d in directories if d not in leading] or directories
    lines = []
    if not case.says("领军"):
        names = [entry.name for entry in key[0].entries]
        lines.append(f"{key[0].scope or ''}《{key[0].name}》公开的有{len(names)}家，如{'、'.join(names[:4])}等")
    for directory in leading:
        lines.append(f"行业领军企业有{len(directory.entries)}家：{'、'.join(e.name for e in directory.entries)}")
    after = _since_abolished(case)
    return Answer(
        joined([*lines, after[0]] if after[0] else lines),
        (*_merge(d.cites for d in (leading if case.says("领军") else directories)), *after[1]),
        "said",
        case.city,
    )


def _since_abolished(case: Case) -> tuple[str, tuple[str, ...]]:
    """What became of the directories, when a later text changed it."""
    for hit in case.knowledge.search("不再看重点企业目录 经营状况良好 纳入覆盖", None, {"coverage": 1.0}, 3):
        if "不再" in hit.snippet.text and hit.snippet.source == "statement":
            return hit.snippet.text, hit.snippet.cites
    return "", ()


def award_tier(case: Case) -> Answer | None:
    """Which tier an award or a title belongs to."""
    for directory in case.pack.directories:
        if directory.by != "talent_award":
            continue
        entry = _award_in(case, directory)
        if entry is not None:
            cite = entry.extra.get("cite")
            tier = entry.extra.get("tier")
            return Answer(f"{entry.name}属于{tier}。", (str(cite),) if cite else directory.cites, "said", case.city)
    return None


def _award_in(case: Case, directory: Directory):
    """The entry all of whose words are in the question, the longest of several."""
    found = [
        entry for entry in directory.entries if (words := _words_of(entry.name)) and all(w in case.text for w in words)
    ]
    named = [entry for e in case.asked.of_kind("award") if (entry := directory.find(str(e.value))) is not None]
    return max([*found, *named], key=lambda entry: sum(map(len, _words_of(entry.name))), default=None)


def _words_of(award: str) -> list[str]:
    """The words by which an award is known, without 国家, 获得者 and the like."""
    bare = re.split(r"[“”（）()、，\s]|获得者|入选者?|人选|^国家|项目完成人", award)
    return [word for word in bare if len(word) > 1]


def compared(case: Case) -> Answer | None:
    """Grades compared within an item, or items side by side."""
    if len(case.items) > 1 and not case.grades:
        lines = [f"{item.name}：{item.summary}" for item in case.items[:3]]
        return Answer(joined(lines, 380), _merge(item.cites for item in case.items[:3]), "said", case.city)
    item = case.item or case.monthly_item()
    if case.items and not case.grades and item and len(item.benefit.tiers) > 1:
        return amount(Case.of(replace(case.asked, supposed={}), case.city, case.world), item)
    return compare_grades(case, item) if item and len(case.grades) > 1 and item.benefit.tiers else None


def whats_there(case: Case) -> Answer | None:
    """What there is for a person, when no item is meant."""
    if case.likely_items or case.asked.of_kind("agency", "award"):
        return None
    graded = bool(case.grades) or bool(set(case.asked.supposed) & {"hired_on", "employer_on_key_list", "employer_name"})
    plain = not case.residue(case.text) or case.says("政策|待遇|福利|优惠|补贴|好处|享受|能领|可以领|支持|照顾|说法")
    strong = case.hits and case.hits[0].carried >= 0.8 and bool(case.residue(case.text)) and not graded
    strong = strong and not case.says("方面|家属|家人|企业|公司|创业")
    return overview(case) if plain and not strong else None


def reckoned(case: Case) -> Answer | None:
    """An amount that follows from numbers in the question: ten days at a daily price, a monthly amount split."""
    item = case.item if case.likely_items else None
    counted = {tier.count for tier in item.benefit.tiers if tier.count} if item else set()
    return amount(case, item) if item and counted & set(case.supposed) else None


def agency_duties(case: Case) -> Answer | None:
    """What an agency does: 人社局管哪些."""
    named = [str(entity.value) for entity in case.asked.of_kind("agency")]
    if not named or case.items or not case.says(r"管|负责|职责|干啥|干什么|做什么|干嘛|任务|牵头|是谁|是什么"):
        return None
    agency = next((a for a in case.pack.city.agencies.values() if named[0] in (a.name, *a.aliases)), None)
    words = case.residue(
        re.sub("|".join(map(re.escape, (e.text for e in case.asked.of_kind("agency")))), "", case.text)
    )
    if agency is None or words or not agency.duties:
        return None
    text = f"{agency.name}：" + "；".join(text for text, _ in agency.duties)
    return Answer(fit(text, 380), _merge(cites for _, cites in agency.duties), "said", case.city)


def district_windows(case: Case) -> Answer | None:
    """The windows of a district: 金水区窗口在哪, 二七区社保局电话."""
    districts = case.asked.of_kind("district")
    if not districts:
        return None
    for hit in case.hits if case.items else ():
        if hit.snippet.source == "statement" and any(d.text in hit.snippet.text for d in districts):
            return Answer(hit.snippet.text, hit.snippet.cites, "said", case.city, hit.snippet.item)
    found = windows_of(case, case.items[0] if case.items else None) or windows_of(case, None)
    offices = [w for w in found if re.search("社", w.name)]
    if case.says("社保|社会保险|参保|养老"):
        found = offices or found
    else:
        found = [w for w in found if w not in offices] or found
    if not found:
        return None
    return Answer("\n".join(window_words(w) for w in found[:3]), _merge(w.cites for w in found[:3]), "said", case.city)


def named_document(case: Case) -> Answer | None:
    """A document asked about by number or name, or an article of it."""
    for each in case.pack.documents.values():
        digits = re.findall(r"\d+", each.number or "")
        if each.number and len(digits) >= 2 and all(re.search(rf"(?<!\d){d}(?!\d)", case.text) for d in digits[:2]):
            return documents(case, [each], None)
    if (not case.items or case.weakly_named) and case.says(DOCUMENT_ASKED):
        words = case.residue(re.sub(DOCUMENT_WORDS, " ", case.text))
        titled = [d for d in case.pack.documents.values() if words and case.carries(d.title, words) >= 0.9]
        main = titled or [d for d in case.pack.documents.values() if d.parent is None and d.number]
        if main and (titled or not words):
            return Answer(
                joined(document_words(case, d) for d in main[:3]),
                tuple(c for d in main[:3] for c in about_itself(case, d.id)),
                "said",
                case.city,
            )
    return None


def changed(case: Case) -> Answer | None:
    """What the newest text changed: for an item, else for the city."""
    pack = case.pack
    starts = [day for day in pack.starts if day <= case.world.today]
    if len(starts) < 2:
        return None
    before, now = pack.on(starts[-2]), case.rules
    items = [case.item] if case.item else list(now.items.values())
    new = [s for item in items for s in item.statements if not _stated_before(before, item, s.text)]
    if not new:
        return None
    words = case.residue(case.text)
    ranked = sorted(new, key=lambda s: -case.carries(s.text, words)) if words else new
    text = joined(dict.fromkeys(_dated(s.text, starts[-1]) for s in ranked[:4]), 320)
    return Answer(text, _merge(s.cites for s in ranked[:4]), "said", case.city, items[0].id if case.item else None)


def _stated_before(before, item: Item, text: str) -> bool:
    old = before.items.get(item.id)
    return old is not None and any(s.text == text for s in old.statements)


def _dated(text: str, day) -> str:
    return text if str(day.year) in text else f"{figures.spoken_day(day)}起，{text}"


def _merge(groups: Iterable[Sequence[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(cite for group in groups for cite in group))
