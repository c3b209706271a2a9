"""Campaigns: the right people, seen before, approved by another, stopped at once, counted."""

import pytest

from backend.jobs import campaigns
from backend.jobs.campaigns import AUDIENCES, PAGE, CampaignError
from backend.messages import WrongKeywords
from backend.store.models import Applicant, Application, Audit, Campaign, InAppMessage, OutboxMessage, TalentCard
from tests.jobs.post import NOW, refusal

NOTICE = {"subject": "人才卡年度核验", "summary": "请在12月底前办理", "published_on": NOW.date()}


def case(person, item="living_allowance", **about):
    """A case of a person."""
    start = {"city": "anyang", "item": item, "pack_version": "1", "as_of": NOW.date(), "state": "granted"}
    return Application.create(applicant=person, **start | {"submitted_at": NOW} | about)


def card(person, **about):
    """A talent card of a person."""
    application = case(person, "recognition")
    numbers = {"number": f"N{person.id}", "token": f"T{person.id}"}
    start = {"city": "anyang", "issued_on": NOW.date(), "category": "urgent_needed"}
    return TalentCard.create(applicant=person, application=application, **start | numbers | about)


def notice(post, audience=None, **about):
    """A draft of a notice."""
    return campaigns.create("年审", "notice", NOTICE, audience or {}, "stf_a", post.now, **about)


def running(post, audience=None):
    """A campaign that has been started."""
    campaign = notice(post, audience)
    campaigns.approve(campaign.id, "stf_b", post.now)
    return campaigns.start(campaign.id, "stf_b", post.now)


def fill(campaign, now):
    """Put all people of a campaign into the outbox."""
    while campaigns.fill(campaign.id, now):
        pass


def chosen(post, audience, city=None):
    """The people a filter leaves."""
    campaign = notice(post, audience, city=city)
    return {row.id for row in Applicant.select().where(campaigns._meant(campaign))}


def test_each_filter_leaves_the_right_people_and_all_have_to_hold(post):
    holder, lost, plain, elsewhere = (post.person() for _ in range(4))
    card(holder, tier="master")
    card(lost, state="lost")
    case(plain, outcome="granted", place="北关区")
    case(elsewhere, city="zhengzhou", state="draft", submitted_at=None)
    everybody = {row.id for row in (holder, lost, plain, elsewhere)}
    assert chosen(post, {}) == everybody
    assert chosen(post, {"card": True}) == {holder.id}
    assert chosen(post, {"card": False}) == everybody - {holder.id}
    assert chosen(post, {"category": "urgent_needed"}) == chosen(post, {"tier": "master"}) == {holder.id}
    assert chosen(post, {"granted": "living_allowance"}) == chosen(post, {"place": "北关区"}) == {plain.id}
    assert chosen(post, {"applied": "recognition"}) == {holder.id, lost.id}
    assert chosen(post, {"draft": "living_allowance"}) == {elsewhere.id}
    assert chosen(post, {"card": True}, city="zhengzhou") == set()
    assert chosen(post, {}, city="zhengzhou") == {elsewhere.id}


def test_an_item_means_the_notice_s_own_city_alone(post):
    here, there = post.person(), post.person(city="anyang")
    case(here, outcome="granted")
    case(there, city="zhengzhou", outcome="granted")
    card(there, city="zhengzhou")
    assert chosen(post, {"granted": "living_allowance"}, city="anyang") == {here.id}
    assert chosen(post, {"applied": "living_allowance", "city": "anyang"}) == {here.id}
    assert chosen(post, {"category": "urgent_needed"}, city="anyang") == set()
    assert chosen(post, {"granted": "living_allowance"}, city="zhengzhou") == {there.id}


def test_every_filter_is_tried_above():
    assert set(AUDIENCES) == {"city", "card", "category", "tier", "granted", "applied", "draft", "place", "employer"}


def test_deleted_people_are_never_meant(post):
    post.person(state="deleted")
    assert chosen(post, {}) == set()


def test_a_preview_counts_and_sends_nothing(post):
    from backend.store import credits

    reached, unasked, off, unknown = (
        post.person(name_masked="王*"),
        post.person(),
        post.person(preferences={"reminders": {"notices": {"subscribe": False}}}),
        post.person(identity=False),
    )
    credits.popup(reached.id, "notice", "accept", "p1", NOW)
    seen = campaigns.preview(notice(post))
    assert (seen.people, seen.reachable) == (4, 1)
    assert seen.reasons == {"no_consent": 1, "switched_off": 1, "no_identity": 1}
    assert list(seen.examples) == ["王*"]
    assert seen.message.keywords["subject"] == "人才卡年度核验"
    assert OutboxMessage.select().count() == InAppMessage.select().count() == 0
    assert {unasked.id, off.id, unknown.id}


def test_mistakes_are_found_when_a_campaign_is_written(post):
    with pytest.raises(WrongKeywords):
        campaigns.create("x", "notice", {"subject": "y"}, {}, "stf_a", NOW)
    with pytest.raises(CampaignError) as caught:
        notice(post, {"shoe_size": 42})
    assert caught.value.code == "unknown_filter"
    assert Campaign.select().count() == 0


def test_a_second_person_approves(post):
    campaign = notice(post)
    with pytest.raises(CampaignError) as caught:
        campaigns.start(campaign.id, "stf_b", NOW)
    assert caught.value.code == "wrong_state"
    with pytest.raises(CampaignError) as caught:
        campaigns.approve(campaign.id, "stf_a", NOW)
    assert caught.value.code == "second_person"
    assert campaigns.approve(campaign.id, "stf_b", NOW).approved_by == "stf_b"
    assert [row.action for row in Audit.select().order_by(Audit.seq)] == ["create_campaign", "campaign_approved"]


def test_everybody_meant_gets_one_message_however_often_the_filling_runs(post):
    people = [post.person(remaining=None) for _ in range(PAGE + 3)]
    campaign = running(post)
    assert campaigns.unfilled(NOW) == [campaign.id]
    fill(campaign, post.now)
    Campaign.update(cursor=None).where(Campaign.id == campaign.id).execute()  # as if killed before the last write
    fill(campaign, post.now)
    assert OutboxMessage.select().count() == InAppMessage.select().count() == len(people)
    assert OutboxMessage.get().keywords["published_on"] == "2026年11月20日"
    assert campaigns.unfilled(NOW) == []


def test_progress_is_told_by_state_and_error_and_ends(post):
    from backend.store import credits

    people = [post.person(remaining=None) for _ in range(3)]
    for number, person in enumerate(people[:2]):
        credits.popup(person.id, "notice", "accept", f"p{number}", NOW)
    campaign = running(post)
    fill(campaign, post.now)
    post.wechat.told.append(refusal(40003))
    post.deliver(post.courier(threads=1))
    seen = campaigns.progress(campaign.id)
    assert (seen.people, seen.queued) == (3, 3)
    assert seen.by_state == {"sent": 1, "failed": 1, "skipped": 1}
    assert seen.by_errcode == {"40003": 1, "no_consent": 1}
    campaigns.unfilled(NOW)
    assert Campaign.get().state == "done"


def test_a_draft_can_be_given_up(post):
    campaign = notice(post)
    assert campaigns.stop(campaign.id, "stf_a", NOW, "不发了").state == "stopped"
    with pytest.raises(CampaignError):
        campaigns.approve(campaign.id, "stf_b", NOW)


def test_pause_and_stop_hold_what_has_not_gone_out(post):
    from backend.store import credits

    person = post.person(remaining=None)
    credits.popup(person.id, "notice", "accept", "p1", NOW)
    campaign = running(post)
    fill(campaign, post.now)
    campaigns.pause(campaign.id, "stf_b", NOW)
    courier = post.deliver()
    assert post.wechat.sent == []
    campaigns.start(campaign.id, "stf_b", NOW)
    campaigns.pause(campaign.id, "stf_b", NOW)
    campaigns.stop(campaign.id, "stf_b", NOW, "写错了")
    post.deliver(courier)
    row = OutboxMessage.get()
    assert (row.state, row.reason, post.wechat.sent) == ("skipped", "campaign_stopped", [])
    assert Campaign.get().stopped_reason == "写错了"
    assert not campaigns.fill(campaign.id, NOW)
