"""The account's template ids and our names for them, in both directions; and which consent a moment asks for."""

import logging
import secrets
from collections.abc import Mapping, Sequence

from flask import request

from backend.messages import messages
from backend.wechat.errors import WeChatError
from backend.wechat.gateway import AccountTemplate
from miniprogram_api.parts import Parts

log = logging.getLogger(__name__)

MOMENTS: Mapping[str, Sequence[str]] = {
    "submit": ("case_accepted", "correction_needed", "result"),
    "answer": ("case_accepted", "correction_needed", "result"),
    "notice": ("notice_ended", "result", "card_ready"),
    "money": ("payment_sent", "allowance_ending"),
    "chances": ("qualifies_soon", "window_closing", "material_missing"),
    "appointment": ("appointment_tomorrow",),
    "reply": ("staff_reply",),
}
"""A moment at which consent is asked → our templates, the most useful first; WeChat takes three a dialogue."""


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
