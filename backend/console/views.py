"""The pages of the console: routes of a few lines, who, what, do, show."""

from dataclasses import dataclass

from flask import Blueprint, Response, g, render_template, request, url_for
from markupsafe import Markup

from backend import clock
from backend.console import actions, cases, queue, words
from backend.console.navigation import entries
from backend.console.security import hats
from backend.workflow import rulebook
from backend.workflow.stages import COMMANDS, STATE_NAMES


def register(blueprint: Blueprint) -> None:
    """Add the pages and what templates use to the console."""
    blueprint.app_context_processor(_context)
    for name, function in words.FILTERS.items():
        blueprint.add_app_template_filter(function, name)
    blueprint.get("/", endpoint="home")(_home)
    blueprint.get("/cases/<case_id>", endpoint="case")(_case)
    blueprint.get("/cases/<case_id>/facts/<name>", endpoint="reveal")(_reveal)
    blueprint.get("/cases/<case_id>/pages/<page_id>", endpoint="page")(_page)
    actions.register(blueprint)


def _context() -> dict:
    return {
        "csrf": _csrf_field,
        "navigation": entries,
        "role_name": words.role_name,
        "scope_name": words.scope_name,
        "moment": words.moment,
        "day": words.day,
        "today": clock.today,
        "words": words,
        "agencies": words.agencies,
        "actions": actions.ACTIONS,
    }


def _csrf_field() -> Markup:
    return Markup('<input type="hidden" name="csrf" value="{}">').format(g.session.csrf)


@dataclass(frozen=True)
class Choice:
    """One option of a filter."""

    value: str
    name: str


def _home():
    args = request.args
    filters = queue.Filters(
        scope=args.get("scope", "mine"),
        state=args.get("state", ""),
        item=args.get("item", ""),
        late=bool(args.get("late")),
        words=args.get("words", "").strip(),
        page=max(1, args.get("page", 1, type=int)),
    )
    today, mine = clock.today(), hats()
    return render_template(
        "console/home.html",
        filters=filters,
        counts=queue.counts(mine, today),
        listing=queue.listing(mine, filters, today),
        states=[Choice(str(state), name) for state, name in STATE_NAMES.items()],
        items=_items(),
    )


def _items() -> list[Choice]:
    packs = rulebook.packs()
    city = packs.get(g.staff.city or "")
    return [Choice(item.id, item.name) for item in city.items.values() if item.kind == "service"] if city else []


def _case(case_id: str):
    view = cases.open_case(g.staff, hats(), case_id, clock.now())
    return render_template("console/case.html", view=view, case=view.case, rules=COMMANDS)


def _reveal(case_id: str, name: str):
    value = cases.reveal(g.staff, hats(), case_id, name, clock.now())
    return Response(Markup.escape(value or "没有填写"), mimetype="text/html")


def _page(case_id: str, page_id: str):
    small = request.args.get("size") == "small"
    data, media_type = cases.page_picture(g.staff, hats(), case_id, page_id, small, clock.now())
    return Response(data, mimetype=media_type, headers={"Content-Disposition": "inline"})


def back_to_case(case_id: str) -> str:
    """Return the address of a case's page."""
    return url_for("console.case", case_id=case_id)
