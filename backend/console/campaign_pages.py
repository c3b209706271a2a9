"""Notices to many: write one for a filtered group, see whom it reaches, let a second person approve it, run it.

What happens to the messages is `backend.jobs.campaigns`; here they are only asked for and shown.
"""

from collections.abc import Callable, Mapping
from datetime import date

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for

from backend import clock
from backend.console.navigation import only_for
from backend.jobs import campaigns
from backend.jobs.campaigns import CampaignError
from backend.messages import Template, Value, messages
from backend.store import staff as accounts
from backend.store.models import Application, Campaign
from backend.workflow import rulebook

TOPIC = "notices"
"""The topic whose templates may go to many; every other message belongs to somebody's own matter."""
SHOWN = 100
LONGEST_NAME, LONGEST_VALUE = 40, 500

READ: Mapping[str, Callable[[str], Value]] = {"date": date.fromisoformat}
"""Type of a keyword → what its text means; every other type takes the text as it stands."""
MATTERS = {"granted": "已通过", "applied": "提交过", "draft": "有草稿没有提交"}
"""How far somebody is with an item → how the form says it."""
CARDS = {"yes": True, "no": False}


class Incomplete(ValueError):
    """Something the form needs was not typed, or cannot be read. The Chinese sentence says what."""


def register(blueprint: Blueprint) -> None:
    """Add the pages of notices to many to the console."""
    keep = only_for("console.campaigns")
    blueprint.get("/campaigns", endpoint="campaigns")(keep(_campaigns))
    blueprint.post("/campaigns", endpoint="write_campaign")(keep(_write))
    blueprint.get("/campaigns/<campaign_id>", endpoint="campaign")(keep(_campaign))
    blueprint.post("/campaigns/<campaign_id>/<act>", endpoint="campaign_act")(keep(_act))


# --- the list and a new one -------------------------------------------------------------------------------------------


def _city() -> str:
    """The city a new notice is for: the account's own; an administrator of all cities chooses one."""
    chosen = request.values.get("city", "")
    return g.staff.city or (chosen if chosen in rulebook.packs() else next(iter(rulebook.packs())))


def _template() -> Template:
    offered = _offered()
    chosen = request.values.get("template", "")
    return next((template for template in offered if template.id == chosen), offered[0])


def _offered() -> list[Template]:
    return [template for template in messages().templates.values() if template.topic == TOPIC]


def _campaigns(error: str | None = None):
    city, vocabulary = _city(), rulebook.packs().vocabulary
    rows = list(_mine().order_by(Campaign.created_at.desc(), Campaign.id).limit(SHOWN))
    return render_template(
        "console/campaigns.html",
        rows=rows,
        names=accounts.names_of(row.created_by for row in rows),
        city=city,
        cities=[] if g.staff.city else list(rulebook.packs()),
        template=_template(),
        templates=_offered(),
        items=_items(city),
        matters=MATTERS,
        places=_places(city),
        categories=vocabulary["recognition_category"].choices,
        tiers=vocabulary["recognized_tier"].choices,
        error=error,
    )


def _mine():
    """The notices of the account's city; an account without a city keeps all of them."""
    rows = Campaign.select()
    return rows.where(Campaign.city == g.staff.city) if g.staff.city else rows


def _items(city: str) -> dict[str, str]:
    packs = rulebook.packs()
    known = packs[city].items.values() if city in packs else ()
    return {item.id: item.name for item in known if item.kind == "service"}


def _places(city: str) -> list[str]:
    rows = Application.select(Application.place).where((Application.city == city) & Application.place.is_null(False))
    return [row.place for row in rows.distinct().order_by(Application.place)]


def _write():
    template = _template()
    try:
        name, keywords, audience = _name(), _keywords(template), _audience(_city())
        campaign = campaigns.create(name, template.id, keywords, audience, g.staff.id, clock.now(), _city())
    except (CampaignError, Incomplete) as refusal:
        return _campaigns(str(refusal)), 422
    flash("已存为草稿，还没有发给任何人。请核对人数和内容，再请另一位同事审核。")
    return redirect(url_for("console.campaign", campaign_id=campaign.id))


def _name() -> str:
    name = request.form.get("name", "").strip()[:LONGEST_NAME]
    if not name:
        raise Incomplete("请给这次群发起个名称，方便以后查找。")
    return name


def _keywords(template: Template) -> dict[str, Value]:
    typed = {keyword.name: request.form.get(keyword.name, "").strip()[:LONGEST_VALUE] for keyword in template.keywords}
    missing = [keyword.label for keyword in template.keywords if keyword.empty is None and not typed[keyword.name]]
    if missing:
        raise Incomplete(f"请填写{'、'.join(missing)}。")
    kinds = {keyword.name: keyword.type for keyword in template.keywords}
    try:
        return {name: READ.get(kinds[name], str)(text) for name, text in typed.items() if text}
    except ValueError as error:
        raise Incomplete("日期读不出来，请按年、月、日选择。") from error


def _audience(city: str) -> dict[str, str | bool]:
    """Read the filter; whatever is left open does not narrow the group."""
    typed = {name: request.form.get(name, "").strip() for name in ("category", "tier", "place", "employer")}
    chosen: dict[str, str | bool] = {name: text for name, text in typed.items() if text}
    if (card := request.form.get("card", "")) in CARDS:
        chosen["card"] = CARDS[card]
    item, matter = request.form.get("item", ""), request.form.get("matter", "")
    if bool(item) != bool(matter) or (item and (item not in _items(city) or matter not in MATTERS)):
        raise Incomplete("按事项筛选要同时选事项和办理情况。")
    return chosen | ({matter: item} if item else {})


# --- one of them ------------------------------------------------------------------------------------------------------


def _own(campaign_id: str) -> Campaign:
    return _mine().where(Campaign.id == campaign_id).first() or abort(404)


def _campaign(campaign_id: str, error: str | None = None):
    campaign = _own(campaign_id)
    return render_template(
        "console/campaign.html",
        campaign=campaign,
        names=accounts.names_of((campaign.created_by, campaign.approved_by)),
        preview=campaigns.preview(campaign),
        progress=campaigns.progress(campaign.id),
        matters=MATTERS,
        error=error,
    )


def _act(campaign_id: str, act: str):
    campaign = _own(campaign_id)
    if act not in ACTS:
        abort(404)
    change, sentence = ACTS[act]
    try:
        change(campaign.id)
    except (CampaignError, Incomplete) as refusal:
        return _campaign(campaign_id, str(refusal)), 422
    flash(sentence)
    return redirect(url_for("console.campaign", campaign_id=campaign.id))


def _stop(campaign_id: str) -> Campaign:
    reason = request.form.get("reason", "").strip()[:LONGEST_VALUE]
    if not reason:
        raise Incomplete("请写明停止的原因。")
    return campaigns.stop(campaign_id, g.staff.id, clock.now(), reason)


ACTS: Mapping[str, tuple[Callable[[str], Campaign], str]] = {
    "approve": (lambda one: campaigns.approve(one, g.staff.id, clock.now()), "审核通过，可以开始发送了。"),
    "start": (lambda one: campaigns.start(one, g.staff.id, clock.now()), "已开始发送，一分钟内陆续送出。"),
    "pause": (lambda one: campaigns.pause(one, g.staff.id, clock.now()), "已暂停，没有送出的先不送。"),
    "stop": (_stop, "已停止，没有送出的不再推送。"),
}
