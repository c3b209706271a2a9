"""Talent cards: find one, see whether it is valid, report it lost, replace, cancel, renew; lists for partners."""

from collections.abc import Callable, Mapping
from datetime import datetime

import segno
from flask import Blueprint, abort, current_app, flash, g, redirect, render_template, request, url_for

from backend import clock
from backend.console import card_lists, sheets, words
from backend.console.desk_pages import LOOKED_UP
from backend.console.navigation import only_for
from backend.console.security import hats, wears
from backend.store import audit, cards, facts
from backend.store.models import TalentCard
from backend.workflow import decisions
from backend.workflow.refusal import Refusal
from backend.workflow.rights import Role, gets_list

MAY_EXPORT = frozenset({Role.SUPERVISOR, Role.COORDINATOR})
COLUMNS = ("卡号", "姓名", "类别", "层次", "发放日期", "有效期至", "最近年度登记")


def register(blueprint: Blueprint) -> None:
    """Add the pages of talent cards to the console."""
    keep = only_for("console.cards")
    blueprint.get("/cards", endpoint="cards")(keep(_cards))
    blueprint.post("/cards", endpoint="find_card")(keep(_find))
    blueprint.get("/cards/valid.xlsx", endpoint="export_cards")(keep(_export))
    blueprint.get("/cards/lists/<item>.<kind>", endpoint="export_card_list")(keep(_export_list))
    blueprint.get("/cards/<card_id>", endpoint="card")(keep(_card))
    blueprint.post("/cards/<card_id>/<act>", endpoint="card_act")(keep(_act))


def _cards():
    args = request.args
    state, number, page = args.get("state", ""), args.get("number", ""), max(1, args.get("page", 1, type=int))
    people = args.getlist("person") or None
    rows, more = cards.listing(g.staff.city, state, number, people, page)
    return render_template(
        "console/cards.html",
        rows=rows,
        more=more,
        page=page,
        query={"state": state, "number": number, "person": people or []},
        may_export=wears(MAY_EXPORT),
        lists=card_lists.of_city(g.staff.city, clock.today(), hats()),
    )


def _find():
    """Find by card number, or exactly by name, id number or phone, which never enter an address."""
    typed = request.form.get("words", "").strip()
    people = {person for name in LOOKED_UP for person in facts.find(name, typed)} if typed else set()
    if people:
        audit.record(audit.Actor("staff", g.staff.id), "find_person", "applicant", min(people), clock.now())
        return redirect(url_for("console.cards", person=sorted(people)))
    return redirect(url_for("console.cards", number=typed.upper() if typed.isascii() else "无"))


def _own(card_id: str) -> TalentCard:
    return cards.of_city(card_id, g.staff.city) or abort(404)


def _card(card_id: str, error: str | None = None):
    card = _own(card_id)
    audit.record(audit.Actor("staff", g.staff.id), "read", "talent_card", card.id, clock.now())
    address = f"{current_app.config['CONSOLE_PUBLIC_URL']}/api/v1/cards/{card.token}"
    shown = segno.make(address, error="m").svg_data_uri(scale=4) if card.state == "valid" else None
    return render_template("console/card.html", card=card, code=shown, error=error)


def _act(card_id: str, act: str):
    card = _own(card_id)
    if act not in ACTS:
        abort(404)
    try:
        changed, sentence = ACTS[act](card, request.form.get("reason", "").strip(), clock.now())
    except Refusal as refusal:
        return _card(card_id, str(refusal)), 422
    flash(sentence)
    return redirect(url_for("console.card", card_id=changed.id))


def _end(state: str) -> Callable[[TalentCard, str, datetime], tuple[TalentCard, str]]:
    def end(card: TalentCard, reason: str, now: datetime) -> tuple[TalentCard, str]:
        if not reason:
            raise NoReason
        return decisions.end_card(g.staff, card.id, state, reason, now), f"已{decisions.CARD_ENDS[state]}，卡立即失效。"

    return end


class NoReason(Refusal):
    """A card ends for a reason."""

    code = "reason_needed"

    def __init__(self) -> None:
        super().__init__("请写明原因。")


def _replace(card: TalentCard, _: str, now: datetime) -> tuple[TalentCard, str]:
    new = decisions.replace_card(g.staff, card.id, now)
    return new, f"已补发新卡 {new.number}，旧卡作废。"


def _renew(card: TalentCard, _: str, now: datetime) -> tuple[TalentCard, str]:
    return decisions.renew_card(g.staff, card.id, now), "已办理年度登记。"


ACTS: Mapping[str, Callable[[TalentCard, str, datetime], tuple[TalentCard, str]]] = {
    "lost": _end("lost"),
    "cancelled": _end("cancelled"),
    "replace": _replace,
    "renew": _renew,
}


def _export():
    """Give all valid cards as XLSX, for the offices that issue them; who fetched it is in the log."""
    if not wears(MAY_EXPORT):
        abort(403)
    now = clock.now()
    audit.record(audit.Actor("staff", g.staff.id), "export", "talent_card", g.staff.city or "", now)
    holders = cards.with_holders(g.staff.city, reveal={"full_name"})
    lines = (_line(card, told.get("full_name", "")) for card, told in holders if card.state == "valid")
    return sheets.xlsx_response(f"cards-{now:%Y%m%d}", "有效人才卡", COLUMNS, lines)


def _export_list(item: str, kind: str):
    """Give the list of an item to the agency that serves card holders with it; who fetched it is in the log."""
    now, city = clock.now(), g.staff.city or ""
    found = card_lists.item_of(city, now.date(), item)
    if found is None or kind not in ("csv", "xlsx"):
        abort(404)
    if not any(gets_list(hat, city, found.agency) for hat in hats()):
        abort(403)
    audit.record(audit.Actor("staff", g.staff.id), "export", "card_list", f"{city}/{item}", now, {"kind": kind})
    heads, rows = card_lists.heads(found), card_lists.rows(city, found, now.date())
    return sheets.table_response(kind, f"{item}-{now:%Y%m%d}", found.name, heads, rows)


def _line(card: TalentCard, name: str) -> tuple[str, ...]:
    days = (words.day(day) for day in (card.issued_on, card.valid_until, card.renewed_on))
    return (card.number, name, words.category_name(card.category), words.tier_name(card.tier), *days)
