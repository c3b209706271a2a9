"""The engine's own questions: who gets what, until when, and who pays. Open to all; nothing asked here is kept."""

from fractions import Fraction

from backend import workdays
from backend.policy.money import fen_of
from backend.store import workcalendar
from miniprogram_api import doors, policy, wire
from miniprogram_api.routes import api


@api.post("/eligibility", responses={200: wire.Eligibility})
def eligibility(body: wire.EligibilityQuestion):
    """Judge one item, or all of a city, by the facts given. Unknown names of facts are refused with close matches."""
    pack, day = policy.pack_named(body.city), body.as_of or doors.now().date()
    asked = [pack.find_item(body.item)] if body.item else [i for i in pack.items.values() if i.kind != "information"]
    verdicts = pack.on(day).judge_all(pack.vocabulary.parse(body.facts), day, [item.id for item in asked])
    return wire.Eligibility(results=[policy.result(pack, verdict) for verdict in verdicts])


@api.post("/deadlines", responses={200: wire.Deadline})
def deadlines(body: wire.DeadlineQuestion):
    """Return the last day of a period; the first (work)day after the event is day 1."""
    calendar = workcalendar.calendar(policy.pack_named(body.city).city.id)
    due_on = workdays.due_on(body.event_on, body.length, body.unit, calendar)
    closed = workdays.closed_days(body.event_on, due_on, calendar) if body.unit == "workday" else []
    return wire.Deadline(due_on=due_on, closed_days=closed)


@api.post("/funding", responses={200: wire.Funding})
def funding(body: wire.FundingQuestion):
    """Divide an amount of an item among its payers."""
    pack, day = policy.pack_named(body.city), body.as_of or doors.now().date()
    item = pack.find_item(body.item)
    shares = pack.on(day).share(item.id, fen_of(Fraction(str(body.amount))), body.area)
    return wire.Funding(
        shares=policy.shares(shares.fen),
        shares_exact=policy.exact(shares.exact),
        citations=policy.citations(pack, shares.cites),
    )


@api.get("/facts", responses={200: wire.FactVocabulary})
def fact_vocabulary():
    """Return every fact there is: name, type, question, choices."""
    return wire.FactVocabulary(
        facts=[
            wire.FactAbout(
                name=fact.name,
                type=fact.type,
                label=fact.label,
                question=fact.question,
                why=fact.why,
                unit=fact.unit,
                choices={str(value): label for value, label in fact.choices.items()},
                protected=fact.protected,
            )
            for fact in policy.packs().vocabulary.top_level.values()
        ]
    )
