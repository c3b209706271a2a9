"""From a question to an answer: what the structure of the pack gives, what the statements say, or an honest "not said".

The order for one question in one city:

1. special questions with a table of their own (is a firm listed, which tier is an award, what a document is …);
2. a yes-or-no question is put to the conditions that its facts touch;
3. the aspect's function over the item, when it carries what the question mentions;
4. the statement that carries the question best;
5. otherwise: the texts do not say, with the nearest clause and whom to ask.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from backend.answers import figures
from backend.answers.asked import Asked, spoken_names
from backend.answers.aspects import (
    TABLE,
    compare_grades,
    document_words,
    documents,
    names_grade,
    window_words,
    windows_of,
)
from backend.answers.case import Case, World
from backend.answers.overview import overview
from backend.answers.reply import Answer, Citation, Link, Reply, fit, joined
from backend.policy.conditions import FALSE, REFER, TRUE
from backend.policy.directory import Directory
from backend.policy.knowledge import Hit, Snippet
from backend.policy.types import Item, Requirement

ENOUGH = 0.5
"""The share of a question's content that an answer must carry."""
RARE = 0.55
"""A word rarer than this that no text knows speaks against an answer."""
CLOSE, LEAST = 0.93, 0.9
Special = Callable[[Case], Answer | None]


def answers(asked: Asked, world: World) -> list[Answer]:
    """Return the answer for each city asked about; one question for the city when none is known."""
    cities = asked.cities or _only_city(asked, world)
    if not cities:
        return [_which_city(world)]
    found = [answer(Case.of(asked, city, world)) for city in cities]
    if len(found) > 1:
        return [replace(each, text=f"{world.packs[each.city].city.name}：{each.text}") for each in found if each.city]
    return found


def answer(case: Case) -> Answer:
    """Answer one question in one city."""
    outside = _outside(case)
    if outside is not None:
        return outside
    for special in SPECIAL.get(case.asked.intent, ()):
        found = special(case)
        if found is not None:
            return found
    absent = _absent_item(case)
    if absent is not None:
        return absent
    structured = _structured(case)
    return _best_of(case, structured)


# --- structure or statement -------------------------------------------------------------------------------------------


def _structured(case: Case) -> Answer | None:
    item = case.item
    if item is None:
        return None
    for function in TABLE.get(case.asked.intent, ()):
        found = function(case, item)
        if found is not None:
            return found
    return None


@dataclass(frozen=True)
class Candidate:
    """Something that could be answered: its worth for this question, and the share of the question that it carries."""

    answer: Answer
    worth: float
    carried: float
    hit: Hit | None = None


def _best_of(case: Case, structured: Answer | None) -> Answer:
    """Weigh what the structure gives and the statements found by what the question mentions."""
    words = case.residue(case.text)
    candidates = [_statement(case, hit, words) for hit in case.hits]
    if structured:
        candidates.append(_structure(case, structured, words))
    best = max(candidates, key=lambda each: each.worth, default=None)
    unknown = [w for w in case.knowledge.unknown(case.text) if len(w) > 1 and case.knowledge.reading.rarity(w) > RARE]
    if best is None or (best.carried < ENOUGH and (unknown or best.worth < LEAST)):
        return unanswered(case, best.answer if best else None, unknown)
    return _with_second(case, best, candidates) if best.hit else best.answer


def _statement(case: Case, hit: Hit, words: Sequence[str]) -> Candidate:
    snippet = hit.snippet
    carried = case.carries(" ".join((snippet.title, snippet.text, *snippet.keywords)).lower(), words)
    aspect = max((case.aspects.get(each, 0.0) for each in snippet.aspects), default=0.0)
    keyword = any(len(word) > 1 and (word in case.text or word in case.asked.context) for word in snippet.keywords)
    of_item = case.likely_items.get(snippet.item or "", 0.0)
    if snippet.source == "silence":
        aspect, of_item = (0.8 if keyword else 0.0), _silent_about(case, snippet)
    worth = 0.9 * carried + 0.35 * aspect + 0.35 * of_item + 0.25 * keyword + 0.7 * min(0.6, hit.alike)
    worth += 0.12 * _fits(case, snippet.text) - SOURCES.get(snippet.source, 0.0)
    worth += 0.2 * (keyword and bool(words) and carried >= 0.9 and snippet.source == "statement")
    worth += 0.15 * any(names_grade(snippet.text, word) for word, _ in case.grades)
    kind = {"silence": "not_said", "question": "refer"}.get(snippet.source, "said")
    if UNSAID.search(snippet.text):
        kind = "not_said"
    return Candidate(Answer(snippet.text, snippet.cites, kind, case.city, snippet.item), worth, carried, hit)


def _silent_about(case: Case, snippet: Snippet) -> float:
    """Whether a silence concerns the item in question: its nearest clauses are among the item's documents."""
    if not case.item:
        return 0.3
    documents = {cite.partition("/")[0] for cite in case.item.cites}
    return 1.0 if any(cite.partition("/")[0] in documents for cite in snippet.cites) else 0.0


def _structure(case: Case, answer: Answer, words: Sequence[str]) -> Candidate:
    carried = case.carries(answer.text.lower(), words)
    of_item = case.likely_items.get(answer.item or "", 0.0)
    sure = 0.65 if of_item else 0.25  # an item that was only guessed does not make its whole list the answer
    sure += 0.3 if answer.kind == "personal" else 0.0
    worth = 0.9 * carried + 0.35 + 0.35 * of_item + sure + 0.12 * _fits(case, answer.text)
    return Candidate(answer, worth, carried)


def _fits(case: Case, text: str) -> bool:
    """Whether the text has the kind of figure that the question wants."""
    pattern = WANTED["ask_where"] if case.says("在哪|哪里|去哪|哪儿|哪个网|网址") else WANTED.get(case.asked.intent)
    return bool(pattern and re.search(pattern, text))


WANTED = {
    "ask_amount": r"\d|免费|免收|折|没有写",
    "ask_duration": r"\d+ ?年|[一二三两]年|个月|每年|次月|期",
    "ask_time_limit": r"工作日|\d+ ?[天日]|[一二三四五六七八九十]+[天日]|小时|即时|即刻",
    "ask_when": r"月|随时|全年|每年|以后|起|之后",
    "ask_where": r"市民之家|路|楼|窗口|电话|\d{5,}|所在地|医院|平台|网",
    "ask_funding": r"财政|企业|单位|分",
    "ask_payment": r"卡|账户|发|拨",
    "ask_document": r"〔|号|年|解释|依据",
    "ask_eligibility": r"不|可以|能|也|没有|只|都",
}
UNSAID = re.compile(r"没有(?:写|提|规定|公布|列出|说)")
SOURCES = {
    "summary": 0.1,
    "clause": 0.12,
    "article": 0.2,
    "question": 0.1,
    "exclusion": 0.08,
    "audience": 0.1,
    "window": 0.05,
    "step": 0.12,
    "material": 0.12,
}
"""What counts against a snippet by where it comes from: a statement is written to be an answer, a clause is long."""


def _with_second(case: Case, best: Candidate, candidates: Sequence[Candidate]) -> Answer:
    """The best statement, with another of the same item and aspect that is nearly as good and says more."""
    assert best.hit is not None
    for other in sorted(candidates, key=lambda each: -each.worth):
        if other.hit is None or other is best or other.worth < CLOSE * best.worth:
            continue
        same = other.answer.item == best.answer.item and other.hit.snippet.source == best.hit.snippet.source
        if same and set(other.hit.snippet.aspects) & set(best.hit.snippet.aspects):
            text = joined((best.answer.text, other.answer.text), 240)
            return replace(best.answer, text=text, cites=_merge((best.answer.cites, other.answer.cites)))
    return best.answer


def unanswered(case: Case, nearest: Answer | None, unknown: Sequence[str]) -> Answer:
    """Not ours when nothing ties the question to the rules; else: the texts do not settle it."""
    tied = bool(case.likely_items) or bool(case.asked.of_kind("agency", "employer", "award", "material"))
    if not tied and (unknown or case.asked.intent in NOT_OURS):
        return declined(case.asked, case.world)
    return not_said(case, nearest, unknown)


def not_said(case: Case, nearest: Answer | None, unknown: Sequence[str]) -> Answer:
    """The texts do not settle it: say so, with the nearest statement and whom to ask."""
    topic = f"“{unknown[0]}”" if unknown else "这一点"
    name = case.pack.city.name
    text = f"{name}公开的文件没有写到{topic}。"
    near = nearest or _near(case)
    if near is not None:
        text += f"最接近的规定：{near.text}"
    if not text.endswith("。"):
        text += "。"
    return Answer(
        fit(text + ask_at(case), 380), near.cites if near else (), "not_said", case.city, near.item if near else None
    )


def _near(case: Case) -> Answer | None:
    hit = case.hits[0] if case.hits and case.hits[0].score > 0.5 else None
    return Answer(hit.snippet.text, hit.snippet.cites, "said", case.city, hit.snippet.item) if hit else None


def ask_at(case: Case) -> str:
    """Whom to ask: the item's window with its phone, else the city's first window or hotline."""
    item = case.item
    windows = windows_of(case, item) if item else []
    windows = windows or [w for w in case.pack.city.windows.values() if "all" in w.items]
    if windows:
        phone = f"，电话{windows[0].phones[0]}" if windows[0].phones else ""
        return f"可以问{windows[0].name}{phone}。"
    return "可以转人工留言，由窗口回复。"


# --- special questions ------------------------------------------------------------------------------------------------


def yes_or_no(case: Case) -> Answer | None:
    """Put what the question supposes to the requirements that look at it: 没交够3个月行不行."""
    supposed = {name: value for name, value in case.supposed.items() if name not in ("married",)}
    if not supposed:
        return None
    for item in _candidates(case):
        verdict = _touching(case, item, supposed)
        if verdict is not None:
            return verdict
    return None


def _candidates(case: Case) -> list[Item]:
    if case.items:
        return list(case.items)
    first = [case.item] if case.item else []
    return [*first, *(case.rules.items[i] for i in first[0].requires if i in case.rules.items)] if first else []


def _touching(case: Case, item: Item, supposed: dict) -> Answer | None:
    values, day = {**case.values}, case.world.today
    names = set(supposed)
    failed: list[Requirement] = []
    held: list[Requirement] = []
    open_: list[Requirement] = []
    for requirement in item.conditions:
        if names & set(requirement.test.facts):
            outcome = requirement.test.test(values, day)
            {FALSE: failed, REFER: open_}.get(outcome, held if outcome == TRUE else []).append(requirement)
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
    """A firm that no directory knows, as it was written: 安阳钢铁在不在名录."""
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
    named = [str(entity.value) for entity in case.asked.of_kind("award")]
    for name in named:
        entry = directory.find(name)
        if entry is not None:
            return entry
    return None


def compared(case: Case) -> Answer | None:
    """Grades compared within an item, or items side by side."""
    if len(case.items) > 1 and not case.grades:
        lines = [f"{item.name}：{item.summary}" for item in case.items[:3]]
        return Answer(joined(lines, 380), _merge(item.cites for item in case.items[:3]), "said", case.city)
    item = case.item or case.monthly_item()
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
    if not case.items and case.says(DOCUMENT_WORDS):
        main = [d for d in case.pack.documents.values() if d.parent is None]
        if main and not case.residue(re.sub(DOCUMENT_WORDS, " ", case.text)):
            return Answer(
                joined(document_words(case, d) for d in main[:3]),
                tuple(_first_clause(case, d.id) for d in main[:3]),
                "said",
                case.city,
            )
    return None


DOCUMENT_WORDS = "文号|红头文件|红头|哪年|发文|印发|全称|文件名|什么文件|哪个文件|文件|依据|什么时候|日期"


def _first_clause(case: Case, document: str) -> str:
    return next((clause.id for clause in case.pack.clauses.values() if clause.document == document), document)


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


SPECIAL: dict[str, tuple[Special, ...]] = {
    "ask_eligibility": (listed, yes_or_no),
    "ask_directory": (listed,),
    "ask_tier": (award_tier,),
    "ask_comparison": (compared,),
    "ask_agency": (agency_duties,),
    "ask_about": (award_tier, agency_duties, whats_there),
    "ask_where": (district_windows,),
    "ask_document": (named_document,),
    "ask_change": (changed,),
    "ask_conditions": (award_tier,),
    "ask_why_not": (yes_or_no,),
}
"""For each intent the special questions it may be, in order."""


# --- not ours ---------------------------------------------------------------------------------------------------------

NOT_OURS = ("out_of_scope", "other_person_data", "prompt_attack", "abuse", "greet")
CAN_DO = (
    "我能回答{city}的人才政策：补贴多少、什么条件、要什么材料、去哪办、多久办好，也能帮您判断符不符合、看办理进度。"
)


def _outside(case: Case) -> Answer | None:
    """Questions that are none of ours: another city, other people's data, tricks, small talk with no tie to the rules."""
    intent, chance = (case.asked.ranking or (("", 0.0),))[0]
    if case.asked.of_kind("other_city") and not case.asked.city_said and intent not in ("inform",):
        return declined(case.asked, case.world, "other_city")
    if intent in ("other_person_data", "prompt_attack") and chance >= 0.45:
        return declined(case.asked, case.world)
    if intent == "out_of_scope" and chance >= 0.4 and not case.items:
        strong = case.hits and case.hits[0].carried >= 0.8 and case.residue(case.text)
        return None if strong and chance < 0.7 else declined(case.asked, case.world)
    return None


def declined(asked: Asked, world: World, why: str = "") -> Answer:
    """A short, friendly refusal that says what can be asked."""
    cities = "、".join(pack.city.name for pack in world.packs.values())
    intent = why or asked.intent
    place = next((entity.text for entity in asked.of_kind("other_city")), "那里")
    first = {
        "other_city": f"{place}的政策我这里没有，现在能查的是{cities}。",
        "other_person_data": "别人的信息不能查，也不能告诉您；您自己的办件随时可以问我。",
        "prompt_attack": "这个帮不了您，我只按公开的政策回答和办事。",
    }.get(intent, "这个不在我能回答的范围里。")
    return Answer(first + CAN_DO.format(city=cities), (), "declined", None, None, STARTERS)


STARTERS = (Link("有哪些补贴", "say", "有哪些补贴可以领"), Link("看我符合什么", "say", "我能享受哪些政策"))


# --- city and item ----------------------------------------------------------------------------------------------------


def _only_city(asked: Asked, world: World) -> tuple[str, ...]:
    """The one city that has the item, when no city was said and none is known."""
    owners = [city for city in world.packs if Case.of(asked, city, world).items]
    return tuple(owners) if len(owners) == 1 else ()


def _which_city(world: World) -> Answer:
    names = [pack.city.name for pack in world.packs.values()]
    links = tuple(Link(name, "say", name) for name in names)
    return Answer("您问的是哪个城市？各地规定不一样。", (), "ask", None, None, links)


def _absent_item(case: Case) -> Answer | None:
    """An item that was named and that this city does not have, while another has it."""
    if case.items or not case.asked.of_kind("item"):
        return None
    name = spoken_names(case.asked.names)
    owners = [
        pack.city.name
        for city, pack in case.world.packs.items()
        if city != case.city and Case.of(case.asked, city, case.world).items
    ]
    if not owners or len(owners) > 2:
        return None
    words = case.knowledge.reading.content(name)
    if any(case.carries(hit.snippet.text, words) >= 0.6 for hit in case.hits[:5]):
        return None
    here = case.pack.city.name
    text = f"{here}的文件里没有“{name}”这一项，{'、'.join(owners)}有。要看{owners[0]}的吗？"
    links = tuple(Link(f"看{owner}的", "say", f"{owner}{case.text}") for owner in owners)
    return Answer(text, (), "not_said", case.city, None, links)


# --- bubbles ----------------------------------------------------------------------------------------------------------


def reply(found: Answer, world: World) -> Reply:
    """Turn an answer into a bubble: cut to length, citations resolved, next steps as buttons."""
    pack = world.packs.get(found.city or "")
    citations = tuple(citation(world, found.city or "", cite) for cite in found.cites[:4]) if pack else ()
    return Reply(fit(found.text), citations, (*found.links, *_next_steps(found)))


def citation(world: World, city: str, cite: str) -> Citation:
    """Resolve `document/article` to title, article and, when imported, wording."""
    document, _, article = cite.partition("/")
    return Citation(document, world.packs[city].documents[document].title, article, world.quotes(city, cite))


def _next_steps(found: Answer) -> tuple[Link, ...]:
    if not found.item or found.kind in ("declined", "ask"):
        return ()
    return (
        Link("看我符不符合", "say", "看我符不符合条件"),
        Link("要什么材料", "say", "要什么材料"),
        Link("打开事项", "screen", f"item?item={found.item}"),
    )


def _merge(groups: Iterable[Sequence[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(cite for group in groups for cite in group))
