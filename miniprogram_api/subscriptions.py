"""The account's template ids and our names for them, in both directions; and which consent a moment asks for."""

import logging
import math
import secrets
from collections.abc import Mapping, Sequence

from flask import request

from backend.messages import messages
from backend.store.credits import Balance
from backend.wechat.errors import WeChatError
from backend.wechat.gateway import AccountTemplate
from miniprogram_api.parts import Parts

log = logging.getLogger(__name__)

MOMENTS: Mapping[str, Sequence[str]] = {
    "submit": ("case_accepted", "correction_needed", "result", "case_refused"),
    "answer": ("case_accepted", "correction_needed", "result", "case_refused"),
    "progress": ("notice_ended", "result", "card_ready", "notice_started", "review_done", "step_overdue"),
    "money": ("payment_sent", "allowance_ending"),
    "chances": ("qualifies_soon", "window_closing", "material_missing"),
    "yearly": ("yearly_check_due",),
    "appointment": ("appointment_tomorrow",),
    "reply": ("staff_reply", "assistant_reply"),
}
"""A moment at which consent is asked → our templates, the most useful first."""

MOST_IN_A_DIALOGUE = 3
"""As many templates WeChat takes in one dialogue (wx.requestSubscribeMessage)."""


def worth_asking(names: Sequence[str], balances: Mapping[str, Balance]) -> list[str]:
    """Return the templates to ask for now: those with least consent left, the more useful first, three at most."""
    return sorted(names, key=lambda name: _left(balances.get(name)))[:MOST_IN_A_DIALOGUE]


def _left(balance: Balance | None) -> float:
    if balance is None:
        return 0
    return math.inf if balance.long_term and balance.allows else balance.remaining


def known(parts: Parts) -> Mapping[str, AccountTemplate]:
    """Return the account's templates by our names; none while WeChat does not answer."""
    try:
        return parts.templates.known()
    except WeChatError as error:
        log.warning("templates: %s", error)
        return {}


def by_our_name(results: Mapping[str, str], parts: Parts) -> dict[str, str]:
    """Return what the dialogue answered under our names; ids nobody knows are left out."""
    ours = {template.id: name for name, template in known(parts).items()}
    ours |= {name: name for name in messages().templates}
    return {ours[key]: answer for key, answer in results.items() if key in ours}


def long_term(names: Sequence[str], parts: Parts) -> set[str]:
    """Return those of our templates that the account has for good (长期订阅)."""
    have = known(parts)
    return {name for name in names if name in have and have[name].long_term}


def key_of() -> str:
    """Return what names this tap, so that a repeated request changes nothing."""
    return request.headers.get("Idempotency-Key") or secrets.token_hex(8)
