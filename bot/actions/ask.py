"""action_ask_eligibility_answer: asks the one fact that is worth most now."""

from __future__ import annotations

from bot.actions.asking import next_fact, question, verdict_now, with_asked
from bot.actions.turn import Turn


def run(turn: Turn) -> None:
    """Ask."""
    instead = turn.judging.get("instead")
    name = instead or next_fact(turn, verdict_now(turn))
    if name is None:
        return
    text, links = question(turn, name)
    if instead:
        text = f"没关系，{text}我来查。" if not text.endswith("来查。") else text
    with_asked(turn, asked=name, instead=None)
    turn.say(text, *links)
