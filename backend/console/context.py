"""What every template of the console can use: the words, the forms' token, the entries of the bar."""

from collections.abc import Iterable

from flask import Blueprint, g
from markupsafe import Markup

from backend import clock
from backend.console import actions, bulk, charts, navigation, sign_on_pages, words
from backend.console.case_pages import NOTE_WRITERS
from backend.console.security import wears
from backend.policy.types import Item
from backend.store import casenotes
from backend.store.models import Application
from backend.workflow import areas, delegates, rulebook
from backend.workflow.desk import WEIGHING
from backend.workflow.stages import COMMANDS, commands_at


def register(blueprint: Blueprint) -> None:
    """Give the console's templates their functions and filters."""
    blueprint.context_processor(lambda: FUNCTIONS)
    for name, function in words.FILTERS.items():
        blueprint.add_app_template_filter(function, name)


def csrf() -> Markup:
    """Return the hidden field that every form which changes something carries."""
    return Markup('<input type="hidden" name="csrf" value="{}">').format(g.staff_session.csrf)


def citable(item: Item) -> list[str]:
    """Return the clauses that a refusal of an item may rest on, each once."""
    own = [cite for requirement in (*item.conditions, *item.exclusions) for cite in requirement.cites]
    papers = [cite for material in item.materials for cite in material.cites]
    return list(dict.fromkeys((*own, *papers, *item.cites)))


def batch_commands(cases: Iterable[Application]) -> list[tuple[str, str]]:
    """Return the commands that some of these cases could be given together."""
    possible = {command for case in cases for command in commands_at(case.state, case.step_kind)}
    return [(command, COMMANDS[command].name) for command in bulk.DOERS if command in possible]


def area_choices() -> dict[str, str]:
    """Return the kinds of fiscal subordination with their names."""
    return dict(rulebook.packs().vocabulary[areas.FACT].choices)


FUNCTIONS = {
    "actions": actions.ACTIONS,
    "agencies": words.agencies,
    "area_choices": area_choices,
    "batch_commands": batch_commands,
    "citable": citable,
    "csrf": csrf,
    "may_use": navigation.uses,
    "legend": charts.legend,
    "name_of": actions.name_of,
    "navigation": navigation.entries,
    "note_kinds": casenotes.KINDS,
    "note_writers": NOTE_WRITERS,
    "sign_on": sign_on_pages.offered,
    "saved_replies": words.saved_replies,
    "specialists": delegates.specialists,
    "today": clock.today,
    "wears": wears,
    "weighing": WEIGHING,
    "words": words,
}
