"""A notice to many at the console: written for a group, seen before, approved by a second person, run and counted."""

import pytest

from backend import clock
from backend.console import words
from backend.jobs import campaigns
from backend.jobs.campaigns import AUDIENCES
from backend.store.models import Applicant, Campaign, InAppMessage, OutboxMessage
from backend.workflow.rights import Role
from tests.console.visitor import said
from tests.workflow.office import CITY, Talent, recognised, staff

TYPED = {"name": "年审提醒", "subject": "人才卡年度核验", "summary": "请在月底前办理", "published_on": "2026-11-20"}


@pytest.fixture
def holder(office, talent):
    """A person of the city with a valid card, besides one of another city."""
    recognised(office, talent, clock.now())
    Applicant.update(name_masked="王*明").where(Applicant.id == talent.id).execute()
    Applicant.create(city="othercity", created_at=clock.now())
    return talent


@pytest.fixture
def second(office):
    """A second coordinator of the city."""
    return staff(Role.COORDINATOR)


def write(visitor, **form):
    """Write a notice and return it."""
    answer = visitor.post("/console/campaigns", **TYPED | form)
    assert answer.status_code == 302, said(answer)
    return Campaign.get(Campaign.id == answer.location.rpartition("/")[2])


def do(visitor, campaign, act, **form):
    """Press a button on a notice's page."""
    return visitor.post(f"/console/campaigns/{campaign.id}/{act}", **form)


def test_a_draft_shows_whom_and_what_and_reaches_nobody(visit, office, holder):
    visitor, before = visit(office.coordinator), OutboxMessage.select().count()
    campaign = write(visitor, card="yes", item="recognition", matter="granted")
    assert (campaign.city, campaign.audience) == (CITY, {"card": True, "granted": "recognition"})
    page = visitor.text(f"/console/campaigns/{campaign.id}")
    for words_ in ("1 人，都会在消息中心看到", "王*明", "本人没有关联微信", "人才卡年度核验", "有有效的人才卡"):
        assert words_ in page
    assert OutboxMessage.select().count() == before


def test_a_notice_reaches_people_of_the_own_city_alone(visit, office, holder):
    campaign = write(visit(office.coordinator), city="othercity")
    assert campaign.city == CITY
    assert campaigns.preview(campaign).people == 1


def test_an_administrator_of_all_cities_writes_for_one_and_approves_for_any(app, visit, office, holder):
    admin = visit(staff(Role.ADMIN, city=None))
    assert write(admin, city=CITY).city == CITY
    theirs = write(visit(office.coordinator))
    assert do(admin, theirs, "approve").status_code == 302


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"name": " "}, "起个名称"),
        ({"subject": ""}, "请填写通知主题"),
        ({"published_on": "morgen"}, "日期读不出来"),
        ({"item": "recognition"}, "同时选事项和办理情况"),
        ({"item": "nothing", "matter": "granted"}, "同时选事项和办理情况"),
    ],
)
def test_what_is_missing_is_said_and_what_was_typed_stays(visit, office, form, sentence):
    answer = visit(office.coordinator).post("/console/campaigns", **TYPED | form)
    assert answer.status_code == 422
    assert sentence in said(answer)
    assert "请在月底前办理" in answer.get_data(as_text=True)
    assert Campaign.select().count() == 0


def test_who_wrote_a_notice_cannot_approve_it(visit, office, holder, second):
    campaign = write(visit(office.coordinator))
    assert "不能自己审核" in said(do(visit(office.coordinator), campaign, "approve"))
    assert do(visit(second), campaign, "start").status_code == 422
    assert do(visit(second), campaign, "approve").status_code == 302
    assert Campaign.get().approved_by == second.id


def test_a_running_notice_pauses_goes_on_and_stops_with_a_reason(visit, office, holder, second):
    campaign, visitor = write(visit(office.coordinator)), visit(second)
    for act, state in (("approve", "approved"), ("start", "running"), ("pause", "paused"), ("start", "running")):
        assert do(visitor, campaign, act).status_code == 302
        assert Campaign.get().state == state
    assert "请写明停止的原因" in said(do(visitor, campaign, "stop"))
    do(visitor, campaign, "stop", reason="内容有误")
    assert Campaign.get().state == "stopped"
    assert "内容有误" in visitor.text(f"/console/campaigns/{campaign.id}")
    assert do(visitor, campaign, "start").status_code == 422


def test_progress_is_shown_by_state_and_by_error(visit, office, holder, second):
    campaign, visitor = write(visit(office.coordinator)), visit(second)
    others = [Talent(clock.now()) for _ in range(2)]
    Applicant.update(city=CITY).where(Applicant.id.in_([other.id for other in others])).execute()
    do(visitor, campaign, "approve")
    do(visitor, campaign, "start")
    while campaigns.fill(campaign.id, clock.now()):
        pass
    ours = OutboxMessage.campaign == campaign.id
    assert InAppMessage.select().where(InAppMessage.title == "通知公告").count() == 3
    ids = [row.id for row in OutboxMessage.select().where(ours).order_by(OutboxMessage.id)]
    OutboxMessage.update(state="sent").where(OutboxMessage.id == ids[0]).execute()
    OutboxMessage.update(state="failed", errcode=40003).where(OutboxMessage.id == ids[1]).execute()
    OutboxMessage.update(state="skipped", reason="no_consent").where(OutboxMessage.id == ids[2]).execute()
    page = visitor.text(f"/console/campaigns/{campaign.id}")
    for words_ in ("已放进发送队列 3 条", "微信已接收 1", "发送失败 1", "微信返回 40003 1", "本人没有订阅这类消息 1"):
        assert words_ in page


def test_every_filter_can_be_said_in_words():
    assert set(words.AUDIENCE_NOTES) == set(AUDIENCES)
