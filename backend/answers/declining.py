"""When the answer is no answer: the texts do not settle it, or it is none of ours."""

from __future__ import annotations

import re
from collections.abc import Sequence

from backend.answers.asked import Asked
from backend.answers.aspects import windows_of
from backend.answers.case import Case, World
from backend.answers.reply import Answer, Link, fit

NOT_OURS = ("out_of_scope", "other_person_data", "prompt_attack", "abuse", "greet")


CAN_DO = (
    "我能回答{city}的人才政策：补贴多少、什么条件、要什么材料、去哪办、多久办好，也能帮您判断符不符合、看办理进度。"
)


STARTERS = (Link("有哪些补贴", "say", "有哪些补贴可以领"), Link("看我符合什么", "say", "我能享受哪些政策"))


def outside(case: Case) -> Answer | None:
    """Questions that are none of ours: another city, other people's data, tricks, talk with no tie to the rules."""
    intent, chance = (case.asked.ranking or (("", 0.0),))[0]
    if SOMEONE.search(case.text) or SOMEONE.search(f"{case.asked.context}{case.text}"):
        return declined(case.asked, case.world, "other_person_data")
    if case.asked.of_kind("other_city") and not case.asked.city_said and intent not in ("inform",):
        return declined(case.asked, case.world, "other_city")
    if intent in ("other_person_data", "prompt_attack") and chance >= 0.45:
        return declined(case.asked, case.world)
    if intent == "out_of_scope" and chance >= 0.4 and not case.items and case.thought_of < THOUGHT_OF:
        if case.asked.of_kind("event_kind", "claim_item", "hardship") and chance < 0.85:
            return None
        strong = case.hits and case.hits[0].carried >= 0.8 and case.residue(case.text)
        return None if strong and chance < 0.7 else declined(case.asked, case.world)
    return None


OURS = ("event_kind", "claim_item", "hardship", "contract_type", "pension_type", "title", "skill", "recognition")
"""Kinds of names that only our texts speak of: a question with one is not out of scope."""
NAMED = (
    r"[赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕张孔曹严华金魏陶姜谢邹窦章苏潘葛范彭鲁韦马方俞任袁柳史唐费薛雷贺倪汤罗郝毕安常"
    r"于傅齐康余顾孟黄萧尹姚邵汪毛戴宋庞熊纪舒屈项祝董梁杜阮蓝闵季贾江童颜郭梅林钟徐邱骆高夏蔡田胡凌霍万柯卢莫房丁邓洪包左石崔]"
    r"[一-龥]{1,2}"
)
OWN_MATTERS = r"(?:申请|补助|补贴|认定|进度|材料|办件|身份|学历|电话|手机|信息|卡|档|认上|领)"
KNOWN_TO_ME = r"(?:前?男友|前?女友|邻居|同事|同学|朋友|闺蜜|老板|领导|室友|舍友|老乡|亲戚|[表堂][哥弟姐妹]|班主任|导师)"
THOUGHT_OF = 0.45
"""A question this much like one that somebody wrote down for a rule is none of another kind."""
SOMEONE = re.compile(
    rf"^(?:帮我?|给我|麻烦|请)?(?:查|看|问)?(?:一?下)?{NAMED}的{OWN_MATTERS}"
    rf"|{KNOWN_TO_ME}(?:叫)?{NAMED}.{{0,12}}{OWN_MATTERS}"
    rf"|{KNOWN_TO_ME}的(?:申请|进度|材料|办件|身份证|电话|手机|信息)"
)
"""A question about somebody by name."""


def unanswered(case: Case, nearest: Answer | None, unknown: Sequence[str]) -> Answer:
    """Not ours when nothing ties the question to the rules; else: the texts do not settle it."""
    tied = bool(case.likely_items) or bool(case.asked.of_kind("agency", "employer", "award", "material", *OURS))
    tied = tied or any(len(word) > 2 and not case.knowledge.unknown(word[:-1]) for word in unknown)
    if not tied and (unknown or case.asked.intent in NOT_OURS):
        return declined(case.asked, case.world)
    return not_said(case, nearest, unknown)


def declined(asked: Asked, world: World, why: str = "") -> Answer:
    """A short, friendly refusal that says what can be asked."""
    cities = "、".join(pack.city.name for pack in world.packs.values())
    intent = why or asked.intent
    place = next((entity.text for entity in asked.of_kind("other_city")), "那里")
    first = {
        "other_city": f"{place}的政策我这里没有，现在能查的是{cities}。",
        "other_person_data": "别人的信息不能查，也不能告诉您；您自己的办件随时可以问我。",
        "prompt_attack": "这个帮不了您，我只按公开的政策回答和办事。",
    }.get(intent, "这个不在我能回答的范围里。")
    return Answer(first + CAN_DO.format(city=cities), (), "declined", None, None, STARTERS)


def not_said(case: Case, nearest: Answer | None, unknown: Sequence[str]) -> Answer:
    """The texts do not settle it: say so, with the nearest statement and whom to ask."""
    topic = f"“{unknown[0]}”" if unknown else "这一点"
    name = case.pack.city.name
    text = f"{name}公开的文件没有写到{topic}。"
    near = nearest or _near(case)
    if near is not None and _bears(case, near):
        text += f"最接近的规定：{near.text}"
    if not text.endswith("。"):
        text += "。"
    return Answer(
        fit(text + ask_at(case), 380), near.cites if near else (), "not_said", case.city, near.item if near else None
    )


def _bears(case: Case, near: Answer) -> bool:
    """Whether a rule is near enough to be told: of an item meant, or with half of the question's words."""
    if case.asked.intent in NOT_OURS:
        return False
    words = case.residue(case.text)
    return (near.item or "") in case.likely_items or (bool(words) and case.carries(near.text, words) >= 0.5)


def _near(case: Case) -> Answer | None:
    hit = case.hits[0] if case.hits and case.hits[0].score > 0.5 else None
    return Answer(hit.snippet.text, hit.snippet.cites, "said", case.city, hit.snippet.item) if hit else None


def ask_at(case: Case) -> str:
    """Whom to ask: the item's window with its phone, else the city's first window or hotline."""
    item = case.item
    windows = windows_of(case, item) if item else []
    windows = windows or [w for w in case.pack.city.windows.values() if "all" in w.items]
    if windows:
        phone = f"，电话{windows[0].phones[0]}" if windows[0].phones else ""
        return f"可以问{windows[0].name}{phone}。"
    return "可以转人工留言，由窗口回复。"
