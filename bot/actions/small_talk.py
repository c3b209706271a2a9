"""action_small_talk: greetings, thanks, farewells, anger, and who we are."""

from __future__ import annotations

from backend.answers.reply import Link
from bot.actions.turn import Turn

STARTERS = (
    Link("我能享受什么", "say", "我能享受哪些政策"),
    Link("生活补助多少", "say", "生活补助多少钱"),
    Link("我的进度", "say", "我的申请办到哪了"),
)
WORDS = {
    "greet": "您好！我是人才政策助手，{cities}的补贴、条件、材料、办理地点和进度都可以问我。"
    "直接说您的情况也行，比如“我是硕士，去年11月入职”。",
    "thanks": "不客气，还有问题随时问我。",
    "bye": "再见，祝您办事顺利。",
    "abuse": "没帮上忙，抱歉。您可以换个说法再问一次，或者转人工留言。",
    "bot_challenge": "我是自动回答的人才政策助手，不是真人。我按公开的政策文件回答，每句都注明出处；"
    "也能帮您判断符不符合、列材料、查进度。最后以窗口答复为准。",
}


def run(turn: Turn) -> None:
    """Say the words for the intent."""
    intent = next((intent for intent in turn.utterance.intents() if intent in WORDS), "greet")
    cities = "、".join(pack.city.name for pack in turn.desk.packs.values())
    links = {"abuse": (Link("转人工", "say", "转人工"),), "thanks": (), "bye": ()}.get(intent, STARTERS)
    turn.say(WORDS[intent].format(cities=cities), *links)
