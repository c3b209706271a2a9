"""What people are told: the message templates of `packs/messages.yml` and their words. Pure.

`compose` turns a template and plain values (text, days, moments, fen, lists) into the entry of the message centre, in
full, and the keywords of a WeChat subscribe message, each fitted to its type's limits, so that no message is refused
by the platform for its form (errcode 47003 rejects all of it for one keyword).
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from string import Formatter
from types import MappingProxyType
from urllib.parse import quote, urlencode

from backend.policy import strict_yaml

Value = str | int | date | datetime | tuple[date, date] | Sequence[str] | None
"""A keyword's value: text, a sum in fen or a count, a day, a moment, a span of days, or a list of short texts."""

SOURCE = Path(__file__).parent / "packs" / "messages.yml"
ELLIPSIS = "…"


class UnknownTemplate(LookupError):
    """No template of this id. `template` is that id."""

    def __init__(self, template: str):
        super().__init__(f"no message template {template!r} in {SOURCE.name}")
        self.template = template


class WrongKeywords(ValueError):
    """A message was composed with other keywords than its template has."""

    def __init__(self, template: str, missing: set[str], unknown: set[str]):
        super().__init__(f"template {template}: missing keywords {sorted(missing)}, unknown {sorted(unknown)}")
        self.template, self.missing, self.unknown = template, missing, unknown


class WrongValue(TypeError):
    """A keyword was given a value its type cannot show, e.g. text for a date."""

    def __init__(self, keyword: str, kind: str, value: object):
        super().__init__(f"keyword {keyword} of type {kind} cannot show a {type(value).__name__}")
        self.keyword, self.kind = keyword, kind


class BadMessages(ValueError):
    """The data file breaks a rule of its own. `template` names where."""

    def __init__(self, template: str, problem: str):
        super().__init__(f"{SOURCE.name}, {template}: {problem}")
        self.template = template


@dataclass(frozen=True)
class Topic:
    """A group of messages that a person switches on and off as one."""

    id: str
    name: str
    about: str


@dataclass(frozen=True)
class Keyword:
    """One line of a WeChat card: its name here, its label in the account's template, its platform type."""

    name: str
    label: str
    type: str
    empty: str | None = None
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class Template:
    """One kind of message. `useful` is how long it is worth sending after it came due."""

    id: str
    title: str
    topic: str
    keywords: tuple[Keyword, ...]
    body: str
    screen: str
    useful: timedelta
    any_hour: bool = False


@dataclass(frozen=True)
class Messages:
    """All topics and templates, by id."""

    topics: Mapping[str, Topic]
    templates: Mapping[str, Template]
    page_pattern: str
    yearly_checks: tuple["YearlyCheck", ...] = ()

    def template(self, template_id: str) -> Template:
        """Return the template of this id. Raises UnknownTemplate."""
        if template_id not in self.templates:
            raise UnknownTemplate(template_id)
        return self.templates[template_id]

    def page(self, template: Template, params: Mapping[str, str]) -> str:
        """Return the mini-program page that a tap on a message opens: the template's screen with these parameters."""
        return self.page_pattern.format(screen=template.screen) + (
            f"&{urlencode(params, quote_via=quote)}" if params else ""
        )


@dataclass(frozen=True)
class YearlyCheck:
    """Something to be checked once a year, counted from the newest of these facts (days), or from the registration of
    the talent card in the cities `cards_of`."""

    id: str
    subject: str
    place: str
    facts: tuple[str, ...]
    cards_of: tuple[str, ...] = ()


@dataclass(frozen=True)
class Composed:
    """A message ready to store: title and body for the message centre, fitted keywords by name for the card."""

    template: Template
    title: str
    body: str
    keywords: Mapping[str, str] = field(default_factory=dict)


def compose(template_id: str, values: Mapping[str, Value]) -> Composed:
    """Return the message of this template with these keyword values.

    Raises UnknownTemplate, WrongKeywords and WrongValue: all three are mistakes of the caller. Text that is too long
    is no mistake; the card shows its beginning and the message centre all of it.
    """
    template = messages().template(template_id)
    _check_names(template, values)
    fitted = {keyword.name: _fit(keyword, values.get(keyword.name)) for keyword in template.keywords}
    shown = {keyword.name: _show(keyword, values.get(keyword.name)) for keyword in template.keywords}
    return Composed(template, template.title, template.body.format_map(shown).strip(), MappingProxyType(fitted))


def _check_names(template: Template, values: Mapping[str, Value]) -> None:
    required = {keyword.name for keyword in template.keywords if keyword.empty is None}
    known = {keyword.name for keyword in template.keywords}
    given = {name for name, value in values.items() if value is not None}
    if required - given or set(values) - known:
        raise WrongKeywords(template.id, required - given, set(values) - known)


# --- words for the message centre -------------------------------------------------------------------------------------


def _show(keyword: Keyword, value: Value) -> str:
    """Return the whole value as a reader of the message centre should see it."""
    if value is None:
        return "" if keyword.name == "note" else keyword.empty or ""
    if keyword.type == "amount":
        return f"{_whole(keyword, value) / 100:,.2f}元"
    if isinstance(value, list):
        return "\n".join(f"{position}. {text}" for position, text in enumerate(value, 1))
    return words(value)


def words(value: Value) -> str:
    """Return a value in Chinese words: days as 2026年11月20日, moments with the clock, spans with 至, lists with 、."""
    if isinstance(value, datetime):
        return f"{_day(value)} {value:%H:%M}"
    if isinstance(value, date):
        return _day(value)
    if isinstance(value, tuple):
        return "至".join(words(part) for part in value)
    if isinstance(value, list):
        return "、".join(value)
    return "" if value is None else str(value)


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


# --- keywords within the platform's limits ----------------------------------------------------------------------------


def _fit(keyword: Keyword, value: Value) -> str:
    """Return `value` as text that the platform accepts for this keyword."""
    if value is None or value == "" or value == []:
        value = keyword.empty or FILLERS.get(keyword.type)
    fitted = FITS[keyword.type](keyword, value)
    return fitted or FITS[keyword.type](keyword, FILLERS.get(keyword.type))


def clean(text: str) -> str:
    """Return `text` on one line without control characters, unpaired surrogates or doubled spaces."""
    kept = (" " if char in "\t\r\n\v\f" else char for char in text if char in "\t\r\n\v\f" or _printable(char))
    return re.sub(r" {2,}", " ", "".join(kept)).strip()


def _printable(char: str) -> bool:
    return unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def shorten(text: str, limit: int) -> str:
    """Return at most `limit` UTF-16 units of `text`, the last one an ellipsis where something was cut."""
    if _units(text) <= limit:
        return text
    while _units(text) > limit - 1:
        text = text[:-1]
    return text.rstrip() + ELLIPSIS


def _units(text: str) -> int:
    """Length as the platform's clients count it: a character outside the basic plane is two."""
    return len(text.encode("utf-16-le")) // 2


def _thing(keyword: Keyword, value: Value) -> str:
    if isinstance(value, list):
        return _things([clean(text) for text in value])
    return shorten(clean(words(value)), 20)


def _things(texts: Sequence[str]) -> str:
    """Several texts on one line: all of them when they fit, else the first and how many there are."""
    whole = "、".join(texts)
    if _units(whole) <= 20:
        return whole
    tail = f"等{len(texts)}项" if len(texts) > 1 else ""
    return shorten(texts[0], 20 - _units(tail)) + tail


def _only(pattern: str, limit: int) -> Callable[[Keyword, Value], str]:
    """A type that allows certain characters alone: the others are left out, then the rest is cut."""
    kept = re.compile(pattern)

    def fit(keyword: Keyword, value: Value) -> str:
        return "".join(kept.findall(clean(words(value))))[:limit].strip()

    return fit


def _name(keyword: Keyword, value: Value) -> str:
    """Ten characters of a Chinese or mixed name, twenty of one in letters alone."""
    text = "".join(re.findall(r"[㐀-䶿一-鿿A-Za-z·. ]", clean(words(value)).replace("•", "·"))).strip()
    return text[:20] if text.isascii() else text[:10]


def _moment(keyword: Keyword, value: Value) -> str:
    if isinstance(value, tuple):
        return "~".join(_moment(keyword, part) for part in value)
    if not isinstance(value, date):
        raise WrongValue(keyword.name, keyword.type, value)
    return words(value)


def _amount(keyword: Keyword, value: Value) -> str:
    """A sum in fen as yuan; ten digits are the platform's limit, so a giant sum loses its fen."""
    fen = _whole(keyword, value)
    return f"{fen // 100}.{fen % 100:02d}元" if fen < 10**10 else f"{fen // 100}元"


def _whole(keyword: Keyword, value: Value) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 10**12:
        raise WrongValue(keyword.name, keyword.type, value)
    return value


def _option(keyword: Keyword, value: Value) -> str:
    if value not in keyword.options:
        raise WrongValue(keyword.name, keyword.type, value)
    return str(value)


FITS: Mapping[str, Callable[[Keyword, Value], str]] = {
    "thing": _thing,
    "number": _only(r"[0-9.]", 32),
    "letter": _only(r"[A-Za-z]", 32),
    "symbol": _only(r"[!-/:-@\[-`{-~]", 5),
    "character_string": _only(r"[!-~]", 32),
    "time": _moment,
    "date": _moment,
    "amount": _amount,
    "phone_number": _only(r"[0-9+\-() ]", 17),
    "car_number": _only(r"[A-Za-z0-9一-鿿]", 8),
    "name": _name,
    "phrase": _only(r"[一-鿿]", 5),
    "enum": _option,
}
"""Platform type → how a value is made to fit it. The limits are those of the platform's table of keyword types."""

FILLERS: Mapping[str, str] = {
    "thing": "无",
    "number": "0",
    "letter": "N",
    "symbol": "-",
    "character_string": "-",
    "phone_number": "0",
    "car_number": "无",
    "name": "无",
    "phrase": "见详情",
}
"""What stands where a value has nothing its type can show; the platform refuses empty keywords."""


# --- the data file ----------------------------------------------------------------------------------------------------


@cache
def messages() -> Messages:
    """Return the checked content of `packs/messages.yml`. Raises BadMessages or strict_yaml.YamlError."""
    return load(strict_yaml.read(SOURCE))


def load(data: Mapping) -> Messages:
    """Return the templates in `data`, the content of a messages file. Raises BadMessages naming the template."""
    topics = {key: Topic(key, **about) for key, about in data["topics"].items()}
    templates = {key: _template(key, row) for key, row in data["templates"].items()}
    for template in templates.values():
        _check(template, topics)
    checks = tuple(_yearly_check(row) for row in data.get("yearly_checks", ()))
    return Messages(MappingProxyType(topics), MappingProxyType(templates), data["page"], checks)


def _template(key: str, row: Mapping) -> Template:
    try:
        keywords = tuple(_keyword(name, about) for name, about in row["keywords"].items())
        rest = {name: value for name, value in row.items() if name not in {"keywords", "useful"}}
        return Template(id=key, keywords=keywords, useful=timedelta(hours=row["useful"]), **rest)
    except (KeyError, TypeError) as error:
        raise BadMessages(key, str(error)) from error


def _yearly_check(row: Mapping) -> YearlyCheck:
    return YearlyCheck(
        row["id"], row["subject"], row.get("place", ""), tuple(row["facts"]), tuple(row.get("cards_of", ()))
    )


def _keyword(name: str, about: Mapping) -> Keyword:
    return Keyword(name, about["label"], about["type"], about.get("empty"), tuple(about.get("options", ())))


def _check(template: Template, topics: Mapping[str, Topic]) -> None:
    used = {name for _, name, _, _ in Formatter().parse(template.body) if name}
    names = {keyword.name for keyword in template.keywords}
    labels = {keyword.label for keyword in template.keywords}
    problems = (
        (template.topic not in topics, f"unknown topic {template.topic}"),
        (not 2 <= len(template.keywords) <= 5, "a template has two to five keywords"),
        (len(labels) != len(names), "two keywords share a label"),
        (not used <= names, f"the body uses {sorted(used - names)}, which are no keywords"),
        (any(keyword.type not in FITS for keyword in template.keywords), "a keyword has an unknown type"),
        (any(len(keyword.label) > 6 for keyword in template.keywords), "a label is longer than six characters"),
    )
    for broken, problem in problems:
        if broken:
            raise BadMessages(template.id, problem)
