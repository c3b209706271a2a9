"""What lies on a desk and what an account may see: queries for lists, sorted by what is due first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import or_

from peewee import Case

from backend.store import facts
from backend.store.models import Application, StepRecord
from backend.workflow.rights import CITY_WIDE, STANDS_ABOVE, Hat, Role
from backend.workflow.stages import OPEN, State

PAGE = 50


@dataclass(frozen=True)
class Filters:
    """What a list shows: the own desk or everything visible, a state, an item, only what is late, words to find."""

    scope: str = "mine"  # mine | visible
    state: str = ""
    item: str = ""
    late: bool = False
    words: str = ""
    page: int = 1


@dataclass(frozen=True)
class Listing:
    """One page of a list; `more` tells whether another follows."""

    cases: Sequence[Application]
    more: bool


def on_desk(hats: Sequence[Hat]):
    """Return the query condition for the cases that lie on one of these hats' desks."""
    return reduce(or_, (_desk(hat) for hat in hats))


def visible(hats: Sequence[Hat]):
    """Return the query condition for the cases that one of these hats may read (`workflow.rights.sees` in SQL)."""
    return reduce(or_, (_sight(hat) for hat in hats))


def _desk(hat: Hat):
    roles = [hat.role, *STANDS_ABOVE.get(Role(hat.role), ())]
    open_case = Application.state.in_([str(state) for state in OPEN - {State.CORRECTION}])
    if hat.role == Role.EMPLOYER:
        return open_case & (Application.role == hat.role) & (Application.employer == hat.employer)
    places = [place for place in (hat.agency, hat.window) if place]
    return open_case & _scope(hat) & Application.role.in_(roles) & Application.agency.in_(places)


def _sight(hat: Hat):
    submitted = Application.submitted_at.is_null(False)
    if hat.role == Role.EMPLOYER:
        return submitted & (Application.employer == hat.employer)
    if hat.role == Role.SPECIALIST:
        return Application.delegate.in_([hat.wearer, hat.owner])
    if hat.role == Role.ADMIN:
        return Application.id == ""
    if hat.role in CITY_WIDE:
        return submitted & _scope(hat)
    places = [place for place in (hat.agency, hat.window) if place]
    took_part = StepRecord.select(StepRecord.application).where(StepRecord.agency.in_(places))
    return submitted & _scope(hat) & Application.id.in_(took_part)


def _scope(hat: Hat):
    condition = Application.city == hat.city
    if hat.place:
        condition &= Application.place.is_null() | (Application.place == hat.place)
    return condition


def listing(hats: Sequence[Hat], filters: Filters, today: date) -> Listing:
    """Return one page of the cases that fit, the earliest due day first, those without a limit last."""
    condition = on_desk(hats) if filters.scope == "mine" else visible(hats)
    condition = _narrow(condition, filters, today)
    no_limit = Case(None, [(Application.due_on.is_null(), 1)], 0)
    query = Application.select().where(condition).order_by(no_limit, Application.due_on, Application.id)
    found = list(query.limit(PAGE + 1).offset((filters.page - 1) * PAGE))
    return Listing(found[:PAGE], len(found) > PAGE)


def _narrow(condition, filters: Filters, today: date):
    if filters.state:
        condition &= Application.state == filters.state
    if filters.item:
        condition &= Application.item == filters.item
    if filters.late:
        condition &= (Application.due_on < today) & Application.state.in_([str(state) for state in OPEN])
    if filters.words:
        condition &= _matches(filters.words)
    return condition


def _matches(words: str):
    """Find by case number, or exactly by id number, phone or full name (looked up by keyed hash)."""
    people = {person for name in ("id_number", "phone", "full_name") for person in facts.find(name, words)}
    return Application.number.startswith(words) | Application.applicant.in_(sorted(people))


@dataclass(frozen=True)
class Counts:
    """The numbers on top of the desk."""

    waiting: int
    today: int
    late: int
    visible: int


def counts(hats: Sequence[Hat], today: date) -> Counts:
    """Count what waits on the desk, is due today, is late, and all open cases in sight."""
    mine = on_desk(hats)
    open_case = Application.state.in_([str(state) for state in OPEN])
    return Counts(
        waiting=Application.select().where(mine).count(),
        today=Application.select().where(mine & (Application.due_on == today)).count(),
        late=Application.select().where(mine & (Application.due_on < today)).count(),
        visible=Application.select().where(visible(hats) & open_case).count(),
    )
