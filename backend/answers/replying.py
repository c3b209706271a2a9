"""What a short reply means for the fact that was asked: 中, 没呢, 三年, 去年11月, 硕士, 就在名录里."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from backend.answers.heard import Scene
from backend.answers.moments import Settled, months_of, settle
from backend.answers.utterance import Utterance
from backend.policy.vocabulary import Fact

YES = re.compile(
    r"(?:嗯呐|嗯哪|嗯|恩|昂|啊|哦|是|对|有|中|管|行|好|可以|成|要|算|在|会|ok|yes|y|1|没错|没问题|没毛病|当然|肯定|必须|"
    r"应该是|应该有|应该是吧|差不多|确实|妥|得|符合|满足|签了|交了|办了|买了|是全职|全职|正常|良好|挺好|有需求)"
    r"(?:的|了|嘞|啊|呀|呢|滴|呐|吧|哪|哈|过|着|呗|头|哩)*"
)
NO = re.compile(
    r"^(?:不|没|未|无|否|木|冇|no|n$|0$|哪有|从来没|从没|才没|并不|并没|还没|暂时没|目前没|应该没|应该不|好像没|好像不)"
)
PLACE = re.compile(r"[市县区镇村州]$|户口|这|本地|外地|老家|^[一-龥]{2,3}$")
GIVES_UP = re.compile(r"算了|拉倒|不弄了|不问了|不说了|随便|管他")
FULL_TIME = re.compile(r"^(?:天天|每天|一直)(?:都|在)*(?:坐班|上班|打卡)[的呢着嘞]*$")
SURE = 0.6
FIRM = re.compile(r"公司|厂|集团|医院|学校|大学|学院|院$|所$|中心|局|银行|矿|社$")


def interpret(fact: Fact, utterance: Utterance, scene: Scene) -> Any | None:
    """Return the JSON value that a reply gives to the asked fact, or None when it gives none."""
    read = READERS.get(fact.type)
    return read(fact, utterance, scene) if read else None


def exactness(fact: Fact, utterance: Utterance, scene: Scene) -> str | None:
    """Return to what a said date is exact (day, month, year), None when no date was asked or said."""
    settled = _settled(utterance, scene) if fact.type in ("date", "month") else None
    return settled.precision if settled else None


def yes_or_no(utterance: Utterance) -> bool | None:
    """Return what a short reply says, None when it says neither."""
    text = re.split(r"[\s,，。.!！~～?？、;；]", utterance.text.strip(" ,，。.!！~～"))[0]
    intents = utterance.intents()
    if GIVES_UP.match(text):
        return None
    if NO.search(text) and not re.match(r"不知|不清|不晓|不确定|不懂|不方便|不想|没问题|没错|不好说", text):
        return False
    if re.fullmatch(f"(?:{YES.pattern})+", text):
        return True
    sure = [part.intent for part in utterance.parts if part.confidence >= SURE]
    if "deny" in sure:
        return False
    return True if "affirm" in sure and "inform" not in intents else None


def _bool(fact: Fact, utterance: Utterance, scene: Scene) -> bool | None:
    if fact.name == "full_time_employment" and FULL_TIME.match(utterance.text.strip()):
        return True
    return yes_or_no(utterance)


def _number(fact: Fact, utterance: Utterance, scene: Scene) -> Any | None:
    for kind in ("period", "age", "count", "money"):
        for entity in utterance.of_kind(kind):
            value = _amount(fact, entity.value)
            if value is not None:
                return value
    if re.fullmatch(r"(?:没有?|无|零|一个都没|从?没.*过?)[了呢的嘞啊]*", utterance.text.strip("。,，!")):
        return 0
    return None


def _amount(fact: Fact, said: dict) -> Any | None:
    months = months_of(said) if "months" in said else None
    if fact.unit == "年":
        return (months // 12 if months % 12 == 0 else months / 12) if months else said.get("number")
    if months is not None:
        return months if fact.unit in ("个月", None) else None
    return next((said[key] for key in ("number", "yuan", "years", "days") if key in said), None)


def _date(fact: Fact, utterance: Utterance, scene: Scene) -> str | None:
    settled = _settled(utterance, scene)
    return settled.day.isoformat() if settled else None


def _month(fact: Fact, utterance: Utterance, scene: Scene) -> str | None:
    settled = _settled(utterance, scene)
    return f"{settled.day:%Y-%m}" if settled else None


def _settled(utterance: Utterance, scene: Scene) -> Settled | None:
    said = utterance.of_kind("date")
    return settle(said[0].value, scene.today) if said else None


def _choice(fact: Fact, utterance: Utterance, scene: Scene) -> str | None:
    values = [entity.value for entity in utterance.entities if isinstance(entity.value, str)]
    named = next((value for value in values if value in fact.choices), None)
    if named:
        return named
    text = utterance.text.strip("。,，!的吧呢")
    for value, label in fact.choices.items():
        short = re.sub(r"（.*?）", "", label)
        if len(text) > 1 and (text == value or text in label or short in text):
            return value
    if "none" in fact.choices and yes_or_no(utterance) is False:
        return "none"
    ordered = list(fact.choices)
    if text.isdigit() and 1 <= int(text) <= len(ordered):
        return ordered[int(text) - 1]
    return None


def _text(fact: Fact, utterance: Utterance, scene: Scene) -> str | None:
    text = utterance.text.strip("。,，! ")
    known = utterance.of_kind("employer") if fact.name == "employer_name" else utterance.of_kind("district")
    if known and isinstance(known[0].value, str):
        return known[0].value
    if fact.name == "employer_name":
        named = re.sub(r"^(?:我?(?:单位|公司)?(?:全称)?(?:是|叫|在)|在|叫|是)", "", text)
        return named if FIRM.search(named) and len(named) <= 40 else None
    if fact.name in ("hukou_city",) and scene.city and text in ("是", "在", "在这", "本地", "本市", "就在本市", "对"):
        return scene.city.full_name
    asks = any(part.asks for part in utterance.parts)
    if fact.name == "hukou_city" and not PLACE.search(text):
        return None
    return text if 1 < len(text) <= 30 and not asks and yes_or_no(utterance) is None else None


READERS: dict[str, Callable[[Fact, Utterance, Scene], Any]] = {
    "bool": _bool,
    "int": _number,
    "number": _number,
    "date": _date,
    "month": _month,
    "choice": _choice,
    "text": _text,
}
"""How a reply is read, by the type of the fact asked for."""
