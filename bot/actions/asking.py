"""What to ask next for a verdict: only what can still change it, in the engine's order, less what was declined."""

from __future__ import annotations

from typing import Any

from backend.answers.case import parsed
from backend.answers.reply import Link
from backend.policy.eligibility import NEEDS_INFO, Verdict
from backend.policy.vocabulary import Fact
from bot.actions.turn import Turn

TRIES = 2
"""Misunderstandings in a row after which the form or a person is offered."""
CHOICES = 7
INSTEAD = {"employer_on_key_list": "employer_name"}
"""Facts that people rarely know → the fact from which they follow."""


def verdict_now(turn: Turn) -> Verdict:
    """Judge the item in question by what is known now."""
    judging = turn.judging
    pack = turn.desk.packs[judging["city"]]
    values = {**turn.facts, **parsed(pack.vocabulary, judging.get("supposed") or {})}
    return pack.on(turn.today).judge(judging["item"], values, turn.today)


def next_fact(turn: Turn, verdict: Verdict) -> str | None:
    """Return the fact to ask for, None when the verdict stands or nothing is left that the person would tell."""
    if verdict.verdict != NEEDS_INFO:
        return None
    skipped = set(turn.judging.get("skipped") or ())
    return next((name for name in verdict.missing if name not in skipped), None)


def begin(turn: Turn, city: str, item: str, supposed: dict[str, Any]) -> Verdict:
    """Begin to judge an item, and return the verdict so far."""
    turn.set(judging={"city": city, "item": item, "supposed": supposed, "skipped": [], "missed": 0, "asked": None})
    return verdict_now(turn)


def question(turn: Turn, name: str) -> tuple[str, tuple[Link, ...]]:
    """Return the question for a fact with its answers as buttons."""
    fact = turn.desk.packs.vocabulary[name]
    return fact.question or f"请问{fact.label}？", answers_of(fact)


def answers_of(fact: Fact) -> tuple[Link, ...]:
    """Return the usual answers to a question as buttons."""
    if fact.type == "bool":
        said = ("是", "不是", "不清楚")
    elif fact.choices and len(fact.choices) <= CHOICES:
        said = (*fact.choices.values(),)
    else:
        said = ("不清楚",)
    return tuple(Link(each, "say", each) for each in said)


def with_asked(turn: Turn, **changes: Any) -> None:
    """Change what is remembered of the judging."""
    turn.set(judging={**turn.judging, **changes})
