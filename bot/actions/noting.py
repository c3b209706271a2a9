"""What is heard is kept after the person has seen it: the reply names what was noted."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from backend.answers.heard import Heard, heard, own_of
from backend.answers.moments import DAY, MONTH, YEAR
from backend.answers.replying import exactness, interpret
from backend.answers.utterance import Utterance
from backend.answers.verdicts import SHORT, phrase, told
from backend.policy.vocabulary import Vocabulary
from bot.actions.turn import Turn

QUIET = frozenset(
    {"social_insurance_months_consecutive", "employer_category", "apply_channel", "claim_item", "married"}
)
"""Facts noted without being named: they follow from another or were said in passing."""
ASKED_ONLY = frozenset(
    [
        "event_kind",
        "claim_item",
        "hardship_category",
        "child_stage",
        "enrollment_kind",
        "school_level",
        "apply_channel",
        "stay_days",
        "apartment_hotel",
        "subsidy_amount",
        "ticket_price",
        "books_requested",
        "patient_relation",
        "settle_address_kind",
        "notice_published_on",
        "accepted_on",
        "bus_rides_used_this_month",
        "residual_policy_cost",
        "married",
        "requested_title",
    ]
)
"""Facts that belong to one question, not to the person."""


def told_facts(turn: Turn, telling: bool = False) -> list[Heard]:
    """Return the speaker's own facts in this message that are exact enough to keep.

    `telling`: the message answers a question of ours and asks nothing, whatever it sounds like.
    """
    utterance = _as_told(turn.utterance) if telling else turn.utterance
    every = own_of(heard(utterance, turn.scene))
    asking = any(part.asks for part in utterance.parts)
    return [each for each in every if not (asking and each.name in ASKED_ONLY)]


def _as_told(utterance: Utterance) -> Utterance:
    return replace(utterance, parts=tuple(replace(part, ranking=(("inform", 1.0),)) for part in utterance.parts))


def note(turn: Turn, facts: list[Heard]) -> str:
    """Keep facts and return the sentence that names them, empty when nothing is new.

    A date of which only the year was said is not kept: periods run from the month, so the month is asked for.
    """
    vague = [each for each in facts if each.exact == YEAR]
    facts = [each for each in facts if each not in vague]
    changed = turn.remember(facts)
    vocabulary = turn.desk.packs.vocabulary
    values = turn.facts
    new = [each for each in facts if each.name.partition(".")[0] in changed and each.name not in QUIET]
    months = [each.name for each in new if each.exact == MONTH and each.name in values]
    shown = told(vocabulary, values, [each.name for each in new if each.name not in months])
    shown += [_to_the_month(vocabulary, name, values[name]) for name in months]
    noted = f"记下了：{'、'.join(shown)}。" if shown else ""
    return noted + "".join(_which_month(vocabulary, each) for each in vague)


def _which_month(vocabulary: Vocabulary, each: Heard) -> str:
    said = SHORT.get(each.name, f"{vocabulary[each.name].label}是{{}}").format(f"{str(each.value)[:4]}年")
    return f"{said}，是几月？期限按月算，知道了请告诉我。"


def corrected(turn: Turn) -> list[Heard]:
    """Return what a bare correction (说错了，是3年) changes: the facts told here last that the new value fits.

    One sentence may have told several facts (months of pension and of social insurance): they change together.
    """
    mine = [(told.told_at, name) for name, told in turn.told.items() if told.source == "assistant"]
    meant = _without_denied(turn.utterance)
    for moment in sorted({told_at for told_at, _ in mine}, reverse=True):
        fitting = [_fitted(turn, name, meant) for told_at, name in sorted(mine) if told_at == moment]
        if found := [each for each in fitting if each is not None]:
            return found
    return []


DENIED = re.compile(r"(?:不是|哪是|哪有|哪里是|才不是|并非|没有|不止|不到)$")
"""What stands right before a figure that is not so."""


def _fitted(turn: Turn, name: str, meant: Utterance) -> Heard | None:
    """Return a fact with the value that a correction gives it, None where it gives none."""
    fact = turn.desk.packs.vocabulary.facts.get(name)
    if fact is None or fact.type in ("bool", "text"):
        return None
    value = interpret(fact, meant, turn.scene)
    if value in (None, "none"):  # the "no" of a correction denies the old value, it gives no new one
        return None
    return Heard(name, value, meant.text, exactness(fact, meant, turn.scene) or DAY)


def _without_denied(utterance: Utterance) -> Utterance:
    """The message less what it says is not so: 不是两个月，是5个月 tells five; of several of a kind the last counts."""
    kept = [e for e in utterance.entities if not DENIED.search(utterance.text[: e.start])]
    last = {entity.kind: entity for entity in kept}
    return replace(utterance, entities=tuple(entity for entity in kept if last[entity.kind] is entity))


def _to_the_month(vocabulary: Vocabulary, name: str, day: date) -> str:
    """A date known to the month: kept as its first day, and said so."""
    said = SHORT.get(name, f"{vocabulary[name].label}{{}}").format(f"{day.year}年{day.month}月")
    return f"{said}（先按1日记，知道哪天请告诉我）"


def kept_by_others(turn: Turn, facts: list[Heard]) -> str:
    """Return the sentence about facts that staff or the employer told otherwise, empty when there are none."""
    vocabulary, values = turn.desk.packs.vocabulary, turn.facts
    names = [
        each.name
        for each in facts
        if each.name in turn.told
        and turn.told[each.name].source in ("staff", "employer", "import")
        and turn.told[each.name].value != each.value
    ]
    said = "、".join(phrase(vocabulary, name, values[name]) for name in names if name in values)
    return f"登记的是{said}，和您说的不一样，要改请到窗口核对。" if said else ""
