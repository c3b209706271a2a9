"""The only caller of Rasa: a person's words in, replies out.

Numbers that name a person (id card, phone, bank card) are masked before anything leaves. When Rasa does not answer, the
search over the rules answers alone, and says so. Knows neither the store nor HTTP screens.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

import requests

from backend.answers.alone import answer_alone
from backend.answers.library import Library
from backend.answers.masking import masked
from backend.policy import load_packs
from backend.settings import Settings

log = logging.getLogger(__name__)
LONGEST = 500
CONNECT_SECONDS, ANSWER_SECONDS = 0.5, 8.0
EMPTY = "没有收到内容，请说说想问什么，比如“硕士生活补助多少钱”。"
TOO_LONG = f"这段话太长了，请分开说，每次不超过{LONGEST}字。"
FOREIGN = "我只懂中文，请用中文问我（I can only answer questions in Chinese）。"
PRIVATE = "您发的证件号、手机号或卡号我已经遮住、没有保存；要填的话请填在表单里。"
WRITTEN = re.compile(r"[一-鿿]")
LETTERS = re.compile(r"[A-Za-zА-Яа-яぁ-んァ-ン가-힣]{3,}")
Reply = Mapping[str, Any]


def ask(applicant_id: str, text: str, city: str | None, as_of: date, search: bool = True) -> list[Reply]:
    """Ask the assistant on behalf of a person and return its replies: {"text", "citations", "links"}.

    `applicant_id` is the only name Rasa sees; `city` is a city id or None, `as_of` the day the question is about.
    Without `search` there is no reply while Rasa is away: for words that are no question, such as a day that was asked.
    """
    words, hidden = masked(text.strip())
    refused = _refusal(words)
    if refused:
        return [_plain(refused)]
    replies = _from_rasa(applicant_id, words, city, as_of)
    if replies is None and not search:
        return []
    if replies is None:
        replies = [answer.as_json() for answer in answer_alone(words, city, as_of, _library())]
    if hidden:
        form = {"label": "去表单填写", "action": "screen", "target": "facts"}
        replies = [*replies, {**_plain(PRIVATE), "links": [form]}]
    return replies


def _refusal(text: str) -> str | None:
    """Return the sentence for words that cannot be a question here: none, too many, or in another language."""
    if not text:
        return EMPTY
    if len(text) > LONGEST:
        return TOO_LONG
    return FOREIGN if not WRITTEN.search(text) and len(LETTERS.findall(text)) > 3 else None


def _from_rasa(applicant_id: str, text: str, city: str | None, as_of: date) -> list[Reply] | None:
    """Return Rasa's replies, or None when it does not answer in time or answers nonsense."""
    body = {"sender": applicant_id, "message": text, "metadata": {"city": city, "as_of": as_of.isoformat()}}
    try:
        answer = _session().post(
            f"{_Line.rasa_url}/webhooks/rest/webhook", json=body, timeout=(CONNECT_SECONDS, ANSWER_SECONDS)
        )
        answer.raise_for_status()
        replies = [_reply(each) for each in answer.json()]
    except (requests.RequestException, ValueError) as failure:
        log.warning("rasa does not answer for %s: %s", applicant_id, type(failure).__name__)
        return None
    return [each for each in replies if each] or None


def _reply(message: Mapping[str, Any]) -> dict[str, Any]:
    """Read one message of Rasa's REST channel: ours come as `custom`, its own as `text`."""
    custom = message.get("custom")
    if isinstance(custom, Mapping) and custom.get("text"):
        return {"text": custom["text"], "citations": custom.get("citations", []), "links": custom.get("links", [])}
    return _plain(message["text"]) if message.get("text") else {}


def _plain(text: str) -> dict[str, Any]:
    return {"text": text, "citations": [], "links": []}


class _Line:
    """Where Rasa is. Each process says so once, when it starts."""

    rasa_url: str


def speak_to(settings: Settings) -> None:
    """Speak to the Rasa of these settings from now on."""
    _Line.rasa_url = settings.rasa_url


@cache
def _session() -> requests.Session:
    session = requests.Session()
    session.trust_env = False  # Rasa is on this machine; a proxy of the surroundings has no business in between
    session.mount("http://", requests.adapters.HTTPAdapter(pool_maxsize=32))
    return session


@cache
def _library() -> Library:
    return Library(load_packs())
