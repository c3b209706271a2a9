"""Utterances for tests as Rasa would send them: names found letter by letter in the generated look-up tables."""

from functools import cache
from pathlib import Path

import yaml

from backend.answers.utterance import Entity, Part, Utterance

LOOKUPS = Path(__file__).parents[2] / "nlu_data/generated/lookups.yml"


@cache
def names() -> dict[str, tuple[str, str]]:
    """Return every known name with its kind and value."""
    blocks = yaml.safe_load(LOOKUPS.read_text(encoding="utf-8"))["nlu"]
    lines = {id(block): [line[2:] for line in block["examples"].splitlines()] for block in blocks}
    meant = {word: block["synonym"] for block in blocks if "synonym" in block for word in lines[id(block)]}
    return {
        word: (block["lookup"], meant.get(word, word))
        for block in blocks
        if "lookup" in block
        for word in lines[id(block)]
    }


def utterance(text: str, intent: str, *values: tuple[str, str, dict], parts: tuple[str, ...] = ()) -> Utterance:
    """Return `text` understood as `intent`; `values`: kind, words and value of dates and numbers in it.

    `parts`: the intents of the stretches between commas, where there are several.
    """
    found = [
        Entity(kind, value, words, text.index(words), text.index(words) + len(words)) for kind, words, value in values
    ]
    found += [each for each in _names_in(text) if not any(_overlap(each, other) for other in found)]
    pieces = text.split("，") if parts else [text]
    stretches, place = [], 0
    for piece, meaning in zip(pieces, parts or (intent,), strict=True):
        start = text.index(piece, place)
        place = start + len(piece)
        stretches.append(Part(start, place, piece, ((meaning, 0.9),)))
    return Utterance(text, tuple(stretches), tuple(sorted(found, key=lambda each: each.start)))


def _names_in(text: str) -> list[Entity]:
    found, place = [], 0
    while place < len(text):
        name = next((text[place:end] for end in range(len(text), place, -1) if text[place:end] in names()), None)
        if name is None:
            place += 1
        else:
            kind, value = names()[name]
            found.append(Entity(kind, value, name, place, place + len(name)))
            place += len(name)
    return found


def _overlap(one: Entity, other: Entity) -> bool:
    return one.start < other.end and other.start < one.end
