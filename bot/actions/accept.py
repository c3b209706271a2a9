"""action_accept: a "yes" outside our questions accepts what was offered last."""

from __future__ import annotations

from backend.answers.verdicts import worded
from backend.policy.eligibility import NEEDS_INFO
from bot.actions.application import start
from bot.actions.asking import begin, next_fact
from bot.actions.noting import note, told_facts
from bot.actions.turn import Turn


def run(turn: Turn) -> None:
    """Do what was offered; with nothing offered, say that we are there."""
    note(turn, told_facts(turn))
    offer = turn.slot("offer") or {}
    turn.set(offer=None, asking=False)
    if "apply" in offer:
        start(turn, (offer["apply"],))
    elif "judge" in offer:
        verdict = begin(turn, offer["city"], offer["judge"], {})
        turn.set(asking=verdict.verdict == NEEDS_INFO and next_fact(turn, verdict) is not None)
        if not turn.slot("asking"):
            turn.answer(worded(verdict))
    else:
        turn.say("好的。还想了解什么，直接问就行。")
