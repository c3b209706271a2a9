"""Writes nlu_data/generated/ from packs, vocabulary and hand-written sentences: `python -m nlu_data.build`.

    lookups.yml      look-up tables and synonyms: items, cities, districts, agencies, employers, papers … from the
                     packs, grades, kin, kinds of homes … from nlu_data/vocabulary
    words.txt        the same names as a dictionary for jieba
    asked.yml        the ways of asking that stand in the packs, each under the intent of what it asks about
    variations.yml   the hand-written sentences again as other people would type them: homophone typos, dialect words,
                     courtesies, traditional characters, another item in the same question

The result depends on its inputs alone (seeded by the sentence itself), is committed, and a test builds it afresh and
compares. Variations carry the metadata `made`, so that nothing is learned about wording from them.
"""

import random
import re
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import jieba
import yaml
from opencc import OpenCC
from pypinyin import Style, pinyin

from backend.policy.catalogue import Pack
from backend.policy.knowledge import snippets_of
from backend.policy.loader import load_packs

HERE = Path(__file__).resolve().parent
GENERATED = HERE / "generated"
SHORTEST_EMPLOYER = 4
TALK = frozenset(
    [
        "affirm",
        "deny",
        "dont_know",
        "refuse",
        "correct",
        "stop",
        "repeat",
        "more",
        "inform",
        "greet",
        "thanks",
        "bye",
        "abuse",
        "rate_good",
        "rate_bad",
    ]
)
"""Intents whose sentences are varied in spelling only: a courtesy or another item would change what they are."""
ASKING = re.compile(
    r"几|多久|多少|谁|什么|啥|怎么|咋|哪|吗|时候|算不算|要不要|能不能|在不在|电话|地址|不作为|到账|退|名单|期限|标准|比例$"
)
LATEST = date(9999, 1, 1)
"""A day after every change of rules, for packs that have none."""
Names = dict[str, dict[str, list[str]]]


# --- names ------------------------------------------------------------------------------------------------------------


def names(packs: Mapping[str, Pack]) -> Names:
    """Return entity → value → names, from all packs and the vocabulary. An item's name is its own value."""
    claims = [
        *_vocabulary_names("person.yml"),
        *(name for pack in packs.values() for name in _pack_names(pack)),
        *_vocabulary_names("places.yml"),
        *(("item", alias, word) for alias, words in _vocabulary("items.yml").items() for word in (alias, *words)),
    ]
    found: Names = {}
    taken: set[str] = set()
    for entity, value, claimed in claims:  # the first to claim a name keeps it
        name = claimed.strip().lower()
        if name and name not in taken and not _is_question(entity, name):
            taken.add(name)
            found.setdefault(entity, {}).setdefault(value, []).append(name)
    return found


def _is_question(entity: str, name: str) -> bool:
    """Whether an alias is half a question (公示几天): its asking word must stay visible to the classifier."""
    return entity == "item" and bool(ASKING.search(name) or name.isascii())


def _vocabulary_names(file: str) -> Iterator[tuple[str, str, str]]:
    for entity, values in _vocabulary(file).items():
        for value, words in values.items():
            yield from ((entity, value, word) for word in words)


def _pack_names(pack: Pack) -> Iterator[tuple[str, str, str]]:
    city = pack.city
    for name in (city.name, city.full_name, *city.aliases, *city.local_words):
        yield "city", city.id, name
    for district in city.districts:
        for name in (district.name, *district.aliases):
            yield "district", district.name, name
    for agency in city.agencies.values():
        for name in (agency.name, *agency.aliases):
            yield "agency", agency.name, name
    for item in pack.items.values():
        for name in (item.name, *item.aliases):
            yield "item", name, name
        for material in item.materials:
            yield "material", material.name, re.sub(r"[《》“”]", "", material.name)
    for directory in pack.directories:
        for entry in directory.entries:
            for name in _spoken(entry.name, city.name, directory.by):
                yield _entity_of(directory.by), entry.name, name


def _entity_of(fact: str | None) -> str:
    return {"employer_name": "employer", "talent_award": "award", "hospital": "hospital"}.get(fact or "", "entry")


def _spoken(name: str, city: str, by: str | None) -> list[str]:
    """The official name and what people leave of it: without legal form, without the city in front."""
    if by != "employer_name":
        return [name, *re.findall(r"“([^”]+)”", name)]
    bare = re.sub(r"[（(].*?[）)]", "", name)
    short = re.sub(r"(股份|集团)?(有限责任公司|有限公司)$", "", bare)
    home = re.sub(rf"^({city}市?|河南省?)", "", short)
    return [each for each in dict.fromkeys((name, bare, short, home)) if len(each) >= SHORTEST_EMPLOYER]


def _vocabulary(*files: str) -> dict[str, dict[str, list[str]]]:
    merged: dict[str, dict[str, list[str]]] = {}
    for file in files:
        merged.update(yaml.safe_load((HERE / "vocabulary" / file).read_text(encoding="utf-8")))
    return merged


# --- sentences and their variations -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sentence:
    """One hand-written training sentence."""

    intent: str
    text: str


def sentences() -> list[Sentence]:
    """Return the hand-written training sentences in the order of the files."""
    found = []
    for file in sorted((HERE / "train").glob("*.yml")):
        for block in yaml.safe_load(file.read_text(encoding="utf-8"))["nlu"]:
            lines = (line[2:].strip() for line in block.get("examples", "").splitlines() if line.startswith("- "))
            found += [Sentence(block["intent"], line) for line in lines]
    return found


INTENT_OF = {
    "amount": "ask_amount",
    "materials": "ask_materials",
    "procedure": "ask_procedure",
    "where": "ask_where",
    "phone": "ask_where",
    "when": "ask_when",
    "time_limit": "ask_time_limit",
    "responsible": "ask_agency",
    "funding": "ask_funding",
    "stop": "ask_consequence",
    "clawback": "ask_consequence",
    "document": "ask_document",
    "conditions": "ask_conditions",
    "exclusions": "ask_eligibility",
    "coverage": "ask_eligibility",
}
"""The intent of a question about a statement of an aspect."""
YES_NO = re.compile(r"(?:吗|么|不|没|没有|(.)[不没]\1.{0,4}|能不能.{0,8}|可不可以.{0,8}|是不是.{0,8})[?？]?$")
WHAT = re.compile(r"多少|几|什么|啥|哪|谁|怎么|咋|多[久长快]")
MIXED = frozenset(["ask_amount", "ask_conditions", "ask_materials", "ask_procedure", "ask_when", "ask_where"])
"""Intents about whose statements people also ask with a yes or a no to come, which is a question of its own kind."""


def asked(packs: Mapping[str, Pack]) -> list[Sentence]:
    """Return the ways of asking that stand beside the statements of the packs, each with its intent."""
    found: dict[str, str] = {}
    for pack in packs.values():
        for snippet in snippets_of(pack.on(max(pack.starts, default=LATEST))):
            intent = INTENT_OF.get(next(iter(snippet.aspects), ""))
            for phrase in snippet.asked if intent else ():
                found.setdefault(phrase, _as_asked(phrase, intent))
    return [Sentence(intent, phrase) for phrase, intent in sorted(found.items(), key=lambda each: (each[1], each[0]))]


def _as_asked(phrase: str, intent: str) -> str:
    plain_yes_no = YES_NO.search(phrase) and not WHAT.search(phrase)
    return "ask_eligibility" if intent in MIXED and plain_yes_no else intent


DIALECT = (
    ("什么", "啥"), ("怎么", "咋"), ("怎样", "咋样"), ("哪里", "哪儿"), ("在哪", "搁哪"), ("我们", "俺们"),
    ("我", "俺"), ("你们", "恁"), ("多少", "多些"), ("吗", "不"), ("没有", "木有"), ("可以", "管"),
    ("行不行", "中不中"), ("这里", "这儿"), ("为什么", "为啥"), ("知道", "晓得"), ("东西", "物件"), ("孩子", "娃"),
    ("老婆", "媳妇"), ("啥", "什么"), ("咋", "怎么"),
)  # fmt: skip
OPENINGS = (
    "请问",
    "你好,",
    "老师好,",
    "想问下",
    "麻烦问一下,",
    "那个",
    "我想咨询一下",
    "问一下",
    "哎",
    "打扰了,",
    "恁好,",
)
ENDINGS = ("呀", "啊", "呢", "嘞", ",谢谢", "?", "??", "!", "哈", ",急", "。", "哦", "捏", "勒")
STATEMENTS = (
    "我是硕士,",
    "我本科刚毕业,",
    "我在厂里上班,",
    "听同事说有政策,",
    "我看了文件,",
    "刚来这边,",
    "我老公也想问,",
)
_TRADITIONAL = OpenCC("s2t")


def typo(text: str, dice: random.Random) -> str:
    """Type one character, in a long text two, by another of the same sound."""
    places = [place for place, char in enumerate(text) if "一" <= char <= "鿿"]
    for place in dice.sample(places, min(len(places), 1 + (len(text) > 12))):
        others = [other for other in _homophones().get(_sound(text[place]), ()) if other != text[place]]
        if others:
            text = f"{text[:place]}{dice.choice(others)}{text[place + 1 :]}"
    return text


def dialect(text: str, dice: random.Random) -> str:
    """Say up to two words as at home."""
    fitting = [(here, there) for here, there in DIALECT if here in text]
    for here, there in dice.sample(fitting, min(2, len(fitting))):
        text = text.replace(here, there, 1)
    return text


def courtesy(text: str, dice: random.Random) -> str:
    """Open or close as people do in a chat."""
    opened = f"{dice.choice(OPENINGS)}{text}"
    return opened if dice.random() < 0.5 else f"{text.rstrip('?!。呀啊呢')}{dice.choice(ENDINGS)}"


def told(text: str, dice: random.Random) -> str:
    """Say something about oneself first."""
    return f"{dice.choice(STATEMENTS)}{text}"


def traditional(text: str, dice: random.Random) -> str:
    """Write in traditional characters."""
    return _TRADITIONAL.convert(text)


def another_item(text: str, dice: random.Random) -> str:
    """Ask the same about another item."""
    for item in _items():
        if item in text:
            return text.replace(item, dice.choice(_items()), 1)
    return text


SPELLING: tuple[Callable[[str, random.Random], str], ...] = (typo, typo, traditional)
WORDING = (*SPELLING, typo, dialect, dialect, courtesy, courtesy, told, another_item, another_item)


def variations(written: Iterable[Sentence], each: int = 2) -> Iterator[Sentence]:
    """Yield up to `each` new sentences for every written one; the sentence itself seeds the dice."""
    written = list(written)
    known = {sentence.text for sentence in written}
    for sentence in written:
        dice = random.Random(zlib.crc32(sentence.text.encode()))  # noqa: S311 - repeatable on purpose
        ways = SPELLING if sentence.intent in TALK or len(sentence.text) < 4 else WORDING
        if sentence.intent == "ask_same":
            ways = SPELLING
        for way in dice.sample(ways, min(each, len(ways))):
            made = way(sentence.text, dice)
            if made not in known:
                known.add(made)
                yield Sentence(sentence.intent, made)


_cache: dict[str, object] = {}


def _homophones() -> dict[str, list[str]]:
    """Sound → the thirty or so characters people most often type for it, commonest first."""
    if "sounds" not in _cache:
        jieba.initialize()
        common = sorted(
            (c for c in jieba.dt.FREQ if len(c) == 1 and "一" <= c <= "鿿"), key=lambda c: -jieba.dt.FREQ[c]
        )
        sounds: dict[str, list[str]] = {}
        for char in common[:3500]:
            sounds.setdefault(_sound(char), []).append(char)
        _cache["sounds"] = {sound: chars[:8] for sound, chars in sounds.items()}
    return _cache["sounds"]  # type: ignore[return-value]


def _sound(char: str) -> str:
    return pinyin(char, style=Style.NORMAL)[0][0]


def _items() -> list[str]:
    if "items" not in _cache:
        words = _vocabulary("items.yml")
        _cache["items"] = sorted({alias for alias in words if len(alias) > 2}, key=lambda name: (-len(name), name))
    return _cache["items"]  # type: ignore[return-value]


# --- files ------------------------------------------------------------------------------------------------------------


def lookups_file(found: Names) -> str:
    """Return lookups.yml."""
    blocks = []
    for entity, values in found.items():
        blocks.append(_block("lookup", entity, [name for words in values.values() for name in words]))
        for value, words in values.items():
            other = [word for word in words if word != value]
            if other:
                blocks.append(_block("synonym", value, other))
    return f'version: "3.1"\nnlu:\n{"".join(blocks)}'


def variations_file(made: Iterable[Sentence]) -> str:
    """Return variations.yml, one block an intent."""
    by_intent: dict[str, list[str]] = {}
    for sentence in made:
        by_intent.setdefault(sentence.intent, []).append(sentence.text)
    blocks = [_block("intent", intent, texts, "  metadata: {made: true}\n") for intent, texts in by_intent.items()]
    return f'version: "3.1"\nnlu:\n{"".join(blocks)}'


def asked_file(ways: Iterable[Sentence]) -> str:
    """Return asked.yml, one block an intent."""
    by_intent: dict[str, list[str]] = {}
    for sentence in ways:
        by_intent.setdefault(sentence.intent, []).append(sentence.text)
    return f'version: "3.1"\nnlu:\n{"".join(_block("intent", intent, texts) for intent, texts in by_intent.items())}'


def words_file(found: Names) -> str:
    """Return words.txt in jieba's format: word and frequency."""
    words = sorted({name for values in found.values() for words in values.values() for name in words if len(name) > 1})
    return "".join(f"{word} 2000 n\n" for word in words if " " not in word)


def _block(kind: str, name: str, lines: Iterable[str], more: str = "") -> str:
    examples = "".join(f"    - {line}\n" for line in lines)
    return f"- {kind}: {yaml.safe_dump(name, allow_unicode=True).splitlines()[0]}\n{more}  examples: |\n{examples}"


def build() -> dict[str, str]:
    """Return the content of every generated file by name."""
    packs = load_packs()
    found = names(packs)
    made = variations(sentences())
    return {
        "asked.yml": asked_file(asked(packs)),
        "lookups.yml": lookups_file(found),
        "words.txt": words_file(found),
        "variations.yml": variations_file(made),
    }


def main() -> int:
    """Write the generated files and say what changed."""
    GENERATED.mkdir(exist_ok=True)
    for name, content in build().items():
        path = GENERATED / name
        changed = not path.exists() or path.read_text(encoding="utf-8") != content
        path.write_text(content, encoding="utf-8")
        print(f"{name}: {'written' if changed else 'unchanged'}, {content.count(chr(10))} lines")
    return 0


if __name__ == "__main__":
    sys.exit(main())
