"""Deciding a case: the decision with its amount and tier, the facts it makes true, the talent card."""

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from backend.policy.benefit import Amount
from backend.policy.money import fen_of
from backend.policy.types import Item
from backend.store import audit, facts, numbers
from backend.store.database import transaction
from backend.store.models import Application, Decision, Staff, TalentCard
from backend.workflow import rulebook
from backend.workflow.case import Change, Doer, doer_of
from backend.workflow.refusal import Refusal
from backend.workflow.rights import Role


@dataclass(frozen=True)
class Terms:
    """What a person decides where the engine leaves it open, or against it: fen (a month or once), months, tier."""

    amount_fen: int | None = None
    months: int | None = None
    tier: str | None = None
    category: str | None = None


ENGINE = Terms()
"""As the engine has it."""


class AmountOpen(Refusal):
    """The text fixes no amount, so whoever decides must state one."""

    code = "amount_needed"

    def __init__(self, amount: Amount):
        super().__init__("政策文本没有给出确定金额（一事一议或区间），请填写审定金额后再通过。")
        self.amount = amount


def grant(change: Change, terms: Terms = ENGINE) -> Decision:
    """Write the favourable decision of a case, once, and make true what the item grants.

    A monthly benefit is decided as fen a month and a number of months. What a judging desk settled before stands where
    `terms` say nothing. Raises AmountOpen for a paid item whose amount the text leaves open when nobody stated one;
    the clock, which cannot be asked, leaves the amount to the payment step.
    """
    case, terms = change.case, settled(change.case, terms)
    amount = rulebook.verdict_of(case).amount
    tier = terms.tier or amount.tier
    decision = Decision.create(
        application=case.id,
        kind="recognition" if change.item.grants else "grant",
        number=_number("D", case.city, change.now.date()),
        category=terms.category or change.item.grants.get("recognition_category"),
        tier=tier,
        amount_fen=_fen(change, amount, terms),
        months=terms.months or amount.months,
        decided_by=change.doer.id,
        decided_at=change.now,
        reasons=[{"cite": cite} for cite in amount.cites],
    )
    change.set(decided_at=change.now, amount_fen=decision.amount_fen)
    _make_true(change, tier)
    return decision


def _fen(change: Change, amount: Amount, terms: Terms) -> int | None:
    if terms.amount_fen is not None:
        return terms.amount_fen
    if amount.kind == "fixed" and isinstance(amount.value, int | Fraction):
        return fen_of(amount.value)
    if is_open(change.item, amount) and change.doer.kind != "job":
        raise AmountOpen(amount)
    return None


def is_open(item: Item, amount: Amount) -> bool:
    """Tell whether money is paid for an item whose text fixes no amount here, so that a person must."""
    return item.funding is not None and amount.kind in ("range", "discretionary", "unknown")


def settle(change: Change, terms: Terms) -> None:
    """Keep what a judging desk states of amount, months, tier and category, for the decision that follows."""
    said = {name: value for name, value in asdict(terms).items() if value is not None}
    if said:
        change.set(terms=(change.case.terms or {}) | said)


def settled(case: Application, terms: Terms = ENGINE) -> Terms:
    """Return what is settled of a case's terms, `terms` laid over it."""
    return Terms(**((case.terms or {}) | {name: value for name, value in asdict(terms).items() if value is not None}))


def _make_true(change: Change, tier: str | None) -> None:
    words = {"day": change.now.date().isoformat(), "tier": tier}
    granted = {name: _worth(value, words) for name, value in change.item.grants.items()}
    if granted:
        told = {name: value for name, value in granted.items() if value is not None}
        facts.tell(change.case.applicant_id, told, "staff", change.now, change.doer.id)


def _worth(value: Any, words: Mapping[str, str | None]) -> Any:
    return words[value["decision"]] if isinstance(value, Mapping) else value


def decision_of(case_id: str) -> Decision | None:
    """Return the favourable decision of a case, or None."""
    favourable = (Decision.application == case_id) & Decision.kind.in_(["recognition", "grant"])
    return Decision.select().where(favourable).first()


def _number(letter: str, city: str, day: date) -> str:
    return f"{city.upper()}{letter}{day:%Y}{numbers.next_in(f'{letter}:{city}:{day:%Y}'):06d}"


# --- the talent card --------------------------------------------------------------------------------------------------


def issue_card(change: Change) -> TalentCard:
    """Issue the talent card of a recognition and tell its holder; a card that is valid already is returned."""
    case = change.case
    held = card_of(case.applicant_id, case.city)
    if held:
        return held
    decision = decision_of(case.id)
    card = TalentCard.create(
        applicant=case.applicant_id,
        application=case.id,
        city=case.city,
        number=_number("C", case.city, change.now.date()),
        token=secrets.token_urlsafe(24),
        category=decision and decision.category,
        tier=decision and decision.tier,
        issued_on=change.now.date(),
    )
    name = rulebook.pack_of(case).city.card_name or "人才卡"
    change.tell("card_ready", card=name, number=card.number, issued_on=card.issued_on)
    return card


def card_of(applicant_id: str, city: str) -> TalentCard | None:
    """Return a person's valid card in a city, or None."""
    valid = (TalentCard.applicant == applicant_id) & (TalentCard.city == city) & (TalentCard.state == "valid")
    return TalentCard.get_or_none(valid)


def card_by_token(token: str) -> TalentCard | None:
    """Return the card a QR code belongs to, in whatever state; the scanner shows validity and nothing else."""
    return TalentCard.get_or_none(TalentCard.token == token)


class NotYourCard(Refusal):
    """The card is not there, not valid any more, or somebody else's to change."""

    code = "forbidden"

    def __init__(self) -> None:
        super().__init__("没有找到可以办理的有效人才卡，请核对卡号或账号。")


CARD_ENDS = {"lost": "挂失", "cancelled": "注销"}
"""How a card may end, apart from its replacement."""


def end_card(who: Doer | Staff, card_id: str, state: str, reason: str, now: datetime) -> TalentCard:
    """Report a card lost (its holder or its city's staff) or cancel it (staff). Raises NotYourCard."""
    doer = doer_of(who, now)
    with transaction():
        card = TalentCard.get_or_none((TalentCard.id == card_id) & (TalentCard.state == "valid"))
        if card is None or state not in CARD_ENDS or not _may_change(doer, card, state):
            raise NotYourCard
        TalentCard.update(state=state, reason=reason).where(TalentCard.id == card_id).execute()
        audit.record(doer.actor, f"card_{state}", "talent_card", card_id, now)
    return TalentCard.get_by_id(card_id)


def replace_card(who: Doer | Staff, card_id: str, now: datetime) -> TalentCard:
    """Issue a new card in the place of a lost or valid one. Staff of the city only. Raises NotYourCard."""
    doer = doer_of(who, now)
    with transaction():
        old = TalentCard.get_or_none((TalentCard.id == card_id) & TalentCard.state.in_(["valid", "lost"]))
        if old is None or not _is_card_staff(doer, old):
            raise NotYourCard
        new = TalentCard.create(
            applicant=old.applicant_id,
            application=old.application_id,
            city=old.city,
            number=_number("C", old.city, now.date()),
            token=secrets.token_urlsafe(24),
            category=old.category,
            tier=old.tier,
            issued_on=now.date(),
            valid_until=old.valid_until,
        )
        TalentCard.update(state="replaced", replaced_by=new.id).where(TalentCard.id == old.id).execute()
        audit.record(doer.actor, "card_replaced", "talent_card", old.id, now, {"new": new.id})
    return new


def renew_card(who: Doer | Staff, card_id: str, now: datetime) -> TalentCard:
    """Note the yearly registration of a valid card. Staff of the city only. Raises NotYourCard."""
    doer = doer_of(who, now)
    with transaction():
        card = TalentCard.get_or_none((TalentCard.id == card_id) & (TalentCard.state == "valid"))
        if card is None or not _is_card_staff(doer, card):
            raise NotYourCard
        TalentCard.update(renewed_on=now.date()).where(TalentCard.id == card_id).execute()
        audit.record(doer.actor, "card_renewed", "talent_card", card_id, now)
    return TalentCard.get_by_id(card_id)


def _may_change(doer: Doer, card: TalentCard, state: str) -> bool:
    holder = doer.kind == "applicant" and doer.id == card.applicant_id and state == "lost"
    return holder or _is_card_staff(doer, card)


def _is_card_staff(doer: Doer, card: TalentCard) -> bool:
    desks = {Role.WINDOW, Role.REVIEWER, Role.SUPERVISOR, Role.COORDINATOR}
    return any(hat.role in desks and hat.city == card.city for hat in doer.hats)
