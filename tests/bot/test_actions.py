"""The action endpoint: closed without its token, the same when called twice, plain words when the store is away."""

from backend.store import facts
from backend.store.database import connection, database
from bot.actions import answer
from bot.actions.app import SORRY
from tests.bot.conftest import TOKEN

LAST_NOVEMBER = ("date", "去年11月", {"year": -1, "relative": True, "month": 11})


def test_a_call_without_the_token_is_refused(caller):
    body = caller.body("action_answer", "生活补助多少", "ask_amount")
    assert caller.client.post("/webhook", json=body).status_code == 403


def test_an_action_that_does_not_exist_is_named(caller):
    answer = caller.client.post("/webhook", json={"next_action": "action_unheard_of"}, headers=TOKEN)
    assert (answer.status_code, answer.get_json()["action_name"]) == (404, "action_unheard_of")


def test_a_call_that_comes_twice_does_the_same_once(caller):
    body = caller.body("action_note", "我是硕士，去年11月入职", "inform", LAST_NOVEMBER)
    first, second = (caller.client.post("/webhook", json=body, headers=TOKEN).get_json() for _ in range(2))
    assert first == second
    assert "记下了" in first["responses"][0]["custom"]["text"]


def test_what_is_told_is_kept_after_it_was_shown(caller):
    said = caller("action_note", "我是硕士，去年11月入职", "inform", LAST_NOVEMBER)
    with connection():
        kept = facts.values(caller.applicant)
    assert (kept["education"], kept["hired_on"]) == ("master", "2025-11-01")
    assert "2025年11月入职" in said[0]


def test_a_year_alone_is_asked_back_and_not_kept(caller):
    said = caller("action_note", "我2019年毕业", "inform", ("date", "2019年", {"year": 2019}))
    with connection():
        assert "graduated_on" not in facts.values(caller.applicant)
    assert "几月" in said[0]


def test_a_bare_correction_changes_what_was_told_last(caller):
    caller("action_note", "合同签了2年", "inform", ("period", "2年", {"months": 24}))
    caller("action_note", "刚才说错了是3年", "correct", ("period", "3年", {"months": 36}))
    with connection():
        assert facts.values(caller.applicant)["contract_years"] == 3


def test_of_two_figures_the_one_that_is_not_denied_counts(caller):
    caller("action_note", "合同签了2年", "inform", ("period", "2年", {"months": 24}))
    caller(
        "action_note", "不是2年，是3年", "correct", ("period", "2年", {"months": 24}), ("period", "3年", {"months": 36})
    )
    with connection():
        assert facts.values(caller.applicant)["contract_years"] == 3


def test_a_no_that_says_what_is_right_is_a_correction(caller):
    caller("action_note", "我是全日制硕士", "inform", ("education", "硕士", "master"))
    said = caller("action_turn_down", "不对，是博士", "deny", ("education", "博士", "doctor"))
    with connection():
        assert facts.values(caller.applicant)["education"] == "doctor"
    assert "博士" in said[0]


def test_a_plain_no_changes_nothing(caller):
    caller("action_note", "我是全日制硕士", "inform", ("education", "硕士", "master"))
    caller("action_turn_down", "不对", "deny")
    with connection():
        assert facts.values(caller.applicant)["education"] == "master"


def test_a_bare_grade_goes_on_with_the_question_and_tells_nothing(caller):
    caller("action_answer", "硕士购房补贴多少", "ask_amount")
    (said,) = caller("action_note", "本科的", "inform")
    with connection():
        assert "education" not in facts.values(caller.applicant)
    assert "3万元" in said


def test_a_yes_or_no_question_in_between_keeps_its_subject(caller):
    caller("action_answer", "周转房能住多久", "ask_duration")
    (said,) = caller("action_answer", "要钱不", "ask_amount")
    assert "免费" in said


def test_two_misunderstandings_end_the_questions(caller):
    caller("action_answer", "我能认定急需紧缺人才吗", "ask_eligibility")
    caller("action_ask_eligibility_answer", "我能认定急需紧缺人才吗", "ask_eligibility", loop="eligibility_form")
    for _ in range(2):
        caller("validate_eligibility_form", "啊吧啊吧", "inform", loop="eligibility_form")
    said = caller("action_verdict", "啊吧啊吧", "inform")
    assert caller.slots["judging"]["missed"] == 2
    assert "先不问了" in said[0]


def test_a_no_to_what_was_told_before_is_no_answer_to_what_is_asked(caller):
    caller("action_note", "我是全日制博士", "inform", ("education", "博士", "doctor"))
    caller("action_answer", "我能领购房补贴吗", "ask_eligibility")
    caller("action_ask_eligibility_answer", "我能领购房补贴吗", "ask_eligibility", loop="eligibility_form")
    asked = caller.slots["judging"]["asked"]
    caller(
        "validate_eligibility_form", "不对，是硕士", "deny", ("education", "硕士", "master"), loop="eligibility_form"
    )
    with connection():
        kept = facts.values(caller.applicant)
    assert kept["education"] == "master"
    assert asked not in kept


def test_a_question_is_answered_while_the_store_is_away(caller):
    database.execute_sql("DROP TABLE fact")
    said = caller("action_answer", "我是硕士，生活补助多少", "ask_amount")
    assert "1200元" in said[-1]
    assert "资料库暂时联系不上" in said[-1]


def test_a_number_that_was_masked_is_sent_to_the_form(caller):
    said = caller("action_answer", "［证件号已隐去］帮我认定", "ask_eligibility")
    assert "申请表" in said[0]


def test_a_question_that_waited_for_its_city_is_answered_when_the_city_is_named(caller):
    caller("action_answer", "硕士生活补助多少", "ask_amount", city=None)
    (said,) = caller("action_note", "安阳的", "inform", ("city", "安阳", "anyang"), city=None)
    assert "1200元" in said


def test_words_of_the_fact_asked_for_answer_it(caller):
    caller("action_answer", "我能认定急需紧缺人才吗", "ask_eligibility")
    caller("action_ask_eligibility_answer", "我能认定急需紧缺人才吗", "ask_eligibility", loop="eligibility_form")
    caller("validate_eligibility_form", "全日制本科", "inform", loop="eligibility_form")
    caller("action_ask_eligibility_answer", "全日制本科", "inform", loop="eligibility_form")
    caller("validate_eligibility_form", "不太清楚", "deny", loop="eligibility_form")
    with connection():
        assert "full_time_employment" not in facts.values(caller.applicant)


def test_a_wish_to_be_forgotten_is_heard_however_it_was_understood(caller):
    caller("action_note", "我是硕士", "inform")
    caller("action_decline", "把我刚才说的全删了", "out_of_scope")
    with connection():
        assert "education" not in facts.values(caller.applicant)


def test_a_question_taken_for_small_talk_is_answered_and_leaves_no_connection_open(caller):
    (said,) = caller("action_small_talk", "月补名单贴出来几天", "greet", ("item", "月补", "生活补助"))
    assert "5个工作日" in said
    assert database.is_closed()


def test_what_fails_while_choosing_what_to_do_is_told_in_plain_words(caller, monkeypatch):
    def fails(turn):
        raise LookupError("no such thing")

    monkeypatch.setattr(answer, "asks_what_was_thought_of", fails)
    assert caller("action_small_talk", "生活补助公示几天", "greet") == [SORRY]


def test_turning_the_client_to_another_city_leaves_the_last_question_behind(caller):
    caller("action_answer", "生活补助公示几天", "ask_time_limit", ("item", "生活补助", "生活补助"))
    there = caller("action_answer", "补贴能领几年", "ask_duration", ("item", "补贴", "生活补贴"), city="liaocheng")
    assert caller.slots["topic"]["city"] == "liaocheng", there
