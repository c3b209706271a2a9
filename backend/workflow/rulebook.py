"""The packs of this process: loaded once, when first asked for; with the operator's directories and working days."""

from contextvars import ContextVar
from datetime import date
from functools import cache, lru_cache
from typing import Any

from backend.policy import Pack, Packs, Ruleset, load_packs
from backend.policy.conditions import FALSE
from backend.policy.directory import Directory, DirectoryEntry
from backend.policy.types import Item, Step
from backend.store import directories, facts, workcalendar
from backend.store.database import is_connected
from backend.store.models import Application
from backend.workdays import WorkCalendar
from backend.workflow.stages import Stage, plan


class Shelf:
    """Holds the packs. Tests put their own in with `use`."""

    def __init__(self) -> None:
        self._packs: Packs | None = None

    def use(self, packs: Packs | None) -> None:
        """Work with these packs from now on; None means the project's own."""
        self._packs = packs

    def packs(self) -> Packs:
        """Return the packs in use. Raises PackError when the data is faulty."""
        return self._packs if self._packs is not None else _own()


@cache
def _own() -> Packs:
    return load_packs()


shelf = Shelf()


def packs() -> Packs:
    """Return the packs in use, with the directories and working days that the operator has entered by now.

    Between `hold` and `release` they stay as they were when first asked for.
    """
    own, held = shelf.packs(), _held.get()
    if held is None or not is_connected():
        return _entered_by_now(own)
    if own not in held:
        held[own] = _entered_by_now(own)
    return held[own]


_held: ContextVar[dict[Packs, Packs] | None] = ContextVar("held", default=None)


def hold() -> None:
    """Let this request see one state of the packs, asked of the store once: a page names hundreds of their words."""
    _held.set({})


def release(_: BaseException | None = None) -> None:
    """End what `hold` began; for `teardown_request`."""
    _held.set(None)


def _entered_by_now(own: Packs) -> Packs:
    if not is_connected():
        return own
    entered = (directories.state(), workcalendar.state())
    return _with_operators(own, entered) if entered != NOTHING_ENTERED else own


NOTHING_ENTERED = ((0, None), (0, None))


@lru_cache(4)
def _with_operators(own: Packs, entered: tuple[Any, ...]) -> Packs:
    """Add what the store holds; `entered` is another one after every change there."""
    return own.each(pack_within)


def pack_within(pack: Pack) -> Pack:
    """Return a pack with the directories and working days of the store, if the store is open."""
    return pack.within(_directories_of(pack), workcalendar.calendar(pack.city.id)) if is_connected() else pack


def _directories_of(pack: Pack) -> list[Directory]:
    return [directory.replaced(_entries(pack.city.id, directory.id)) for directory in pack.directories]


def _entries(city: str, directory: str) -> list[DirectoryEntry]:
    rows = directories.history(city, directory)
    return [DirectoryEntry(row.name, row.details, row.listed_on, row.delisted_on) for row in rows]


def pack_of(case: Application) -> Pack:
    """Return the pack of a case's city."""
    return packs()[case.city]


def rules_of(case: Application, day: date | None = None) -> Ruleset:
    """Return the rules under which a case stands: those of its own day, or of another."""
    return pack_of(case).on(day or case.as_of)


def item_of(case: Application) -> Item:
    """Return the item of a case as it stood on the case's day."""
    return rules_of(case).items[case.item]


def calendar_of(case: Application) -> WorkCalendar:
    """Return the work calendar of the case's city, the operator's own days included."""
    return workcalendar.calendar(case.city)


def values_of(case: Application) -> dict[str, Any]:
    """Return what is known for a case, ready for judging: the facts as submitted, or a draft's current ones."""
    told = facts.of_rows(case.fact_ids) if case.fact_ids else facts.values(case.applicant_id)
    vocabulary = packs().vocabulary
    return vocabulary.parse({name: value for name, value in told.items() if name in vocabulary})


def verdict_of(case: Application):
    """Judge a case on its own day by its own facts."""
    return rules_of(case).judge(case.item, values_of(case), case.as_of)


def stages_of(case: Application) -> tuple[Stage, ...]:
    """Return the stages of a case; a step with a condition is left out only where the condition surely fails."""
    ground = rules_of(case).prepare(values_of(case), case.as_of)

    def applies(step: Step) -> bool:
        return step.when is None or step.when.test(ground.values, case.as_of) != FALSE

    return plan(item_of(case), pack_of(case).city, applies)


def needed_for_work(case: Application) -> list[str]:
    """Return the facts that no condition asks for but the work rests on.

    Which employer reviews first, and the day from which a monthly benefit runs.
    """
    item = item_of(case)
    starts = item.benefit.starts
    first = [str(starts["fact"])] if starts and starts.get("next_month") else []
    by_employer = any(step.by == "employer" for step in item.steps)
    return ["employer_name"] * by_employer + first


def good_to_have(case: Application) -> list[str]:
    """Return the facts that may come later, before money is paid: which treasury pays (staff may say), the account."""
    return ["employer_jurisdiction", "bank_account"] if item_of(case).funding is not None else []
