"""Messages: the data is sound, and whatever is said, the platform takes it."""

import string
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from backend import messages as module
from backend.clock import SHANGHAI
from backend.messages import FITS, BadMessages, UnknownTemplate, WrongKeywords, WrongValue, compose, load, messages
from backend.policy import strict_yaml
from backend.wechat.sandbox.keywords import accepts

DAY = date(2026, 11, 20)
SAMPLES = {
    "thing": "急需紧缺人才认定",
    "character_string": "AY2026000001",
    "date": DAY,
    "time": datetime(2026, 11, 20, 9, 30, tzinfo=SHANGHAI),
    "amount": 120_000,
    "phrase": "审核通过",
}
DAYS = st.dates(date(1990, 1, 1), date(2099, 12, 31))
MOMENTS = st.datetimes(timezones=st.just(SHANGHAI)).filter(lambda at: 1990 <= at.year < 2100)
TEXTS = st.text(max_size=60)
VALUES = {
    "thing": TEXTS | st.lists(TEXTS, max_size=5) | DAYS | st.none(),
    "number": st.integers(0, 10**9),
    "letter": TEXTS,
    "symbol": TEXTS,
    "character_string": TEXTS,
    "time": MOMENTS,
    "date": DAYS | st.tuples(DAYS, DAYS) | MOMENTS,
    "amount": st.integers(0, 10**12 - 1),
    "phone_number": TEXTS,
    "name": TEXTS,
    "phrase": TEXTS,
}


def values_of(template):
    """A value for every keyword of a template."""
    return {keyword.name: SAMPLES[keyword.type] for keyword in template.keywords}


@pytest.mark.parametrize("template", messages().templates.values(), ids=lambda template: template.id)
def test_every_template_composes_and_its_keywords_pass_the_platform(template):
    message = compose(template.id, values_of(template))
    assert message.body and "{" not in message.body
    for keyword in template.keywords:
        assert accepts(f"{keyword.type}1", message.keywords[keyword.name], {})


@pytest.mark.parametrize("kind", VALUES)
@effort(max_examples=200, deadline=None)
@given(data=st.data())
def test_whatever_is_said_fits_the_platform(kind, data):
    keyword = module.Keyword("x", "标签", kind)
    assert accepts(f"{kind}1", module._fit(keyword, data.draw(VALUES[kind])), {})


def test_every_type_the_platform_has_is_covered():
    assert set(VALUES) | {"enum", "car_number"} == set(FITS)


def test_a_list_that_does_not_fit_is_shown_by_its_first_and_its_length():
    message = compose("correction_needed", {"item": "认定", "points": ["学历证书不清楚", "劳动合同缺页", "社保证明"]})
    assert message.keywords["points"] == "学历证书不清楚、劳动合同缺页、社保证明"
    long = compose("correction_needed", {"item": "认定", "points": ["学历证书拍得不清楚，请重新拍摄", "合同", "社保"]})
    assert (
        long.keywords["points"] == "学历证书拍得不清楚，请重新拍摄等3项"[:16] + "…等3项"
        or "等3项" in long.keywords["points"]
    )
    assert "1. 学历证书拍得不清楚，请重新拍摄\n2. 合同\n3. 社保" in long.body


def test_a_long_text_is_cut_to_nineteen_characters_and_a_mark():
    message = compose("case_refused", {"item": "长" * 30, "reason": "短", "decided_on": DAY})
    assert message.keywords["item"] == "长" * 19 + "…"
    assert "长" * 30 in message.body


def test_money_is_whole_fen_shown_as_yuan():
    message = compose("payment_sent", {"item": "生活补助", "amount": 120_050, "paid_on": DAY})
    assert message.keywords["amount"] == "1200.50元"
    assert "1,200.50元" in message.body


def test_wrong_use_is_refused_at_once():
    with pytest.raises(UnknownTemplate):
        compose("nothing", {})
    with pytest.raises(WrongKeywords) as missing:
        compose("result", {"item": "x", "outcom": "y"})
    assert (missing.value.missing, missing.value.unknown) == ({"outcome", "decided_on"}, {"outcom"})
    with pytest.raises(WrongValue):
        compose("result", {"item": "x", "outcome": "通过", "decided_on": "昨天"})
    with pytest.raises(WrongValue):
        compose("payment_sent", {"item": "x", "amount": 12.5, "paid_on": DAY})


BROKEN = {
    "topic": {"topic": "none"},
    "too few keywords": {"keywords": {"item": {"label": "事项", "type": "thing"}}},
    "same label": {"keywords": {name: {"label": "事项", "type": "thing"} for name in ("item", "other")}},
    "unknown type": {"keywords": {"item": {"label": "一", "type": "thing"}, "b": {"label": "二", "type": "essay"}}},
    "unknown word in the body": {"body": "{nobody}"},
    "missing title": {"title": None},
    "long label": {
        "keywords": {"item": {"label": "很长很长的标签", "type": "thing"}, "b": {"label": "二", "type": "thing"}}
    },
}


@pytest.mark.parametrize("change", BROKEN.values(), ids=list(BROKEN))
def test_a_faulty_file_is_refused(change):
    data = strict_yaml.read(module.SOURCE)
    row = data["templates"]["case_refused"] | change
    data["templates"]["case_refused"] = {key: value for key, value in row.items() if value is not None}
    with pytest.raises(BadMessages):
        load(data)


def test_titles_are_unique_because_templates_are_found_by_them():
    titles = [template.title for template in messages().templates.values()]
    assert len(titles) == len(set(titles))


def test_yearly_checks_name_facts_that_exist():
    source = (module.SOURCE.parent / "facts.yml").read_text(encoding="utf8")
    for check in messages().yearly_checks:
        assert all(f"name: {fact}" in source for fact in check.facts)


def test_no_template_uses_other_than_plain_names_in_its_body():
    for template in messages().templates.values():
        fields = [name for _, name, spec, _ in string.Formatter().parse(template.body) if name is not None]
        assert all(name.isidentifier() for name in fields)


def test_every_message_opens_a_screen_that_exists_on_a_page_that_exists():
    from backend.wechat.sandbox.app import known_pages
    from miniprogram_api.views import composers

    for template in messages().templates.values():
        assert template.screen in composers()
        assert messages().page(template, {}).partition("?")[0] in known_pages()


def test_the_page_of_a_message_carries_its_parameters():
    template = messages().template("qualifies_soon")
    page = messages().page(template, {"city": "anyang", "item": "生活 补助"})
    assert page == "pages/screen?screen=item&city=anyang&item=%E7%94%9F%E6%B4%BB%20%E8%A1%A5%E5%8A%A9"
