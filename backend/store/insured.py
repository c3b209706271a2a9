"""What a file of the insurance office would bring, before anything of it is kept."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from stdnum.cn import ric
from stdnum.exceptions import ValidationError

from backend.store import facts
from backend.store.models import InsuredMonth

Month = tuple[str, str, str | None, bool]
"""Id number, YYYY-MM, employer name or None, whether it was paid afterwards."""


@dataclass
class Checked:
    """A file as it was read: the months, those new to the store, people unknown here, rows that are wrong."""

    months: list[Month] = field(default_factory=list)
    new: int = 0
    people: int = 0
    unknown: int = 0
    wrong: list[str] = field(default_factory=list)


def check(rows: Iterable[tuple[str, str | None, str | None, bool]]) -> Checked:
    """Return what the rows would bring. A row needs a valid id number and a month; `wrong` says which lacks what."""
    found = Checked()
    for number, (id_number, month, employer, back_paid) in enumerate(rows, start=1):
        if problem := _problem(id_number, month):
            found.wrong.append(f"第 {number} 行：{problem}")
        else:
            found.months.append((id_number, str(month), employer, back_paid))
    people = {id_number: facts.find("id_number", id_number) for id_number in {row[0] for row in found.months}}
    found.people = sum(bool(known) for known in people.values())
    found.unknown = len(people) - found.people
    found.new = sum(_is_new(person, row[1]) for row in found.months for person in people[row[0]])
    return found


def _problem(id_number: str, month: str | None) -> str | None:
    try:
        ric.validate(id_number)
    except ValidationError:
        return "身份证号码不对"
    return None if month else "月份要写成 2026-03 这样"


def _is_new(applicant_id: str, month: str) -> bool:
    same = (InsuredMonth.applicant == applicant_id) & (InsuredMonth.period == month)
    return not InsuredMonth.select().where(same).exists()
