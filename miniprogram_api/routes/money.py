"""What is paid, and the talent card."""

from backend.policy.money import yuan_of
from backend.store.models import Application, Payment
from backend.workflow import commands, decisions
from backend.workflow.payments import PAYER_NAMES
from miniprogram_api import doors, policy, wire
from miniprogram_api.errors import NotFound
from miniprogram_api.routes import api


@api.get("/applications/<id>/payments", responses={200: wire.PaymentList})
def list_payments(path: wire.ById):
    """Return the ledger of one's own case, newest month first."""
    case = doors.mine(Application.get_or_none(Application.id == path.id))
    rows = list(
        Payment.select()
        .where(Payment.application == case.id)
        .order_by(Payment.period.desc(), Payment.payer, Payment.id)
    )
    return wire.PaymentList(
        application=case.id,
        payments=[_row(row) for row in rows],
        total=yuan_of(sum(row.fen for row in rows if row.state != "stopped")),
    )


@api.get("/cards/<token>", responses={200: wire.CardValidity})
def check_card(path: wire.CardToken):
    """Say whether the card of a scanned code is valid: nothing about its holder."""
    now = doors.now()
    card = decisions.card_by_token(path.token)
    valid = card is not None and card.state == "valid" and (card.valid_until is None or now.date() <= card.valid_until)
    city = policy.packs()[card.city].city if card else None
    return wire.CardValidity(
        valid=valid, city=city and city.name, name=(city and city.card_name) or None, checked_at=now
    )


@api.post("/card/loss", responses={200: wire.Done})
def report_loss():
    """Report one's own card lost; its code is void at once, a window issues a new one."""
    applicant = doors.me()
    city = doors.city_of(None, policy.first_city())
    card = decisions.card_of(applicant, city)
    if card is None:
        raise NotFound("您现在没有有效的人才卡。")
    commands.end_card(doors.doer(), card.id, "lost", "本人挂失", doors.now())
    return wire.Done(toast="已挂失，原二维码立即失效。请到窗口补办。")


def _row(row: Payment) -> wire.PaymentRow:
    return wire.PaymentRow(
        period=row.period,
        kind=row.kind,
        payer=PAYER_NAMES.get(row.payer, row.payer),
        amount=yuan_of(row.fen),
        share=row.share,
        state=row.state,
        paid_on=row.paid_on,
    )
