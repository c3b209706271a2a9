"""From a question to an answer: what the structure of the pack gives, what the statements say, or an honest "not said".

The order for one question in one city:

1. what is none of ours is declined;
2. what the pack records as left open is said to be so;
3. special questions with a list or a rule of their own (is a firm listed, which tier is an award, yes or no …);
4. everything that could be the answer, from the structure and from the statements, is weighed by what the question
   mentions, and the best is said (`backend.answers.candidates`);
5. when nothing carries the question: the texts do not say, with the nearest clause and whom to ask.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from backend.answers.asked import Asked, spoken_names
from backend.answers.candidates import best_answer
from backend.answers.case import Case, World
from backend.answers.declining import declined, outside
from backend.answers.figures import spoken_day
from backend.answers.lookups import (
    agency_duties,
    award_tier,
    both,
    changed,
    compared,
    district_windows,
    duty_owner,
    for_me,
    funded,
    grades_compared,
    listed,
    named_document,
    no_such_grade,
    one_tier,
    paid_out,
    phone,
    reckoned,
    whats_there,
)
from backend.answers.reply import Answer, Citation, Link, Reply, fit
from backend.answers.silences import known_silence
from backend.answers.yes_or_no import no_only, yes_or_no

Special = Callable[[Case], Answer | None]


SPECIAL: dict[str, tuple[Special, ...]] = {
    "ask_eligibility": (listed, one_tier, both, no_such_grade, yes_or_no),
    "ask_directory": (listed,),
    "ask_tier": (one_tier, award_tier),
    "ask_amount": (funded, grades_compared, no_such_grade, reckoned, for_me),
    "ask_funding": (funded,),
    "ask_payment": (paid_out,),
    "ask_time_limit": (paid_out,),
    "ask_comparison": (compared,),
    "ask_agency": (agency_duties,),
    "ask_about": (award_tier, agency_duties, no_such_grade, whats_there),
    "ask_where": (phone, district_windows),
    "ask_document": (named_document,),
    "ask_change": (changed,),
    "ask_conditions": (one_tier, award_tier),
    "ask_why_not": (yes_or_no,),
    "ask_stacking": (one_tier, both, no_only),
}
"""For each intent the special questions it may be, in order."""


def answers(asked: Asked, world: World) -> list[Answer]:
    """Return the answer for each city asked about; one question for the city when none is known."""
    cities = asked.cities or only_city(asked, world)
    if not cities:
        return [declined(asked, world, "other_city") if asked.of_kind("other_city") else _which_city(world)]
    found = [answer(Case.of(asked, city, world)) for city in cities]
    if len(found) > 1:
        return [replace(each, text=f"{world.packs[each.city].city.name}：{each.text}") for each in found if each.city]
    return found


def answer(case: Case) -> Answer:
    """Answer one question in one city."""
    refused = outside(case)
    if refused is not None:
        return (duty_owner(case) if case.asked.intent == "out_of_scope" else None) or refused
    earlier = _earlier(case)
    if earlier is not None:
        return earlier
    silent = known_silence(case)
    if silent is not None:
        return silent
    for special in SPECIAL.get(case.asked.intent, ()):
        found = special(case)
        if found is not None:
            return found
    found = _absent_item(case) or best_answer(case)
    return (duty_owner(case) if found.kind in ("not_said", "declined") else None) or found


BEFORE = re.compile(
    r"(?:升级版|新政策|新文件|21年|2021年.{0,4})(?:出来|发布|实行|出台|意见)?(?:之前|以前|前)|原来的(?:比例|标准|规定)|老政策"
)


def _earlier(case: Case) -> Answer | None:
    """What held before the newest text, when that is asked: 升级版之前几比几."""
    starts = [day for day in case.pack.starts if day <= case.world.today]
    if len(starts) < 2 or not BEFORE.search(case.text):
        return None
    before = replace(case.world, today=starts[-1] - timedelta(days=1))
    asked = replace(case.asked, text=BEFORE.sub(" ", case.text))
    found = answer(Case.of(asked, case.city, before))
    return replace(found, text=f"{spoken_day(starts[-1])}以前：{found.text}") if found.kind != "declined" else found


def only_city(asked: Asked, world: World) -> tuple[str, ...]:
    """The one city that has the item, when no city was said and none is known."""
    owners = [city for city in world.packs if Case.of(asked, city, world).items]
    return tuple(owners) if len(owners) == 1 else ()


def _which_city(world: World) -> Answer:
    names = [pack.city.name for pack in world.packs.values()]
    links = tuple(Link(name, "say", name) for name in names)
    return Answer("您问的是哪个城市？各地规定不一样。", (), "ask", None, None, links)


def _absent_item(case: Case) -> Answer | None:
    """An item that was named and that this city does not have, while another has it."""
    if case.items or not case.asked.of_kind("item") or case.weakly_named:
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
