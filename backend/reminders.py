"""What people should be reminded of on a day. Pure: what is known and a day in, messages due out.

Each kind of thing to be reminded of is a small value with one function in `RULES`. A message's `event` names the thing,
its date and the lead, so that the same message is due again on later days without being told twice, and a morning on
which nothing ran loses nothing.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from backend.clock import SHANGHAI
from backend.messages import Value
from backend.policy.periods import add_months, first_of_month

MATERIAL_LEADS = (14, 7, 3, 1)
CORRECTION_LEADS = (3, 1)
CLOSING_LEADS = (30, 7, 1)
YEARLY_LEADS = (30, 7, 1)
ALLOWANCE_LEADS = (60, 30)
"""Days before the last day on which people are told, the longest first."""


@dataclass(frozen=True)
class Due:
    """A message due: what `backend.store.outbox.enqueue` takes. `deadline` is when it becomes pointless."""

    event: str
    template: str
    keywords: Mapping[str, Value]
    application: str | None = None
    deadline: datetime | None = None
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Draft:
    """An application not handed in yet: what is missing, and the last day to apply where there is one."""

    application: str
    item: str
    missing: Sequence[str]
    closes_on: date | None


@dataclass(frozen=True)
class Correction:
    """A correction notice that waits for its answer: what is still to be mended, and when it lapses."""

    application: str
    item: str
    points: Sequence[str]
    lapses_on: date


@dataclass(frozen=True)
class Chance:
    """An item a person has not applied for: from when he qualifies, or until when he may still apply."""

    city: str
    item: str
    name: str
    eligible_from: date | None = None
    closes_on: date | None = None


@dataclass(frozen=True)
class Allowance:
    """A monthly benefit and its last month, `YYYY-MM`."""

    application: str
    item: str
    last_month: str


@dataclass(frozen=True)
class YearlyCheck:
    """Something to be checked every year, and when it last was (or when the card was issued)."""

    id: str
    subject: str
    place: str
    last_done: date


@dataclass(frozen=True)
class Visit:
    """A booked appointment; `slot` is the time of day, `09:00`."""

    appointment: str
    topic: str
    place: str
    day: date
    slot: str
    application: str | None = None


Thing = Draft | Correction | Chance | Allowance | YearlyCheck | Visit


def due(things: Iterable[Thing], day: date) -> list[Due]:
    """Return the messages due on `day` about these things."""
    return [message for thing in things for message in RULES[type(thing)](thing, day)]


def next_day(chances: Iterable[Chance], day: date) -> date | None:
    """Return the first day after `day` on which one of these chances has something to say."""
    days = {candidate for chance in chances for candidate in _days_of(chance) if candidate > day}
    return min(days, default=None)


def lead_of(last_day: date, day: date, leads: Sequence[int]) -> int | None:
    """Return the shortest lead that has begun, None when it is too early or the last day is over."""
    left = (last_day - day).days
    return min((lead for lead in leads if 0 <= left <= lead), default=None)


# --- one rule each ----------------------------------------------------------------------------------------------------


def _draft(draft: Draft, day: date) -> Iterable[Due]:
    """Material still missing before the time to apply is over."""
    lead = lead_of(draft.closes_on, day, MATERIAL_LEADS) if draft.closes_on and draft.missing else None
    if lead is not None:
        keywords = {"item": draft.item, "materials": list(draft.missing), "closes_on": draft.closes_on}
        event = f"{draft.application}:missing:{draft.closes_on}:{lead}"
        yield Due(event, "material_missing", keywords, draft.application, _end_of(draft.closes_on))


def _correction(correction: Correction, day: date) -> Iterable[Due]:
    """A correction is about to lapse: what is still open of it."""
    lead = lead_of(correction.lapses_on, day, CORRECTION_LEADS) if correction.points else None
    if lead is not None:
        keywords = {"item": correction.item, "points": list(correction.points), "lapses_on": correction.lapses_on}
        event = f"{correction.application}:correction:{correction.lapses_on}:{lead}"
        yield Due(event, "correction_needed", keywords, correction.application, _end_of(correction.lapses_on))


def _chance(chance: Chance, day: date) -> Iterable[Due]:
    """From tomorrow the person qualifies; or the time to apply is nearly over."""
    params = {"city": chance.city, "item": chance.item}
    key = f"{chance.city}:{chance.item}"
    if chance.eligible_from == day + timedelta(days=1):
        keywords = {"item": chance.name, "from_on": chance.eligible_from}
        yield Due(f"{key}:from:{chance.eligible_from}", "qualifies_soon", keywords, params=params)
    lead = lead_of(chance.closes_on, day, CLOSING_LEADS) if chance.closes_on else None
    if lead is not None:
        keywords = {"item": chance.name, "closes_on": chance.closes_on}
        event = f"{key}:closes:{chance.closes_on}:{lead}"
        yield Due(event, "window_closing", keywords, deadline=_end_of(chance.closes_on), params=params)


def _days_of(chance: Chance) -> Iterable[date]:
    if chance.eligible_from:
        yield chance.eligible_from - timedelta(days=1)
    if chance.closes_on:
        yield from (chance.closes_on - timedelta(days=lead) for lead in CLOSING_LEADS)


def _allowance(allowance: Allowance, day: date) -> Iterable[Due]:
    """A monthly benefit runs out; told two months and one month before its last month ends."""
    ends_on = first_of_month(date.fromisoformat(f"{allowance.last_month}-01"), 1) - timedelta(days=1)
    lead = lead_of(ends_on, day, ALLOWANCE_LEADS)
    if lead is not None:
        year, month = allowance.last_month.split("-")
        keywords = {"item": allowance.item, "last_month": f"{year}年{int(month)}月"}
        event = f"{allowance.application}:ending:{allowance.last_month}:{lead}"
        yield Due(event, "allowance_ending", keywords, allowance.application)


def _yearly_check(check: YearlyCheck, day: date) -> Iterable[Due]:
    """A yearly check: due on the same day of the year after the last one."""
    due_on = add_months(check.last_done, 12)
    lead = lead_of(due_on, day, YEARLY_LEADS)
    if lead is not None:
        keywords = {"subject": check.subject, "due_on": due_on, "note": check.place or None}
        yield Due(f"{check.id}:{due_on}:{lead}", "yearly_check_due", keywords)


def _visit(visit: Visit, day: date) -> Iterable[Due]:
    """An appointment tomorrow."""
    if visit.day == day + timedelta(days=1):
        at = datetime.combine(visit.day, time.fromisoformat(visit.slot), SHANGHAI)
        keywords = {"topic": visit.topic or "窗口办理", "at": at, "place": visit.place}
        yield Due(f"{visit.appointment}:{visit.day}", "appointment_tomorrow", keywords, visit.application, at)


def _end_of(day: date) -> datetime:
    """The moment after which a reminder of this last day is pointless."""
    return datetime.combine(day + timedelta(days=1), time(), SHANGHAI)


RULES: Mapping[type, Callable[[Any, date], Iterable[Due]]] = {
    Draft: _draft,
    Correction: _correction,
    Chance: _chance,
    Allowance: _allowance,
    YearlyCheck: _yearly_check,
    Visit: _visit,
}
"""Kind of thing → what is due about it on a day."""
