"""What changes between two days or two versions of a pack, item by item: what it says, for whom, and how much."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from backend.policy import money, wording
from backend.policy.conditions import All, Any_, Condition, Referring
from backend.policy.eligibility import Ruleset
from backend.policy.types import Cites, Funding, Item, Number
from backend.policy.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Change:
    """One change of an item, in Chinese: the part concerned, what it said before and says after.

    None stands for what was not there, or is not there any more. `effects` say for whom it means what, and how much.
    """

    item: str
    part: str
    before: str | None
    after: str | None
    effects: tuple[str, ...] = ()
    cites: Cites = ()


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of an item that can change: its title, what it says in full, its clauses, and the thing itself."""

    title: str
    says: str
    cites: Cites
    thing: Any


def changes(before: Ruleset, on_before: date, after: Ruleset, on_after: date) -> list[Change]:
    """Return every change between the rules of one day and those of another, in the order of the items."""
    old, new = _in_force(before, on_before), _in_force(after, on_after)
    return [
        change
        for id_ in dict.fromkeys((*old, *new))
        for change in _of_item(id_, old.get(id_), new.get(id_), after.vocabulary)
    ]


def _in_force(rules: Ruleset, day: date) -> dict[str, Item]:
    return {
        item.id: item
        for item in rules.items.values()
        if (item.since is None or item.since <= day) and (item.until is None or day <= item.until)
    }


def _of_item(item_id: str, old: Item | None, new: Item | None, vocabulary: Vocabulary) -> Iterator[Change]:
    if old is None or new is None:
        item = new or old
        assert item is not None  # noqa: S101 - the id comes from one of the two
        summary = f"{item.name}：{item.summary}"
        yield Change(item_id, "事项", None if new else summary, summary if new else None, cites=item.cites)
        return
    first, second = dict(_parts(old, vocabulary)), dict(_parts(new, vocabulary))
    for key in dict.fromkeys((*first, *second)):
        was, now = first.get(key), second.get(key)
        if (was and was.says) != (now and now.says):
            yield _change(item_id, new, key, was, now, vocabulary)


def _change(item_id: str, item: Item, key: str, was: _Part | None, now: _Part | None, vocabulary: Vocabulary) -> Change:
    part = now or was
    assert part is not None  # noqa: S101 - one of the two is there
    effects = tuple(_EFFECTS.get(key.partition(" ")[0], _none)(item, was, now, vocabulary))
    return Change(item_id, part.title, was.says if was else None, now.says if now else None, effects, part.cites)


def _parts(item: Item, vocabulary: Vocabulary) -> Iterator[tuple[str, _Part]]:
    """Yield the parts of an item under keys that stay the same over time."""
    for kind, title, requirements in (("condition", "条件", item.conditions), ("bar", "不能办的情形", item.exclusions)):
        for r in requirements:
            says = f"{r.says}（{wording.condition(r.test, vocabulary)}）"
            yield f"{kind} {r.id}", _Part(f"{title}“{r.says}”", says, r.cites, r)
    for tier in item.benefit.tiers:
        says = wording.worth(item.benefit, tier, vocabulary)
        yield f"tier {tier.id}", _Part(f"标准“{tier.label or tier.id}”", says, tier.cites, tier)
    if item.funding:
        for area in item.funding.treasury:
            title = f"资金分担（{wording.AREAS.get(area, area)}）"
            yield f"funding {area}", _Part(title, _shares(item.funding, area), item.funding.cites, (item.funding, area))
    for step in item.steps:
        title = f"步骤“{step.does or step.kind}”"
        yield f"step {step.id}", _Part(title, wording.limit(step) or "没有规定时限", step.cites, step)
    for material in item.materials:
        yield f"material {material.id}", _Part("材料", material.name, material.cites, material)
    for question in item.open_questions:
        yield f"question {question.id}", _Part("文本没有说清的地方", question.text, question.between, question)
    for statement in item.statements:
        yield f"statement {statement.text}", _Part("其他规定", statement.text, statement.cites, statement)


def _shares(funding: Funding, area: str) -> str:
    return "，".join(f"{wording.PAYERS.get(p, p)} {part}" for p, part in money.parts(funding, area).items())


# --- for whom, and how much -------------------------------------------------------------------------------------------


def _none(item: Item, was: _Part | None, now: _Part | None, vocabulary: Vocabulary) -> Iterator[str]:
    yield from ()


def _for_condition(item: Item, was: _Part | None, now: _Part | None, vocabulary: Vocabulary) -> Iterator[str]:
    if now is None and was is not None:
        yield f"原先不满足“{was.thing.says}”的人，不再因此被挡"
    elif was is None and now is not None:
        yield f"不满足“{now.thing.says}”的人，从此不能办"
    elif was is not None and now is not None:
        yield from _told(_different(was.thing.test, now.thing.test), CONDITION_WORDS, vocabulary)


def _for_bar(item: Item, was: _Part | None, now: _Part | None, vocabulary: Vocabulary) -> Iterator[str]:
    if now is None and was is not None:
        yield f"有“{was.thing.says}”情形的人，不再因此被挡"
    elif was is None and now is not None:
        yield f"有“{now.thing.says}”情形的人，从此不能办"
    elif was is not None and now is not None:
        yield from _told(_different(was.thing.test, now.thing.test), BAR_WORDS, vocabulary)


CONDITION_WORDS = {
    "other way": "也算满足",
    "way gone": "不再算满足",
    "more asked": "还要满足",
    "less asked": "不必再满足",
    "doubt": "从此要由人判断",
    "doubt gone": "不必再由人判断",
}
BAR_WORDS = CONDITION_WORDS | {
    "other way": "从此不能办",
    "way gone": "不再因此被挡",
    "more asked": "只有同时这样才被挡",
    "less asked": "不这样的也被挡",
}


def _told(found: Iterable[tuple[str, Condition]], words: Mapping[str, str], vocabulary: Vocabulary) -> Iterator[str]:
    """What only asks otherwise whether a fact is known reads alike, and is passed over."""
    told = [(kind, wording.condition(test, vocabulary)) for kind, test in found]
    twice = {text for text, count in Counter(text for _, text in told).items() if count > 1}
    yield from (f"{words[kind]}：{text}" for kind, text in told if text not in twice)


def _different(old: Condition, new: Condition) -> Iterator[tuple[str, Condition]]:
    """Yield in what two conditions differ: ways to fulfil them, parts that they ask for, doubts."""
    if isinstance(old, Referring) and isinstance(new, Referring) and repr(old.when) == repr(new.when):
        yield from _different(old.part, new.part)
    elif isinstance(new, Referring) and not (isinstance(old, Referring) and repr(old.part) == repr(new.part)):
        yield "doubt", new.when
        yield from _different(old, new.part)
    elif isinstance(old, Referring):
        yield "doubt gone", old.when
        yield from _different(old.part, new.part if isinstance(new, Referring) else new)
    elif repr(old) != repr(new):
        each = isinstance(old, All) and isinstance(new, All)
        yield from _parted(_flat(old, each), _flat(new, each), each)


def _parted(old: Sequence[Condition], new: Sequence[Condition], each: bool) -> Iterator[tuple[str, Condition]]:
    """Compare the parts of two conditions, each of which must hold, or of which one is enough."""
    gone, come = _only(old, new), _only(new, old)
    if len(gone) == len(come) == 1 and type(gone[0]) is type(come[0]) and isinstance(gone[0], All | Any_ | Referring):
        yield from _different(gone[0], come[0])
        return
    yield from (("more asked" if each else "other way", test) for test in come)
    yield from (("less asked" if each else "way gone", test) for test in gone)


def _flat(test: Condition, each: bool) -> list[Condition]:
    """Return the parts of a condition, those of its like parts among them."""
    parts = test.parts if isinstance(test, All if each else Any_) else None
    return [inner for part in parts for inner in _flat(part, each)] if parts is not None else [test]


def _only(tests: Iterable[Condition], others: Iterable[Condition]) -> list[Condition]:
    known = {repr(other) for other in others}
    return [test for test in tests if repr(test) not in known]


def _for_funding(item: Item, was: _Part | None, now: _Part | None, vocabulary: Vocabulary) -> Iterator[str]:
    """What each payer pays before and after, for every sum of the item."""
    for tier in item.benefit.tiers:
        if tier.kind == "fixed" and tier.value:
            old, new = (_fen(part, tier.value) for part in (was, now))
            paid = [
                f"{wording.PAYERS.get(p, p)} {wording.yuan(old.get(p, 0))} 元 → {wording.yuan(new.get(p, 0))} 元"
                for p in dict.fromkeys((*old, *new))
                if old.get(p, 0) != new.get(p, 0)
            ]
            unit = tier.unit or item.benefit.unit or ""
            yield f"{tier.label or tier.id} {wording.number(tier.value)} {unit}：{'，'.join(paid)}"


def _fen(part: _Part | None, value: Number) -> Mapping[str, int]:
    if part is None:
        return {}
    funding, area = part.thing
    return money.share(funding, money.fen_of(value), area).fen


_EFFECTS = {"condition": _for_condition, "bar": _for_bar, "funding": _for_funding}
