"""From an utterance to what is asked: which part wants what, about which item, in which city, of whom.

A part takes what it leaves out from the other parts of the message, then from the last question (the topic), then from
the person's city. An item is named by any of its names; whether a city has it is decided when it is answered.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from backend.answers.heard import Scene, heard, known_home, values_of
from backend.answers.utterance import Entity, Part, Utterance
from backend.answers.words import cues, points
from backend.policy.catalogue import Pack, UnknownItem
from backend.policy.types import Item

QUALIFYING = ("education", "title", "skill", "chief_technician", "talent_tier", "recognition", "full_time", "directed")
ITEM_LIKE = ("recognition", "overseas", "directed", "talent_tier")
"""Kinds of entities that may be what is asked about when no item is named."""
WEAK_NAMES = frozenset(
    [
        "社保卡",
        "社会保障卡",
        "投诉",
        "理赔",
        "入学",
        "转学",
        "公寓",
        "人才窗口",
        "人才服务窗口",
        "住宾馆",
        "办卡",
        "补卡",
        "户口",
        "看病",
        "医院",
        "上学",
        "坐车",
        "公交",
        "重点企业",
        "社保",
        "参保",
        "医保",
        "海归",
        "职称",
        "旅游",
        "创业",
        "服务卡",
        "代办",
        "信息变更",
        "高层次人才",
        "中级职称",
        "高级职称",
        "挂失",
        "医疗服务",
        "申诉",
        "问责",
        "户籍",
        "公示期",
        "公示时间",
        "租房",
        "人才认定",
        "认定人才",
    ]
)
"""Names that are said in passing too; they give way to any other name of an item."""
CLEAR = 0.4
ASKING = re.compile(r"多少|几|什么|啥|哪|谁|怎么|咋|多[久长大]|吗|么|呢|不$|没$|没有$|行不|能不|要不")
"""A part less clear than this and without an asking word is no question where there are others."""
CARRIED = ("ask_same",)


@dataclass(frozen=True, slots=True)
class Topic:
    """What the last question was about, and the city the client showed then; travels in a Rasa slot as plain data."""

    city: str | None = None
    items: tuple[str, ...] = ()
    intent: str = "ask_about"
    text: str = ""
    supposed: Mapping[str, Any] = field(default_factory=dict)
    home: str | None = None

    @classmethod
    def of(cls, data: Mapping[str, Any] | None) -> Topic:
        """Read a topic from its slot."""
        known = {key: value for key, value in (data or {}).items() if key in cls.__slots__}
        return cls(**{**known, "items": tuple(known.get("items") or ())})

    def as_json(self) -> dict[str, Any]:
        """Return the plain data of the slot."""
        return {
            "city": self.city,
            "items": list(self.items),
            "intent": self.intent,
            "text": self.text,
            "supposed": dict(self.supposed),
            "home": self.home,
        }


@dataclass(frozen=True, slots=True)
class Asked:
    """One question: its words, likely intents, cities, names of items, entities, and what it supposes of a person."""

    text: str
    ranking: tuple[tuple[str, float], ...]
    cities: tuple[str, ...]
    names: tuple[str, ...]
    entities: tuple[Entity, ...]
    supposed: Mapping[str, Any]
    own: Mapping[str, Any]
    topic: Topic
    carried: bool = False
    city_said: bool = False
    context: str = ""
    cued: bool = False

    @property
    def intent(self) -> str:
        """The likeliest intent."""
        return self.ranking[0][0] if self.ranking else "ask_about"

    def of_kind(self, *kinds: str) -> list[Entity]:
        """Return its entities of some kinds."""
        return [entity for entity in self.entities if entity.kind in kinds]


def questions(
    utterance: Utterance,
    topic: Topic,
    packs: Mapping[str, Pack],
    home: str | None,
    scene: Scene,
    goes_on: bool = False,
) -> list[Asked]:
    """Return what is asked in a message; `home` is the city of the conversation or the person, if known.

    `goes_on` takes a message that is no question by itself as the last question again.
    """
    asking = [part for part in utterance.parts if part.asks or not part.intent] or list(utterance.parts[-1:])
    clear = [part for part in asking if part.confidence >= CLEAR or ASKING.search(part.text) or not part.intent]
    asking = [single for part in clear or asking for single in single_questions(part)]
    told = heard(utterance, scene)
    every = known_home(values_of(told))
    own = known_home(values_of([each for each in told if each.own]))
    telling = frozenset(each.said for each in told)
    return [_asked(utterance, part, topic, packs, home, every, own, telling, goes_on) for part in asking]


def _asked(
    utterance: Utterance,
    part: Part,
    topic: Topic,
    packs: Mapping[str, Pack],
    home: str | None,
    supposed: Mapping[str, Any],
    own: Mapping[str, Any],
    telling: frozenset[str],
    goes_on: bool,
) -> Asked:
    said_cities = _cities(utterance, part, packs, topic.city or home)
    around = [other for other in utterance.parts if not _within(part, other) and not other.asks]
    cities = said_cities or tuple(filter(None, [topic.city or home]))
    names = item_names(utterance, part, telling)
    there = [packs[city] for city in cities]
    named = any(name not in WEAK_NAMES for name in names)
    cued = () if named else cued_names(part.text, there) or (() if names else cued_names(utterance.text, there))
    cued = cued or (() if names or carried_on(part, topic) else pointed_names(utterance, part, there))
    names = cued or names or names_elsewhere(topic, cities, packs)
    carried = goes_on or part.intent in CARRIED
    ranking = part.ranking
    if part.intent == "inform" and names and names_benefit(utterance):
        ranking = (("ask_amount", part.confidence), *ranking)
    if carried:
        ranking = ((topic.intent, part.confidence), *[each for each in ranking if each[0] != "ask_same"])
        supposed = {**_without_rivals(topic.supposed, supposed), **supposed}
    return Asked(
        text=part.text,
        ranking=ranking,
        cities=cities,
        names=names,
        entities=tuple(e for e in utterance.entities if any(e.within(p.start, p.end) for p in (part, *around))),
        supposed=supposed,
        own=own,
        topic=topic,
        carried=carried,
        city_said=bool(said_cities),
        context=" ".join(other.text for other in around),
        cued=bool(cued),
    )


PAUSE = re.compile(r"[^，,。；;？?！!]+[，,。；;？?！!]*")
ASKING_FOR = re.compile(r"多少|几[^乎何]|什么|啥|哪|谁|怎么|咋|多[久长大快]|吗|么$|(.)不\1")
"""Words that make a piece between two pauses a question of its own."""
SHORTEST = 3


def single_questions(part: Part) -> list[Part]:
    """Return the questions of a part that asks for several things alike, each with what is told before it.

    报完案多快来人，材料齐了几天到账 are two questions although both want a time limit.
    """
    found: list[Part] = []
    start = part.start
    for piece in PAUSE.finditer(part.text):
        if ASKING_FOR.search(piece[0]) and len(piece[0].strip("，,。；;？?！! ")) >= SHORTEST:
            end = part.start + piece.end()
            text = part.text[start - part.start : piece.end()].rstrip("，,。；;！! ")
            found.append(Part(start, end, text, part.ranking))
            start = end
    return found if len(found) > 1 else [part]


def _within(part: Part, other: Part) -> bool:
    return other.start <= part.start and part.end <= other.end


def cued_names(text: str, packs: Sequence[Pack]) -> tuple[str, ...]:
    """Return the name of the first item of the cities whose words, apart from each other, are in the text."""
    found = (name for name, pattern in cues().items() if pattern.search(text))
    return next(((name,) for name in found if any(items_named((name,), pack) for pack in packs)), ())


TELLING = re.compile(
    r"[我俺咱](?:是|有|在|的|们)|是个|[领拿买办签交评考过](?:过|了|到)|已经|没|不|认定了|享受过|上班|工作|毕业|刚"
)
"""Words by which one tells something of oneself."""


def names_benefit(utterance: Utterance) -> bool:
    """Whether a message is but the name of an item with a grade (高级技师开厂的创新创业补贴): it asks how much."""
    named = [each for each in utterance.of_kind("item") if each.text not in WEAK_NAMES]
    return bool(named) and not TELLING.search(utterance.text)


def carried_on(part: Part, topic: Topic) -> bool:
    """Whether a part goes on with the last question's item."""
    return bool(topic.items) and part.intent in CARRIED


def pointed_names(utterance: Utterance, part: Part, packs: Sequence[Pack]) -> tuple[str, ...]:
    """Return the name of the item that a part's words point to, else those of the whole message: 二手房, 小学, 溺水."""
    for where in (part, None):
        for entity in utterance.entities:
            if (where and not entity.within(where.start, where.end)) or not _points(entity, utterance):
                continue
            names = points()[entity.kind]
            found = next((name for name in names if any(items_named((name,), pack) for pack in packs)), None)
            if found:
                return (found,)
    return ()


def _points(entity: Entity, utterance: Utterance) -> bool:
    """Whether an entity is of a telling kind; who has no work is the spouse only where one is spoken of."""
    of_spouse = any(each.value == "spouse" for each in utterance.of_kind("kinship"))
    return entity.kind in points() and (of_spouse or entity.kind not in ("spouse_status", "buyer"))


def names_elsewhere(topic: Topic, cities: Sequence[str], packs: Mapping[str, Pack]) -> tuple[str, ...]:
    """Return all names of the topic's items when another city is asked about now: there they go by one of them."""
    before = packs.get(topic.city or "")
    if before is None or topic.city in cities:
        return ()
    items = [before.items[item] for item in topic.items if item in before.items]
    return tuple(name for item in items for name in (item.name, *item.aliases))


def _without_rivals(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """What was supposed before, less what a new grade replaces: 那技师呢 after 博士 is about a technician."""
    grades = {"education", "professional_title", "skill_level", "chief_technician", "talent_tier"}
    gone = grades | {"education_full_time"} if grades & set(new) else set()
    return {name: value for name, value in old.items() if name not in gone}


PLACE_OF_ELSE = (
    re.compile(r"(?:注册|户口|社保|老家|毕业|读|上学)[^，。]{0,4}在?$"),
    re.compile(r"^(?!本科|硕士|博士|大专|专科|研究)[^，。]{0,2}(?:注册|大学|毕业|读|的户口)"),
)
"""What stands before and after a city that is the place of something, not the city asked about."""
NO_PLACE = re.compile(r"^(?:高新区|经开区|开发区|新区|示范区)$")
"""Districts by names that any city has."""


def _cities(utterance: Utterance, part: Part, packs: Mapping[str, Pack], known: str | None) -> tuple[str, ...]:
    for where in (part, None):
        cities = [e for e in utterance.of_kind("city", within=where) if e.value in packs]
        found = [e.value for e in cities if not (known and _of_something_else(utterance.text, e))]
        districts = [e for e in utterance.of_kind("district", within=where) if not (known and NO_PLACE.match(e.text))]
        found += [city for entity in districts if (city := _city_of(entity, packs))]
        if found:
            return tuple(dict.fromkeys([*_listed_before(utterance, cities, packs), *found]))
    return ()


LISTED = re.compile(r"^[、和跟与及同]$")


def _listed_before(utterance: Utterance, cities: Sequence[Entity], packs: Mapping[str, Pack]) -> list[str]:
    """The cities that stand right before one of these with a sign between them, which ends no question then."""
    named = [entity for entity in utterance.of_kind("city") if entity.value in packs]
    starts = {city.start for city in cities}
    return [one.value for one in named if one.end + 1 in starts and LISTED.match(utterance.text[one.end : one.end + 1])]


def _of_something_else(text: str, city: Entity) -> bool:
    before, after = PLACE_OF_ELSE
    return bool(before.search(text[: city.start]) or after.search(text[city.end :]))


def _city_of(district: Entity, packs: Mapping[str, Pack]) -> str | None:
    owners = [
        city_id
        for city_id, pack in packs.items()
        if any(district.value in (each.name, *each.aliases) for each in pack.city.districts)
    ]
    return owners[0] if len(owners) == 1 else None


def item_names(utterance: Utterance, part: Part, telling: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """Return the names of items said in the part, else elsewhere in the message; passing words give way to others.

    A part that tells a fact (单位在重点企业名录) does not ask about what it names: `telling` holds the words of such.
    """
    weak: tuple[str, ...] = ()
    for where in (part, *_around(utterance, part, telling)):
        said = [(entity.text, str(entity.value)) for entity in utterance.of_kind("item", within=where)]
        said += [(entity.text, entity.text) for entity in utterance.of_kind(*ITEM_LIKE, within=where)]
        strong = [pair for pair in said if pair[0] not in WEAK_NAMES]
        if strong:
            return tuple(dict.fromkeys(name for pair in strong for name in pair))
        if said and where is part:
            weak = tuple(dict.fromkeys(name for pair in said for name in pair))
    return weak


def _around(utterance: Utterance, part: Part, telling: frozenset[str]) -> list[Part]:
    """The other parts that may name what this one leaves out: those before it, the nearest first, then those after."""
    others = [each for each in utterance.parts if each is not part and (each.asks or each.text not in telling)]
    return sorted(others, key=lambda each: (each.start > part.start, abs(each.start - part.start)))


def items_named(names: Iterable[str], pack: Pack) -> list[Item]:
    """Return the items of a city that go by these names."""
    found: dict[str, Item] = {}
    for name in names:
        try:
            item = pack.find_item(name)
        except UnknownItem:
            continue
        found.setdefault(item.id, item)
    return list(found.values())


def spoken_names(names: Sequence[str]) -> str:
    """Return how the person called it."""
    return names[0] if names else ""


def is_total(text: str) -> bool:
    """Whether a total is wanted, not a rate."""
    return bool(re.search(r"一共|总共|合计|累计|加起来|总额|全部能|到现在|领满|三年(?:能|共|下来)|算下来", text))
