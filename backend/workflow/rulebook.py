"""The packs of this process: loaded once, when first asked for."""

from datetime import date
from functools import cache
from typing import Any

from backend.policy import Pack, Packs, Ruleset, load_packs
from backend.policy.conditions import FALSE
from backend.policy.types import Item, Step
from backend.store import facts, workcalendar
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
    """Return the packs in use."""
    return shelf.packs()


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
