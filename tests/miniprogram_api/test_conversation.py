"""The conversation: fields and papers under what the assistant says, photographs that are filed where they belong."""

import pytest

from backend import clock
from backend.store import chat
from backend.store.models import ApplicationMaterial, Material, MaterialPage, Session
from miniprogram_api.conversation import AWAY
from tests.miniprogram_api.world import photograph

HIRED = "您是哪一天入职的？"


@pytest.fixture
def say(me):
    """Has the assistant say something to the person, as if it had been asked."""
    owner = Session.select().order_by(Session.created_at.desc()).get().applicant_id
    return lambda text, *links: chat.answered(owner, {"text": text, "links": list(links)}, "testcity", clock.now())


def shown(me) -> list[dict]:
    """The messages that the screen of the conversation shows."""
    screen = me.screen("assistant", city="testcity")
    return next(block for block in screen["blocks"] if block["type"] == "chat")["messages"]


def parts(message: dict, kind: str) -> list[dict]:
    """The parts of one type under a message."""
    return [block for block in message["blocks"] if block["type"] == kind]


def draft(me) -> str:
    """A draft that lacks all its papers."""
    return me.ask("POST", "/applications", {"item": "recognition", "city": "testcity"})["application"]["id"]


def papers(case: str) -> dict:
    """The link that the assistant puts under a list of lacking papers."""
    return {"label": "去补材料", "action": "screen", "target": f"application_papers?application={case}"}


# --- fields -----------------------------------------------------------------------------------------------------------


def test_a_question_for_a_day_stands_with_a_field_to_choose_it(me, say):
    say(f"好的。{HIRED}")
    (form,) = parts(shown(me)[-1], "form")
    assert [(field["name"], field["kind"]) for field in form["fields"]] == [("hired_on", "date")]
    assert form["submit"]["action"]["path"] == "/assistant/facts"


@pytest.mark.parametrize("text", ["您是全职工作吗？", "生活补助每月 1200 元。", "您的手机号码是多少？"])
def test_what_has_buttons_asks_nothing_or_is_protected_gets_no_field(me, say, text):
    say(text)
    assert shown(me)[-1]["blocks"] == []


def test_a_field_goes_when_something_was_said_after_it(me, say):
    say(HIRED)
    me.ask("POST", "/assistant/messages", {"text": "生活补助多少钱"})
    assert all(not parts(message, "form") for message in shown(me))


def test_an_answer_given_in_the_field_is_kept_and_told_in_words(me, say):
    say(HIRED)
    answer = me.ask("POST", "/assistant/facts", {"facts": {"hired_on": "2025-11-03"}, "city": "testcity"})
    assert answer["messages"][0] == {"who": "me", "text": "2025年11月3日"} | answer["messages"][0]
    assert answer["messages"][-1]["who"] == "assistant"
    known = {fact["name"]: fact for fact in me.ask("GET", "/me/facts")["facts"]}
    assert (known["hired_on"]["value"], known["hired_on"]["source"]) == ("2025-11-03", "form")


def test_a_day_told_while_the_assistant_is_away_is_kept_and_not_searched_for(me, say):
    say(HIRED)
    answer = me.ask("POST", "/assistant/facts", {"facts": {"hired_on": "2025-11-03"}, "city": "testcity"})
    assert [message["text"] for message in answer["messages"]][1:] == [AWAY.format(words="2025年11月3日")]
    assert answer["messages"][-1]["citations"] == []


def test_a_wrong_answer_in_the_field_is_told_there_and_said_to_nobody(me, say):
    say(HIRED)
    answer = me.ask("POST", "/assistant/facts", {"facts": {"hired_on": "2099-11-03"}, "city": "testcity"})
    assert [field["field"] for field in answer["fields"]] == ["hired_on"]
    assert answer["messages"] == []
    assert [message["who"] for message in shown(me)][-1] == "assistant"


def test_the_city_somebody_asks_in_is_remembered_for_what_reaches_them_elsewhere(me):
    me.ask("POST", "/assistant/messages", {"text": "生活补助多少钱", "city": "testcity"})
    assert Session.select().order_by(Session.created_at.desc()).get().applicant.city == "testcity"


# --- papers -----------------------------------------------------------------------------------------------------------


def test_papers_a_draft_lacks_can_be_photographed_under_the_answer_that_names_them(me, say):
    case = draft(me)
    say("还差这些材料。", papers(case))
    first = parts(shown(me)[-1], "upload")[0]["slot"]
    me.upload(first["upload"], photograph())
    left = [part["slot"]["id"] for part in parts(shown(me)[-1], "upload")]
    assert first["id"] not in left


def test_papers_of_somebody_elses_draft_are_not_shown(me, say, sign_in):
    other = draft(sign_in("别人").agree())
    say("还差这些材料。", papers(other))
    assert shown(me)[-1]["blocks"] == []


# --- photographs ------------------------------------------------------------------------------------------------------


def test_a_photograph_sent_into_the_conversation_is_filed_by_a_tap(me):
    case = draft(me)
    sent = me.upload("/assistant/photos?city=testcity", photograph("red"))["messages"]
    assert [message["who"] for message in sent] == ["me", "assistant"]
    assert parts(sent[0], "list")[0]["rows"][0]["picture"]["thumb"].startswith("/pages/")
    place = parts(sent[1], "list")[0]["rows"][0]
    filed = me.ask("POST", place["action"]["path"], place["action"]["body"])["messages"]
    assert place["title"] in filed[-1]["text"]
    link = ApplicationMaterial.get(
        (ApplicationMaterial.application == case) & ApplicationMaterial.unlinked_at.is_null()
    )
    assert link.requirement == place["action"]["body"]["requirement"]
    assert MaterialPage.select().where(MaterialPage.material == link.material_id).count() == 1


def test_a_photograph_is_filed_once(me):
    draft(me)
    place = parts(me.upload("/assistant/photos", photograph("red"))["messages"][1], "list")[0]["rows"][0]["action"]
    me.ask("POST", place["path"], place["body"])
    assert me.error("POST", place["path"], place["body"])[0] == 404


def test_a_photograph_without_an_application_stays_among_ones_own_papers(me):
    answer = me.upload("/assistant/photos", photograph("red"))["messages"][1]
    assert answer["blocks"] == []
    assert [link["target"] for link in answer["links"]] == ["materials"]
    assert len(me.ask("GET", "/materials")["materials"]) == 1


def test_somebody_elses_photograph_cannot_be_filed(me, sign_in):
    photo = me.upload("/assistant/photos", photograph("red"))["messages"][0]
    other = sign_in("别人").agree()
    case = draft(other)
    target = Material.get(Material.kind == "unfiled").id
    status, _ = other.error(
        "POST", f"/assistant/photos/{target}/filing", {"application": case, "requirement": "identity"}
    )
    assert (status, photo["who"]) == (404, "me")


def test_something_that_is_no_picture_is_refused_with_what_to_do(me):
    me.upload("/assistant/photos", b"no picture", status=422)
    assert Material.select().count() == 0
