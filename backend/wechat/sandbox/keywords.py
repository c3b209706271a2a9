"""What the platform accepts as the value of a template keyword, by the keyword's type. Pure."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
DAY = r"\d{4}(?:年\d{1,2}月\d{1,2}日|-\d{1,2}-\d{1,2}|/\d{1,2}/\d{1,2}|\.\d{1,2}\.\d{1,2})"
CLOCK = r"(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?"
TIME = re.compile(rf"(?:{DAY} )?{CLOCK}(?:~(?:{DAY} )?{CLOCK})?|{DAY}(?:~{DAY})?")
DATE = re.compile(rf"{DAY}(?: {CLOCK})?(?:~{DAY}(?: {CLOCK})?)?")
AMOUNT = re.compile(r"[¥$€£￥]?(\d+(?:\.\d+)?)元?")
CHINESE = re.compile(r"[一-鿿㐀-䶿]")


def _matches(pattern: str) -> Callable[[str], bool]:
    compiled = re.compile(pattern)
    return lambda value: bool(compiled.fullmatch(value))


def _real_days(value: str) -> bool:
    """Whether every day named in the value exists."""
    for year, month, day in re.findall(r"(\d{4})[年\-/.](\d{1,2})[月\-/.](\d{1,2})", value):
        try:
            datetime(int(year), int(month), int(day))  # noqa: DTZ001 - only asked whether the day exists
        except ValueError:
            return False
    return True


def _amount(value: str) -> bool:
    match = AMOUNT.fullmatch(value)
    return bool(match) and len(match.group(1).replace(".", "")) <= 10


def _name(value: str) -> bool:
    if CHINESE.search(value):
        return len(value) <= 10 and bool(re.fullmatch(r"[一-鿿㐀-䶿A-Za-z·. ]+", value))
    return len(value) <= 20 and bool(re.fullmatch(r"[!-~ ·]+", value))


CHECKS: Mapping[str, Callable[[str], bool]] = {
    "thing": lambda value: len(value) <= 20,
    "number": lambda value: len(value) <= 32 and bool(re.fullmatch(r"\d+(\.\d+)?", value)),
    "letter": _matches(r"[A-Za-z]{1,32}"),
    "symbol": _matches(r"[!-/:-@\[-`{-~]{1,5}"),
    "character_string": _matches(r"[ -~]{1,32}"),
    "time": lambda value: bool(TIME.fullmatch(value)) and _real_days(value),
    "date": lambda value: bool(DATE.fullmatch(value)) and _real_days(value),
    "amount": _amount,
    "phone_number": _matches(r"[0-9+\-() *]{1,17}"),
    "car_number": _matches(r"[一-鿿]?[A-Za-z0-9]{1,6}[一-鿿A-Za-z0-9]?"),
    "name": _name,
    "phrase": _matches(r"[一-鿿]{1,5}"),
}
"""Keyword type → whether a value is accepted; `enum` is checked against the template's own list."""


def type_of(key: str) -> str:
    """Return the type of a template key: thing1 → thing, character_string12 → character_string."""
    return re.sub(r"\d+$", "", key)


def accepts(key: str, value: object, options: Mapping[str, tuple[str, ...]]) -> bool:
    """Whether the platform takes this value for this key. `options` are the listed values of enum keys."""
    if not isinstance(value, str) or not value.strip() or CONTROL.search(value):
        return False
    kind = type_of(key)
    if kind == "enum":
        return value in options.get(key, ())
    return kind in CHECKS and CHECKS[kind](value)
