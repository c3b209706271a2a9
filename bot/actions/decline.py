"""action_decline: what is none of ours gets a short, friendly refusal; unless the rules do say something to it."""

from __future__ import annotations

from backend.answers.answering import answers
from backend.answers.asked import questions
from backend.answers.declining import declined
from bot.actions.turn import Turn


def run(turn: Turn) -> None:
    """Look once whether the rules answer it after all, then decline."""
    asked = questions(turn.utterance, turn.topic, turn.desk.packs, turn.home, turn.scene)
    for each in asked[:1]:
        for found in answers(each, turn.world()) if each.cities else [declined(each, turn.world())]:
            turn.answer(found)
