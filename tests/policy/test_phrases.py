"""A question is compared with the ways of asking that stand beside the statements of a pack."""

from backend.policy.phrases import Phrases

ASKED = [(0, "跳槽了还发不发"), (0, "换单位钱会停吗"), (1, "公示贴几天"), (1, "名单贴在哪个网站")]
SYLLABLES = {"贴": "tie", "帖": "tie", "几": "ji", "天": "tian", "公": "gong", "示": "shi", "式": "shi"}


def cut(text):
    return list(text)


def sound(text):
    return [SYLLABLES.get(char, char) for char in text]


def phrases():
    return Phrases(ASKED, cut, sound)


def test_the_statement_is_found_whose_question_is_alike():
    found = phrases().alike("我要跳槽的话还发吗")
    assert max(found, key=lambda number: found[number].whole) == 0


def test_a_text_that_is_a_way_of_asking_is_wholly_alike():
    assert round(phrases().alike("公示贴几天")[1].whole, 6) == 1


def test_other_characters_of_the_same_sound_are_alike_too():
    assert phrases().alike("公式帖几天")[1].whole > phrases().alike("工具放几天")[1].whole


def test_a_long_message_that_holds_a_short_question_holds_it_wholly():
    found = phrases().alike("我昨天去窗口问过了说公示贴几天来着我又忘了")[1]
    assert found.held > 0.95 > found.whole


def test_the_nearest_of_several_wordings_counts():
    found = phrases().nearest(["今天天气", "换单位钱会停吗"])
    assert round(found[0].whole, 6) == 1


def test_nothing_in_common_is_no_likeness():
    assert phrases().alike("xyz") == {}
