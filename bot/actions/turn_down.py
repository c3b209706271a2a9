"""action_turn_down: a "no" outside our questions."""

from __future__ import annotations

from bot.actions import note
from bot.actions.noting import corrected, told_facts
from bot.actions.turn import Turn


def run(turn: Turn) -> None:
    """Accept it; a "no" that says what is right instead (不对，是博士) is a correction."""
    turn.set(offer=None)
    if turn.utterance.entities and (told_facts(turn) or corrected(turn)):
        note.run(turn)
        turn.set(asking=False)
        return
    turn.say("好的，先这样。有需要随时问我，比如“要什么材料”“去哪办”。")
