"""Facts that people type: checked one by one, so that one that is wrong loses none that is right.

What the vocabulary cannot know is checked here: the check digit of an id number, a telephone number, a day that has
been. Every refusal is a sentence that says what to do.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from stdnum.cn import ric
from stdnum.exceptions import InvalidChecksum, InvalidComponent, InvalidFormat, InvalidLength, ValidationError

from backend.policy import FactError
from backend.store import facts
from backend.store.database import transaction
from backend.workflow import rulebook
from miniprogram_api import wire
from miniprogram_api.screens import texts

PHONE = re.compile(r"^1[3-9]\d{9}$")
ACCOUNT = re.compile(r"^\d{12,19}$")
NAME = re.compile(r"^[㐀-鿿·•A-Za-z .'-]{2,40}$")

ID_NUMBER_SENTENCES: Mapping[type, str] = {
    InvalidLength: "身份证号码应为 18 位，请检查是否多填或少填。",
    InvalidFormat: "身份证号码只有数字，最后一位可以是 X，请检查。",
    InvalidChecksum: "身份证号码的校验位对不上，很可能有一位填错了，请对照证件核对。",
    InvalidComponent: "身份证号码里的出生日期或地区码不存在，请对照证件核对。",
}

NOT_IN_FUTURE = frozenset(
    {"birth_date", "graduated_on", "hired_on", "business_registered_on", "hukou_since", "title_or_skill_obtained_on"}
    | {"recognized_on", "left_on", "disciplined_on", "prior_recognized_on"}
)
"""Days that cannot lie ahead."""


class Wrong(ValueError):
    """A typed value cannot be right; the message says what to do."""


def save(applicant_id: str, given: Mapping[str, Any], source: str, now: datetime) -> wire.Saved:
    """Keep what is right of the given facts (null takes one back) and say of each other one what is wrong."""
    problems, right = [], {}
    for name, value in given.items():
        found, cleaned = check(name, value, now.date())
        problems += found
        if not found:
            right[name] = cleaned
    with transaction():
        facts.tell(applicant_id, {name: value for name, value in right.items() if value is not None}, source, now)
        for name in (name for name, value in right.items() if value is None):
            facts.forget(applicant_id, name, now)
    return wire.Saved(saved=list(right), fields=problems)


def check(name: str, value: Any, today: date) -> tuple[list[wire.FieldProblem], Any]:
    """Return what is wrong with one given fact, and its value made tidy."""
    vocabulary = rulebook.packs().vocabulary
    value = value.strip() if isinstance(value, str) else value
    value = None if value == "" else value
    try:
        vocabulary.parse({name: value})
        return [], value if value is None else TIDY.get(name, _as_it_is)(value, today, name)
    except FactError as error:
        return [_problem(p.name, p.code, p.message, p.suggestions) for p in error.problems], None
    except Wrong as wrong:
        return [_problem(name, "wrong_value", str(wrong))], None


def _problem(name: str, code: str, message: str, suggestions: tuple[str, ...] = ()) -> wire.FieldProblem:
    return wire.FieldProblem(field=name, code=code, message=message, suggestions=list(suggestions))


def _as_it_is(value: Any, today: date, name: str) -> Any:
    if name in NOT_IN_FUTURE and isinstance(value, str) and value > today.isoformat():
        raise Wrong("这个日期还没有到，请检查年份是否填错。")
    return value


def _id_number(value: str, today: date, name: str) -> str:
    number = re.sub(r"\s", "", str(value)).upper()
    try:
        number = ric.validate(number)
        born = ric.get_birth_date(number)
    except ValidationError as error:
        raise Wrong(ID_NUMBER_SENTENCES.get(type(error), "身份证号码不对，请对照证件核对。")) from None
    if born > today:
        raise Wrong(ID_NUMBER_SENTENCES[InvalidComponent])
    return number


def _phone(value: str, today: date, name: str) -> str:
    number = re.sub(r"[\s-]", "", str(value)).removeprefix("+86")
    if not PHONE.match(number):
        raise Wrong("手机号码应为 11 位、以 1 开头的数字，请检查。")
    return number


def _account(value: str, today: date, name: str) -> str:
    number = re.sub(r"\s", "", str(value))
    if not ACCOUNT.match(number):
        raise Wrong("银行账号应为 12 至 19 位数字，请对照社会保障卡背面核对。")
    return number


def _name(value: str, today: date, name: str) -> str:
    if not NAME.match(str(value)):
        raise Wrong("姓名请按身份证填写，不要带数字和符号。")
    return str(value)


def _birth_date(value: str, today: date, name: str) -> str:
    born = date.fromisoformat(str(value))
    if not date(1920, 1, 1) <= born <= today:
        raise Wrong("出生日期不合理，请检查年份是否填错。")
    return str(value)


TIDY: Mapping[str, Callable[[Any, date, str], Any]] = {
    "id_number": _id_number,
    "spouse_id_number": _id_number,
    "child_id_number": _id_number,
    "phone": _phone,
    "bank_account": _account,
    "full_name": _name,
    "spouse_name": _name,
    "birth_date": _birth_date,
}
"""Fact → what makes its typed value tidy, or refuses it."""


def shown(told: facts.Told) -> wire.FactKnown:
    """Return a fact as its owner sees it: words for its value, masked where protected."""
    vocabulary = rulebook.packs().vocabulary
    known = told.name in vocabulary
    return wire.FactKnown(
        name=told.name,
        label=vocabulary[told.name].label if known else told.name,
        value=None if told.protected else told.value,
        shown=str(told.value) if told.protected else words(told.name, told.value),
        source=told.source,
        told_at=told.told_at,
        protected=told.protected,
    )


def words(name: str, value: Any) -> str:
    """Return a stored value as people read it."""
    vocabulary = rulebook.packs().vocabulary
    if name not in vocabulary:
        return str(value)
    fact = vocabulary[name]
    if fact.type == "ranges" and isinstance(value, list):
        return "、".join(texts.months(first, last) for first, last in value)
    if fact.type == "object" and isinstance(value, Mapping):
        return "，".join(
            f"{fact.fields[k].label}{words(f'{name}.{k}', v)}" for k, v in value.items() if k in fact.fields
        )
    try:
        return vocabulary.show(name, vocabulary.parse({name: value}).get(name, value))
    except FactError:
        return str(value)
