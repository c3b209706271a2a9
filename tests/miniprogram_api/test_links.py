"""Wherever a screen leads, there is something: every screen named exists, every path called is an address of ours."""

import re
from collections.abc import Iterator

import pytest
from werkzeug.exceptions import MethodNotAllowed, NotFound

from backend import clock
from backend.policy import load_packs
from backend.workflow import commands, rulebook
from miniprogram_api.views import composers
from tests.miniprogram_api.test_screens import FILLED, NEEDS_NOTHING, OF_A_CASE


def actions(part) -> Iterator[dict]:
    """Yield every action anywhere in a screen."""
    if isinstance(part, dict):
        if part.get("kind") in ("navigate", "find", "call", "submit"):
            yield part
        for inner in part.values():
            yield from actions(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from actions(inner)


def paths(part) -> Iterator[tuple[str, str]]:
    """Yield every method and path that a screen sends something to or fetches a picture from."""
    if isinstance(part, dict):
        if part.get("kind") in ("call", "submit"):
            yield part.get("method", "POST"), part["path"]
        for key, method in (("thumb", "GET"), ("full", "GET"), ("upload", "POST"), ("suggest", "GET")):
            if isinstance(part.get(key), str) and part[key].startswith("/"):
                yield method, part[key]
        if isinstance(part.get("save"), dict):
            yield part["save"].get("method", "PUT"), part["save"]["path"]
        for inner in part.values():
            yield from paths(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from paths(inner)


def dead_ends(app, screen: dict) -> list[str]:
    """Return what a screen leads to and is not there."""
    known, adapter, found = composers(), app.url_map.bind("localhost"), []
    for action in actions(screen):
        if "screen" in action and action["screen"] not in known:
            found.append(f"{screen['name']} leads to the screen {action['screen']}")
    for method, path in paths(screen):
        try:
            adapter.match(f"/api/v1{path.partition('?')[0]}", method=method)
        except (NotFound, MethodNotAllowed):
            found.append(f"{screen['name']} sends {method} {path}")
    return found


@pytest.mark.parametrize("name", sorted(NEEDS_NOTHING))
def test_no_screen_leads_nowhere(app, me, name):
    assert dead_ends(app, me.screen(name, **FILLED.get(name, {}))) == []


@pytest.mark.parametrize("name", sorted(OF_A_CASE))
def test_no_screen_of_a_case_leads_nowhere(app, me, office, name):
    case = me.apply("recognition")
    commands.approve(office.hr, case, clock.now())
    draft = me.draft("settle")
    commands.correct(office.clerk, case, [commands.Point("material", "contract", "补拍")], clock.now())
    for application in (case, draft):
        assert dead_ends(app, me.screen(name, application=application)) == []


def test_the_screens_the_messages_open_are_there():
    from backend.messages import messages

    assert {template.screen for template in messages().templates.values()} <= set(composers())


def test_every_item_of_every_city_has_a_page_and_a_check(app, visitor):
    packs = load_packs()
    rulebook.shelf.use(packs)
    for pack in packs.values():
        for item in pack.items.values():
            screen = visitor.screen("item", city=pack.city.id, item=item.id)
            assert screen["title"] == item.name
            assert dead_ends(app, screen) == []
            assert visitor.screen("self_check", city=pack.city.id, item=item.id)["blocks"]


def test_every_article_of_every_city_opens(visitor):
    packs = load_packs()
    rulebook.shelf.use(packs)
    for pack in packs.values():
        for clause in pack.clauses.values():
            screen = visitor.screen("article", city=pack.city.id, document=clause.document, article=clause.article)
            assert re.sub(r"\s", "", screen["blocks"][0]["text"])
