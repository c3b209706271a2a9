"""The only caller of Rasa: what a person typed goes in without numbers that name him, replies come out.

    replies = ask(applicant_id, text, city, as_of)      # [{"text", "citations", "links"}, …]

Rasa stands behind its own HTTP wall and knows a person by an opaque id only. While it does not answer, the texts
themselves are searched, and the reply says so.
"""

import logging
import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

import requests

from backend.policy import Packs, load_packs
from backend.settings import Settings

log = logging.getLogger(__name__)

CONNECT_SECONDS, ANSWER_SECONDS = 2, 15
LONGEST = 500
TOO_LONG = f"您这段话有点长，请分几次说，每次不超过 {LONGEST} 个字，我一条一条回答。"
EMPTY = "您想问什么？比如“全日制硕士有什么补贴”“生活补助要交哪些材料”。"
FOREIGN = "我只听得懂中文，请用中文问我，比如“全日制硕士有什么补贴”。"
AWAY = "智能助手正在重启，我先从政策条文里为您找到这些："
NOTHING = "智能助手正在重启，这个问题我暂时从条文里找不到，请过一分钟再问，或联系窗口。"

_NUMBERS = (
    (re.compile(r"(?<!\d)\d{6}(?:18|19|20)\d{9}[\dXx](?!\d)"), "（身份证号已隐去）"),
    (re.compile(r"(?<!\d)\d{15}(?!\d)"), "（身份证号已隐去）"),
    (re.compile(r"(?<!\d)(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)"), "（手机号已隐去）"),
    (re.compile(r"(?<!\d)\d(?:[ -]?\d){14,18}(?!\d)"), "（卡号已隐去）"),
)


def mask(text: str) -> str:
    """Return a text without id, phone and card numbers, whatever width they are written in."""
    narrow = unicodedata.normalize("NFKC", text)
    masked = narrow
    for pattern, word in _NUMBERS:
        masked = pattern.sub(word, masked)
    return masked if masked != narrow else text


def ask(applicant_id: str, text: str, city: str | None, as_of: date) -> list[Mapping[str, Any]]:
    """Return the assistant's replies to what a person typed, each as JSON with text, citations and links."""
    typed = mask(text).strip()
    if refusal := _unfit(typed):
        return [_plain(refusal)]
    try:
        replies = _from_rasa(applicant_id, typed, {"city": city, "as_of": as_of.isoformat()})
    except requests.RequestException as error:
        log.warning("rasa does not answer", extra={"reason": type(error).__name__})
        return [_from_texts(typed, city, as_of)]
    return replies or [_from_texts(typed, city, as_of)]


def _unfit(text: str) -> str | None:
    """Return a sentence for what cannot be a question."""
    if not text:
        return EMPTY
    if len(text) > LONGEST:
        return TOO_LONG
    letters = [character for character in text if character.isalpha()]
    chinese = sum("\u4e00" <= character <= "\u9fff" for character in letters)
    return FOREIGN if len(letters) > 12 and not chinese else None


def _from_rasa(sender: str, text: str, metadata: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    answer = requests.post(
        f"{_settings().rasa_url}/webhooks/rest/webhook",
        json={"sender": sender, "message": text, "metadata": metadata},
        timeout=(CONNECT_SECONDS, ANSWER_SECONDS),
    )
    answer.raise_for_status()
    return [_reply(message) for message in answer.json() if message.get("custom") or message.get("text")]


def _reply(message: Mapping[str, Any]) -> Mapping[str, Any]:
    custom = message.get("custom") or {}
    return {
        "text": custom.get("text") or message.get("text") or "",
        "citations": custom.get("citations", []),
        "links": custom.get("links", []),
    }


def _plain(text: str, citations: Sequence[Mapping[str, str]] = ()) -> Mapping[str, Any]:
    return {"text": text, "citations": list(citations), "links": []}


@lru_cache(maxsize=1)
def _settings() -> Settings:
    return Settings.from_environment()


# --- without Rasa -----------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _packs() -> Packs:
    return load_packs()


@lru_cache(maxsize=32)
def _knowledge(city: str, as_of: date):
    from backend.answers.words import sound, words
    from backend.policy.knowledge import Knowledge, Reading, snippets_of

    known = words()
    reading = Reading(known.cut, known.content, known.meanings, known.rarity, sound)
    return Knowledge(snippets_of(_packs()[city].on(as_of)), reading)


def _from_texts(text: str, city: str | None, as_of: date) -> Mapping[str, Any]:
    """Answer from the statements of the city's pack alone: the best that carries the question, with its clause."""
    packs = _packs()
    where = city if city in packs else next(iter(packs))
    hits = [hit for hit in _knowledge(where, as_of).search(text, limit=3) if hit.carried >= 0.5]
    if not hits:
        return _plain(NOTHING)
    best = hits[0].snippet
    return _plain(f"{AWAY}{best.text}", [_citation(where, cite) for cite in best.cites[:2]])


def _citation(city: str, cite: str) -> Mapping[str, str]:
    document, _, article = cite.partition("/")
    return {"document": document, "title": _packs()[city].title_of(cite), "article": article}
