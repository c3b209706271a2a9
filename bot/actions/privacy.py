"""action_privacy: how personal data are handled, and where to change one's mind."""

from __future__ import annotations

from backend.answers.reply import Link
from bot.actions.turn import Turn

TEXT = (
    "您的信息只用于办人才服务。身份证号、手机号、银行卡号加密保存，聊天里打出来的会先遮住；"
    "谁看过您的办件都有记录。单位只能看到要它审核的那一件。您可以随时查看、更正、导出、删除，也可以撤回同意或注销。"
)


def run(turn: Turn) -> None:
    """Say it."""
    turn.say(TEXT, Link("看我的资料", "screen", "facts"), Link("同意书", "screen", "consent"))
