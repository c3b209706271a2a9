"""action_progress: where the person's cases are, on whose desk, until when, what is next."""

from __future__ import annotations

from backend.answers.declining import SOMEONE
from backend.answers.reply import Link, fit
from bot.actions import own_cases
from bot.actions.subject import items_meant
from bot.actions.turn import Turn


def run(turn: Turn) -> None:
    """Tell the cases apart by item; several at once when none is named."""
    if SOMEONE.search(turn.utterance.text):
        turn.say("别人的信息不能查，也不能告诉您；您自己的办件随时可以问我。")
        return
    found = own_cases.cases(turn.applicant)
    if not found:
        turn.say(
            "您现在没有在办的申请。想申请什么可以直接说，比如“我要申请生活补助”。",
            Link("看全部事项", "screen", "items"),
        )
        return
    shown = own_cases.meant(own_cases.open_ones(found), items_meant(turn))[:3]
    links = tuple(Link("查看进度", "screen", f"application?application={case.id}") for case in shown[:2])
    turn.say(fit("\n".join(own_cases.status(case, turn.today) for case in shown)), *links)
    turn.set(spoken=[each.as_json() for each in turn.said])
