"""The ledger of consent: how many subscribe messages of a template a person still allows.

Three parties change it: the client reports what was tapped (at once, but it may be wrong), the platform's popup event
says what really was (later, and it decides), and sends spend it. Every change is a row of `CreditEntry`, and
`ConsentCredit.remaining` is always the sum of them: never below zero, never changed twice by the same event.

A one-time template gives one message for each acceptance. A long-term template is accepted once and stays so: its
`remaining` is 1 or 0 and sending does not lower it.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from backend.store import bulk
from backend.store.database import lock_row, transaction
from backend.store.models import ConsentCredit, CreditEntry

SAME_TAP = timedelta(minutes=10)
"""A report of the client and a popup event this close to one another speak of the same tap."""

ACCEPTING = frozenset({"accept", "acceptWithAudio", "acceptWithAlert"})
"""Answers of the subscription dialogue that allow a message; reject, ban and filter do not."""

OTHER_SOURCE = {"claim": "popup", "popup": "claim"}
WORD = {True: "accepted", False: "declined"}


@dataclass(frozen=True)
class Balance:
    """What a person allows of one template. `refused_at` is the last time he said no."""

    remaining: int
    long_term: bool
    refused_at: datetime | None

    @property
    def allows(self) -> bool:
        """Whether a message may be tried."""
        return self.remaining > 0


@dataclass(frozen=True)
class Spending:
    """A message that wants a one-time credit. It takes one at most once, keeps it while it is tried again, and gives
    it back when it surely was never delivered."""

    message: str
    credit: str
    applicant: str
    template: str


def balances(applicant: str) -> Mapping[str, Balance]:
    """Return the balance of every template the person was ever asked about."""
    rows = ConsentCredit.select().where(ConsentCredit.applicant == applicant)
    return {row.template: Balance(row.remaining, row.long_term, row.refused_at) for row in rows}


def history(applicant: str, template: str) -> list[CreditEntry]:
    """Return every change of one balance, oldest first."""
    chosen = (CreditEntry.applicant == applicant) & (CreditEntry.template == template)
    return list(CreditEntry.select().where(chosen).order_by(CreditEntry.at, CreditEntry.id))


# --- what the person said ---------------------------------------------------------------------------------------------


def report(applicant: str, results: Mapping[str, str], key: str, at: datetime, long_term: Collection[str] = ()) -> None:
    """Record what the client says the person tapped: template → accept, reject, ban or filter.

    `key` names this tap, so that a repeated request changes nothing. A popup event about the same tap overrules it.
    `long_term` are the templates among them that are accepted once for always.
    """
    for template, answer in results.items():
        tap = _Tap(f"claim:{key}:{template}", "claim", answer in ACCEPTING, at)
        _hear(applicant, template, tap, template in long_term)


def popup(applicant: str, template: str, answer: str, key: str, at: datetime, long_term: bool = False) -> None:
    """Record what the platform says the person tapped. `key` names the event; a repeated one changes nothing."""
    _hear(applicant, template, _Tap(f"popup:{key}", "popup", answer in ACCEPTING, at), long_term)


def cancelled(applicant: str, template: str, key: str, at: datetime) -> None:
    """Record that the person took the consent back in WeChat's settings: nothing is left."""
    with transaction():
        credit = _locked(applicant, template)
        if not _known(f"change:{key}"):
            _enter(credit, -credit.remaining, "cancelled", "change", f"change:{key}", at)
            _save(credit, at, refused_at=at)


@dataclass(frozen=True)
class _Tap:
    """One side's word on a tap."""

    event: str
    source: str
    accepted: bool
    at: datetime


def _hear(applicant: str, template: str, tap: _Tap, long_term: bool) -> None:
    """Enter one side's word on a tap. Once both sides have spoken of it, the platform's word stands."""
    with transaction():
        credit = _locked(applicant, template)
        if _known(tap.event):
            return
        credit.long_term = long_term or credit.long_term
        other = _other_word(credit, tap)
        if other is None:
            _enter(credit, _worth(credit, tap.accepted), WORD[tap.accepted], tap.source, tap.event, tap.at, open=True)
            _save(credit, tap.at, refused_at=None if tap.accepted else tap.at)
        else:
            _settle(credit, tap, other)


def _settle(credit: ConsentCredit, tap: _Tap, other: CreditEntry) -> None:
    """Enter the second word on a tap: it changes the balance only where it is the platform's and says otherwise."""
    counted = other.reason == WORD[True]
    stands = tap.accepted if tap.source == "popup" else counted
    delta = _worth(credit, stands) if credit.long_term else max(int(stands) - int(counted), -credit.remaining)
    _enter(credit, delta, WORD[tap.accepted], tap.source, tap.event, tap.at)
    CreditEntry.update(open=False).where(CreditEntry.id == other.id).execute()
    _save(credit, tap.at, refused_at=None if stands else tap.at)


def _worth(credit: ConsentCredit, accepted: bool) -> int:
    """By how much an answer changes the balance: by one, or to one where the template is long-term."""
    return int(accepted) - credit.remaining if credit.long_term else int(accepted)


def _other_word(credit: ConsentCredit, tap: _Tap) -> CreditEntry | None:
    """Return the other side's oldest word on a tap at this time that has not been matched yet."""
    return (
        CreditEntry.select()
        .where(
            (CreditEntry.applicant == credit.applicant_id)
            & (CreditEntry.template == credit.template)
            & (CreditEntry.source == OTHER_SOURCE[tap.source])
            & CreditEntry.open
            & CreditEntry.at.between(tap.at - SAME_TAP, tap.at + SAME_TAP)
        )
        .order_by(CreditEntry.at, CreditEntry.id)
        .first()
    )


# --- what sending does ------------------------------------------------------------------------------------------------


def spend(wanted: Collection[Spending], at: datetime) -> set[str]:
    """Take one credit for each of these messages and return the ids of those that got one.

    Call inside the transaction that marks the messages as being sent. At most one message for each credit.
    """
    got = _taken([spending.credit for spending in wanted], at) if wanted else set()
    paid = [spending for spending in wanted if spending.credit in got]
    bulk.insert(CreditEntry, [_send_entry(spending, -1, "sent", at) for spending in paid])
    return {spending.message for spending in paid}


def _taken(credits: Collection[str], at: datetime) -> set[str]:
    """Lower these balances by one, where there is anything left, and return those that were."""
    rows = bulk.run(
        'UPDATE "consent_credit" SET "remaining" = "remaining" - 1, "updated_at" = ? '  # noqa: S608 - only marks
        f'WHERE "remaining" > 0 AND "id" IN {bulk.marks(credits)} RETURNING "id"',
        [ConsentCredit.updated_at.db_value(at), *credits],
    )
    return {credit for (credit,) in rows}


def refund(spent: Iterable[Spending], at: datetime) -> None:
    """Give back the credits of messages that surely were not delivered. A second time changes nothing."""
    for spending in spent:
        with transaction():
            credit = _locked(spending.applicant, spending.template)
            entry = _send_entry(spending, 1, "refunded", at)
            if not _known(entry["event"]) and not credit.long_term:
                CreditEntry.insert(entry).execute()
                credit.remaining += 1
                _save(credit, at)


def exhausted(applicant: str, template: str, message: str, at: datetime) -> None:
    """Record that the platform refused a message for want of consent (43101): nothing is left."""
    with transaction():
        credit = _locked(applicant, template)
        event = f"refused:{message}"
        if not _known(event):
            _enter(credit, -credit.remaining, "refused", "send", event, at)
            _save(credit, at, refused_at=at)


def _send_entry(spending: Spending, delta: int, reason: str, at: datetime) -> dict:
    event = f"{reason}:{spending.message}"
    pair = {"applicant": spending.applicant, "template": spending.template}
    return {**pair, "delta": delta, "reason": reason, "source": "send", "event": event, "at": at}


# --- rows -------------------------------------------------------------------------------------------------------------


def _locked(applicant: str, template: str) -> ConsentCredit:
    """Return the credit of this pair, made if there is none, locked until the transaction ends."""
    pair = (ConsentCredit.applicant == applicant) & (ConsentCredit.template == template)
    query = ConsentCredit.select().where(pair)
    credit = lock_row(query).first()
    if credit is None:
        ConsentCredit.insert(applicant=applicant, template=template).on_conflict_ignore().execute()
        credit = lock_row(query).get()
    return credit


def _known(event: str) -> bool:
    return CreditEntry.select().where(CreditEntry.event == event).exists()


def _enter(
    credit: ConsentCredit, delta: int, reason: str, source: str, event: str, at: datetime, open: bool = False
) -> None:
    CreditEntry.create(
        applicant=credit.applicant_id,
        template=credit.template,
        delta=delta,
        reason=reason,
        source=source,
        open=open,
        event=event,
        at=at,
    )
    credit.remaining += delta


def _save(credit: ConsentCredit, at: datetime, **changes: datetime | None) -> None:
    credit.updated_at = at
    for name, value in changes.items():
        setattr(credit, name, value)
    credit.save()
