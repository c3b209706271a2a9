"""action_rate: praise or blame for the last answer."""

from __future__ import annotations

from backend.answers.reply import Link
from backend.store import chat, questions
from backend.store.models import ChatMessage
from bot.actions.turn import Turn


def run(turn: Turn) -> None:
    """Keep the rating with the answer; a bad one counts the question for those who keep the packs."""
    good = "rate_good" in turn.utterance.intents()
    lines = list(chat.newest(turn.applicant, limit=6))
    answer = next((line for line in lines if line.speaker == "assistant"), None)
    if answer is not None:
        chat.rate(turn.applicant, answer.id, good)
    if good:
        turn.say("谢谢，能帮上忙就好。")
        return
    _count(turn, lines)
    turn.say("抱歉没答好，已经记下来请人核对。可以换个说法再问，或者转人工。", Link("转人工", "say", "转人工"))


def _count(turn: Turn, lines: list[ChatMessage]) -> None:
    own = [line for line in lines if line.speaker == "applicant" and line.text != turn.utterance.text]
    if own:
        questions.unanswered(own[0].text, turn.city, turn.now)
