"""Answers from the search alone, for when the assistant's understanding is away: no dialogue, no personal verdict."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from backend.answers.answering import answers, reply
from backend.answers.asked import Topic, questions
from backend.answers.case import World
from backend.answers.heard import Scene
from backend.answers.library import Library
from backend.answers.reply import Link, Reply
from backend.answers.utterance import Entity, Part, Utterance
from backend.policy.catalogue import Pack

NOTICE = "（助手正在恢复，先按政策条文为您查到这些）"
UNHEARD = "助手正在恢复，接着刚才说的话暂时听不懂，这句没有记下来。过一会儿再说一遍，或者在申请表里直接填。"
BARE = re.compile(
    r"^(?:[\d０-９.%:/~-]|[一二三四五六七八九十百千万零〇两半几]|[年月日号天个岁级元块人次周]|去年|前年|今年|上个?月|下个?月|月初|月底|[的了吧呢呀啊，,。！!\s]"
    r"|是|对|嗯|好|行|中|有|没有?|不|木有|不是|不对|不知道|不清楚|记不清|不想说)+$"
)
"""A reply to a question of ours rather than a question: a date, a number, a yes or a no."""
CUES = (
    ("ask_amount", r"多少钱|给多少|补多少|几万|金额|标准|打几折|多钱|能领多少|多少"),
    ("ask_materials", r"材料|证件|要带|带啥|交啥|手续|资料|清单|复印"),
    ("ask_time_limit", r"几天|多久|工作日|多长时间|到账|时限"),
    ("ask_where", r"在哪|哪里|去哪|地址|电话|窗口|哪儿"),
    ("ask_when", r"什么时候|啥时候|几月|截止|何时"),
    ("ask_agency", r"谁管|哪个部门|归谁|负责|谁审|牵头"),
    ("ask_funding", r"谁出|分担|比例|承担"),
    ("ask_document", r"文号|哪个文件|依据|红头"),
    ("ask_procedure", r"怎么|咋|流程|步骤|如何"),
    ("ask_conditions", r"条件|要求|资格|什么人|哪些人|谁能"),
    ("ask_eligibility", r"吗|能不能|可以|行不行|算不算|给不给"),
)
"""Asking words and the intent they most likely mean; the first that is found counts."""


def answer_alone(text: str, city: str | None, today: date, library: Library) -> list[Reply]:
    """Return the best answer the search has, marked as such."""
    if BARE.match(text.strip()):
        return [Reply(UNHEARD, (), (Link("看全部事项", "screen", "items"), Link("转人工", "say", "转人工")))]
    utterance = _understood(text, library)
    world = World(library.packs, library.knowledge, today)
    home = city if city in library.packs else None
    scene = Scene(today, library.packs[home].city if home else None)
    found = [
        answer
        for asked in questions(utterance, Topic(), library.packs, home, scene)
        for answer in answers(asked, world)
    ]
    bubbles = [reply(answer, world) for answer in found[:2]]
    call = (Link("转人工", "say", "转人工"),)
    return [replace(each, text=f"{each.text}{NOTICE}", links=call) for each in bubbles]


def _understood(text: str, library: Library) -> Utterance:
    intent = next((intent for intent, pattern in CUES if re.search(pattern, text)), "ask_about")
    entities = [entity for pack in library.packs.values() for entity in _names_in(text, pack)]
    longest = sorted(entities, key=lambda entity: -(entity.end - entity.start))
    kept: list[Entity] = []
    for entity in longest:
        if all(entity.end <= other.start or other.end <= entity.start for other in kept):
            kept.append(entity)
    part = Part(0, len(text), text, ((intent, 0.6),))
    return Utterance(text, (part,), tuple(sorted(kept, key=lambda entity: entity.start)))


def _names_in(text: str, pack: Pack) -> list[Entity]:
    """Cities, districts and items of a pack that the text names letter for letter."""
    city = pack.city
    names = [("city", city.id, name) for name in (city.name, city.full_name, *city.aliases)]
    names += [
        ("district", district.name, name) for district in city.districts for name in (district.name, *district.aliases)
    ]
    names += [("item", name, name) for item in pack.items.values() for name in (item.name, *item.aliases)]
    return [
        Entity(kind, value, name, place, place + len(name))
        for kind, value, name in names
        if len(name) > 1 and (place := text.find(name)) >= 0
    ]
