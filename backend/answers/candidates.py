"""Everything that could answer a question, weighed by what the question mentions.

Candidates are what the structure of the pack gives for the likely aspects and items, and the statements that the search
finds. Each is described by a few numbers between 0 and 1; their weights are in weights.yml, learned from the questions
to develop with (`./talent eval --learn`), so that no number here was turned by hand.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import yaml

from backend.answers.aspects import TABLE, names_grade
from backend.answers.case import SURE, Case
from backend.answers.declining import not_said, unanswered
from backend.answers.reply import Answer
from backend.answers.words import cues
from backend.policy.knowledge import Hit, Snippet
from backend.policy.types import Item

WEIGHTS = Path(__file__).with_name("weights.yml")
ALIKE = 0.18
"""From this likeness to a way of asking for it on, an answer has to do with the question whatever its words."""
ENOUGH = 0.5
"""The share of a question's content that an answer must carry when the question has words that no text knows."""
RARE = 0.55
"""A word rarer than this that no text knows speaks against an answer."""
SURE_ENOUGH, MORE, SAID_MOST = 0.75, 2, 280
"""Further candidates are said until it is this likely that the answer is among them; how many, how long at most."""
LONG, SHORT_ENOUGH = ("clause", "article"), 120
SAID_ALREADY = 0.8
"""From this share of pairs of characters and figures on, a further answer says what was said already."""
ASKING_WORD = re.compile(r"^几|^[一两三四](?:件|样|个|条|点|步)|(.)不\1|从头|到尾|一步|挨个|分别|顺便|另外|请教|打听")
"""Words by which one asks or leads up to asking; no answer has to carry them."""
UNSAID = re.compile(r"没有(?:写|提|规定|公布|列出|说)")
INTENTS, ITEMS = 2, 2
"""How many of the likeliest intents and items the structure is asked for."""
WANTED = {
    "ask_amount": r"\d|免费|免收|折|没有写",
    "ask_duration": r"\d+ ?年|[一二三两]年|个月|每年|次月|期",
    "ask_time_limit": r"工作日|\d+ ?[天日]|[一二三四五六七八九十]+[天日]|小时|即时|即刻|当场",
    "ask_when": r"月|随时|全年|每年|以后|起|之后",
    "ask_where": r"市民之家|路|楼|窗口|电话|\d{5,}|所在地|医院|平台|网",
    "ask_funding": r"财政|企业|单位|分",
    "ask_payment": r"卡|账户|发|拨",
    "ask_document": r"〔|号|年|解释|依据",
    "ask_eligibility": r"不|可以|能|也|没有|只|都",
}
"""What kind of figure or word an answer to each intent has."""
ASKED_WITH = (
    (r"在哪|哪里|去哪|哪儿|哪个网|网址", WANTED["ask_where"]),
    (r"电话|号码|热线", r"\d{5,}"),
    (r"地址|什么地方|哪条", r"路|街|号|楼|大厦|大厅"),
    (r"哪些|哪[几二两三四五六七八]|几种|几个", r"、|；|，.*，"),
    (r"几点|时间", r"\d:\d|时间"),
    (r"谁|哪个部门|哪个局|归", r"局|委|部|办|中心|单位|小组|公司|厅|集团"),
    (r"几天|多久|几个工作日|多长时间", WANTED["ask_time_limit"] + "|年|月"),
)
"""Asking words and what their answer has."""
Features = dict[str, float]


@dataclass(frozen=True)
class Candidate:
    """Something that could be answered, described for weighing; `carried` is the share of the question it holds."""

    answer: Answer
    features: Features
    carried: float
    hit: Hit | None = None

    @property
    def asked(self) -> float:
        """How alike the question is to a way of asking for it."""
        return self.hit.asked.whole if self.hit else self.features.get("structure_asked", 0.0)

    @property
    def worth(self) -> float:
        """The weighed sum of its features."""
        weights = learned()
        return sum(weights.get(name, 0.0) * value for name, value in self.features.items())


@cache
def learned() -> Mapping[str, float]:
    """Return the weight of each feature."""
    return yaml.safe_load(WEIGHTS.read_text(encoding="utf-8"))


def best_answer(case: Case) -> Answer:
    """Return the best candidate's answer, or say that the texts do not settle it."""
    candidates = gather(case)
    best = max(candidates, key=lambda each: each.worth, default=None)
    unknown = unknown_words(case)
    if best is None or not _bears(case, best, unknown):
        return unanswered(case, best.answer if best else None, unknown)
    if _lacks_figure(case, best):
        return not_said(case, best.answer, unknown)
    return _with_more(case, best, candidates)


FIGURE = {
    "ask_amount": (
        r"多少(?:钱|元|块|万)|几(?:块|元|万|百|千|毛)|[收给补发拿领奖赔出掏](?:我|你|他|人)?多少",
        r"\d ?(?:万|亿)?元|免费|免收|不收|免交|[\d五]折|\d%|分之|\d:\d|倍|一事一议|没有写|不花钱|半价",
    ),
    "ask_duration": (
        r"几年|多少年|几个月|多久|多长时间",
        r"\d+ ?(?:个月|天|日内|年(?!\d|以后|后|起|之))|[一二三两半]年|每(?:季度|月|周|年)|季度|长期|随时|终身|工作日",
    ),
    "ask_time_limit": (
        r"几天|几个?工作日|多久|多长时间|多少天|多快|啥时候能",
        r"工作日|\d+ ?[天日]|小时|[一二三五]天|当天|当场|即时|随时",
    ),
}
"""Of questions for a figure: the words that ask for it, and what an answer has then."""
SURELY, NEAR_ENOUGH = 0.5, 0.5


def _bears(case: Case, best: Candidate, unknown: Sequence[str]) -> bool:
    """Whether the best answer has enough to do with the question to be said."""
    if best.asked >= ALIKE:
        return True
    return not (best.carried < ENOUGH and unknown) and tied(case, best) and not _of_something_else(case, best)


def _lacks_figure(case: Case, best: Candidate) -> bool:
    """Whether a sum, a time or a period is asked for and the best answer has none: it is then not written."""
    intent, chance = (case.asked.ranking or (("", 0.0),))[0]
    if intent not in FIGURE or chance < SURELY or best.asked >= NEAR_ENOUGH:
        return False
    asking, figure = FIGURE[intent]
    return case.says(asking) and not re.search(figure, best.answer.text)


def _of_something_else(case: Case, best: Candidate) -> bool:
    """Whether no answer has anything of the words a question about a named item brings: 周转房多大面积."""
    if not case.items or case.weakly_named or best.carried > 0 or best.features.get("keyword"):
        return False
    rarity = case.knowledge.reading.rarity
    words = case.residue(case.text)
    telling = [w for w in words if len(w) > 1 and rarity(w) > RARE and not case.knowledge.unknown(w)]
    return bool(telling) and len(telling) == len(words)


def unknown_words(case: Case) -> list[str]:
    """Return the rare words of the question that occur nowhere in the city's texts."""
    rarity = case.knowledge.reading.rarity
    text = case.unexplained(case.text)
    for entity in case.asked.entities:
        text = text.replace(entity.text, " ")
    unknown = case.knowledge.unknown(text)
    rare = [word for word in unknown if len(word) > 1 and rarity(word) > RARE and not ASKING_WORD.search(word)]
    return [word for word in rare if not _ends_known(case, word)]


def _ends_known(case: Case, word: str) -> bool:
    """Whether a word is a known one with a character before it: 大面积."""
    rest = case.knowledge.reading.content(word[1:]) if len(word) > 2 and word[0] in "大小多长高" else []
    return bool(rest) and not case.knowledge.unknown(word[1:])


def tied(case: Case, best: Candidate) -> bool:
    """Whether anything ties the answer to the question: an item named, or words of the question in the answer."""
    return bool(case.likely_items) or best.carried >= ENOUGH or best.features.get("keyword", 0.0) > 0


def gather(case: Case) -> list[Candidate]:
    """Return all candidates for a question."""
    words = case.residue(case.text)
    hits = [hit for hit in case.hits if hit.snippet.source != "silence" or not of_another(case, hit.snippet)]
    found = [_statement(case, hit, words) for hit in hits]
    best = max((each.hit.alike for each in found if each.hit), default=0.0)
    nearest = max((each.hit.asked.whole for each in found if each.hit), default=0.0)
    holding = max((each.hit.asked.held for each in found if each.hit), default=0.0)
    for each in found:
        each.features["alike_best"] = float(bool(each.hit and best and each.hit.alike >= 0.97 * best))
        each.features["asked_best"] = (
            float(bool(each.hit and nearest and each.hit.asked.whole >= 0.97 * nearest)) * nearest
        )
        each.features["held_best"] = (
            float(bool(each.hit and holding and each.hit.asked.held >= 0.97 * holding)) * holding
        )
    for rank, (intent, chance) in enumerate(case.asked.ranking[:INTENTS]):
        for item in _items(case):
            answer = _structured(case, item, intent)
            if answer is not None and (answer.kind != "not_said" or (rank == 0 and chance >= ENOUGH)):
                found.append(_structure(case, answer, words, chance if rank else max(chance, 0.5)))
    _ask_structure(case, found)
    most = max((each.carried for each in found), default=0.0)
    for each in found:
        each.features["carried_best"] = float(bool(words) and each.carried >= most - 0.01)
    return found


def _ask_structure(case: Case, found: Sequence[Candidate]) -> None:
    """Tell what the structure gives how alike the question is to those for statements of its item and aspect."""
    for each in found:
        if each.hit is None:
            each.features["structure_uncarried"] = 1.0 - each.carried
            each.features["structure_rival"] = max((h.asked.whole for h in case.hits), default=0.0)
            of_item = (hit for hit in case.hits if hit.snippet.item == each.answer.item)
            each.features["structure_asked"] = max(
                (hit.asked.whole for hit in of_item if _same_aspect(case, hit.snippet)), default=0.0
            )


def _same_aspect(case: Case, snippet: Snippet) -> bool:
    return any(case.aspects.get(aspect, 0.0) >= ENOUGH for aspect in snippet.aspects)


def _items(case: Case) -> list[Item]:
    """The likeliest items: those named, then the one the statements point to."""
    likely = sorted(case.likely_items, key=lambda item: -case.likely_items[item])[:ITEMS]
    found = [case.rules.items[item] for item in likely]
    return found if case.item is None or case.item in found else [*found, case.item]


def _structured(case: Case, item: Item, intent: str) -> Answer | None:
    for function in TABLE.get(intent, ()):
        found = function(case, item)
        if found is not None:
            return found
    return None


# --- describing -------------------------------------------------------------------------------------------------------


def _statement(case: Case, hit: Hit, words: Sequence[str]) -> Candidate:
    snippet = hit.snippet
    if snippet.source in LONG and len(snippet.text) > SHORT_ENOUGH:
        snippet = replace(snippet, text=_excerpt(case, snippet.text, words))
    whole = " ".join((snippet.title, snippet.text, *snippet.keywords)).lower()
    carried = case.carries(whole, words)
    keyword = _keyword(case, snippet)
    features = {
        **_common(case, snippet.text, words, carried),
        f"source_{snippet.source}": 1.0,
        "aspect": max((case.aspects.get(each, 0.0) for each in snippet.aspects), default=0.0),
        "item": _of_item(case, snippet),
        "keyword": keyword,
        "keyword_carried": keyword * carried * bool(words),
        "keyword_share": _keyword_share(case, snippet),
        "keyword_aspect": keyword * max((case.aspects.get(each, 0.0) for each in snippet.aspects), default=0.0),
        "alike": min(1.0, hit.alike),
        "asked": hit.asked.whole,
        "asked_held": hit.asked.held,
        "asked_aspect": hit.asked.whole * max((case.aspects.get(each, 0.0) for each in snippet.aspects), default=0.0),
        "asked_carried": hit.asked.whole * carried,
        "asked_sure": max(0.0, hit.asked.whole - 0.5) * 2,
        "asked_item": hit.asked.whole * _of_item(case, snippet),
        "silence_keyword": float(snippet.source == "silence") * keyword,
        "silence_carried": float(snippet.source == "silence") * carried * bool(words),
    }
    kind = {"silence": "not_said", "question": "refer"}.get(snippet.source, "said")
    if UNSAID.search(snippet.text):
        kind = "not_said"
    return Candidate(Answer(snippet.text, snippet.cites, kind, case.city, snippet.item), features, carried, hit)


def _structure(case: Case, answer: Answer, words: Sequence[str], chance: float) -> Candidate:
    carried = case.carries(answer.text.lower(), words)
    of_item = case.likely_items.get(answer.item or "", 0.0)
    intent = case.asked.intent.removeprefix("ask_")
    features = {
        **_common(case, answer.text, words, carried),
        "structure": 1.0,
        f"structure_{intent}": chance,
        "structure_chance": chance,
        "structure_item": of_item,
        "structure_plain": float(not words),
        "structure_personal": float(answer.kind == "personal"),
    }
    return Candidate(answer, features, carried)


def _common(case: Case, text: str, words: Sequence[str], carried: float) -> dict[str, float]:
    grades = [word for word, _ in case.grades]
    other = [word for word in GRADES_SAID if word not in grades and names_grade(text, word)]
    named = any(names_grade(text, word) for word in grades)
    return {
        "carried": carried * bool(words),
        "plain": float(not words),
        "fits": float(fits(case, text)),
        "grade": float(named),
        "grade_other": float(bool(grades) and bool(other) and not named),
        "unsaid": float(bool(UNSAID.search(text))),
        "carried_text": case.carries(text.lower(), words) * bool(words),
        "pairs": case.pairs_shared(text),
    }


GRADES_SAID = ("博士", "硕士", "本科", "正高级", "副高级", "高级技师", "技师")


def _keyword(case: Case, snippet: Snippet) -> float:
    """How long the longest of its keywords is that was said, over the length that is plainly telling."""
    said = [word for word in snippet.keywords if len(word) > 1 and (word in case.text or word in case.asked.context)]
    return min(1.0, max(map(len, said), default=0) / 4)


def _keyword_share(case: Case, snippet: Snippet) -> float:
    """The share of the question's characters that its keywords cover."""
    covered = {
        place
        for word in snippet.keywords
        for m in re.finditer(re.escape(word), case.text)
        for place in range(*m.span())
    }
    return len(covered) / max(1, len(case.text))


def _of_item(case: Case, snippet: Snippet) -> float:
    """How likely its item is meant; a silence concerns the items among whose documents its nearest clauses lie."""
    if snippet.source != "silence" or not case.item:
        return case.likely_items.get(snippet.item or "", 0.0)
    documents = {cite.partition("/")[0] for cite in case.item.cites}
    meant = max(case.likely_items.values(), default=1.0)
    return meant if any(cite.partition("/")[0] in documents for cite in snippet.cites) else 0.5 * meant


def of_another(case: Case, silence: Snippet) -> bool:
    """Whether a silence is about another item by name: its title has that one's name and not that of the one meant."""
    named = case.items if case.items and not case.weakly_named else ()
    others = [item for item in case.rules.items.values() if item not in named]
    if not named or any(name in silence.title for item in named for name in (item.name, *item.aliases)):
        return False
    cites = {cite for item in named for cite in (*item.cites, *(c for s in item.statements for c in s.cites))}
    elsewhere = silence.cites and silence.cites[0].partition("/")[0] not in {c.partition("/")[0] for c in cites}
    if elsewhere and any(pattern.search(silence.title) for pattern in cues().values()):
        return True
    return any(item.name in silence.title for item in others)


def _excerpt(case: Case, text: str, words: Sequence[str]) -> str:
    """The sentences of a long clause that carry the question best, in their order."""
    sentences = [part for part in re.split(r"(?<=[。；])", text) if part]
    wanted = [*words, *(word for word, _ in case.grades), *case.knowledge.reading.content(case.text)]
    ranked = sorted(range(len(sentences)), key=lambda n: -case.carries(sentences[n], wanted))
    chosen: list[int] = []
    for number in ranked:
        if not chosen or sum(len(sentences[n]) for n in [*chosen, number]) <= SHORT_ENOUGH:
            chosen.append(number)
    return "".join(sentences[number] for number in sorted(chosen))


def fits(case: Case, text: str) -> bool:
    """Whether the text has the kind of figure that the question wants."""
    patterns = [wanted for asking, wanted in ASKED_WITH if case.says(asking)] or [WANTED.get(case.asked.intent)]
    return all(pattern is not None and re.search(pattern, text) for pattern in patterns)


def _of_same(case: Case, more: Answer, found: Answer) -> bool:
    """Whether a further answer is about an item meant, or about none; who pays what is told of one item only."""
    if case.asked.intent == "ask_funding" and found.item and more.item not in (None, found.item):
        return False
    meant = case.likely_items if max(case.likely_items.values(), default=0.0) >= SURE else {}
    return not meant or more.item is None or more.item in meant


def _with_more(case: Case, best: Candidate, candidates: Sequence[Candidate]) -> Answer:
    """The best answer, followed by the next ones as long as it is not sure enough that the question is answered."""
    if best.answer.kind == "not_said":
        return best.answer
    ranked = sorted(candidates, key=lambda each: -each.worth)
    whole = sum(math.exp(each.worth - best.worth) for each in ranked)
    found, said = best.answer, 0.0
    for each in ranked:
        said += math.exp(each.worth - best.worth) / whole
        if each is not best and _adds(each.answer, found) and _of_same(case, each.answer, found):
            cites = tuple(dict.fromkeys((*found.cites, *each.answer.cites)))
            found = replace(found, text=f"{_ended(found.text)}\n{each.answer.text}", cites=cites)
        if said >= SURE_ENOUGH or found.text.count("\n") >= MORE:
            break
    return found


def _adds(more: Answer, found: Answer) -> bool:
    """Whether an answer says something that was not said yet, and is short enough to be said too."""
    same = more.text.strip("。") in found.text or set(_sentences(more.text)) <= set(_sentences(found.text))
    said = _pairs_and_figures(found.text)
    new = _pairs_and_figures(more.text)
    same = same or len(new & said) >= SAID_ALREADY * len(new)
    return not same and len(found.text) + len(more.text) <= SAID_MOST and more.kind in ("said", found.kind)


def _pairs_and_figures(text: str) -> set[str]:
    bare = re.sub(r"[^0-9A-Za-z一-龥]", "", text)
    return {bare[place : place + 2] for place in range(len(bare) - 1)} | set(re.findall(r"\d+", text))


def _sentences(text: str) -> list[str]:
    return [part for part in re.split("[。；\n]", text) if part]


def _ended(text: str) -> str:
    return text if text.endswith(("。", "？", "！")) else f"{text}。"
