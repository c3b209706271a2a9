"""People as both peers take them: with the lengths of time that the articles ask about, worked out beforehand."""

import json
from pathlib import Path

UPGRADE = "2021-03-23"


def read(path: str) -> list[dict]:
    """Return the people of a JSON Lines file, each with `as_of` and `facts`."""
    return [json.loads(line) for line in Path(path).read_text(encoding="utf8").splitlines()]


def inputs(one: dict) -> dict:
    """Return the facts of one person with lengths of time in place of dates."""
    facts, day = dict(one["facts"]), one["as_of"]
    licence, hired = facts.pop("business_registered_on"), facts.pop("hired_on")
    return facts | {
        "upgraded": day >= UPGRADE,
        "hired_months": int(_months(day) - _months(hired) > 36),
        "licence_three_months": int(_shift(licence, 3) <= day),
        "licence_year": int(day <= _shift(licence, 12)),
        "licence_year_and_quarter": int(day <= _shift(licence, 15)),
    }


def _months(text: str) -> int:
    """The running number of a day's month."""
    return int(text[:4]) * 12 + int(text[5:7])


def _shift(text: str, months: int) -> str:
    """The corresponding day months later, as ISO text."""
    year, month, day = map(int, text.split("-"))
    year, month = divmod(year * 12 + month - 1 + months, 12)
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    last = (31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month]
    return f"{year:04d}-{month + 1:02d}-{min(day, last):02d}"
