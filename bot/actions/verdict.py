"""action_verdict: what follows from what was told, or where to go on when we stopped asking."""

from __future__ import annotations

from backend.answers.reply import Link
from backend.answers.verdicts import worded
from backend.policy.eligibility import NOT_ELIGIBLE
from bot.actions.asking import verdict_now
from bot.actions.turn import Turn

ENDED = {
    "given_up": "好的，先不问了。",
    "not_understood": "抱歉，两次都没听明白您的意思，先不问了。可以在表单里自己填，也可以转人工问窗口。",
}
"""What is said when our questions ended before all was known."""


def run(turn: Turn) -> None:
    """Say the verdict, and offer what comes first when that is what is missing."""
    turn.set(asking=False)
    ended = ENDED.get(str(turn.slot("eligibility_answer")))
    if not turn.judging.get("item"):
        turn.say("想接着问随时说。")
        return
    verdict = verdict_now(turn)
    answer = worded(verdict, turn.judging.get("skipped") or ())
    if ended:
        item = verdict.item
        turn.say(ended, Link("去填表", "screen", f"item?item={item.id}"), Link("转人工", "say", "转人工"))
    turn.answer(answer)
    turn.set(
        topic={**turn.topic.as_json(), "city": turn.judging["city"], "items": [verdict.item.id]},
        spoken=[each.as_json() for each in turn.said],
        offer=_offer(verdict),
        eligibility_answer=None,
    )


def _offer(verdict) -> dict | None:
    """What a "yes" after this verdict would mean."""
    if verdict.verdict == NOT_ELIGIBLE and verdict.item.requires:
        return {"judge": verdict.item.requires[0], "city": verdict.rules.pack.city.id}
    if verdict.verdict == "eligible":
        return {"apply": verdict.item.id, "city": verdict.rules.pack.city.id}
    return None
