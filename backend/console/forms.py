"""Facts as form fields: one way to draw and to read each type of the vocabulary."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from backend.policy.vocabulary import Fact, FactError, Vocabulary

RANGE_MARK = "至"


@dataclass(frozen=True)
class Field:
    """A fact to be filled in: its name, its entry in the vocabulary, what is typed or known now, what is wrong."""

    name: str
    fact: Fact
    value: str
    wrong: str | None = None
    inner: tuple["Field", ...] = ()


def fields(vocabulary: Vocabulary, names: Iterable[str], known: Mapping[str, Any], wrong: Mapping[str, str]):
    """Return the fields of facts, filled with what is known (JSON values, or texts as typed)."""
    top = dict.fromkeys(name.partition(".")[0] for name in names)
    fillable = (name for name in top if _fillable(vocabulary, name))
    return [field_of(vocabulary.top_level[name], name, known.get(name), wrong) for name in fillable]


def _fillable(vocabulary: Vocabulary, name: str) -> bool:
    return name in vocabulary.top_level and vocabulary[name].type in SHOW


def field_of(fact: Fact, name: str, value: Any, wrong: Mapping[str, str]) -> Field:
    """Return one field."""
    inner = tuple(
        field_of(part, f"{name}.{key}", (value or {}).get(key) if isinstance(value, Mapping) else None, wrong)
        for key, part in fact.fields.items()
    )
    return Field(name, fact, SHOW[fact.type](value), wrong.get(name), inner)


def _ranges(value: Any) -> str:
    if isinstance(value, str):
        return value
    return "\n".join(f"{first}{RANGE_MARK}{last}" for first, last in value or ())


def _plain(value: Any) -> str:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, date) else str(value)


def _yes_no(value: Any) -> str:
    return {True: "yes", False: "no"}.get(value, value if isinstance(value, str) else "")


SHOW: Mapping[str, Callable[[Any], str]] = {
    **dict.fromkeys(("text", "choice", "int", "number", "date", "month"), _plain),
    "bool": _yes_no,
    "ranges": _ranges,
    "object": lambda value: "",
}
"""Type of fact → the text its field shows. A type that is not here cannot be filled in at the console."""


def read(
    vocabulary: Vocabulary, names: Iterable[str], form: Mapping[str, str]
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the JSON values typed for facts, and by name what is wrong with the rest. Empty fields say nothing."""
    told: dict[str, Any] = {}
    for name in dict.fromkeys(name.partition(".")[0] for name in names):
        if _fillable(vocabulary, name) and (value := _read(vocabulary.top_level[name], name, form)) is not None:
            told[name] = value
    try:
        vocabulary.parse(told)
    except FactError as error:
        wrong = {problem.name: problem.message for problem in error.problems}
        bad = {name.partition(".")[0] for name in wrong}
        return {name: value for name, value in told.items() if name not in bad}, wrong
    return told, {}


def _read(fact: Fact, name: str, form: Mapping[str, str]) -> Any:
    if fact.type == "object":
        parts = {key: _read(part, f"{name}.{key}", form) for key, part in fact.fields.items()}
        return {key: value for key, value in parts.items() if value is not None} or None
    text = form.get(name, "").strip()
    return READ.get(fact.type, str)(text) if text else None


def _read_ranges(text: str) -> list[list[str]]:
    lines = [line.replace("—", RANGE_MARK).replace("~", RANGE_MARK).strip() for line in text.splitlines()]
    return [[part.strip() for part in line.partition(RANGE_MARK)[::2]] for line in lines if line]


READ: Mapping[str, Callable[[str], Any]] = {
    "bool": lambda text: {"yes": True, "no": False}.get(text, text),
    "ranges": _read_ranges,
}
"""Type of fact → what its text means as JSON; every other type takes the text as it stands."""
