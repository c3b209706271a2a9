"""One's own things: gathered for `screens.mine`."""

from collections.abc import Mapping, Sequence
from urllib.parse import parse_qs, urlsplit

from backend.messages import messages as templates
from backend.policy.vocabulary import Fact
from backend.store import chat, credits, employers, facts, inbox, people
from backend.store.models import Applicant, Application, Audit, ChatMessage, InAppMessage, Staff
from backend.workflow import rulebook
from backend.workflow.rights import ROLE_NAMES, Role
from miniprogram_api import consent_text, conversation, subscriptions, vocabulary
from miniprogram_api.errors import NotFound
from miniprogram_api.parts import parts
from miniprogram_api.screens import blocks as b
from miniprogram_api.screens import fields, mine, texts
from miniprogram_api.screens.blocks import Screen
from miniprogram_api.views import Asked, Composer

PAGE = 20
LOOKS = 20


def me(asked: Asked) -> Screen:
    """Gather the person in a few lines."""
    if asked.applicant is None:
        return mine.visitor()
    employer = employers.of_hr(asked.me)
    return mine.me(
        mine.Me(
            name=Applicant.get_by_id(asked.me).name_masked,
            city=asked.pack.city.name,
            known=len(facts.current(asked.me)),
            unread=inbox.unread(asked.me),
            cases=Application.select().where(Application.applicant == asked.me).count(),
            employer=employer and employer.name,
        )
    )


# --- facts ------------------------------------------------------------------------------------------------------------


def known_fields(applicant: str, asked: Asked) -> dict[str, fields.Known]:
    """Return what is known as prefilled fields: value, source in words, masked where protected."""
    return {
        name: fields.Known(one.value, fields.source_words(one.source, one.told_at.date(), asked.today), one.protected)
        for name, one in facts.current(applicant).items()
    }


def told(applicant: str) -> list[mine.Told]:
    """Return what is known in words, in the order of the vocabulary."""
    known, names = facts.current(applicant), list(rulebook.packs().vocabulary.top_level)
    ordered = sorted(known.values(), key=lambda one: names.index(one.name) if one.name in names else len(names))
    return [in_words(one) for one in ordered]


def in_words(one: facts.Told) -> mine.Told:
    """Return a fact in words."""
    fact = fact_named(one.name)
    shown = str(one.value) if one.protected else vocabulary.words(one.name, one.value)
    return mine.Told(fact, shown, one.source, one.told_at, fact.group)


def fact_named(name: str) -> Fact:
    """Return an entry of the vocabulary; one that is no longer in it shows under its own name."""
    found = rulebook.packs().vocabulary.top_level.get(name)
    return found or Fact(name, "services", "text", name)


def show_facts(asked: Asked) -> Screen:
    """Gather everything known."""
    return mine.facts(told(asked.me), asked.today)


def show_fact(asked: Asked) -> Screen:
    """Gather one fact with its history."""
    name = asked.param("name")
    if name not in rulebook.packs().vocabulary.top_level:
        raise NotFound
    known = known_fields(asked.me, asked).get(name)
    history = [in_words(facts.told(row)) for row in facts.history(asked.me, name)[1:]]
    return mine.fact(fact_named(name), known, history, asked.today, asked.pack.city.id)


# --- messages ---------------------------------------------------------------------------------------------------------


def show_messages(asked: Asked) -> Screen:
    """Gather a page of the message centre."""
    rows = inbox.newest(asked.me, asked.params.get("after"), PAGE + 1)
    pushed = inbox.pushed(asked.me, [row.event for row in rows])
    letters = [_letter(row, pushed) for row in rows[:PAGE]]
    return mine.messages(letters, asked.today, rows[PAGE - 1].id if len(rows) > PAGE else None)


def _letter(row: InAppMessage, pushed: Mapping[str, str]) -> mine.Letter:
    query = parse_qs(urlsplit(row.page).query)
    screen = query.get("name", ["application" if row.application_id else "messages"])[0]
    return mine.Letter(
        id=row.id,
        title=row.title,
        text=row.body,
        at=row.created_at,
        unread=row.read_at is None,
        delivery=pushed.get(row.event),
        application=row.application_id,
        screen=screen,
    )


def reminders(asked: Asked) -> Screen:
    """Gather the topics with what is left of their consent."""
    have, left = subscriptions.known(parts()), credits.balances(asked.me)
    chosen = people.preferences(asked.me).get("reminders", {})
    topics = []
    for topic in templates().topics.values():
        ours = [name for name, template in templates().templates.items() if template.topic == topic.id]
        asked_for = subscriptions.worth_asking([name for name in ours if name in have], left)
        topics.append(
            mine.Topic(
                id=topic.id,
                name=topic.name,
                about=topic.about,
                on=bool(chosen.get(topic.id, {}).get("subscribe", True)),
                remaining=sum(left[name].remaining for name in ours if name in left),
                long_term=any(left[name].long_term and left[name].allows for name in ours if name in left),
                templates=[have[name].id for name in asked_for],
                names=[templates().templates[name].title for name in asked_for],
            )
        )
    return mine.reminders(topics)


def ask_for(asked: Asked, moment: str, why: str) -> b.SubscribeAsk | None:
    """Return the question for consent at a moment; None for a visitor, or while the templates are not known."""
    have = subscriptions.known(parts()) if asked.applicant else {}
    useful = [name for name in subscriptions.MOMENTS[moment] if name in have]
    if not useful:
        return None
    names = subscriptions.worth_asking(useful, credits.balances(asked.me))
    titles = [templates().templates[name].title for name in names]
    return b.SubscribeAsk(templates=[have[name].id for name in names], names=titles, why=why)


# --- settings, consent, privacy ---------------------------------------------------------------------------------------


def settings(asked: Asked) -> Screen:
    """Show what is kept on the device."""
    return mine.settings(asked.pack.city.name)


def consent(asked: Asked) -> Screen:
    """Gather the text in force and what was agreed to."""
    agreed = people.consents(asked.applicant) if asked.applicant else {}
    scopes = [mine.Scope(s.id, s.label, s.text, s.required, s.sensitive, s.id in agreed) for s in consent_text.SCOPES]
    return mine.consent(consent_text.VERSION, consent_text.TITLE, consent_text.SUMMARY, consent_text.SECTIONS, scopes)


def privacy(asked: Asked) -> Screen:
    """Gather consents and who looked at the person's cases."""
    agreed = {kind: row.given_at for kind, row in people.consents(asked.me).items()}
    own = Application.select(Application.id).where(Application.applicant == asked.me)
    seen = (
        Audit.select()
        .where((Audit.actor_kind == "staff") & (Audit.subject_kind == "application") & Audit.subject.in_(own))
        .order_by(Audit.seq.desc())
        .limit(LOOKS)
    )
    return mine.privacy(agreed, [_look(row) for row in seen], asked.today)


def _look(row: Audit) -> mine.Look:
    staff = Staff.get_or_none(Staff.id == row.actor)
    pack = rulebook.packs().get(staff.city) if staff and staff.city else None
    place = texts.place(pack, staff.agency) if pack and staff else None
    role = ROLE_NAMES.get(Role(staff.role), "工作人员") if staff else "工作人员"
    return mine.Look(
        row.at, " · ".join(part for part in (place, role) if part), LOOK_WORDS.get(row.action, "办理您的申请")
    )


LOOK_WORDS = {"read": "查看您的申请", "reveal": "查看您的受保护信息", "picture": "查看您的材料"}


# --- the conversation -------------------------------------------------------------------------------------------------


def assistant(asked: Asked) -> Screen:
    """Gather a page of the conversation."""
    if asked.applicant is None:
        return mine.assistant_for_visitor(asked.pack.city.name)
    rows = chat.newest(asked.me, asked.params.get("after"), PAGE + 1)
    following = rows[PAGE - 1].id if len(rows) > PAGE else None
    return mine.assistant(_lines(rows[:PAGE], asked), asked.today, following, asked.pack.city)


def _lines(rows: Sequence[ChatMessage], asked: Asked) -> list[mine.Line]:
    """Return lines, oldest first; those after the person's last one may still be used."""
    own = next((number for number, row in enumerate(rows) if row.speaker == "applicant"), len(rows))
    last = own if asked.params.get("after") is None else 0
    return [_line(row, asked, number < last) for number, row in reversed(list(enumerate(rows)))]


def _line(row: ChatMessage, asked: Asked, newest: bool) -> mine.Line:
    rating = None if row.helpful is None else ("up" if row.helpful else "down")
    shown = conversation.line(row, asked.pack, asked.today, newest)
    return mine.Line(
        id=row.id,
        mine=row.speaker == "applicant",
        text=row.text,
        at=row.created_at,
        citations=[b.Citation(**one.model_dump()) for one in shown.citations],
        links=[one.model_dump() for one in shown.links],
        rating=rating,
        parts=shown.blocks,
    )


SCREENS: Mapping[str, Composer] = {
    "me": Composer(me, public=True),
    "facts": Composer(show_facts),
    "fact": Composer(show_fact),
    "messages": Composer(show_messages),
    "reminders": Composer(reminders),
    "settings": Composer(settings, public=True),
    "consent": Composer(consent, public=True),
    "privacy": Composer(privacy),
    "assistant": Composer(assistant, public=True),
}
