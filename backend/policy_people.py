"""People to judge anew: those of a file, or those of the register. Each is an id and facts ready for judging."""

import csv
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from backend.policy import FactError, Vocabulary
from backend.store import facts

Person = tuple[str, dict[str, Any]]
ID = "id"


class UnreadablePerson(Exception):
    """A line of a file of people cannot be taken. `line` is its number."""

    def __init__(self, line: int, reason: str):
        super().__init__(f"第 {line} 行读不了：{reason}")
        self.line = line


def refuse(problem: UnreadablePerson) -> None:
    """Stop at the first line that cannot be read."""
    raise problem


def read_people(
    path: Path, vocabulary: Vocabulary, unreadable: Callable[[UnreadablePerson], None] = refuse
) -> Iterator[Person]:
    """Yield the people of a file: JSON Lines, or CSV with the names of facts as its header.

    `id` names a person; without it the number of the line does. `unreadable` hears of every line that cannot be taken,
    which is then passed over.
    """
    rows = _csv(path) if path.suffix.lower() == ".csv" else _json_lines(path)
    for line, read in rows:
        try:
            told = dict(read())
            yield str(told.pop(ID, line)), vocabulary.parse(told)
        except (FactError, ValueError, TypeError) as error:
            unreadable(UnreadablePerson(line, str(error)))


def _json_lines(path: Path) -> Iterator[tuple[int, Callable[[], Mapping[str, Any]]]]:
    with path.open(encoding="utf-8-sig") as stream:
        for line, text in enumerate(stream, 1):
            if text.strip():
                yield line, lambda text=text: json.loads(text)


def _csv(path: Path) -> Iterator[tuple[int, Callable[[], Mapping[str, Any]]]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = csv.DictReader(stream)
        for row in rows:
            yield rows.line_num, lambda row=row: {name: _cell(text) for name, text in row.items() if text}


def _cell(text: str) -> Any:
    """A CSV cell is JSON where it can be read as such (true, 3, [["2020-04", "2020-06"]]), else plain text."""
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text


def read_register(city: str, vocabulary: Vocabulary) -> Iterator[Person]:
    """Yield the people of the register who look at a city, with their current facts; protected ones stay sealed.

    A person whose facts the vocabulary no longer takes is passed over.
    """
    for applicant_id, told in facts.of_everybody(city):
        try:
            yield applicant_id, vocabulary.parse({name: value for name, value in told.items() if name in vocabulary})
        except FactError:
            continue
