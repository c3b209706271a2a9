"""The action endpoint that Rasa calls: one route, one table from action name to function.

Runs in the application environment and so may use the store and the policy engine; Rasa itself may not. A call that
comes twice for the same message does the same once: the answer of the last calls is kept for a while.
"""

from __future__ import annotations

import hmac
import logging
import re
from collections import OrderedDict
from collections.abc import Callable, Mapping
from threading import Lock
from typing import Any

from flask import Flask, Response, jsonify, request
from peewee import PeeweeException

from backend import clock
from backend.answers.library import Library
from backend.policy.knowledge import Snippet
from backend.settings import Settings
from backend.store import documents
from backend.store.database import connection, open_store
from backend.workflow import rulebook
from bot.actions import (
    accept,
    again,
    answer,
    application,
    ask,
    city,
    decline,
    forget,
    human,
    known_facts,
    listen,
    missing,
    note,
    privacy,
    progress,
    rate,
    reading,
    small_talk,
    turn_down,
    verdict,
)
from bot.actions.turn import Desk, Turn

log = logging.getLogger(__name__)
ACTIONS: Mapping[str, Callable[[Turn], None]] = {
    "action_answer": answer.run,
    "action_note": note.run,
    "action_ask_eligibility_answer": ask.run,
    "validate_eligibility_form": listen.run,
    "action_verdict": verdict.run,
    "action_application": application.run,
    "action_progress": progress.run,
    "action_missing": missing.run,
    "action_known_facts": known_facts.run,
    "action_forget": forget.run,
    "action_human": human.run,
    "action_rate": rate.run,
    "action_city": city.run,
    "action_privacy": privacy.run,
    "action_small_talk": small_talk.run,
    "action_decline": decline.run,
    "action_accept": accept.run,
    "action_turn_down": turn_down.run,
    "action_again": again.run,
}
"""Every action of the domain (bot/domain/dialogue.yml) and its function."""
ONLY_WHEN_SURE = (
    "action_privacy",
    "action_human",
    "action_forget",
    "action_known_facts",
    "action_rate",
    "action_application",
)
SURE = 0.35
MAYBE_A_QUESTION = (
    "action_note",
    "action_progress",
    "action_missing",
    "action_accept",
    "action_turn_down",
    "action_small_talk",
    "action_decline",
    "action_city",
    "action_known_facts",
    "action_again",
)
"""Actions whose intents a question about the rules may be taken for."""
LETS_ASK_ON = ("action_answer", "action_note", "action_accept", "action_again", "action_city")
"""Actions after which the rules of the dialogue may go on with our questions, and so may stand for action_note."""
SORRY = "刚才没处理好，请再说一次；着急可以转人工。"
KEPT = 512


class Done:
    """The answers to the last calls, by message and action, so that a repeated call changes nothing."""

    def __init__(self, size: int = KEPT):
        self._answers: OrderedDict[tuple[str, ...], Any] = OrderedDict()
        self._size, self._lock = size, Lock()

    def get(self, key: tuple[str, ...]) -> Any:
        """Return the answer kept for a call, or None."""
        with self._lock:
            return self._answers.get(key)

    def keep(self, key: tuple[str, ...], answer: Any) -> Any:
        """Keep an answer and return it."""
        with self._lock:
            self._answers[key] = answer
            while len(self._answers) > self._size:
                self._answers.popitem(last=False)
        return answer


def create_app(settings: Settings | None = None) -> Flask:
    """Return the endpoint. Opens the store and builds today's searches before it answers."""
    settings = settings or Settings.from_environment()
    open_store(settings)
    desk = Desk(rulebook.packs(), Library(rulebook.packs(), imported_snippets))
    with connection():
        desk.library.warm_up(clock.today())
    app, done = Flask(__name__), Done()

    @app.get("/healthz")
    def healthz() -> Response:
        return jsonify(status="ok")

    @app.post("/webhook")
    def webhook() -> tuple[Response, int]:
        if not hmac.compare_digest(request.headers.get("X-Action-Token", ""), settings.action_token):
            return jsonify(error="wrong action token"), 403
        return _call(desk, done, request.get_json())

    return app


def imported_snippets(city: str) -> list[Snippet]:
    """Return the imported articles of a city that its pack does not restate; none while the store is away."""
    pack = rulebook.packs()[city]
    try:
        with connection():
            articles = [
                pair for pair in documents.all_articles(city) if f"{pair[0]}/{pair[1].article}" not in pack.clauses
            ]
    except PeeweeException:
        log.exception("imported documents of %s cannot be read", city)
        return []
    return [
        Snippet(text, (f"{document}/{one.article}",), None, (), "article", title=one.title, quote=one.text)
        for document, one in articles
        if document in pack.documents
        for text in sentences(one.text)
    ]


def sentences(text: str, longest: int = 160) -> list[str]:
    """Return a text as runs of whole sentences, each about as long as an answer may be."""
    runs: list[str] = []
    for sentence in re.findall(r"[^。；]+[。；]?", re.sub(r"\s+", "", text)):
        if runs and len(runs[-1]) + len(sentence) <= longest:
            runs[-1] += sentence
        else:
            runs.append(sentence)
    return runs


def _call(desk: Desk, done: Done, body: Mapping[str, Any]) -> tuple[Response, int]:
    name = body.get("next_action", "")
    function = ACTIONS.get(name)
    if function is None:
        return jsonify(error=f"no action {name}", action_name=name), 404
    key = _key(body)
    known = done.get(key)
    if known is not None:
        return jsonify(known[0]), known[1]
    answer, status = _run(desk, name, function, body)
    done.keep(key, (answer, status))
    return jsonify(answer), status


def _key(body: Mapping[str, Any]) -> tuple[str, ...]:
    tracker = body.get("tracker") or {}
    latest = tracker.get("latest_message") or {}
    turns = str(len(tracker.get("events") or ()))
    return str(body.get("sender_id")), str(latest.get("message_id")), str(body.get("next_action")), turns


def _run(desk: Desk, name: str, function: Callable[[Turn], None], body: Mapping[str, Any]) -> tuple[dict, int]:
    turn = Turn(desk, body.get("tracker") or {}, clock.now())
    try:
        with connection():
            _meant(turn, name, function)(turn)
            return turn.result(), 200
    except listen.Rejected:
        return {"error": "not for the form", "action_name": "eligibility_form"}, 400
    except Exception:
        log.exception("%s failed for %s", name, turn.applicant)
        turn.said.clear()
        turn.say(SORRY)
        return turn.result(), 200


def _meant(turn: Turn, name: str, function: Callable[[Turn], None]) -> Callable[[Turn], None]:
    """Return what to do for an action that Rasa chose by the intent: what the words plainly say goes before it."""
    if name in (*MAYBE_A_QUESTION, "action_answer") and city.chooses(turn):
        return city.run
    if forget.wished(turn.utterance.text):
        return forget.run if name in (*MAYBE_A_QUESTION, *ONLY_WHEN_SURE) and not turn.in_form else function
    if not turn.in_form and reading.corrects(turn):
        if name in LETS_ASK_ON:
            return note.run
    elif name in MAYBE_A_QUESTION and answer.asks_what_was_thought_of(turn):
        return answer.run
    # rather look whether the rules say something than do what was not asked for
    return decline.run if name in ONLY_WHEN_SURE and turn.confidence < SURE else function
