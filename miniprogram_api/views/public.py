"""Screens anybody may open, with what is known of the person where somebody is signed in."""

from collections.abc import Mapping, Sequence
from typing import Any

from backend.policy import FactError, Verdict
from backend.policy.eligibility import questions_worth_asking
from backend.policy.vocabulary import Fact
from backend.store import documents, employers, facts, inbox
from backend.store.models import Applicant, Application, Payment
from backend.workflow import commands, decisions, rulebook
from backend.workflow.stages import OPEN, STATE_NAMES, State
from miniprogram_api import cases
from miniprogram_api.errors import NotFound
from miniprogram_api.screens import blocks as b
from miniprogram_api.screens import public, texts
from miniprogram_api.screens.blocks import Screen
from miniprogram_api.views import Asked, Composer, mine

WORTH_ASKING = 3
"""How many questions the page of chances asks at once."""


def told(applicant: str | None) -> dict[str, Any]:
    """Return what is known of a person as values ready for judging; nothing for nobody."""
    if applicant is None:
        return {}
    vocabulary = rulebook.packs().vocabulary
    known = facts.values(applicant)
    return vocabulary.parse({name: value for name, value in known.items() if name in vocabulary})


def verdicts(asked: Asked) -> list[Verdict]:
    """Judge every service of the city for the person."""
    values = told(asked.applicant)
    if not values:
        return []
    rules = asked.pack.on(asked.today)
    services = [item.id for item in rules.items.values() if item.kind == "service"]
    return rules.judge_all(values, asked.today, services)


def home(asked: Asked) -> Screen:
    """Gather the glance."""
    return public.home(_home(asked))


def _home(asked: Asked) -> public.Home:
    if asked.applicant is None:
        return public.Home(asked.pack, asked.today)
    employer = employers.of_hr(asked.me)
    own = cases.of_person(asked.me)
    return public.Home(
        pack=asked.pack,
        today=asked.today,
        name=Applicant.get_by_id(asked.me).name_masked or public.UNNAMED,
        verdicts=verdicts(asked),
        known=len(facts.current(asked.me)),
        cases=[_running(case) for case in own if State(case.state) in OPEN | {State.DRAFT}],
        unread=inbox.unread(asked.me),
        had=_had(own, asked),
        employer=employer and employer.name,
    )


def _running(case: Application) -> public.Running:
    return public.Running(
        id=case.id,
        item=case.item,
        name=rulebook.item_of(case).name,
        state=STATE_NAMES[State(case.state)],
        desk=cases.desk_of(case),
        due=case.due_on,
        mine=case.state in (State.DRAFT, State.CORRECTION),
    )


def _had(own: Sequence[Application], asked: Asked) -> dict[str, public.Had]:
    """Return what somebody has already in this city by item: of several cases the one that is furthest from its end."""
    ours = [case for case in own if case.city == asked.pack.city.id and case.state in HAVING]
    ours.sort(key=lambda case: (HAVING.index(case.state), case.updated_at), reverse=True)
    return {case.item: _having(case, asked) for case in ours}


HAVING = [State.CORRECTION, State.RUNNING, State.NOTICE, State.DRAFT, State.GRANTED]
"""States in which a case is something one has; of two cases of an item the state that stands first is told."""


def _having(case: Application, asked: Asked) -> public.Had:
    state = STATE_NAMES[State(case.state)]
    if case.state == State.GRANTED:
        return _granted(case, asked)
    if case.state == State.DRAFT:
        return public.Had(case.id, state, "填过的都已保存，可以接着填。", start="继续填写")
    desk, due = cases.desk_of(case), case.due_on
    said = [f"现在由{desk}办理" if desk else "", texts.left(due, asked.today) if due else ""]
    line = "，".join(part for part in said if part) or "点开看办到了哪一步。"
    return public.Had(case.id, state, line, b.Tone.WARNING if case.state == State.CORRECTION else b.Tone.INFO)


def _granted(case: Application, asked: Asked) -> public.Had:
    """A benefit by the month is being had until its months are over; anything else was granted on a day."""
    decision, listed = decisions.decision_of(case.id), _months_listed(case)
    if decision and decision.months and listed < decision.months and commands.stopped_on(case) is None:
        line = f"第 {max(listed, 1)} 个月，共 {decision.months} 个月"
        return public.Had(case.id, "发放中", line, b.Tone.SUCCESS, paid=True)
    line = f"{texts.day((decision.decided_at if decision else case.updated_at).date())}办结"
    return public.Had(case.id, STATE_NAMES[State.GRANTED], line, b.Tone.SUCCESS, start="再次申请", paid=bool(listed))


def _months_listed(case: Application) -> int:
    """Count the months of a case that are in the ledger and were not stopped."""
    kept = (Payment.kind == "regular") & (Payment.state != "stopped")
    rows = Payment.select(Payment.period).where((Payment.application == case.id) & kept)
    return rows.distinct().count()


def chances(asked: Asked) -> Screen:
    """Gather everything judged, and the questions that bring most verdicts forward."""
    view, vocabulary = _home(asked), rulebook.packs().vocabulary
    found = view.verdicts or asked.pack.on(asked.today).judge_all({}, asked.today, _services(asked))
    worth = [name.partition(".")[0] for name in questions_worth_asking(found)]
    ask = [vocabulary.top_level[name] for name in dict.fromkeys(worth) if name in vocabulary.top_level]
    consent = mine.ask_for(asked, "chances", "快符合条件、快要截止时提醒您")
    return public.chances(view, ask[:WORTH_ASKING], consent)


def _services(asked: Asked) -> list[str]:
    return [item.id for item in asked.pack.on(asked.today).items.values() if item.kind == "service"]


def cities(asked: Asked) -> Screen:
    """Show the cities there are."""
    return public.cities(rulebook.packs(), asked.pack.city.id)


def items(asked: Asked) -> Screen:
    """Show the items of a situation, or those a word finds."""
    return public.items(
        public.Items(asked.pack, asked.today, asked.params.get("situation", ""), asked.params.get("q", "").strip())
    )


def item(asked: Asked) -> Screen:
    """Show one item, with the person's verdict."""
    rules = asked.pack.on(asked.today)
    one = rules.items.get(asked.param("item")) or asked.pack.find_item(asked.param("item"))
    values = told(asked.applicant)
    verdict = rules.judge(one.id, values, asked.today) if values and one.kind != "information" else None
    return public.item(public.ItemPage(asked.pack, one, asked.today, verdict, _had_of(asked, one.id)))


def _had_of(asked: Asked, item_id: str) -> public.Had | None:
    if asked.applicant is None:
        return None
    own = Application.select().where((Application.applicant == asked.me) & (Application.item == item_id))
    return _had(list(own), asked).get(item_id)


def self_check(asked: Asked) -> Screen:
    """Judge one item and find what is still worth asking; answers of a visitor travel in the parameters alone."""
    rules, vocabulary = asked.pack.on(asked.today), rulebook.packs().vocabulary
    one = rules.items.get(asked.param("item")) or asked.pack.find_item(asked.param("item"))
    given = told(asked.applicant) if asked.applicant else _from_params(asked.params)
    verdict = rules.judge(one.id, given, asked.today)
    skipped = set(asked.params.get("skip", "").split(","))
    names = dict.fromkeys(name.partition(".")[0] for name in (*verdict.missing, *verdict.amount_questions))
    ask: list[Fact] = [
        vocabulary.top_level[name] for name in names if name in vocabulary.top_level and name not in skipped
    ]
    relevant = {name for condition in one.conditions for name in condition.test.facts}
    return public.self_check(
        public.SelfCheck(
            pack=asked.pack,
            found=verdict,
            today=asked.today,
            ask=ask,
            answered=len(relevant & set(given)),
            signed_in=asked.applicant is not None,
            had=_had_of(asked, one.id),
            params={key: value for key, value in asked.params.items() if key not in ("city", "after")},
        )
    )


def _from_params(params: Mapping[str, str]) -> dict[str, Any]:
    """Read a visitor's answers from the parameters; what does not fit its fact is left out."""
    vocabulary, values = rulebook.packs().vocabulary, {}
    for name, text in params.items():
        fact = vocabulary.top_level.get(name)
        if fact is None or fact.protected:
            continue
        try:
            values.update(vocabulary.parse({name: READERS.get(fact.type, str)(text)}))
        except (FactError, ValueError):
            continue
    return values


def _yes(text: str) -> bool:
    return text in ("true", "1", "是")


def _numeric(text: str) -> int | float:
    return int(text) if text.lstrip("-").isdigit() else float(text)


READERS: Mapping[str, Any] = {"bool": _yes, "int": int, "number": _numeric}
"""Type of a fact → how a parameter's text becomes its value."""


def article(asked: Asked) -> Screen:
    """Show one article, with the official wording where it was imported."""
    document, number = asked.param("document"), asked.param("article")
    try:
        clause = asked.pack.clause(f"{document}/{number}")
    except KeyError:
        raise NotFound("没有找到这一条，请返回重新打开。") from None
    official = documents.wording(asked.pack.city.id, document, clause.article.partition(".")[0])
    return public.article(public.ArticlePage(asked.pack, document, clause.article, official))


def windows(asked: Asked) -> Screen:
    """Show windows and hotlines."""
    return public.windows(asked.pack)


def help_page(asked: Asked) -> Screen:
    """Show the questions people ask."""
    return public.help_page(asked.pack)


SCREENS: Mapping[str, Composer] = {
    "home": Composer(home, public=True),
    "chances": Composer(chances),
    "cities": Composer(cities, public=True),
    "items": Composer(items, public=True),
    "item": Composer(item, public=True),
    "self_check": Composer(self_check, public=True),
    "article": Composer(article, public=True),
    "windows": Composer(windows, public=True),
    "help": Composer(help_page, public=True),
}
