"""What the pack itself records as left open by the texts: it comes before any statement near it.

A silence is meant when one of its telling keywords is said: one with content that no statement of the city has. Some
silences concern one side of a matter only (the shares of a zone, the list of a district); what they are about has to
be in the question too.
"""

from __future__ import annotations

import re

from backend.answers.candidates import fits, of_another
from backend.answers.case import SURE, Case
from backend.answers.declining import ask_at
from backend.answers.reply import Answer, fit
from backend.policy.knowledge import Snippet

ONE_SIDE = (
    ("比例", r"比例|几比几|谁[出掏付]|[出掏]钱|分担|财政|几成|承担|[出掏](?:多少|几)"),
    ("名单", r"名单|名录|目录"),
    ("地址|哪里|开放时间", r"哪|地址|路|怎么走|电话|点|时间|周末|开门"),
    ("金额", r"多少|几|钱|金额|标准"),
    ("期限", r"期限|截止|多久|过期|晚|来得及|多长"),
)
"""What the title of a silence has, and what a question about that side has."""
MADE_OF = ("silence", "clause", "article")
"""Sources that do not count as saying a word: silences themselves and whole articles."""


def known_silence(case: Case) -> Answer | None:
    """Return the silence whose telling keyword is in the question, None when there is none."""
    found = [(word, each) for each in case.knowledge.snippets if each.source == "silence" for word in _said(case, each)]
    if not found:
        return None
    _, silence = max(found, key=lambda pair: len(pair[0]))
    if _better_told(case, silence):
        return None
    item = case.item.id if case.item and case.likely_items else None
    text = fit(silence.text if silence.text.endswith("。") else f"{silence.text}。", 320)
    whom = "" if re.search("问|可以到", silence.text) else ask_at(case)
    return Answer(f"{text}{whom}", silence.cites, "not_said", case.city, item)


def _better_told(case: Case, silence: Snippet) -> bool:
    """Whether a statement has more of the words asked of a named item than the silence: the library's hours."""
    if not case.items or case.weakly_named:
        return False
    words = case.residue(case.text)
    own = case.carries(_whole(silence), words)
    for told in (hit.snippet for hit in case.hits if hit.snippet.source == "statement"):
        carried = case.carries(_whole(told), words)
        of_named = bool(words) and case.likely_items.get(told.item or "", 0.0) >= SURE
        if carried > own or (of_named and carried == own and fits(case, told.text)):
            return True
    return False


def _whole(snippet: Snippet) -> str:
    return " ".join((snippet.title, snippet.text, *snippet.keywords)).lower()


def _said(case: Case, silence: Snippet) -> list[str]:
    """The telling keywords of a silence in the question, none when it is about another side or another item."""
    if of_another(case, silence) or not _of_its_side(case, silence):
        return []
    return [word for word in silence.keywords if _in(case, word) and _telling(case, word)]


def _of_its_side(case: Case, silence: Snippet) -> bool:
    if "名单" in silence.title and (not case.asked.of_kind("district") or case.asked.of_kind("employer")):
        return False
    sides = [asking for title, asking in ONE_SIDE if re.search(title, silence.title)]
    return not sides or any(case.says(asking) for asking in sides)


def _in(case: Case, keyword: str) -> bool:
    """Whether a keyword is said, a district in it by any of its names: 文峰 for 文峰区企业."""
    if len(keyword) < 2:
        return False
    districts = [str(each.value) for each in case.asked.of_kind("district")]
    said = case.text if len(keyword) < 3 else f"{case.asked.context} {case.text}"
    return keyword in said or any(keyword.startswith(name) and len(name) > 2 for name in districts)


def _telling(case: Case, keyword: str) -> bool:
    """Whether a keyword has content and no statement of the city has it."""
    if not case.knowledge.reading.content(keyword):
        return False
    told = (each for each in case.knowledge.snippets if each.source not in MADE_OF)
    return not any(keyword in each.text or keyword in each.keywords for each in told)
