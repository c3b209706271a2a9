"""Each morning: find what people should be reminded of and put it into the outbox.

`look_ahead` runs at night and works out, for everybody whose facts changed, on which day something comes up next;
`remind` then only looks at the people whose day has come. Both may run twice: messages are told once for each event.
"""

import logging
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import chain

from peewee import JOIN, fn

from backend import reminders
from backend.messages import messages
from backend.policy.vocabulary import FactError
from backend.reminders import Due
from backend.store import facts, outbox
from backend.store.database import transaction
from backend.store.models import Applicant, Application, Appointment, Decision, Fact, TalentCard
from backend.store.models_messaging import Outlook
from backend.workflow import drafts, payments, rulebook
from backend.workflow.stages import State

log = logging.getLogger(__name__)

MOST_PEOPLE = 20_000
"""How many people one night looks at; the others come the next night."""

STALE = timedelta(days=30)
"""An outlook older than this is worked out anew, because the rules may have changed."""


# --- the day ----------------------------------------------------------------------------------------------------------


def remind(now: datetime) -> int:
    """Put every reminder of today into the outbox and return how many were new."""
    return sum(_tell(source, now) for source in SOURCES) + _remind_of_chances(now)


def _tell(source, now: datetime) -> int:
    return sum(_enqueue(applicant, due, now) for applicant, due in source(now.date()))


def _enqueue(applicant: str, due: Due, now: datetime) -> bool:
    template = messages().template(due.template)
    page = messages().page(template, due.params) if due.params else ""
    with transaction():
        return outbox.enqueue(
            due.event,
            applicant,
            due.template,
            due.keywords,
            page,
            application=due.application,
            due=now,
            deadline=due.deadline,
        )


Found = Iterator[tuple[str, Due]]


def _visits(day: date) -> Found:
    """Appointments of tomorrow."""
    tomorrow = (Appointment.state == "booked") & (Appointment.day == day + timedelta(days=1))
    for row in list(Appointment.select().where(tomorrow)):
        place = rulebook.packs()[row.city].city.windows.get(row.window)
        visit = reminders.Visit(
            row.id, row.topic, place.name if place else "窗口", row.day, row.slot, row.application_id
        )
        yield from _about(row.applicant_id, visit, day)


def _corrections(day: date) -> Found:
    """Correction notices that are about to lapse."""
    until = day + timedelta(days=max(reminders.CORRECTION_LEADS))
    waiting = (Application.state == str(State.CORRECTION)) & Application.expires_on.between(day, until)
    for case in list(Application.select().where(waiting)):
        notice = drafts.open_correction(case)
        points = [problem.message for problem in drafts.unmended(case, notice)] if notice else []
        thing = reminders.Correction(case.id, rulebook.item_of(case).name, points, case.expires_on)
        yield from _about(case.applicant_id, thing, day)


def _drafts(day: date) -> Found:
    """Drafts whose time to be handed in is running out while papers are missing."""
    for case in list(Application.select().where(Application.state == str(State.DRAFT))):
        closes_on = rulebook.rules_of(case, day).judge(case.item, rulebook.values_of(case), day).closes_on
        if closes_on is None or closes_on - day > timedelta(days=max(reminders.MATERIAL_LEADS)):
            continue
        missing = [paper.material.name for paper in drafts.needed(case) if paper.required and not paper.present]
        thing = reminders.Draft(case.id, rulebook.item_of(case).name, missing, closes_on)
        yield from _about(case.applicant_id, thing, day)


def _allowances(day: date) -> Found:
    """Monthly benefits that run out soon."""
    for case_id in list(payments.running_benefits()):
        case = Application.get_by_id(case_id)
        decision = Decision.select().where(Decision.application == case_id).order_by(Decision.decided_at.desc()).first()
        last_month = payments.last_month_of(case, decision)
        if last_month is not None:
            thing = reminders.Allowance(case.id, rulebook.item_of(case).name, last_month)
            yield from _about(case.applicant_id, thing, day)


def _yearly_checks(day: date) -> Found:
    """Cards that are checked every year."""
    for check in messages().yearly_checks:
        for applicant, last_done in _newest(chain(_told_days(check.facts), _card_days(check.cards_of))).items():
            thing = reminders.YearlyCheck(check.id, check.subject, check.place, last_done)
            yield from _about(applicant, thing, day)


def _newest(days: Iterable[tuple[str, date]]) -> dict[str, date]:
    """Return for every person the newest of these days."""
    newest: dict[str, date] = {}
    for applicant, day in days:
        newest[applicant] = max(day, newest.get(applicant, day))
    return newest


def _told_days(names: Sequence[str]) -> Iterator[tuple[str, date]]:
    """The days that people told of as facts."""
    rows = Fact.select(Fact.applicant, Fact.value).where(
        Fact.name.in_(list(names)) & Fact.superseded_at.is_null() & ~Fact.deleted
    )
    return ((applicant, date.fromisoformat(value)) for applicant, value in rows.tuples() if isinstance(value, str))


def _card_days(cities: Sequence[str]) -> Iterator[tuple[str, date]]:
    """When the valid talent cards of these cities were issued or last registered."""
    valid = TalentCard.city.in_(list(cities)) & (TalentCard.state == "valid")
    rows = TalentCard.select(TalentCard.applicant, TalentCard.issued_on, TalentCard.renewed_on).where(valid)
    return ((applicant, renewed or issued) for applicant, issued, renewed in rows.tuples())


def _about(applicant: str, thing: reminders.Thing, day: date) -> Found:
    return ((applicant, due) for due in reminders.due([thing], day))


SOURCES = (_visits, _corrections, _drafts, _allowances, _yearly_checks)
"""Where reminders come from, besides the chances people have not taken."""


# --- chances ----------------------------------------------------------------------------------------------------------


def _remind_of_chances(now: datetime) -> int:
    ripe = Outlook.select(Outlook.applicant).where(Outlook.next_on <= now.date())
    return sum(_remind_person(applicant, now) for (applicant,) in list(ripe.tuples()))


def _remind_person(applicant: str, now: datetime) -> int:
    """Tell one person of his chances and note when he is next to be looked at."""
    chances = list(_chances(Applicant.get_by_id(applicant), now.date()))
    told = sum(_enqueue(applicant, due, now) for due in reminders.due(chances, now.date()))
    _note(applicant, chances, now)
    return told


def look_ahead(now: datetime) -> int:
    """Work out the next day for everybody whose facts changed, or who was not looked at for long; return how many."""
    people = list(_people_to_look_at(now))
    for applicant in people:
        # from the day before: what is due today itself must not be passed over
        chances = list(_chances(Applicant.get_by_id(applicant), now.date()))
        _note(applicant, chances, now, now.date() - timedelta(days=1))
    return len(people)


def _people_to_look_at(now: datetime) -> Iterable[str]:
    person, newest = Fact.applicant.alias("person"), fn.MAX(Fact.told_at).alias("at")
    changed = Fact.select(person, newest).group_by(Fact.applicant).alias("changed")
    stale = Outlook.judged_at.is_null() | (Outlook.judged_at < changed.c.at) | (Outlook.judged_at < now - STALE)
    query = (
        Applicant.select(Applicant.id)
        .join(changed, on=(changed.c.person == Applicant.id))
        .switch(Applicant)
        .join(Outlook, JOIN.LEFT_OUTER, on=(Outlook.applicant == Applicant.id))
        .where((Applicant.state == "active") & Applicant.city.is_null(False) & stale)
        .order_by(changed.c.at)
        .limit(MOST_PEOPLE)
    )
    return (applicant for (applicant,) in query.tuples())


def _note(applicant: str, chances: Iterable[reminders.Chance], now: datetime, after: date | None = None) -> None:
    row = {"applicant": applicant, "judged_at": now, "next_on": reminders.next_day(chances, after or now.date())}
    kept = [Outlook.judged_at, Outlook.next_on]
    Outlook.insert(row).on_conflict(conflict_target=[Outlook.applicant], preserve=kept).execute()


def _chances(person: Applicant, day: date) -> Iterator[reminders.Chance]:
    """The items of the person's city that he has not applied for, with the days on which time alone matters."""
    pack = rulebook.packs().get(person.city)
    if pack is None or person.state != "active":
        return
    vocabulary = rulebook.packs().vocabulary
    told = {name: value for name, value in facts.values(person.id).items() if name in vocabulary}
    taken = {row.item for row in Application.select(Application.item).where(Application.applicant == person.id)}
    rules = pack.on(day)
    items = [item.id for item in pack.items.values() if item.kind == "service" and item.id not in taken]
    try:
        verdicts = rules.judge_all(vocabulary.parse(told), day, items)
    except FactError as error:
        log.warning("facts of %s do not read: %s", person.id, type(error).__name__)
        return
    for verdict in verdicts:
        closes_on = verdict.closes_on if verdict.verdict == "eligible" else None
        if verdict.eligible_from or closes_on:
            yield reminders.Chance(pack.city.id, verdict.item.id, verdict.item.name, verdict.eligible_from, closes_on)
