"""What comes of an application: gathered for `screens.outcome`."""

import io
from collections.abc import Mapping, Sequence

import segno
from peewee import Select

from backend.store.models import Applicant, Application, NoticeEntry, Payment, PublicNotice, TalentCard
from backend.workflow import commands, decisions, rulebook
from backend.workflow.ledger import NOT_REPORTED, Line
from backend.workflow.payments import PAYER_NAMES
from miniprogram_api.errors import NotFound
from miniprogram_api.parts import parts
from miniprogram_api.screens import outcome, texts
from miniprogram_api.screens.blocks import Screen
from miniprogram_api.views import Asked, Composer, mine, page
from miniprogram_api.views.applying import own

PEOPLE = 50
"""People of a notice that come at once."""


def notices(asked: Asked) -> Screen:
    """Gather the notices of the city that run now."""
    running = (PublicNotice.state == "open") & (PublicNotice.city == asked.pack.city.id)
    rows, following = page(PublicNotice.select().where(running), PublicNotice.id, asked)
    return outcome.notices([_notice(row) for row in rows], asked.today, following)


def notice(asked: Asked) -> Screen:
    """Gather one notice with its people."""
    row = PublicNotice.get_or_none(PublicNotice.id == asked.param("notice"))
    if row is None:
        raise NotFound
    named = row.entries.where(NoticeEntry.outcome.is_null()) if row.state == "open" else None
    people, following = _people(named, asked.params.get("after", "")) if named is not None else ([], None)
    in_all = named.count() if named is not None else 0
    return outcome.notice(_notice(row, people, in_all), asked.today, following, "after" in asked.params)


def _people(named: Select, after: str) -> tuple[list[NoticeEntry], str | None]:
    """Return a page of the people on a notice in its own order, and what the page after it is asked by."""
    rows = named.where(NoticeEntry.position > int(after)) if after.isdigit() else named
    found = list(rows.order_by(NoticeEntry.position).limit(PEOPLE + 1))
    return found[:PEOPLE], str(found[PEOPLE - 1].position) if len(found) > PEOPLE else None


def _notice(row: PublicNotice, people: Sequence[NoticeEntry] = (), in_all: int = 0) -> outcome.Notice:
    pack = rulebook.packs()[row.city]
    return outcome.Notice(
        id=row.id,
        title=row.title,
        item=pack.items[row.item].name,
        agency=texts.place(pack, row.agency),
        first_day=row.first_day,
        closes_on=row.closes_on,
        open=row.state == "open",
        people=[(one.id, one.name_masked, one.text, one.employer_name) for one in people],
        in_all=in_all,
    )


def objection(asked: Asked) -> Screen:
    """Gather the person a notice's entry names."""
    entry = NoticeEntry.get_or_none(NoticeEntry.id == asked.param("entry"))
    if entry is None or entry.notice.state != "open":
        raise NotFound("公示已经结束，不能再提出异议。")
    return outcome.objection(entry.id, entry.name_masked, asked.applicant is not None)


# --- the card ---------------------------------------------------------------------------------------------------------


def talent_card(asked: Asked) -> Screen:
    """Gather the card with its code."""
    city = asked.pack.city
    row = decisions.card_of(asked.me, city.id) or _latest(asked)
    name = city.card_name or "人才卡"
    ask = mine.ask_for(asked, "yearly", "每年登记、年审前提醒您")
    return outcome.talent_card(row and _card(row, asked, name), city.name, name, ask)


def _latest(asked: Asked) -> TalentCard | None:
    mine = (TalentCard.applicant == asked.me) & (TalentCard.city == asked.pack.city.id)
    return TalentCard.select().where(mine).order_by(TalentCard.id.desc()).first()


def _card(row: TalentCard, asked: Asked, name: str) -> outcome.Card:
    category = rulebook.packs().vocabulary["recognition_category"].choices.get(row.category or "", "人才")
    services = [
        (item.id, item.name, item.summary)
        for item in asked.pack.on(asked.today).items.values()
        if item.kind == "service" and any("has_talent_card" in c.test.facts for c in item.conditions)
    ]
    return outcome.Card(
        name=name,
        city=asked.pack.city.full_name,
        holder=Applicant.get_by_id(row.applicant_id).name_masked,
        number=row.number,
        category=category,
        issued_on=row.issued_on,
        valid_until=row.valid_until,
        state=row.state,
        qr=_code(row.token) if row.state == "valid" else None,
        services=services,
    )


def _code(token: str) -> bytes:
    """Return the picture of the code: the public address that tells validity and nothing else."""
    out = io.BytesIO()
    segno.make(f"{parts().settings.public_url}/api/v1/cards/{token}", error="m").save(
        out, kind="png", scale=6, border=2
    )
    return out.getvalue()


# --- payments and rating ----------------------------------------------------------------------------------------------


def payments(asked: Asked) -> Screen:
    """Gather the ledger of one case, or of all that are paid."""
    chosen = [own(asked)] if asked.params.get("application") else _paid(asked)
    ask = mine.ask_for(asked, "money", "每次发放、快到期时提醒您")
    return outcome.payments([_ledger(case, asked) for case in chosen], ask)


def _paid(asked: Asked) -> list[Application]:
    paid = Payment.select(Payment.application).where(Payment.applicant == asked.me)
    return list(Application.select().where(Application.id.in_(paid)).order_by(Application.id.desc()))


def _ledger(case: Application, asked: Asked) -> outcome.Payments:
    rows: dict[str, list[Payment]] = {}
    for row in Payment.select().where((Payment.application == case.id) & (Payment.kind == "regular")):
        rows.setdefault(row.period, []).append(row)
    decision = decisions.decision_of(case.id)
    months = [_month(line, rows.get(line.period, [])) for line in commands.ledger(case, asked.today)]
    return outcome.Payments(
        case=case.id,
        item=rulebook.item_of(case).name,
        months=list(reversed(months)),
        of=decision.months if decision else None,
    )


def _month(line: Line, rows: list[Payment]) -> outcome.Month:
    if not rows:
        missed = line.reason and line.reason != NOT_REPORTED
        return outcome.Month(line.period, line.fen, "missed" if missed else "planned", line.reason)
    states = {row.state for row in rows}
    state = "paid" if states == {"paid"} else ("stopped" if "stopped" in states else "due")
    shares = [(PAYER_NAMES.get(row.payer, row.payer), row.fen) for row in rows]
    return outcome.Month(line.period, sum(row.fen for row in rows), state, shares=shares)


def rating(asked: Asked) -> Screen:
    """Gather what is rated."""
    case = own(asked)
    return outcome.rating(case.id, rulebook.item_of(case).name)


SCREENS: Mapping[str, Composer] = {
    "notices": Composer(notices, public=True),
    "notice": Composer(notice, public=True),
    "objection": Composer(objection, public=True),
    "talent_card": Composer(talent_card),
    "payments": Composer(payments),
    "rating": Composer(rating),
}
