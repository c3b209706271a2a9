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
    funding,
    no_tier,
    window_words,
    windows_of,
)
from backend.answers.case import Case
from backend.answers.overview import overview
from backend.answers.reply import Answer, fit, joined
from backend.policy.conditions import FALSE, TRUE
from backend.policy.directory import Directory
from backend.policy.knowledge import Snippet
from backend.policy.types import Item

DOCUMENT_ASKED = "文号|红头|哪年|哪天|发文|发的|印发|全称|文件名|什么文件|哪个文件|依据|施行|生效"
DOCUMENT_WORDS = f"主文件|实施|从?哪天|开始|红头文件|文件|什么时候|日期|{DOCUMENT_ASKED}"
"""Words by which one asks for a document, and all words of such a question that are not its name."""


TOGETHER = "双份|两份|叠加|同时|都能|都领|都拿|一块|一起|一并|相加|加起来|冲突|兼得|又能|也能|再领|还能领"
WHATEVER = "政策|待遇|福利|优惠|补贴|好处|享受|能领|可以领|支持|照顾|说法|给补|补啥|给啥|给我啥|有啥|能拿啥"
"""Words of a question for whatever there is."""
SAME_ASKED = "一回事|一样吗|一样么|一样不|同一|是不是一"


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
        spoken = _of_both(case, case.items[:2]) if case.says(SAME_ASKED) else []
        if spoken:
            return Answer(spoken[0][0], spoken[0][1], "said", case.city, case.items[0].id)
        lines = [f"{item.name}：{item.summary}" for item in case.items[:3]]
        return Answer(joined(lines, 380), _merge(item.cites for item in case.items[:3]), "said", case.city)
    words = [word for word in case.residue(case.text) if len(word) > 1]
    meant = case.item if case.likely_items or words else None
    item = meant or case.monthly_item()
    if case.items and not case.grades and item and len(item.benefit.tiers) > 1:
        return amount(Case.of(replace(case.asked, supposed={}), case.city, case.world), item)
    return compare_grades(case, item) if item and len(case.grades) > 1 and item.benefit.tiers else None


def whats_there(case: Case) -> Answer | None:
    """What there is for a person, when no item is meant."""
    if case.likely_items or case.asked.of_kind("agency", "award"):
        return None
    graded = bool(case.grades) or bool(set(case.asked.supposed) & {"hired_on", "employer_on_key_list", "employer_name"})
    plain = not case.residue(case.text) or case.says(WHATEVER)
    strong = case.hits and case.hits[0].carried >= 0.8 and bool(case.residue(case.text)) and not graded
    strong = strong and not case.says("方面|家属|家人|企业|公司|创业") and not case.asked.of_kind("kinship")
    return overview(case) if plain and not strong else None


def for_me(case: Case) -> Answer | None:
    """How much I can get, with no benefit named or gone on with: all that pays for the person's grade."""
    plain = not case.likely_items and not case.residue(f"{case.asked.context} {case.text}") and not case.grades
    return overview(case) if plain and case.says("我|俺|本人|咱|能[领拿]") else None


def no_such_grade(case: Case) -> Answer | None:
    """Whether a grade gets something: a plain no when the benefit has no tier for it."""
    named = [item for item in case.items if item.benefit.tiers and not item.benefit.method]
    if len(named) != 1 or len(case.grades) != 1 or case.weakly_named:
        return None
    facts = set(case.grades[0][1]) - {"education_full_time"}
    outcomes = [
        (tier.when.test(case.values, case.world.today), bool(facts & set(tier.when.facts)))
        for tier in named[0].benefit.tiers
        if tier.when is not None
    ]
    looked_at = any(looks for _, looks in outcomes)
    open_ = any(outcome == TRUE or (looks and outcome != FALSE) for outcome, looks in outcomes)
    return no_tier(case, named[0]) if looked_at and not open_ else None


def both(case: Case) -> Answer | None:
    """Whether two benefits go together: what each comes after, and what the texts say of the two."""
    if not case.says(TOGETHER):
        return None
    named = [item for item in case.items if item.kind == "service"][:2]
    if len(named) < 2:
        return _highest_only(case) if len(case.grades) > 1 else None
    spoken = _of_both(case, named)
    first = [_first_of(case, item) for item in named]
    ways = [f"{item.name}要先有{before}" for item, before in zip(named, first, strict=True) if before]
    text = "；".join(ways)
    said = joined([part for part in (*(text for text, _ in spoken), text) if part], 300)
    if not spoken:
        said += "文件没有写这两样能不能同时领。"
    cites = _merge([*(cites for _, cites in spoken), *(item.cites for item in named)])
    return Answer(said, cites, "said" if spoken else "not_said", case.city, named[0].id)


def _highest_only(case: Case) -> Answer | None:
    """Two grades in one person: what the benefit meant says of adding them up."""
    item = case.item if case.likely_items else case.monthly_item()
    found = [s for s in item.statements if re.search("不相加|不重复|最高的一档", s.text)] if item else []
    return Answer(found[0].text, found[0].cites, "said", case.city, item.id) if item and found else None


def _first_of(case: Case, item: Item) -> str:
    before = case.rules.items.get(item.requires[0]) if item.requires else None
    return before.name if before else ""


def _of_both(case: Case, items: Sequence[Item]) -> list[tuple[str, tuple[str, ...]]]:
    """Open questions and statements of either item that speak of both."""
    found = [(q.text, tuple(q.between)) for item in items for q in item.open_questions]
    found += [(s.text, tuple(s.cites)) for item in items for s in item.statements]
    names = [sorted({item.name, *item.aliases}, key=len, reverse=True) for item in items]
    spoken = [(text, cites) for text, cites in found if all(any(n in text for n in each) for each in names)]
    return sorted(dict.fromkeys(spoken), key=lambda each: not re.search("同一|一样|同时|叠加|重复", each[0]))[:1]


def phone(case: Case) -> Answer | None:
    """A telephone number: of the item's windows or the district's; said plainly when the texts have none."""
    if not case.says("电话|号码|热线|联系方式") or (case.asked.of_kind("agency") and not case.items):
        return None
    item = case.item if case.items else None
    near = windows_of(case, item) or windows_of(case, None)
    called = [window for window in near if window.phones]
    if called:
        return Answer(
            "\n".join(window_words(w) for w in called[:2]), _merge(w.cites for w in called[:2]), "said", case.city
        )
    if any(window.phones for window in case.pack.city.windows.values()) or case.asked.of_kind("district"):
        return None
    silence = next((s for s in case.pack.city.not_said if "电话" in s.topic), None)
    words = case.residue(case.text)
    lines = [h for h in case.pack.city.hotlines if words and case.carries(f"{h.name}{h.purpose}", words) >= 0.5]
    if silence is None or lines:
        return None
    return Answer(silence.text, silence.nearest, "not_said", case.city, item.id if item else None)


def reckoned(case: Case) -> Answer | None:
    """An amount that follows from numbers in the question: ten days at a daily price, a monthly amount split."""
    item = case.item if case.likely_items else None
    counted = {tier.count for tier in item.benefit.tiers if tier.count} if item else set()
    return amount(case, item) if item and counted & set(case.supposed) else None


def funded(case: Case) -> Answer | None:
    """How much one of the payers pays, asked as an amount: 1200里企业要掏多少."""
    payers = "企业|单位|公司|厂里?|财政|市里?|区里?|县里?"
    item = case.item if case.likely_items else None
    asked = re.search(rf"(?:{payers})[^，。]{{0,4}}(?:掏|出|承担|负担|摊|拿|付)(?:多少|几)", case.text)
    return funding(case, item) if item and asked else None


def paid_out(case: Case) -> Answer | None:
    """How soon the money comes: what the benefit meant says, else the monthly one."""
    if not case.says("几天|多久|多长|时候|多少天|几个工作日|何时") or not case.says(
        "到账|打款|打钱|到卡|(?:钱|款|补贴|补助).{0,6}(?:到|发下来|下来|发到)"
    ):
        return None
    item = case.item if case.likely_items else case.monthly_item()
    timed = [s for s in item.statements if s.aspect in ("time_limit", "payment")] if item else []
    found = [s for s in timed if re.search("兑现|到位|到账|发到|拨付", s.text)]
    return Answer(found[0].text, found[0].cites, "said", case.city, item.id) if item and found else None


def grades_compared(case: Case) -> Answer | None:
    """博士和硕士差多少, taken for a question of amount."""
    return compared(case) if len(case.grades) > 1 and case.says("差|相比|比|区别|哪个") else None


def one_tier(case: Case) -> Answer | None:
    """Which tier counts for a person with several grades: 副高又是硕士，按哪一档."""
    if len(case.grades) < 2 or not case.says("哪一?档|哪个档|就高|按.{0,3}高"):
        return None
    item = (case.item if case.likely_items else None) or case.monthly_item()
    return compare_grades(case, item) if item and item.benefit.tiers else None


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
    text = f"{agency.name}：" + "；".join(duty.text for duty in agency.duties)
    return Answer(fit(text, 380), _merge(duty.cites for duty in agency.duties), "said", case.city)


WHOSE = r"归谁|归哪|谁[管审办]|谁负责|谁说了算|找谁|(?:哪个|哪家|哪|什么|啥)(?:部门|局|单位|机构|委)|哪里管|哪儿管"
"""How one asks whose a matter is."""


def duty_owner(case: Case) -> Answer | None:
    """Whose a matter is that belongs to no item: the duties of all agencies of the city are looked through."""
    named = (case.items and not case.weakly_named) or case.asked.of_kind("agency", "other_city")
    if named or not case.says(WHOSE):
        return None
    words = [word for word in case.residue(re.sub(WHOSE, " ", case.text)) if len(word) > 1]
    duties = [each for each in case.knowledge.snippets if each.source == "duty"]
    best = max(duties, key=lambda duty: case.carries(duty.text, words), default=None) if words else None
    if best is None or case.carries(best.text, words) < 0.3 or not _in_words(case, best.text, words):
        return None
    return Answer(best.text, best.cites, "said", case.city)


def _in_words(case: Case, text: str, words: Sequence[str]) -> bool:
    """Whether a text has one of the words letter for letter, and one that is not in every other text."""
    rarity = case.knowledge.reading.rarity
    return any(word in text and rarity(word) > 0.3 for word in words)


def district_windows(case: Case) -> Answer | None:
    """The windows of a district: 金水区窗口在哪, 二七区社保局电话."""
    districts = case.asked.of_kind("district")
    if not districts:
        return None
    for hit in case.hits if case.items else ():
        if hit.snippet.source == "statement" and any(_speaks_of(hit.snippet, d.text) for d in districts):
            return _with_window(case, hit.snippet)
    found = windows_of(case, case.items[0] if case.items else None) or windows_of(case, None)
    offices = [w for w in found if re.search("社", w.name)]
    if case.says("社保|社会保险|参保|养老"):
        found = offices or found
    else:
        found = [w for w in found if w not in offices] or found
    if not found:
        return None
    return Answer("\n".join(window_words(w) for w in found[:3]), _merge(w.cites for w in found[:3]), "said", case.city)


def _speaks_of(snippet: Snippet, district: str) -> bool:
    return district in snippet.text or any(len(word) > 1 and word in district for word in snippet.keywords)


def _with_window(case: Case, snippet: Snippet) -> Answer:
    """What is said of a district, with its window's address when the text only names the window."""
    near = [w for w in windows_of(case, None) if w.district and "人才服务窗口" in w.name and w.phones]
    said = f"{snippet.text}\n{window_words(near[0])}" if near and "人才服务窗口" in snippet.text else snippet.text
    cites = (*snippet.cites, *(near[0].cites if said != snippet.text else ()))
    return Answer(said, cites, "said", case.city, snippet.item)


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
