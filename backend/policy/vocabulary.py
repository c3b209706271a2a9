"""The vocabulary of facts: what may be said of a person, in which form, and what follows from it.

`Vocabulary.parse` is the one door through which facts given from outside become values; inside, facts are trusted.
Names and meanings are those of backend/packs/facts.yml.
"""

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from backend.policy.periods import full_months, full_years, index_of, month_index, month_of

Ranges = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class FactProblem:
    """What is wrong with one given fact: its name, a stable code, a Chinese sentence, and close names if unknown."""

    name: str
    code: str
    message: str
    suggestions: tuple[str, ...] = ()


class FactError(Exception):
    """Facts from outside cannot be taken as they are. `problems` lists every one, not only the first."""

    def __init__(self, problems: Sequence[FactProblem]):
        super().__init__("；".join(problem.message for problem in problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class Fact:
    """One entry of the vocabulary."""

    name: str
    group: str
    type: str
    label: str
    question: str | None = None
    why: str | None = None
    unit: str | None = None
    choices: Mapping[str, str] = field(default_factory=dict)
    open: bool = False
    derive: tuple[str, Any] | None = None
    grows: bool = False
    protected: bool = False
    fields: Mapping[str, "Fact"] = field(default_factory=dict)
    hint: str | None = None
    null_label: str | None = None


class Vocabulary:
    """All facts by name; dotted names reach into object facts."""

    def __init__(self, facts: Sequence[Fact]):
        self.facts: dict[str, Fact] = {}
        for fact in facts:
            self.facts[fact.name] = fact
            for key, inner in fact.fields.items():
                self.facts[f"{fact.name}.{key}"] = inner
        self.top_level = {fact.name: fact for fact in facts}
        self.derivable = [
            (fact.name, fact.derive[0], (fact.derive[1],) if isinstance(fact.derive[1], str) else tuple(fact.derive[1]))
            for fact in facts
            if fact.derive and fact.derive[0] in DERIVATIONS
        ]

    def __contains__(self, name: str) -> bool:
        return name in self.facts

    def __getitem__(self, name: str) -> Fact:
        return self.facts[name]

    def parse(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return given facts as values ready for judging; object facts are flattened to dotted names.

        `given` maps names to JSON values (dates as ISO text). A null means "known to be none", except for yes/no facts,
        where it means unknown. Raises FactError with every unknown name and every value of the wrong form.
        """
        values: dict[str, Any] = {}
        problems: list[FactProblem] = []
        for name, raw in given.items():
            fact = self.top_level.get(name) or self.facts.get(name)
            if fact is None:
                problems.append(self._unknown(name))
                continue
            try:
                values.update(_flatten(name, fact, raw))
            except _Malformed as error:
                problems.append(FactProblem(error.name, "invalid_fact", error.message))
        if problems:
            raise FactError(problems)
        return values

    def _unknown(self, name: str) -> FactProblem:
        close = tuple(difflib.get_close_matches(name, self.top_level, n=3, cutoff=0.6))
        hint = f"，您是不是要写：{'、'.join(close)}" if close else "，请对照申报信息词表（/api/v1/facts）"
        return FactProblem(name, "unknown_fact", f"没有“{name}”这个申报信息{hint}", close)

    def show(self, name: str, value: Any) -> str:
        """Return a value as people read it: 是/否, the label of a choice, a number with its unit."""
        fact = self.facts.get(name)
        if value is None:
            return (fact.null_label if fact else None) or "无"
        if isinstance(value, bool):
            return "是" if value else "否"
        if fact is not None and fact.choices:
            return str(fact.choices.get(value, value))
        if isinstance(value, date):
            return f"{value.year}年{value.month}月{value.day}日"
        if fact is not None and fact.type == "ranges":
            return "、".join(f"{month_of(first)}至{month_of(last)}" for first, last in value)
        if fact is not None and fact.type == "list":
            return "、".join(map(str, value)) or "无"
        return f"{value}{(fact.unit or '') if fact else ''}"


# --- reading values, one function a type ---------------------------------------------------------------------------


class _Malformed(Exception):
    def __init__(self, name: str, message: str):
        super().__init__(message)
        self.name, self.message = name, message


def _flatten(name: str, fact: Fact, raw: Any) -> dict[str, Any]:
    if raw is None and fact.type == "bool":
        return {}
    if fact.type != "object":
        return {name: None if raw is None else _read(name, fact, raw)}
    if raw is None:
        return {name: None} | {f"{name}.{key}": None for key in fact.fields}
    if not isinstance(raw, Mapping):
        raise _Malformed(name, f"“{fact.label}”要写成一组内容，例如 {{{next(iter(fact.fields), '…')}: …}}")
    unknown = [key for key in raw if key not in fact.fields]
    if unknown:
        raise _Malformed(
            f"{name}.{unknown[0]}", f"“{fact.label}”里没有“{unknown[0]}”，可以写：{'、'.join(fact.fields)}"
        )
    values: dict[str, Any] = {name: True}
    for key, inner in raw.items():
        values.update(_flatten(f"{name}.{key}", fact.fields[key], inner))
    return values


def _read(name: str, fact: Fact, raw: Any) -> Any:
    return READERS[fact.type](name, fact, raw)


def _bool(name: str, fact: Fact, raw: Any) -> bool:
    if not isinstance(raw, bool):
        raise _Malformed(name, f"“{fact.label}”只能填是（true）或否（false）")
    return raw


def _int(name: str, fact: Fact, raw: Any) -> int:
    value = _number(name, fact, raw)
    if value != int(value):
        raise _Malformed(name, f"“{fact.label}”要填整数")
    return int(value)


def _number(name: str, fact: Fact, raw: Any) -> int | Decimal:
    try:
        value = Decimal(str(raw)) if not isinstance(raw, bool) else Decimal("NaN")
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite():
        raise _Malformed(name, f"“{fact.label}”要填数字，例如 3")
    if value < 0:
        raise _Malformed(name, f"“{fact.label}”不能是负数")
    return int(value) if value == value.to_integral_value() else value


def _date(name: str, fact: Fact, raw: Any) -> date:
    if isinstance(raw, date):
        return raw
    try:
        if not isinstance(raw, str) or len(raw) != 10:
            raise ValueError(raw)
        return date.fromisoformat(raw)
    except ValueError:
        raise _Malformed(name, f"“{fact.label}”要填真实存在的日期，写成 2020-04-10 这样") from None


def _month(name: str, fact: Fact, raw: Any) -> str:
    try:
        return month_of(month_index(str(raw)))
    except ValueError:
        raise _Malformed(name, f"“{fact.label}”要填年月，写成 2020-04 这样") from None


def _text(name: str, fact: Fact, raw: Any) -> str:
    if not isinstance(raw, str) or len(raw) > 500:
        raise _Malformed(name, f"“{fact.label}”要填文字，不超过 500 字")
    return raw.strip()


def _choice(name: str, fact: Fact, raw: Any) -> str:
    """A key, or the label of one; an open list takes other words as they are."""
    if isinstance(raw, str):
        by_label = {label: key for key, label in fact.choices.items()}
        if raw in fact.choices or raw in by_label or fact.open:
            return raw if raw in fact.choices else by_label.get(raw, raw)
    options = "、".join(f"{key}（{label}）" for key, label in fact.choices.items())
    raise _Malformed(name, f"“{fact.label}”没有“{raw}”这个选项，可以选：{options}")


def _ranges(name: str, fact: Fact, raw: Any) -> Ranges:
    try:
        pairs = tuple((month_index(str(first)), month_index(str(last))) for first, last in raw)
    except (ValueError, TypeError):
        pairs = ((1, 0),)
    if any(first > last for first, last in pairs):
        raise _Malformed(name, f'“{fact.label}”要填起止月份，例如 [["2020-04", "2020-06"]]，起月不晚于止月')
    return tuple(sorted(pairs))


def _list(name: str, fact: Fact, raw: Any) -> tuple[Any, ...]:
    if not isinstance(raw, list | tuple) or not all(isinstance(part, str | int) for part in raw):
        raise _Malformed(name, f"“{fact.label}”要填一组文字或数字")
    return tuple(raw)


READERS: dict[str, Callable[[str, Fact, Any], Any]] = {
    "bool": _bool,
    "int": _int,
    "number": _number,
    "date": _date,
    "month": _month,
    "text": _text,
    "choice": _choice,
    "ranges": _ranges,
    "list": _list,
}
TYPES = frozenset(READERS) | {"object"}


# --- what follows from other facts ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A fact was given as one value and follows from others as another."""

    fact: str
    given: Any
    derived: Any
    sources: tuple[str, ...]


def months_paid(ranges: Ranges, until: date | None = None) -> list[int]:
    """Return the running numbers of the months covered by `ranges`, up to the month of `until`, each once, in order."""
    last_allowed = index_of(until) if until else 10**6
    months = {m for first, last in ranges for m in range(first, min(last, last_allowed) + 1)}
    return sorted(months)


def latest_run(months: Sequence[int]) -> int:
    """Return the length of the run of consecutive months that ends with the last one."""
    length = 0
    for offset, month in enumerate(reversed(months)):
        if month != months[-1] - offset:
            break
        length += 1
    return length


def _age_of(values: Mapping[str, Any], day: date, source: str) -> Any:
    return full_years(values[source], day) if values[source] is not None else None


def _months_run(values: Mapping[str, Any], day: date, source: str) -> Any:
    return latest_run(months_paid(values[source] or (), day))


def _months_total(values: Mapping[str, Any], day: date, source: str) -> Any:
    return len(months_paid(values[source] or (), day))


def _age_on(values: Mapping[str, Any], day: date, born: str, on: str) -> Any:
    return full_years(values[born], values[on]) if values[born] is not None and values[on] is not None else None


def _years_between(values: Mapping[str, Any], day: date, start: str, end: str) -> Any:
    if values[start] is None or values[end] is None:
        return None
    years = Fraction(full_months(values[start], values[end] + timedelta(days=1)), 12)
    return int(years) if years.denominator == 1 else years


DERIVATIONS: dict[str, Callable[..., Any]] = {
    "age_of": _age_of,
    "months_run": _months_run,
    "months_total": _months_total,
    "age_on": _age_on,
    "years_between": _years_between,
}
EXACT = frozenset({"age_of", "age_on", "years_between"})


def derive(vocabulary: Vocabulary, values: Mapping[str, Any], day: date) -> tuple[dict[str, Any], list[Contradiction]]:
    """Return `values` with every fact added that follows from them on `day`, and the contradictions found."""
    result, contradictions = dict(values), []
    for name, method, sources in vocabulary.derivable:
        if not all(source in values for source in sources):
            continue
        derived = DERIVATIONS[method](values, day, *sources)
        if derived is None:
            continue
        given = values.get(name)
        if given is None:
            result[name] = derived
        elif method in EXACT and int(given) != int(derived):  # people count whole years: 5 for five years and a half
            contradictions.append(Contradiction(name, given, derived, sources))
    return result, contradictions
