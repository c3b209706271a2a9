"""action_turn_down: a "no" outside our questions."""

from __future__ import annotations

from bot.actions.turn import Turn


def run(turn: Turn) -> None:
    """Accept it."""
    turn.set(offer=None)
    turn.say("好的，先这样。有需要随时问我，比如“要什么材料”“去哪办”。")
