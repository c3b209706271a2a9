"""A notice to many: whom it reaches, a look before it starts, start, pause, stop, and what became of it.

Who is meant is data: `{"city": "…", "category": "…", "granted": "…"}`, each key from `AUDIENCES`. One person writes a
campaign, another approves it. It is put into the outbox page by page and delivered like every other message; one error
that no message can get past stops all of it (`backend.jobs.breakers`).
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from peewee import Expression, Field, fn

from backend.jobs.outcome import wanted
from backend.messages import Composed, Value, compose, messages
from backend.store import audit, outbox
from backend.store.database import lock_row, transaction
from backend.store.models import (
    Applicant,
    Application,
    Campaign,
    ConsentCredit,
    Employer,
    Identity,
    OutboxMessage,
    TalentCard,
)

PAGE = 500
END = "~"
"""The cursor of a campaign whose people are all in the outbox; sorts after every id."""

STARTABLE = frozenset({"approved", "paused"})


class CampaignError(Exception):
    """A campaign cannot be changed that way. The Chinese sentence is for staff; `code` is stable."""

    def __init__(self, code: str, message: str):
        super().__init__(message)
        self.code = code


def _cards(city: str | None, condition: Expression) -> Expression:
    valid = (TalentCard.state == "valid") & condition
    return Applicant.id.in_(TalentCard.select(TalentCard.applicant).where(valid & _in(TalentCard.city, city)))


def _cases(city: str | None, condition: Expression) -> Expression:
    return Applicant.id.in_(Application.select(Application.applicant).where(condition & _in(Application.city, city)))


def _in(column: Field, city: str | None) -> Expression:
    """Items, categories and places are a city's own: another city's of the same id are not meant."""
    return column == city if city else column.is_null(False)


ANY_CARD = TalentCard.number.is_null(False)

AUDIENCES: Mapping[str, Callable[[Any, str | None], Expression]] = {
    "city": lambda value, city: (Applicant.city == value) | _cases(value, Application.id.is_null(False)),
    "card": lambda value, city: _cards(city, ANY_CARD) if value else ~_cards(city, ANY_CARD),
    "category": lambda value, city: _cards(city, TalentCard.category == value),
    "tier": lambda value, city: _cards(city, TalentCard.tier == value),
    "granted": lambda value, city: _cases(city, (Application.item == value) & (Application.outcome == "granted")),
    "applied": lambda value, city: _cases(city, (Application.item == value) & Application.submitted_at.is_null(False)),
    "draft": lambda value, city: _cases(city, (Application.item == value) & (Application.state == "draft")),
    "place": lambda value, city: _cases(city, Application.place == value),
    "employer": lambda value, city: _cases(
        city, Application.employer.in_(Employer.select(Employer.id).where(Employer.name == value))
    ),
}
"""Key of a filter → which people it leaves, of its value and the notice's city; several keys all have to hold."""


@dataclass(frozen=True)
class Preview:
    """Whom a campaign would reach: all people meant, how many of them WeChat can reach now and why not the others,
    some masked names, and the message as a person sees it."""

    people: int
    reachable: int
    reasons: Mapping[str, int]
    examples: Sequence[str]
    message: Composed


@dataclass(frozen=True)
class Progress:
    """What became of a campaign: messages by state, failures by errcode or reason."""

    state: str
    people: int
    queued: int
    by_state: Mapping[str, int]
    by_errcode: Mapping[str, int]


# --- writing one ------------------------------------------------------------------------------------------------------


def create(
    name: str,
    template: str,
    keywords: Mapping[str, Value],
    audience: Mapping[str, Any],
    actor: str,
    now: datetime,
    city: str | None = None,
    page: str = "",
) -> Campaign:
    """Keep a draft. Raises CampaignError for an unknown filter, and what `compose` raises for wrong keywords."""
    compose(template, keywords)
    _condition(audience, city)
    with transaction():
        campaign = Campaign.create(
            name=name,
            template=template,
            keywords={key: _stored(value) for key, value in keywords.items()},
            audience=dict(audience),
            city=city,
            page=page,
            created_by=actor,
            created_at=now,
        )
        _record(campaign, actor, "create_campaign", now)
    return campaign


def preview(campaign: Campaign) -> Preview:
    """Count the people a campaign means and say what would become of each message; nothing is sent or stored."""
    template = messages().template(campaign.template)
    counted: Counter[str] = Counter()
    for credit, identity, preferences in _reach(campaign):
        counted[_obstacle(credit, identity, preferences, template.topic)] += 1
    names = _people(campaign).where(Applicant.name_masked != "").limit(5)
    reachable = counted.pop("", 0)
    return Preview(
        reachable + counted.total(), reachable, dict(counted), [row.name_masked for row in names], _message(campaign)
    )


def _obstacle(credit: int | None, identity: str | None, preferences: Mapping, topic: str) -> str:
    """Why a message would only reach the message centre; empty where WeChat would take it."""
    checks = (
        (identity is None, "no_identity"),
        (not wanted(preferences, topic, "subscribe"), "switched_off"),
        (not credit, "no_consent"),
    )
    return next((reason for holds, reason in checks if holds), "")


def _reach(campaign: Campaign) -> Iterable[tuple[int | None, str | None, Mapping]]:
    mine = (ConsentCredit.applicant == Applicant.id) & (ConsentCredit.template == campaign.template)
    credit = ConsentCredit.select(fn.MAX(ConsentCredit.remaining)).where(mine)
    program = (Identity.applicant == Applicant.id) & (Identity.kind == "mini_program")
    identity = Identity.select(fn.MAX(Identity.openid)).where(program)
    query = Applicant.select(credit, identity, Applicant.preferences).where(_meant(campaign))
    return query.tuples().iterator()


def approve(campaign_id: str, actor: str, now: datetime) -> Campaign:
    """Let a second person approve a draft. Raises CampaignError."""
    with transaction():
        campaign = _in_state(campaign_id, frozenset({"draft"}))
        if campaign.created_by == actor:
            raise CampaignError("second_person", "群发要由另一位工作人员审核，不能自己审核自己写的。")
        return _move(campaign, "approved", actor, now, approved_by=actor)


# --- running one ------------------------------------------------------------------------------------------------------


def start(campaign_id: str, actor: str, now: datetime) -> Campaign:
    """Start an approved campaign, or go on with a paused one. Raises CampaignError."""
    with transaction():
        campaign = _in_state(campaign_id, STARTABLE)
        return _move(campaign, "running", actor, now, starts_at=campaign.starts_at or now)


def pause(campaign_id: str, actor: str, now: datetime) -> Campaign:
    """Hold a campaign: nothing more goes out until it is started again. Raises CampaignError."""
    with transaction():
        return _move(_in_state(campaign_id, frozenset({"running"})), "paused", actor, now)


def stop(campaign_id: str, actor: str, now: datetime, reason: str = "") -> Campaign:
    """End a campaign for good; what has not gone out stays in the message centre alone. Raises CampaignError."""
    with transaction():
        campaign = _in_state(campaign_id, frozenset({"draft", "approved", "running", "paused"}))
        left = (OutboxMessage.campaign == campaign_id) & (OutboxMessage.state == "queued")
        OutboxMessage.update(state="skipped", reason="campaign_stopped").where(left).execute()
        return _move(campaign, "stopped", actor, now, stopped_reason=reason, cursor=END)


def unfilled(now: datetime) -> list[str]:
    """Return the running campaigns whose people are not all in the outbox, and close those that are through."""
    rows = list(Campaign.select().where(Campaign.state == "running"))
    for row in rows:
        if row.cursor == END and not _open_messages(row.id):
            Campaign.update(state="done").where((Campaign.id == row.id) & (Campaign.state == "running")).execute()
    return [row.id for row in rows if row.cursor != END]


def _open_messages(campaign_id: str) -> bool:
    still = (OutboxMessage.campaign == campaign_id) & OutboxMessage.state.not_in(["sent", "failed", "skipped"])
    return OutboxMessage.select().where(still).exists()


def fill(campaign_id: str, now: datetime) -> bool:
    """Put the next page of people into the outbox and return whether there are more."""
    with transaction():
        campaign = lock_row(Campaign.select().where(Campaign.id == campaign_id)).first()
        if campaign is None or campaign.state != "running" or campaign.cursor == END:
            return False
        people = _people(campaign).where(Applicant.id > (campaign.cursor or "")).order_by(Applicant.id).limit(PAGE)
        ids = [row.id for row in people]
        event, keywords = f"campaign:{campaign.id}", _keywords(campaign)
        if ids:
            outbox.enqueue_many(event, ids, campaign.template, keywords, campaign.page, due=now, campaign=campaign.id)
        more = len(ids) == PAGE
        Campaign.update(cursor=ids[-1] if more else END).where(Campaign.id == campaign_id).execute()
    return more


def progress(campaign_id: str) -> Progress:
    """Return what became of a campaign so far."""
    campaign = Campaign.get_by_id(campaign_id)
    rows = (
        OutboxMessage.select(
            OutboxMessage.state, OutboxMessage.errcode, OutboxMessage.reason, fn.COUNT(OutboxMessage.id)
        )
        .where(OutboxMessage.campaign == campaign_id)
        .group_by(OutboxMessage.state, OutboxMessage.errcode, OutboxMessage.reason)
        .tuples()
    )
    states, errors = Counter(), Counter()
    for state, errcode, reason, count in rows:
        states[state] += count
        if state != "sent" and (errcode or reason):
            errors[str(errcode or reason)] += count
    people = _people(campaign).count()
    return Progress(campaign.state, people, states.total(), dict(states), dict(errors))


# --- people and words -------------------------------------------------------------------------------------------------


def _people(campaign: Campaign):
    return Applicant.select(Applicant.id, Applicant.name_masked).where(_meant(campaign))


def _meant(campaign: Campaign) -> Expression:
    return _condition(campaign.audience, campaign.city)


def _condition(audience: Mapping[str, Any], city: str | None) -> Expression:
    """All conditions of a filter, for active people. Raises CampaignError for a key that does not exist."""
    unknown = set(audience) - set(AUDIENCES)
    if unknown:
        raise CampaignError("unknown_filter", f"没有这种筛选条件：{'、'.join(sorted(unknown))}。")
    condition = Applicant.state == "active"
    city = audience.get("city", city)
    for key, value in {**({"city": city} if city else {}), **audience}.items():
        condition &= AUDIENCES[key](value, city)
    return condition


def _message(campaign: Campaign) -> Composed:
    return compose(campaign.template, _keywords(campaign))


def _keywords(campaign: Campaign) -> dict[str, Value]:
    kinds = {keyword.name: keyword.type for keyword in messages().template(campaign.template).keywords}
    return {name: _read(value, kinds.get(name, "")) for name, value in campaign.keywords.items()}


def _stored(value: Value) -> Any:
    """A keyword's value as JSON."""
    return value.isoformat() if isinstance(value, date) else value


def _read(value: Any, kind: str) -> Value:
    """A keyword's value from JSON: days and moments come back as such."""
    if kind not in ("date", "time") or not isinstance(value, str):
        return value
    return datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)


def _in_state(campaign_id: str, allowed: frozenset[str]) -> Campaign:
    campaign = lock_row(Campaign.select().where(Campaign.id == campaign_id)).first()
    if campaign is None:
        raise CampaignError("not_found", "没有这个群发任务，可能已被删除。")
    if campaign.state not in allowed:
        raise CampaignError("wrong_state", "这个群发任务现在的状态不能这样操作，请刷新后再看。")
    return campaign


def _move(campaign: Campaign, state: str, actor: str, now: datetime, **changes: Any) -> Campaign:
    for name, value in {"state": state, **changes}.items():
        setattr(campaign, name, value)
    campaign.save()
    _record(campaign, actor, f"campaign_{state}", now)
    return campaign


def _record(campaign: Campaign, actor: str, action: str, now: datetime) -> None:
    audit.record(audit.Actor("staff", actor), action, "campaign", campaign.id, now, {"template": campaign.template})
