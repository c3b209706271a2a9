"""An employer files for many of its people at once: every row checked first, then a draft each that HR completes.

HR acts as the person's delegate, as a specialist does, and stands in every record as such. HR may file for somebody who
is not on record yet, and for people who have named this employer themselves or applied through it; for nobody else, or
knowing an id number would open a stranger's record.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from stdnum.cn import ric
from stdnum.exceptions import ValidationError

from backend.policy.eligibility import Verdict
from backend.policy.types import Item
from backend.store import audit, facts, workforce
from backend.store.database import transaction
from backend.store.models import Application, Employer, Staff
from backend.workflow import delegates, drafts, rulebook
from backend.workflow.refusal import Refusal

MOST_ROWS = 500


@dataclass(frozen=True)
class Row:
    """One person as a table has it: where it stands there, identity, facts as JSON, what could not be read."""

    number: int
    identity: Mapping[str, str]
    told: Mapping[str, Any]
    wrong: tuple[str, ...] = ()


@dataclass(frozen=True)
class Checked:
    """What would become of a row: everything that keeps it out, and the engine's verdict where it can be judged."""

    row: Row
    wrong: tuple[str, ...]
    verdict: Verdict | None

    @property
    def ready(self) -> bool:
        """Whether a draft can be begun from it."""
        return not self.wrong


class NotYourPeople(Refusal):
    """The person is on record and has not named this employer."""

    code = "not_your_people"

    def __init__(self) -> None:
        super().__init__("本人已在平台登记，但没有把用人单位填成本单位，请本人先在小程序里填写用人单位。")


def columns(item: Item) -> list[str]:
    """Return the facts a table for an item asks of each person, in the order worth asking; identity stands before."""
    conditions = [name for requirement in item.conditions for name in requirement.test.facts]
    tiers = [name for tier in item.benefit.tiers if tier.when for name in tier.when.facts]
    starts = item.benefit.starts
    first = [str(starts["fact"])] if starts and starts.get("next_month") else []
    wanted = dict.fromkeys(name.partition(".")[0] for name in (*conditions, *tiers, *first))
    vocabulary = rulebook.packs().vocabulary
    known = [name for name in wanted if name in vocabulary.top_level and vocabulary[name].type in TYPES]
    return [name for name in known if name not in (*drafts.IDENTITY, *BY_EMPLOYER)]


TYPES = frozenset({"text", "choice", "int", "number", "date", "month", "bool"})
"""Types of fact that one cell can hold."""

BY_EMPLOYER = ("employer_name", "employer_jurisdiction")
"""Facts that follow from who files."""


def check(employer: Employer, item: str, rows: Sequence[Row], now: datetime) -> list[Checked]:
    """Say of every row what would become of it. Nothing is kept."""
    seen: set[str] = set()
    found = []
    for row in rows:
        number = row.identity["id_number"]
        twice = ("这个身份证号码在表里出现了两次",) if number in seen else ()
        seen.add(number)
        wrong = (*row.wrong, *identity_problems(row.identity), *twice, *_stranger(employer, row))
        found.append(Checked(row, wrong, None if row.wrong else _judged(employer, item, row, now)))
    return found


def identity_problems(identity: Mapping[str, str]) -> list[str]:
    """Return what is wrong with a name, an id number and a phone."""
    found = [] if identity["full_name"] else ["没有填姓名"]
    try:
        ric.validate(identity["id_number"])
    except ValidationError:
        found.append("身份证号码不对")
    phone = identity["phone"]
    return found if phone.isdecimal() and len(phone) == 11 and phone[0] == "1" else [*found, "手机号要填 11 位数字"]


def _stranger(employer: Employer, row: Row) -> list[str]:
    try:
        _own_people(employer, row.identity)
    except Refusal as refusal:
        return [str(refusal)]
    return []


def _own_people(employer: Employer, identity: Mapping[str, str]) -> None:
    known = facts.find("id_number", identity["id_number"])
    if known and not any(_belongs(employer, person) for person in known):
        raise NotYourPeople
    if known and all(facts.reveal(person, "full_name") != identity["full_name"] for person in known):
        raise delegates.TwoPeople


def _belongs(employer: Employer, person: str) -> bool:
    return facts.values(person).get("employer_name") == employer.name or workforce.works_here(employer.id, person)


def _judged(employer: Employer, item: str, row: Row, now: datetime) -> Verdict:
    pack = rulebook.packs()[employer.city]
    values = rulebook.packs().vocabulary.parse({**row.told, **_of_employer(employer)})
    return pack.on(now.date()).judge(item, values, now.date())


def _of_employer(employer: Employer) -> dict[str, str]:
    named = {"employer_name": employer.name}
    return named | ({"employer_jurisdiction": employer.jurisdiction} if employer.jurisdiction else {})


@dataclass(frozen=True)
class Filed:
    """What became of a row: the draft that was begun, or why there is none."""

    row: Row
    case: Application | None
    error: str | None = None


def file(hr: Staff, item: str, rows: Sequence[Row], now: datetime) -> list[Filed]:
    """Begin a draft for every row that holds, each for itself; rows that do not hold say why."""
    employer = hr.employer
    return [_file(hr, employer, item, checked, now) for checked in check(employer, item, rows, now)]


def _file(hr: Staff, employer: Employer, item: str, checked: Checked, now: datetime) -> Filed:
    row = checked.row
    if not checked.ready:
        return Filed(row, None, "；".join(checked.wrong))
    try:
        with transaction():
            person = delegates.person_for(hr, row.identity, now)
            case = drafts.start(person, employer.city, item, now, delegate=hr)
            if case.delegate_id != hr.id:
                raise HasDraft
            facts.tell(person, {**row.told, **_of_employer(employer)}, "employer", now, employer.id)
            audit.record(audit.Actor("staff", hr.id), "file", "application", case.id, now)
    except Refusal as refusal:
        return Filed(row, None, str(refusal))
    return Filed(row, case)


class HasDraft(Refusal):
    """The person has begun this application without the employer."""

    code = "has_draft"

    def __init__(self) -> None:
        super().__init__("本人已经自己开始填写这个事项，请本人在小程序里提交。")
