"""action_known_facts: what is known of the person, with where it came from."""

from __future__ import annotations

from backend.answers.reply import Link, fit
from backend.answers.verdicts import phrase
from bot.actions.turn import Turn

SOURCES = {
    "assistant": "您在这里说的",
    "form": "您在表单里填的",
    "employer": "单位登记的",
    "staff": "窗口登记的",
    "import": "系统核对的",
}


def run(turn: Turn) -> None:
    """List the facts by source; protected ones are only named, never shown here."""
    if not turn.told:
        turn.say("我这里还没有记您的信息。" if not turn.store_away else "现在查不到您的信息，请稍后再试。")
        return
    vocabulary, values = turn.desk.packs.vocabulary, turn.facts
    lines = []
    for source, label in SOURCES.items():
        names = [name for name, told in turn.told.items() if told.source == source and not told.protected]
        said = [phrase(vocabulary, name, values[name]) for name in names if name in values]
        if said:
            lines.append(f"{label}：{'、'.join(said)}")
    hidden = sum(told.protected for told in turn.told.values())
    if hidden:
        lines.append(f"另有{hidden}项身份信息加密保存，这里不显示")
    text = "；".join(lines) + "。要改直接说正确的，要删说“忘掉我说的”。"
    turn.say(fit(text), Link("看我的资料", "screen", "facts"))
