"""One call of an action: what Rasa sent, who it is about, and what the action wants to say and remember."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any

from peewee import PeeweeException

from backend.answers.answering import reply
from backend.answers.asked import Topic
from backend.answers.case import World, parsed
from backend.answers.heard import Heard, Scene, known_home
from backend.answers.library import Library
from backend.answers.reply import Answer, Link, Reply
from backend.answers.utterance import Utterance
from backend.policy.catalogue import Pack, Packs
from backend.store import documents, facts

log = logging.getLogger(__name__)
PATIENT = ("staff", "employer", "import")
"""Sources whose statements a remark in the chat does not replace."""
ANSWERING = (
    "action_answer",
    "action_note",
    "action_accept",
    "action_progress",
    "action_missing",
    "action_again",
    "action_known_facts",
    "action_privacy",
    "action_small_talk",
    "action_decline",
    "action_city",
    "action_rate",
)
"""Actions after which the form of questions may begin or go on."""
STORE_AWAY = "资料库暂时联系不上，这句话没有记下来；政策问题照样可以问我。"


@dataclass(frozen=True)
class Desk:
    """What all actions share: the packs and the searches over them."""

    packs: Packs
    library: Library


@dataclass
class Turn:
    """One call of an action. Reads the store lazily; collects replies and slot values; does nothing by itself."""

    desk: Desk
    tracker: Mapping[str, Any]
    now: datetime
    said: list[Reply] = field(default_factory=list)
    slots: dict[str, Any] = field(default_factory=dict)
    store_away: bool = False

    # --- who and when

    @property
    def applicant(self) -> str:
        """The applicant's id: Rasa's sender."""
        return str(self.tracker["sender_id"])

    @cached_property
    def metadata(self) -> Mapping[str, Any]:
        """What the web process sent along with the message: city and day."""
        return (self.tracker.get("latest_message") or {}).get("metadata") or {}

    @cached_property
    def today(self) -> date:
        """The day the question is about."""
        given = self.metadata.get("as_of")
        return date.fromisoformat(given) if given else self.now.date()

    @property
    def home(self) -> str | None:
        """The city of the person, as the client shows it."""
        city = self.metadata.get("city")
        return city if city in self.desk.packs else None

    @property
    def city(self) -> str | None:
        """The city the conversation is about."""
        return self.topic.city if self.topic.city in self.desk.packs else self.home

    @property
    def pack(self) -> Pack | None:
        """The pack of that city."""
        return self.desk.packs[self.city] if self.city else None

    @cached_property
    def utterance(self) -> Utterance:
        """What was said, as understood."""
        return Utterance.of(self.tracker.get("latest_message") or {})

    @property
    def confidence(self) -> float:
        """How sure the message's intent is."""
        return float(((self.tracker.get("latest_message") or {}).get("intent") or {}).get("confidence") or 0.0)

    @cached_property
    def scene(self) -> Scene:
        """What is needed to settle what was said."""
        return Scene(self.today, self.pack.city if self.pack else None)

    # --- what the conversation holds

    def slot(self, name: str) -> Any:
        """Return a slot: as set by this call, else as Rasa has it."""
        return self.slots.get(name, (self.tracker.get("slots") or {}).get(name))

    @property
    def topic(self) -> Topic:
        """What the last question was about; nothing once the person has turned the client to another city."""
        topic = Topic.of(self.slot("topic"))
        return Topic() if topic.home and self.home and topic.home != self.home else topic

    @property
    def judging(self) -> dict[str, Any]:
        """What is being judged: item, city, the fact asked for, what was skipped, misunderstandings in a row."""
        return dict(self.slot("judging") or {})

    @property
    def in_form(self) -> bool:
        """Whether we are asking the person for facts."""
        return bool((self.tracker.get("active_loop") or {}).get("name"))

    @property
    def answered_already(self) -> bool:
        """Whether another action has dealt with the latest message before this one."""
        since: list[str] = []
        for event in self.tracker.get("events") or ():
            if event.get("event") == "user":
                since = []
            elif event.get("event") == "action":
                since.append(str(event.get("name")))
        return any(name in ANSWERING for name in since)

    def set(self, **slots: Any) -> None:
        """Set slots."""
        self.slots.update(slots)

    # --- what is known of the person

    @cached_property
    def told(self) -> dict[str, facts.Told]:
        """The person's facts with their sources; empty while the store is away."""
        try:
            return facts.current(self.applicant)
        except PeeweeException:
            log.exception("the store does not answer; facts of %s are unknown for now", self.applicant)
            self.store_away = True
            return {}

    @property
    def facts(self) -> dict[str, Any]:
        """The person's facts as values of the vocabulary; protected ones left out."""
        plain = {name: told.value for name, told in self.told.items() if not told.protected}
        return parsed(self.desk.packs.vocabulary, plain)

    def remember(self, heard: list[Heard]) -> list[str]:
        """Keep facts the person told, and return the names of those that are new or different.

        Facts that staff, an employer or an import told stay; a home told in pieces is put together.
        """
        values = known_home({each.name: each.value for each in heard})
        kept = {n: self._whole(n, v) for n, v in values.items() if self._may_replace(n) and self._readable(n, v)}
        if not kept:
            return []
        try:
            changed = facts.tell(self.applicant, kept, "assistant", self.now)
        except PeeweeException:
            log.exception("the store does not answer; facts of %s were not kept", self.applicant)
            self.store_away = True
            return []
        self.__dict__.pop("told", None)
        return changed

    def _may_replace(self, name: str) -> bool:
        return name not in self.told or self.told[name].source not in PATIENT

    def _readable(self, name: str, value: Any) -> bool:
        return bool(parsed(self.desk.packs.vocabulary, {name: value})) or value is None

    def _whole(self, name: str, value: Any) -> Any:
        before = self.told[name].value if name in self.told else None
        return {**before, **value} if isinstance(value, dict) and isinstance(before, dict) else value

    # --- answering

    def world(self) -> World:
        """What answers may draw on."""
        return World(self.desk.packs, self.desk.library.knowledge, self.today, self.facts, self._wording)

    def _wording(self, city: str, cite: str) -> str | None:
        document, _, article = cite.partition("/")
        try:
            whole = documents.wording(city, document, article)
            return whole or documents.wording(city, document, article.partition(".")[0])
        except PeeweeException:
            return None

    def say(self, text: str, *links: Link) -> None:
        """Say something that needs no clause."""
        self.said.append(Reply(text, (), links))

    def answer(self, answer: Answer) -> None:
        """Say an answer, its clauses resolved."""
        self.said.append(reply(answer, self.world()))

    def result(self) -> dict[str, Any]:
        """Return what Rasa gets: slot events and replies."""
        if self.store_away and self.said:
            self.said[-1] = Reply(f"{self.said[-1].text}（{STORE_AWAY}）", self.said[-1].citations, self.said[-1].links)
        events = [{"event": "slot", "name": name, "value": value} for name, value in self.slots.items()]
        return {"events": events, "responses": [{"custom": each.as_json()} for each in self.said]}
