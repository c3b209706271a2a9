"""Every answer that the structure of a pack can give, for every item of every city."""

from dataclasses import replace
from datetime import date

import pytest

from backend.answers.asked import Asked, Topic
from backend.answers.aspects import TABLE
from backend.answers.case import Case, World
from backend.answers.reply import LONGEST, fit
from backend.policy import load_packs

PACKS = load_packs()
ITEMS = [(city, item) for city, pack in PACKS.items() for item in pack.on(date(2026, 2, 1)).items]


@pytest.mark.parametrize(("city", "item"), ITEMS)
def test_every_aspect_of_every_item_cites_clauses_that_exist(library, city, item):
    world = World(PACKS, library.knowledge, date(2026, 2, 1))
    for intent, functions in TABLE.items():
        asked = Asked("", ((intent, 1.0),), (city,), (), (), {}, {}, Topic())
        case = Case.of(asked, city, world)
        for function in functions:
            found = function(case, case.rules.items[item])
            if found is not None:
                assert found.cites, (intent, found.text)
                assert all(_known(city, cite) for cite in found.cites), (intent, found.cites)
                assert "None" not in found.text
                assert len(fit(found.text)) <= LONGEST


def _known(city, cite):
    """Whether a clause, or the article of which it is a part, is in the pack."""
    return cite in PACKS[city].clauses or cite.rsplit(".", 1)[0] in PACKS[city].clauses


def test_a_shorter_limit_that_the_office_promises_is_told_beside_the_statutory_one(library):
    asked = Asked("", (("ask_time_limit", 1.0),), ("anyang",), (), (), {}, {}, Topic())
    case = Case.of(asked, "anyang", World(PACKS, library.knowledge, date(2026, 2, 1)))
    item = case.rules.items["living_allowance"]
    steps = tuple(replace(step, promised=3) if step.id == "public_notice" else step for step in item.steps)
    found = TABLE["ask_time_limit"][0](case, replace(item, steps=steps))
    assert found is not None
    assert "承诺3个工作日，法定5个工作日" in found.text
