"""Applications: gathered for `screens.applying`."""

from collections.abc import Mapping, Sequence

from backend.policy.money import yuan_of
from backend.policy.vocabulary import Fact
from backend.store import facts, materials
from backend.store.models import Application, NoticeEntry, Payment, Rating, StepRecord
from backend.workflow import commands, decisions, rulebook
from backend.workflow.drafts import IDENTITY, Problem, open_correction
from backend.workflow.stages import STATE_NAMES, STEP_NAMES, State
from miniprogram_api import cases, doors, papers
from miniprogram_api.errors import NotFound
from miniprogram_api.screens import applying, texts
from miniprogram_api.screens import blocks as b
from miniprogram_api.screens.blocks import Screen
from miniprogram_api.screens.texts import to
from miniprogram_api.views import Asked, Composer, mine, page

FACTS_A_STEP = 6
"""How many questions one step of the form asks at most."""

GROUP_TITLES = {"identity": "您的身份"} | {
    "person": "学历和资格",
    "employment": "工作和参保",
    "recognition": "认定情况",
    "household": "户籍",
    "startup": "创业",
    "housing": "住房",
    "subsidy": "补贴",
    "spouse": "配偶",
    "title": "职称",
    "park": "留创园",
    "services": "办理需要",
    "channel": "办理渠道",
    "deadline": "日期",
}


def own(asked: Asked) -> Application:
    """Return the case a screen is about, if it is the person's. Raises NotFound."""
    case = Application.get_or_none(Application.id == asked.param("application"))
    if case is None or case.applicant_id != asked.me:
        raise NotFound
    return case


def in_words(case: Application, commands_: Sequence[str] = ()) -> applying.Case:
    """Return a case in the words of its owner."""
    return applying.Case(
        id=case.id,
        number=case.number,
        pack=rulebook.pack_of(case),
        item=rulebook.item_of(case),
        state=case.state,
        state_name=STATE_NAMES[State(case.state)],
        step_name=STEP_NAMES.get(case.step_kind or "") if not commands.closed(case) else None,
        desk=cases.desk_of(case),
        due=case.due_on,
        at=case.updated_at,
        reason=case.reason,
        commands=commands_,
        version=case.version,
    )


def applications(asked: Asked) -> Screen:
    """Gather a page of the person's cases."""
    rows, following = page(Application.select().where(Application.applicant == asked.me), Application.id, asked)
    return applying.applications([in_words(case) for case in rows], asked.today, following)


# --- the form ---------------------------------------------------------------------------------------------------------


def form_steps(case: Application, asked: Asked) -> list[applying.FormStep]:
    """Return the steps of a draft's form: who one is, then what the item's conditions look at and is not settled."""
    vocabulary = rulebook.packs().vocabulary.top_level
    identity = [vocabulary[name] for name in IDENTITY if name in vocabulary]
    asked_names = _worth_asking(case, asked)
    steps = [applying.FormStep(GROUP_TITLES["identity"], identity)]
    for group in dict.fromkeys(vocabulary[name].group for name in asked_names):
        of_group = [vocabulary[name] for name in asked_names if vocabulary[name].group == group]
        for start in range(0, len(of_group), FACTS_A_STEP):
            steps.append(applying.FormStep(GROUP_TITLES.get(group, "其他"), of_group[start : start + FACTS_A_STEP]))
    return steps


def _worth_asking(case: Application, asked: Asked) -> list[str]:
    """Facts of the conditions that are known, to be read over, and those that can still change the verdict."""
    vocabulary = rulebook.packs().vocabulary.top_level
    item = rulebook.item_of(case)
    verdict = rulebook.pack_of(case).on(asked.today).judge(case.item, rulebook.values_of(case), asked.today)
    known = facts.current(case.applicant_id)
    looked_at = [name for condition in item.conditions for name in condition.test.facts]
    open_ones = (
        *verdict.missing,
        *verdict.amount_questions,
        *rulebook.needed_for_work(case),
        *rulebook.good_to_have(case),
    )
    names = [name.partition(".")[0] for name in (*looked_at, *open_ones)]
    missing = {name.partition(".")[0] for name in open_ones}
    wanted = [name for name in dict.fromkeys(names) if name in vocabulary and (name in missing or name in known)]
    return [name for name in wanted if name not in IDENTITY]


def application_form(asked: Asked) -> Screen:
    """Gather one step of the form."""
    case = own(asked)
    if case.state != State.DRAFT:
        return application(asked)
    doors.need_consent()
    steps = form_steps(case, asked)
    wanted = asked.params.get("step", "1")
    number = min(max(int(wanted) if wanted.isdigit() else 1, 1), len(steps))
    return applying.form(
        applying.FormPage(
            case=in_words(case),
            steps=steps,
            number=number,
            known=mine.known_fields(asked.me, asked),
            today=asked.today,
            optional=frozenset(_optional(case, asked)),
        )
    )


def _optional(case: Application, asked: Asked) -> list[str]:
    verdict = rulebook.pack_of(case).on(asked.today).judge(case.item, rulebook.values_of(case), asked.today)
    later = [*verdict.amount_questions, *rulebook.good_to_have(case)]
    return [name for name in later if name not in verdict.missing]


def application_papers(asked: Asked) -> Screen:
    """Gather the papers of a draft."""
    case = own(asked)
    if case.state != State.DRAFT:
        return application(asked)
    return applying.papers(in_words(case), papers.slots(case), len(form_steps(case, asked)))


def application_review(asked: Asked) -> Screen:
    """Gather everything to read back, and what is lacking."""
    case = own(asked)
    if case.state != State.DRAFT:
        return application(asked)
    steps = form_steps(case, asked)
    names = {fact.name for step in steps for fact in step.facts}
    lacks = [_lack(case, steps, problem) for problem in commands.problems(case, asked.today)]
    verdict = rulebook.pack_of(case).on(asked.today).judge(case.item, rulebook.values_of(case), asked.today)
    return applying.review(
        applying.Review(
            case=in_words(case),
            told=[one for one in mine.told(asked.me) if one.fact.name in names],
            slots=papers.slots(case),
            verdict=verdict,
            lacks=lacks,
            today=asked.today,
            ask=mine.ask_for(asked, "submit", "受理、需要补正、有结果时提醒您"),
        )
    )


def _lack(case: Application, steps: Sequence[applying.FormStep], problem: Problem) -> applying.Lack:
    kind, _, subject = problem.field.partition(":")
    if kind == "material":
        return applying.Lack(problem.message, to("application_papers", application=case.id))
    subject = subject.partition(".")[0]
    step = next((n for n, one in enumerate(steps, 1) if subject in [f.name for f in one.facts]), 1)
    return applying.Lack(problem.message, to("application_form", application=case.id, step=str(step)))


# --- progress ---------------------------------------------------------------------------------------------------------


def application(asked: Asked) -> Screen:
    """Gather a case on its way."""
    case = own(asked)
    view = in_words(case, commands.commands_for(doors.doer(), case, asked.now))
    entry = NoticeEntry.select().where(NoticeEntry.application == case.id).order_by(NoticeEntry.id.desc()).first()
    return applying.application(
        applying.Progress(
            case=view,
            stops=[_stop(station, view) for station in cases.stations(case)] if case.submitted_at else [],
            today=asked.today,
            decided=_decided(case),
            notice=entry and entry.notice_id,
            paid=Payment.select().where(Payment.application == case.id).exists(),
            card=case.cards.exists(),
            ratable=_ratable(case),
            ask=mine.ask_for(asked, "progress", "审核、公示、有结果、发卡时提醒您"),
        )
    )


def _stop(station: cases.Station, view: applying.Case) -> applying.Stop:
    return applying.Stop(
        name=station.name,
        state=station.state,
        desk=station.desk,
        at=station.left_at or station.entered_at,
        due=station.due_on,
        outcome=station.outcome if station.state != "current" else None,
        note=station.note,
        limit=station.limit,
        statutory=station.statutory_on,
        citations=texts.citations(view.pack, station.cites),
    )


def _decided(case: Application) -> list[b.KeyValue]:
    decision = decisions.decision_of(case.id)
    if decision is None:
        return []
    pack = rulebook.pack_of(case)
    cites = texts.citations(pack, [reason["cite"] for reason in decision.reasons if reason.get("cite")])
    amount = f"{texts.number(yuan_of(decision.amount_fen))} 元" if decision.amount_fen else None
    months = f"每月，共 {decision.months} 个月" if decision.months and amount else None
    rows = [
        b.KeyValue(label="决定编号", value=decision.number or "—", copyable=True),
        b.KeyValue(label="决定日期", value=texts.day(decision.decided_at.date())),
    ]
    if amount:
        rows.append(b.KeyValue(label="金额", value=amount, note=months, citations=cites))
    return rows


def _ratable(case: Application) -> bool:
    finished = (
        StepRecord.select().where((StepRecord.application == case.id) & StepRecord.left_at.is_null(False)).count()
    )
    return finished > Rating.select().where(Rating.application == case.id).count()


# --- correction -------------------------------------------------------------------------------------------------------


def correction(asked: Asked) -> Screen:
    """Gather what the notice asks for."""
    case = own(asked)
    notice = open_correction(case) if case.state == State.CORRECTION else None
    if notice is None:
        return application(asked)
    points = cases.points(case)
    of_papers = {point.subject: point.text for point in points if point.kind == "material" and not point.mended}
    named = {point.subject for point in points if point.kind == "material"}
    wrong = {point.subject: point.text for point in points if point.kind == "fact" and not point.mended}
    vocabulary = rulebook.packs().vocabulary.top_level
    concerned: list[Fact] = [
        vocabulary[point.subject] for point in points if point.kind == "fact" and point.subject in vocabulary
    ]
    return applying.correction(
        applying.Correction(
            case=in_words(case),
            points=[(point.id, point.text, point.mended) for point in points if point.kind == "other"],
            slots=[slot for slot in papers.slots(case, of_papers) if slot.id in named],
            facts=concerned,
            problems=wrong,
            known=mine.known_fields(asked.me, asked),
            today=asked.today,
            sent=notice.sent_at,
            due=notice.due_on,
            ask=mine.ask_for(asked, "answer", "受理、再次补正、有结果时提醒您"),
        )
    )


def on_file(asked: Asked) -> Screen:
    """Gather the papers on file, to be looked at and deleted."""
    kept = [papers.kept(one, asked.today) for one in materials.on_file(asked.me)]
    return applying.on_file(kept)


SCREENS: Mapping[str, Composer] = {
    "applications": Composer(applications),
    "application": Composer(application),
    "application_form": Composer(application_form),
    "application_papers": Composer(application_papers),
    "application_review": Composer(application_review),
    "correction": Composer(correction),
    "materials": Composer(on_file),
}
