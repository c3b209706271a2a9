"""Holds conversations with goals and tells which were reached."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import requests

from backend import assistant, clock
from backend.settings import Settings
from backend.store import facts, people
from backend.store.database import connection
from backend.store.models import Application, ApplicationMaterial, Complaint
from backend.workflow import drafts
from bot.evaluation import tables
from bot.evaluation.asking import somebody
from bot.evaluation.figures import plain
from bot.evaluation.marking import cites_right, holds
from bot.evaluation.testset import Dialogue, Step
from bot.evaluation.visitor import NotOffered, Visitor
from bot.proving_ground import ProvingGround
from bot.said import Said

LONGEST_TALK = 25


@dataclass(frozen=True, slots=True)
class Held:
    """A conversation, what was said in it by the person and by the assistant, and what kept it from its goal."""

    dialogue: Dialogue
    talk: tuple[tuple[str, Said], ...]
    missed: tuple[str, ...]


def hold_all(dialogues: Sequence[Dialogue], ground: ProvingGround, today: date) -> list[Held]:
    """Hold every conversation with somebody new."""
    return [hold(dialogue, ground, today) for dialogue in dialogues]


def hold(dialogue: Dialogue, ground: ProvingGround, today: date) -> Held:
    """Hold one conversation."""
    person, missed = _prepared(dialogue), list[str]()
    talk = list[tuple[str, Said]]()

    def say(text: str) -> Said:
        talk.append((text, Said.of(assistant.ask(person, text, dialogue.city, today))))
        return talk[-1][1]

    for step in dialogue.steps:
        if step.photograph:
            said = _photographed(ground.settings, person, dialogue.city, step.photograph)
            talk.append((f"［照片］{step.photograph}", said))
            missed += [f"照片{each}" for each in _lacks(said, step)]
        elif step.answering:
            _answer(dialogue, talk, say)
        else:
            missed += [f"“{step.say}”{each}" for each in _lacks(say(step.say), step)]
    missed += _goal_missed(dialogue, person, talk[-1][1])
    return Held(dialogue, tuple(talk), tuple(missed))


def _answer(dialogue: Dialogue, talk: Sequence[tuple[str, Said]], say: Callable[[str], Said]) -> None:
    """Answer question after question until none is asked; asked the same again, the person says it otherwise."""
    asked = Counter[str]()
    while len(talk) < LONGEST_TALK and (question := asked_last(talk[-1][1].text)):
        replies = [reply for pattern, reply in dialogue.answers if re.search(pattern, question)]
        if len(replies) <= asked[question]:
            return
        say(replies[asked[question]])
        asked[question] += 1


def asked_last(text: str) -> str | None:
    """Return the question a reply ends with, if it ends with one."""
    lines = [line.strip() for line in text.strip().splitlines() if line.strip()]
    found = re.search(r"[^。！？\n]*？[^？\n]{0,40}$", lines[-1]) if lines else None
    return found[0] if found else None


def _lacks(said: Said, step: Step) -> Iterator[str]:
    """What the reply to one message lacks, and what it should not have said."""
    yield from (f"没说 {each}" for each in step.expect if not holds(said.text, each))
    yield from (f"不该说 {each}" for each in step.never if re.search(each, plain(said.text)))


def _goal_missed(dialogue: Dialogue, person: str, last: Said) -> list[str]:
    missed = list(_lacks(last, Step("", dialogue.says, dialogue.never)))
    if not cites_right(last, dialogue.cites):
        missed.append(f"条款不对 {list(last.cites[:3])}")
    with connection():
        known = facts.values(person)
        missed += [f"没记 {name}={value}" for name, value in dialogue.facts.items() if known.get(name) != value]
        missed += [f"没忘 {name}" for name in dialogue.gone if name in known]
        missed += _cases_missed(dialogue, person)
    return missed


def _cases_missed(dialogue: Dialogue, person: str) -> Iterator[str]:
    cases = {case.item: case.state for case in Application.select().where(Application.applicant == person)}
    for item, state in dialogue.cases.items():
        if cases.get(item) != state:
            yield f"{item} 应为 {state}，现为 {cases.get(item)}"
    filed = ApplicationMaterial.select().join(Application).where(Application.applicant == person)
    names = {row.requirement for row in filed}
    yield from (f"没归档 {name}" for name in dialogue.filed if name not in names)
    if dialogue.handed_over and not Complaint.select().where(Complaint.applicant == person).exists():
        yield "没有留言给窗口"


def _prepared(dialogue: Dialogue) -> str:
    """Return a new person with what the conversation presupposes: consent, facts told on a screen, a case begun."""
    person, now = somebody(), clock.now()
    with connection():
        people.agree(person, ["privacy"], "1", "evaluation", "mini_program", now)
        if told := dialogue.given.get("facts"):
            facts.tell(person, told, "form", now)
        for item in dialogue.given.get("drafts", ()):
            drafts.start(person, dialogue.city or "", item, now)
    return person


def _photographed(settings: Settings, person: str, city: str | None, requirement: str) -> Said:
    """Send a photograph in the chat and tap the paper it shows; what could not be done is said instead."""
    try:
        return Visitor(settings, person).photograph(city, requirement)
    except (requests.RequestException, NotOffered) as failure:
        return Said(f"{type(failure).__name__}", ())


def told(held: Sequence[Held], every: bool) -> str:
    """Return the share of goals reached by kind, and those missed with the reason; `every` adds the whole talk."""
    kinds = Counter(each.dialogue.kind for each in held)
    reached = Counter(each.dialogue.kind for each in held if not each.missed)
    rows = [
        ["对话", "达成目标"],
        *([kind, tables.share(reached[kind], number)] for kind, number in kinds.most_common()),
    ]
    rows.append(["合计", tables.share(sum(reached.values()), len(held))])
    lines = [tables.aligned(rows)]
    for each in held:
        if each.missed:
            lines.append(f"  ✗ {each.dialogue.name}：{'；'.join(each.missed)}")
            lines += _transcript(each) if every else []
    return "\n".join(lines)


def _transcript(held: Held) -> list[str]:
    return [f"      > {text}\n        {said.text[:200]!r}" for text, said in held.talk]
