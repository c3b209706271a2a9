"""From a fact of the vocabulary to a field of a form. Pure: one row of a table for each type of fact."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from backend.policy.vocabulary import Fact
from miniprogram_api.screens import blocks as b
from miniprogram_api.screens import texts

KEYBOARDS = {
    "full_name": "name",
    "spouse_name": "name",
    "child_name": "name",
    "id_number": "id_number",
    "spouse_id_number": "id_number",
    "child_id_number": "id_number",
    "phone": "phone",
    "bank_account": "bank_account",
}
LONG_TEXTS = frozenset({"residence_address", "hukou_address"})
NOT_LATER = frozenset(
    {"birth_date", "graduated_on", "hired_on", "left_on", "business_registered_on", "hukou_since"}
    | {"title_or_skill_obtained_on", "recognized_on", "disciplined_on", "prior_recognized_on", "contract_start"}
)
SOURCES = {
    "assistant": "您告诉过助手",
    "form": "您填写的",
    "wechat": "微信验证过的",
    "employer": "单位人事填写",
    "staff": "工作人员核定",
    "import": "部门数据",
}


@dataclass(frozen=True)
class Known:
    """What is known of a fact: its value (masked when protected), its source in words, whether it is protected."""

    value: Any
    source: str
    protected: bool = False


def source_words(source: str, told_at: date, today: date) -> str:
    """Return where a fact came from, e.g. 9月3日您告诉过助手."""
    return f"{texts.short_day(told_at, today)}{SOURCES.get(source, '登记')}"


def field(fact: Fact, known: Known | None, today: date, required: bool = True, city: str = "") -> b.FormField:
    """Return the field for one fact, prefilled with what is known."""
    common = {
        "name": fact.name,
        "label": fact.label,
        "required": required,
        "help": fact.hint,
        "why": fact.why,
        "source": known.source if known else None,
    }
    return MAKERS[fact.type](fact, known, common, today, city)


def _text(fact: Fact, known: Known | None, common: Mapping, today: date, city: str) -> b.FormField:
    protected = fact.protected or bool(known and known.protected)
    return b.TextField(
        **common,
        value=None if protected or known is None else _string(known.value),
        masked=_string(known.value) if protected and known else None,
        keyboard=KEYBOARDS.get(fact.name, "text"),
        from_wechat="/me/phone" if fact.name == "phone" else None,
        placeholder=f"请填写{fact.label}",
        lines=2 if fact.name in LONG_TEXTS else 1,
        suggest=f"/employer/names?city={city}" if fact.name == "employer_name" else None,
    )


def _string(value: Any) -> str | None:
    return None if value is None else str(value)


def _number(decimals: int) -> Callable:
    def make(fact: Fact, known: Known | None, common: Mapping, today: date, city: str) -> b.FormField:
        value = known.value if known and isinstance(known.value, int | float) else None
        least, most = getattr(fact, "min", None) or 0, getattr(fact, "max", None)
        unit = fact.unit or ""
        return b.NumberField(**common, value=value, minimum=least, maximum=most, decimals=decimals, unit=unit)

    return make


def _date(fact: Fact, known: Known | None, common: Mapping, today: date, city: str) -> b.FormField:
    latest = today.isoformat() if fact.name in NOT_LATER else "2099-12-31"
    return b.DateField(**common, value=known.value if known else None, latest=latest)


def _month(fact: Fact, known: Known | None, common: Mapping, today: date, city: str) -> b.FormField:
    return b.MonthField(**common, value=known.value if known else None)


def _choice(fact: Fact, known: Known | None, common: Mapping, today: date, city: str) -> b.FormField:
    options = [b.Option(value=value, label=label) for value, label in fact.choices.items()]
    style = "chips" if len(options) <= 4 and all(len(o.label) <= 6 for o in options) else "list"
    style = "picker" if len(options) > 7 else style
    return b.ChoiceField(**common, value=known.value if known else None, options=options, style=style)


def _yes_no(fact: Fact, known: Known | None, common: Mapping, today: date, city: str) -> b.FormField:
    value = known.value if known and isinstance(known.value, bool) else None
    return b.YesNoField(**common, value=value, unknown="不清楚")


def _ranges(fact: Fact, known: Known | None, common: Mapping, today: date, city: str) -> b.FormField:
    return b.MonthRangesField(**common, value=known.value if known else None, latest=f"{today:%Y-%m}")


def _list(fact: Fact, known: Known | None, common: Mapping, today: date, city: str) -> b.FormField:
    if fact.choices:
        options = [b.Option(value=value, label=label) for value, label in fact.choices.items()]
        return b.MultiChoiceField(**common, value=known.value if known else None, options=options)
    value = "、".join(known.value) if known and isinstance(known.value, list) else None
    return b.TextField(**common, value=value)


def _object(fact: Fact, known: Known | None, common: Mapping, today: date, city: str) -> b.FormField:
    inner = [_part(part, name, today, city) for name, part in fact.fields.items()]
    value = known.value if known and isinstance(known.value, Mapping) else None
    none = getattr(fact, "null_label", None) or "没有"
    none_chosen = known is not None and known.value is None
    return b.ObjectField(**common, value=value, fields=inner, none=none, none_chosen=none_chosen)


def _part(fact: Fact, name: str, today: date, city: str) -> b.SimpleField:
    common = {"name": name, "label": fact.label, "help": fact.hint, "why": fact.why}
    return MAKERS[fact.type](fact, None, common, today, city)


MAKERS: Mapping[str, Callable] = {
    "text": _text,
    "int": _number(0),
    "number": _number(2),
    "date": _date,
    "month": _month,
    "choice": _choice,
    "bool": _yes_no,
    "ranges": _ranges,
    "list": _list,
    "object": _object,
}
"""Type of a fact → what makes its field; the vocabulary has no other types."""


def form(
    form_id: str,
    facts: Sequence[Fact],
    known: Mapping[str, Known],
    today: date,
    *,
    save: b.Save | None = None,
    title: str | None = None,
    text: str | None = None,
    optional: frozenset[str] = frozenset(),
    city: str = "",
) -> b.Form:
    """Return a form over facts, in their order, prefilled."""
    made = [field(fact, known.get(fact.name), today, fact.name not in optional, city) for fact in facts]
    return b.Form(id=form_id, title=title, text=text, fields=made, save=save)
