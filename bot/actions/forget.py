"""action_forget: what was told here is taken back: all of it, or the fact that is named."""

from __future__ import annotations

import re

from backend.store import facts
from bot.actions.turn import Turn

NAMED = {
    "学历": ("education", "education_full_time", "highest_full_time_education"),
    "入职": ("hired_on",),
    "单位": (
        "employer_name",
        "employer_category",
        "employer_on_key_list",
        "employer_on_leading_list",
        "employer_district",
    ),
    "合同": ("contract_years", "contract_type"),
    "社保": (
        "pension_months_consecutive",
        "social_insurance_months_consecutive",
        "pension_paid_ranges",
        "pension_type",
    ),
    "毕业": ("graduated_on", "university"),
    "职称": ("professional_title", "skill_level"),
    "年龄": ("age", "birth_date"),
    "生日": ("birth_date",),
    "房": ("purchased_home", "owns_home_in_city"),
    "户口": ("hukou_city", "hukou_since", "hukou_never_moved_out"),
}
"""Words for what may be taken back one by one."""


WISH = re.compile(
    r"(?:忘|删|清|抹|忽略|丢|收回|撤回|取消)(?:掉|了|除|空|光|干净)?.{0,4}(?:我|俺|刚才|刚刚|前面).{0,6}(?:说|讲|提|信息|资料|情况|记录)|"
    r"(?:我|俺|刚才|刚刚|前面|之前).{0,6}(?:说|讲|提|告诉|记).{0,10}(?:忘[掉了]|删|清|抹|忽略|丢|收回|撤回|取消|作废|不算数?|别记|别留|别存)|"
    r"(?:都|全|统统)(?:给我|帮我)?(?:忘|删|清|抹)(?:掉|了|除|空|光|干净)|从头(?:来|开始)|重新开始|清零|"
    r"别(?:再)?记(?:我|着|住)|当我没(?:说|讲|提)|(?:别|不要)(?:保存|留|存)(?:我|着)"
)
"""Words that take back what was said, however else the message sounds."""
ASKS = re.compile(r"[吗么?？]|会不会|能不能|多久|怎么|咋")


def wished(text: str) -> bool:
    """Tell whether a message takes back what was said, and does not only ask about it."""
    return bool(WISH.search(text)) and not ASKS.search(text)


def run(turn: Turn) -> None:
    """Forget what came from this conversation; what was filled into a form or registered by others stays."""
    wanted = [name for word, names in NAMED.items() if word in turn.utterance.text for name in names]
    mine = [name for name, told in turn.told.items() if told.source == "assistant" and (not wanted or name in wanted)]
    if turn.store_away:
        turn.say("资料库暂时联系不上，请稍后再说一次“忘掉我说的”。")
        return
    for name in mine:
        facts.forget(turn.applicant, name, turn.now)
    if not wanted:
        turn.set(topic=None, judging=None, offer=None, spoken=None, asking=False, eligibility_answer=None)
    vocabulary = turn.desk.packs.vocabulary
    names = "、".join(vocabulary[name].label for name in mine if name in vocabulary)
    kept = any(told.source != "assistant" for told in turn.told.values())
    text = f"已经忘掉您在这里说的：{names}。" if names else "这里没有记着您说的信息。"
    turn.say(text + ("表单里填的和单位、窗口登记的没有动，要删请到“我的资料”。" if kept else ""))
