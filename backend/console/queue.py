"""What lies on a desk and what an account may see: queries for lists, sorted by what is due first."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache, reduce
from operator import and_, or_
from typing import Any

from peewee import JOIN, SQL, fn

from backend import clock
from backend.clock import SHANGHAI
from backend.console.words import MOST_COUNTED
from backend.store.database import connection
from backend.store.models import Application, Employer, StepRecord
from backend.workflow.kept import Kept
from backend.workflow.rights import CITY_WIDE, STANDS_ABOVE, Hat, Role
from backend.workflow.stages import OPEN, State

PAGE = 50
CHUNK = 500
AFTER_ALL = "龥"
"""Sorts after every digit and Latin letter, by bytes as by locale: the end of the numbers with one beginning."""

IS_OPEN = Application.role.is_null(False)
"""Open are the cases that are on somebody's desk; said so, an index of them alone answers."""

FEW, MANY = 20_000, 100_000
"""Stays. Of an agency with no more than a few, its cases are gathered first; of one with many, every case is asked."""


@dataclass(frozen=True)
class Filters:
    """What a list shows. Empty means: not narrowed by this.

    `scope` is mine (the own desk) or visible. `person` are applicant ids, never names. The spans are days, both ends
    included: when submitted, when closed; `breached` are stays left late (or still late) within the closed span.
    """

    scope: str = "mine"
    state: str = ""
    item: str = ""
    step: str = ""
    agency: str = ""
    late: bool = False
    breached: bool = False
    number: str = ""
    person: tuple[str, ...] = ()
    submitted_from: date | None = None
    submitted_to: date | None = None
    closed_from: date | None = None
    closed_to: date | None = None
    page: int = 1

    def query(self, **changes: Any) -> dict[str, Any]:
        """Return the filters, with changes, as arguments of an address; what narrows nothing is left out."""
        changed = replace(self, **{"page": 1, **changes})
        return {name: _written(value) for name, value in vars(changed).items() if value and value != _PLAIN[name]}

    @property
    def narrowed(self) -> bool:
        """Whether anything but the scope narrows the list."""
        return any(value != _PLAIN[name] for name, value in vars(self).items() if name not in ("scope", "page"))


_PLAIN = vars(Filters())


def _written(value: Any) -> Any:
    if value is True:
        return 1
    return list(value) if isinstance(value, tuple) else value


def filters_of(args: Any, scope: str = "mine") -> Filters:
    """Read filters from the arguments of an address; what cannot be read is left out."""
    return Filters(
        scope=args.get("scope") if args.get("scope") in ("mine", "visible") else scope,
        state=args.get("state", ""),
        item=args.get("item", ""),
        step=args.get("step", ""),
        agency=args.get("agency", ""),
        late=bool(args.get("late")),
        breached=bool(args.get("breached")),
        number=args.get("number", "").strip(),
        person=tuple(args.getlist("person"))[:50],
        submitted_from=_day(args.get("submitted_from")),
        submitted_to=_day(args.get("submitted_to")),
        closed_from=_day(args.get("closed_from")),
        closed_to=_day(args.get("closed_to")),
        page=min(10_000, max(1, args.get("page", 1, type=int))),
    )


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


# --- whose desk, whose sight ------------------------------------------------------------------------------------------


def on_desk(hats: Sequence[Hat]):
    """Return the query condition for the cases that lie on one of these hats' desks."""
    return reduce(or_, (_desk(hat) for hat in hats))


def visible(hats: Sequence[Hat], only_open: bool = False):
    """Return the query condition for the cases that one of these hats may read (`workflow.rights.sees` in SQL)."""
    if only_open:
        return reduce(or_, (_sight(hat, IS_OPEN) for hat in hats)) & IS_OPEN
    return reduce(or_, (_sight(hat, Application.submitted_at.is_null(False)) for hat in hats))


def _desk(hat: Hat):
    roles = [hat.role, *STANDS_ABOVE.get(Role(hat.role), ())]
    open_case = IS_OPEN & Application.state.in_([str(state) for state in OPEN - {State.CORRECTION}])
    if hat.role == Role.EMPLOYER:
        return open_case & (Application.role == hat.role) & (Application.employer == hat.employer)
    if hat.role == Role.SPECIALIST:
        waiting = Application.state.in_([State.DRAFT, State.CORRECTION])
        return waiting & Application.delegate.in_([hat.wearer, hat.owner])
    places = [place for place in (hat.agency, hat.window) if place]
    return open_case & _scope(hat) & Application.role.in_(roles) & Application.agency.in_(places)


def _sight(hat: Hat, submitted):
    if hat.role == Role.EMPLOYER:
        return (submitted & (Application.employer == hat.employer)) | (Application.delegate == hat.wearer)
    if hat.role == Role.SPECIALIST:
        return Application.delegate.in_([hat.wearer, hat.owner])
    if hat.role == Role.ADMIN:
        return Application.id == ""
    if hat.role in CITY_WIDE:
        return submitted & _scope(hat)
    places = [place for place in (hat.agency, hat.window) if place]
    return submitted & _scope(hat) & _took_part(places)


def _took_part(places: Sequence[str]):
    """Return the condition for cases in which one of these agencies has, or had, a step.

    A busy agency finds a page of cases soon, however they are sorted: each is asked as the list goes, and OFFSET keeps
    PostgreSQL from gathering all first. One that rarely takes part would search long: its few are gathered. Between
    the two PostgreSQL is left the choice: it asks the cases of a person, and gathers all for a list.
    """
    stays = StepRecord.agency.in_(places)
    number = _stays(tuple(places), clock.now().replace(minute=0, second=0, microsecond=0))
    if number <= FEW:
        return Application.id.in_(StepRecord.select(StepRecord.application).where(stays))
    own = StepRecord.select(SQL("1")).where((StepRecord.application == Application.id) & stays)
    return Application.agency.in_(places) | fn.EXISTS(own.offset(0) if number > MANY else own)


@lru_cache(maxsize=256)
def _stays(places: tuple[str, ...], hour: datetime) -> int:
    """Count the stays at agencies up to MANY + 1, once an hour: it decides how cases are found, never which."""
    return StepRecord.select(SQL("1")).where(StepRecord.agency.in_(places)).limit(MANY + 1).count()


def _scope(hat: Hat):
    condition = Application.city == hat.city
    if hat.place:
        condition &= Application.place.is_null() | (Application.place == hat.place)
    return condition


# --- lists ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Listing:
    """One page of a list; `more` tells whether another follows."""

    cases: Sequence[Application]
    more: bool


def listing(hats: Sequence[Hat], filters: Filters, today: date) -> Listing:
    """Return one page of the cases that fit, the earliest due day first, those without a limit last."""
    wanted = _ordered(Application.select(Application.id).where(_condition(hats, filters, today)))
    ids = [row.id for row in wanted.limit(PAGE + 1).offset((filters.page - 1) * PAGE)]
    found = list(_ordered(_with_employers().where(Application.id.in_(ids[:PAGE]))))
    return Listing(found, len(ids) > PAGE)


def everything(hats: Sequence[Hat], filters: Filters, today: date) -> Iterator[Application]:
    """Yield all cases that fit, one after the other, for an export: a few hundred in memory at a time."""
    condition, last = _condition(hats, filters, today), None
    while True:
        rows = _ordered(_with_employers().where(condition & _after(last) if last else condition)).limit(CHUNK)
        chunk = list(rows)
        yield from chunk
        if len(chunk) < CHUNK:
            return
        last = chunk[-1]


def _after(last: Application):
    """Return the condition for what stands after a case in the order of the lists."""
    later_id = Application.id > last.id
    if last.due_on is None:
        return Application.due_on.is_null() & later_id
    same_day = (Application.due_on == last.due_on) & later_id
    return (Application.due_on > last.due_on) | same_day | Application.due_on.is_null()


def total(hats: Sequence[Hat], filters: Filters, today: date) -> int:
    """Count the cases that fit, for the progress of an export."""
    return Application.select(Application.id).where(_condition(hats, filters, today)).count()


def next_on_desk(hats: Sequence[Hat], but: str) -> Application | None:
    """Return the case on the desk that is due first, another than `but`."""
    first = _ordered(Application.select(Application.id).where(on_desk(hats) & (Application.id != but))).first()
    return Application.get_by_id(first.id) if first else None


def delegated(staff_id: str) -> list[Application]:
    """Return the newest cases in which an account acts for the person."""
    mine = Application.select().where(Application.delegate == staff_id)
    return list(mine.order_by(Application.created_at.desc()).limit(PAGE * 4))


def of_ids(hats: Sequence[Hat], ids: Sequence[str]) -> list[Application]:
    """Return those of the named cases that lie on the desk, the earliest due day first."""
    return list(_ordered(Application.select().where(on_desk(hats) & Application.id.in_(list(ids)))))


def _condition(hats: Sequence[Hat], filters: Filters, today: date):
    only_open = filters.state == "open" or filters.late
    return _narrow(on_desk(hats) if filters.scope == "mine" else visible(hats, only_open), filters, today)


def _with_employers():
    return Application.select(Application, Employer).join(Employer, JOIN.LEFT_OUTER)


def _ordered(query):
    return query.order_by(Application.due_on.asc(nulls="last"), Application.id)


def _narrow(condition, filters: Filters, today: date):
    if filters.state == "open":
        condition &= IS_OPEN
    elif filters.state:
        condition &= Application.state == filters.state
    for column, wanted in (
        (Application.item, filters.item),
        (Application.step_kind, filters.step),
        (Application.agency, filters.agency),
    ):
        if wanted:
            condition &= column == wanted
    if filters.late:
        condition &= (Application.due_on < today) & IS_OPEN
    if filters.number:
        condition &= (Application.number >= filters.number) & (Application.number < f"{filters.number}{AFTER_ALL}")
    if filters.person:
        condition &= Application.applicant.in_(list(filters.person))
    spans = _within(Application.submitted_at, filters.submitted_from, filters.submitted_to)
    if filters.breached:
        return reduce(and_, spans, condition & Application.id.in_(_breaches(filters)))
    return reduce(and_, [*spans, *_within(Application.closed_at, filters.closed_from, filters.closed_to)], condition)


def _breaches(filters: Filters):
    late = StepRecord.overdue_since.is_null(False)
    spans = _within(StepRecord.left_at, filters.closed_from, filters.closed_to)
    return StepRecord.select(StepRecord.application).where(reduce(and_, spans, late))


def _within(column, first: date | None, last: date | None) -> list:
    """Return the conditions that keep a moment within days."""
    since = [column >= midnight(first)] if first else []
    return [*since, column < midnight(last + timedelta(days=1))] if last else since


def midnight(day: date) -> datetime:
    """Return the first moment of a day in Shanghai."""
    return datetime.combine(day, time(), SHANGHAI)


@dataclass(frozen=True)
class Counts:
    """The numbers on top of the desk; `visible` is None while it is being counted for the first time."""

    waiting: int
    today: int
    late: int
    visible: int | None


def counts(hats: Sequence[Hat], today: date) -> Counts:
    """Count what waits on the desk, is due today, is late, and all open cases in sight; up to MOST_COUNTED + 1."""
    mine = on_desk(hats)
    waiting = _count(mine)
    return Counts(
        waiting=waiting,
        today=_count(mine & (Application.due_on == today)),
        late=_count(mine & (Application.due_on < today)),
        visible=waiting if waiting > MOST_COUNTED else _in_sight(hats),
    )


def _in_sight(hats: Sequence[Hat]) -> int | None:
    """Count the open cases in sight.

    Where a city has many and only those of an agency are meant, each may have to be asked: then it is done beside the
    page, once for all who see the same.
    """
    if all(hat.role in CITY_WIDE for hat in hats) or _count(_of_cities(hats)) <= MOST_COUNTED:
        return _count(visible(hats, only_open=True))
    found = counted_beside.ask(tuple(_seen_alike(hat) for hat in hats), clock.now(), A_MOMENT)
    return found[0] if found else None


def _of_cities(hats: Sequence[Hat]):
    return Application.city.in_({hat.city for hat in hats if hat.city}) & IS_OPEN


def _seen_alike(hat: Hat) -> Hat:
    """Return a hat under which everybody with the same sight counts the same."""
    personal = hat.role in (Role.EMPLOYER, Role.SPECIALIST)
    return hat if personal else replace(hat, wearer="", owner="")


def _counted(hats: Sequence[Hat]) -> int:
    with connection():
        return _count(visible(hats, only_open=True))


A_MOMENT = 0.1
"""Seconds the desk waits for a number it has never counted."""

counted_beside = Kept(_counted, most=256)


def _count(condition) -> int:
    return Application.select(Application.id).where(condition).limit(MOST_COUNTED + 1).count()
