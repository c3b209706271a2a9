"""One question in one city, with everything an answer may draw on: rules of the day, search, facts, items meant."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from backend.answers.asked import WEAK_NAMES, Asked, items_named
from backend.answers.utterance import Entity
from backend.policy.catalogue import Pack, UnknownItem
from backend.policy.eligibility import Ruleset
from backend.policy.knowledge import Hit, Knowledge, Snippet
from backend.policy.types import Item
from backend.policy.vocabulary import FactError, Vocabulary

GRADES = ("education", "professional_title", "skill_level", "chief_technician", "talent_tier")
GRADE_WORDS = {
    ("education", "doctor"): "博士",
    ("education", "master"): "硕士",
    ("education", "bachelor"): "本科",
    ("education", "junior_college"): "大专",
    ("education", "secondary_vocational"): "中专",
    ("education", "high_school_or_below"): "高中及以下学历",
    ("title", "senior"): "正高级",
    ("title", "associate_senior"): "副高级",
    ("title", "intermediate"): "中级职称",
    ("title", "assistant"): "初级职称",
    ("skill", "senior_technician"): "高级技师",
    ("skill", "technician"): "技师",
    ("skill", "senior_worker"): "高级工",
    ("chief_technician", "municipal"): "市级首席技师",
    ("chief_technician", "provincial"): "省级首席技师",
    ("chief_technician", "national"): "国家级首席技师",
    ("chief_technician", "worldskills"): "世界技能大赛奖牌",
    ("talent_tier", "top"): "顶尖人才",
    ("talent_tier", "high_end"): "高端人才",
}
NO_OTHER_GRADE = {"professional_title": "none", "skill_level": "none", "education": "high_school_or_below"}
"""What a question about one grade leaves out: no other grade is to help."""
SURE = 0.7
"""From here on an item counts as meant, and statements of others do not change that."""
MONTHLY = re.compile(r"生活(?:补|津)")
MONEY_INTENTS = frozenset(
    [
        "ask_amount",
        "ask_duration",
        "ask_funding",
        "ask_payment",
        "ask_time_limit",
        "ask_when",
        "ask_stacking",
        "ask_comparison",
        "ask_consequence",
        "ask_eligibility",
    ]
)
LONG_CONTEXT = 40
"""What else a message says is compared with the ways of asking as long as it is shorter than this."""
FACT_OF_KIND = {"title": "professional_title", "skill": "skill_level"}

ASPECTS: Mapping[str, Mapping[str, float]] = {
    "ask_about": {"general": 1, "rights": 1, "coverage": 0.8, "amount": 0.7, "conditions": 0.5},
    "ask_amount": {"amount": 1, "rights": 0.5},
    "ask_duration": {"when": 1, "time_limit": 0.75, "amount": 0.6, "duty": 0.5, "rights": 0.4},
    "ask_conditions": {"conditions": 1, "coverage": 0.9, "exclusions": 0.8, "when": 0.3},
    "ask_eligibility": {"conditions": 1, "coverage": 1, "exclusions": 1, "stop": 0.4, "amount": 0.3, "rights": 0.3},
    "ask_materials": {"materials": 1},
    "ask_procedure": {"procedure": 1, "where": 0.6, "objection": 0.5, "when": 0.3, "duty": 0.3},
    "ask_where": {"where": 1, "phone": 1, "procedure": 0.4},
    "ask_when": {"when": 1, "time_limit": 0.5, "duty": 0.4},
    "ask_time_limit": {"time_limit": 1, "when": 0.4},
    "ask_agency": {"responsible": 1, "document": 0.5, "duty": 0.4},
    "ask_funding": {"funding": 1},
    "ask_payment": {"procedure": 0.8, "amount": 0.6, "general": 0.5, "where": 0.4, "time_limit": 0.4},
    "ask_stacking": {"general": 0.7, "amount": 0.7, "exclusions": 0.9, "conditions": 0.6, "coverage": 0.4},
    "ask_comparison": {"amount": 0.8, "general": 0.5, "conditions": 0.4, "coverage": 0.4},
    "ask_consequence": {"stop": 1, "clawback": 1, "duty": 0.7, "exclusions": 0.7, "conditions": 0.3},
    "ask_document": {"document": 1},
    "ask_change": {"document": 0.5, "coverage": 0.5, "funding": 0.3},
    "ask_directory": {"coverage": 0.9, "conditions": 0.4},
    "ask_tier": {"conditions": 0.8, "coverage": 0.9, "general": 0.4},
    "ask_why_not": {"conditions": 1, "exclusions": 1, "coverage": 0.7},
}
"""For each intent, how much an answer under each aspect of the pack format is worth."""


@dataclass(frozen=True)
class World:
    """What every answer of a request may draw on; values only, nothing that could change."""

    packs: Mapping[str, Pack]
    knowledge: Callable[[str, date], Knowledge]
    today: date
    facts: Mapping[str, Any] = field(default_factory=dict)
    quotes: Callable[[str, str], str | None] = lambda city, cite: None


@dataclass(frozen=True)
class Case:
    """One question in one city."""

    asked: Asked
    city: str
    world: World
    items: tuple[Item, ...]

    @classmethod
    def of(cls, asked: Asked, city: str, world: World) -> Case:
        """Find the items meant: named now, or those of the topic when the question goes on from it."""
        pack = world.packs[city]
        current = pack.on(world.today).items
        named = [current[item.id] for item in items_named(asked.names, pack) if item.id in current]
        plain = [item for item in named if item.kind != "calculation"] or named
        return cls(asked, city, world, tuple(plain))

    @property
    def pack(self) -> Pack:
        """The city's pack."""
        return self.world.packs[self.city]

    @cached_property
    def rules(self) -> Ruleset:
        """The rules of the day."""
        return self.pack.on(self.world.today)

    @cached_property
    def knowledge(self) -> Knowledge:
        """The search over what the rules of the day say."""
        return self.world.knowledge(self.city, self.world.today)

    @property
    def text(self) -> str:
        """The question's words."""
        return self.asked.text

    @cached_property
    def aspects(self) -> dict[str, float]:
        """How likely each aspect is wanted, from the likeliest intents."""
        found: dict[str, float] = {}
        for intent, chance in self.asked.ranking[:3]:
            for aspect, worth in ASPECTS.get(intent, {}).items():
                found[aspect] = found.get(aspect, 0.0) + worth * chance
        return {aspect: min(1.0, weight) for aspect, weight in found.items()}

    @cached_property
    def likely_items(self) -> dict[str, float]:
        """How likely each item is meant: named, named in passing, gone on with, or just 补贴; empty: no telling."""
        named = {item.id: self._named(item) for item in self.items}
        if named and max(named.values()) >= SURE:
            return named
        topic = self.asked.topic
        if topic.items and (topic.city in (None, self.city)) and (self.asked.carried or not self._new_words()):
            return {item: 0.85 for item in topic.items if item in self.rules.items}
        told = self._of_facts_told()
        if told is not None and not named:
            return {told.id: 0.7}
        monthly = self.monthly_item() if self._plain_money() else None
        default = {monthly.id: 0.3 if self.residue(self.text) else 0.6} if monthly else {}
        return {**named, **default}

    def _of_facts_told(self) -> Item | None:
        """The one item that looks at something the question supposes: 冰雹砸坏房子 is about the insurance."""
        telling = [name for name in self.asked.supposed if name in OF_ONE_ITEM]
        owners = [item for item in self.rules.items.values() if set(telling) & _looked_at(item)]
        return owners[0] if len(owners) == 1 else None

    def _named(self, item: Item) -> float:
        """One for a name that means the item, less for a word said in passing."""
        if self.asked.cued:
            return 0.8
        names = [name for name in self.asked.names if self._is_of(name, item)]
        return 1.0 if any(name not in WEAK_NAMES for name in names) else 0.45

    def _is_of(self, name: str, item: Item) -> bool:
        try:
            return self.pack.find_item(name).id == item.id
        except UnknownItem:
            return False

    @property
    def weakly_named(self) -> bool:
        """Whether the item was only named in passing (社保卡, 看病 …)."""
        return all(name in WEAK_NAMES for name in self.asked.names)

    def _plain_money(self) -> bool:
        """Whether just 补贴, 补助 is meant, without saying which."""
        if self.asked.of_kind("kinship"):
            return False
        said = self.asked.intent == "ask_funding" or bool(re.search(r"补贴|补助|津贴|每月|月补|到账", self.text))
        graded = self.asked.intent == "ask_amount" and bool(self.grades) and not self.residue(self.text)
        return (said or graded) and self.asked.intent in MONEY_INTENTS

    def monthly_item(self) -> Item | None:
        """What is meant by just 补贴: the benefit that is paid every month."""
        paid = [
            i
            for i in self.rules.items.values()
            if i.kind == "service" and MONTHLY.search(i.name) and i.situation == "money"
        ]
        return paid[0] if paid else None

    def _new_words(self) -> bool:
        """Whether the question brings words of its own that belong elsewhere than to the topic's items."""
        content = self.knowledge.reading.content(self.text)
        return bool(content) and not self.asked.carried and not self._supposes_of_topic() and self._elsewhere(content)

    def _supposes_of_topic(self) -> bool:
        """Whether what the question supposes is a condition of the topic's items or of what comes before them."""
        items = [self.rules.items[i] for i in self.asked.topic.items if i in self.rules.items]
        items += [self.rules.items[i] for item in items for i in item.requires if i in self.rules.items]
        looked_at = {name for item in items for each in item.conditions for name in each.test.facts}
        return bool(looked_at & set(self.asked.supposed))

    def _elsewhere(self, content: Sequence[str]) -> bool:
        hits = self.knowledge.search(self.text, None, self.aspects, 3, (self.unexplained(self.text),))
        return bool(hits) and hits[0].carried >= 0.6 and all(h.snippet.item not in self.asked.topic.items for h in hits)

    @cached_property
    def hits(self) -> list[Hit]:
        """The statements that answer best, whatever the structure of the pack says."""
        whole = f"{self.asked.context}{self.text}" if len(self.asked.context) < LONG_CONTEXT else self.text
        bare = tuple({self.unexplained(self.wording), self.unexplained(whole)})
        found = self.knowledge.search(self.wording, self.likely_items, self.aspects, 16, bare)
        others = [*self._silences(), *self.knowledge.search(self.wording, None, None, 8, bare)]
        seen = {id(hit.snippet) for hit in found}
        return [*found, *(hit for hit in others if id(hit.snippet) not in seen and not seen.add(id(hit.snippet)))]

    @cached_property
    def thought_of(self) -> float:
        """How alike the question is to the nearest way of asking for a statement about what is meant (0 to 1)."""
        meant = [hit for hit in self.hits if hit.snippet.item is None or hit.snippet.item in self.likely_items]
        return max((hit.asked.whole for hit in meant or self.hits), default=0.0)

    @cached_property
    def wording(self) -> str:
        """What to search for: the question, with the rest of the message or the last question if it says too little."""
        if self.residue(self.text) or (self.likely_items and not self.asked.carried):
            return self.text
        if self.asked.carried and self.asked.topic.text:
            return f"{self.asked.topic.text} {self.text}"
        return f"{self.asked.context} {self.text}".strip()

    def _silences(self) -> list[Hit]:
        """What the texts are known to leave open, where one of its words was said."""
        words = self.residue(self.text)
        silences = [s for s in self.knowledge.snippets if s.source == "silence"]
        return [Hit(s, 0.4, 1.0) for s in silences if self._touches(s, words)]

    def _touches(self, silence: Snippet, words: Sequence[str]) -> bool:
        named = any(word in self.text for word in silence.keywords if len(word) > 1)
        whole = " ".join((silence.title, silence.text, *silence.keywords))
        return named or bool(words and any(len(w) > 1 for w in words) and self.carries(whole, words) >= 0.75)

    @cached_property
    def item(self) -> Item | None:
        """The one item the question is about: named, of the topic, or that of the best statements."""
        sure = [item for item, chance in self.likely_items.items() if chance >= SURE]
        if len(sure) == 1:
            return self.rules.items[sure[0]]
        votes = {item: self.likely_items[item] for item in sure}
        for hit in self.hits[:6]:
            item = hit.snippet.item
            if item and (item in votes if sure else hit.carried >= 0.45 or item in self.likely_items):
                votes[item] = votes.get(item, 0.0) + hit.score * (0.2 + hit.carried)
        best = max(votes, key=lambda item: votes[item], default=next(iter(self.likely_items), None))
        return self.rules.items.get(best) if best else None

    def residue(self, text: str) -> Sequence[str]:
        """Return the content words of a text that are neither the item's name, nor a place, nor a grade."""
        if text not in self._residues:
            self._residues[text] = self.knowledge.reading.content(self.unexplained(text))
        return self._residues[text]

    @cached_property
    def _residues(self) -> dict[str, Sequence[str]]:
        return {}

    def unexplained(self, text: str) -> str:
        """Return a text with the names of its items, places and grades blanked."""
        explained = {e.text for e in self.asked.of_kind(*EXPLAINED) if self._explains(e)}
        explained |= {name for item in self.items for name in (item.name, *item.aliases) if name not in WEAK_NAMES}
        city = self.pack.city
        explained |= {city.name, city.full_name, *city.aliases, *city.local_words}
        for name in sorted(explained, key=len, reverse=True):
            text = text.replace(name, " ")
        return text

    def _explains(self, entity: Entity) -> bool:
        """Whether every answer takes an entity into account anyway; of items only those meant, by a telling name."""
        if entity.kind != "item":
            return entity.text not in WEAK_NAMES
        named = items_named((entity.text, str(entity.value)), self.pack)
        meant = {item.id for item in self.items}
        return any(item.id in meant for item in named) and (entity.text not in WEAK_NAMES or not self.weakly_named)

    def carries(self, text: str, words: Sequence[str]) -> float:
        """Return the share of `words` that `text` has, by itself or by meaning, weighed by rarity."""
        reading = self.knowledge.reading
        weights = {word: (0.15 + reading.rarity(word)) * (0.35 if len(word) == 1 else 1.0) for word in words}
        there = sum(w for word, w in weights.items() if any(m in text for m in reading.meanings(word)))
        whole = sum(weights.values()) + (0.8 if weights and all(len(word) == 1 for word in words) else 0.0)
        return (there + whole - sum(weights.values())) / whole if weights else 1.0

    def pairs_shared(self, text: str) -> float:
        """Return the share of the question's pairs of characters, empty words left out, that a text has."""
        said = "".join(self.knowledge.reading.content(self.text))
        wanted = {said[place : place + 2] for place in range(len(said) - 1)}
        return sum(pair in text for pair in wanted) / len(wanted) if wanted else 0.0

    # --- whom it is about

    @cached_property
    def supposed(self) -> dict[str, Any]:
        """What the question supposes of a person, as values of the vocabulary."""
        return parsed(self.pack.vocabulary, self.asked.supposed)

    @cached_property
    def values(self) -> dict[str, Any]:
        """The person's facts with what the question supposes laid over them; a supposed grade replaces known ones."""
        known = dict(self.world.facts)
        if any(grade in self.supposed for grade in GRADES):
            known = {name: value for name, value in known.items() if name not in (*GRADES, "education_full_time")}
            known |= NO_OTHER_GRADE
        values = {**known, **self.supposed}
        if "education" in values and "education_full_time" not in values:
            values["education_full_time"] = True
        if self.supposed.get("employer_category") == "enterprise":  # 到企业上班: not of one's own founding
            values.setdefault("founded_own_enterprise", False)
        return values

    @cached_property
    def grades(self) -> list[tuple[str, dict[str, Any]]]:
        """The grades named in the question: their word and the facts they stand for."""
        found: dict[str, dict[str, Any]] = {}
        for entity in self.asked.entities:
            word = GRADE_WORDS.get((entity.kind, str(entity.value)))
            if word:
                facts = {FACT_OF_KIND.get(entity.kind, entity.kind): entity.value}
                if entity.kind == "education":
                    facts["education_full_time"] = self.asked.supposed.get("education_full_time", True)
                found.setdefault(word, facts)
        return list(found.items()) or self._grades_carried()

    def _grades_carried(self) -> list[tuple[str, dict[str, Any]]]:
        """The grades that the last question supposed, when this one goes on from it: 硕士多少 … 那边呢."""
        if not self.asked.carried:
            return []
        given = self.asked.supposed
        names = {kind: FACT_OF_KIND.get(kind, kind) for kind, _ in GRADE_WORDS}
        known = [(kind, value) for kind, value in GRADE_WORDS if given.get(names[kind]) == value]
        shared = {name: given[name] for name in ("education_full_time",) if name in given}
        return [
            (GRADE_WORDS[kind, value], {names[kind]: value, **(shared if kind == "education" else {})})
            for kind, value in known
        ]

    def says(self, pattern: str) -> bool:
        """Whether the question's words match a pattern."""
        return bool(re.search(pattern, self.text))


OF_ONE_ITEM = frozenset(
    ["event_kind", "claim_item", "hardship_category", "books_requested", "ticket_price", "school_level"]
)
"""Facts that are told of one occasion; the item that looks at them is meant."""


def _looked_at(item: Item) -> set[str]:
    tests = [each.test for each in (*item.conditions, *item.exclusions)]
    tests += [tier.when for tier in item.benefit.tiers if tier.when]
    return {name for test in tests for name in test.facts}


# what a question mentions and every answer takes into account anyway
EXPLAINED = (
    "city",
    "district",
    "education",
    "title",
    "skill",
    "full_time",
    "self_word",
    "date",
    "money",
    "period",
    "item",
)


def parsed(vocabulary: Vocabulary, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the given facts as values, leaving out those that the vocabulary cannot read."""
    values: dict[str, Any] = {}
    for name, value in given.items():
        try:
            values.update(vocabulary.parse({name: value}))
        except FactError:
            continue
    return values
