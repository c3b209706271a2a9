"""The addresses WeChat pushes to: `/wechat/mp` of the mini-program, `/wechat/oa` of the official account.

A push is checked, counted once however often it comes, handed to the functions given, and answered in time. Malformed
requests get 400 and an empty body, never more; when a handler fails the answer is 503, and WeChat sends the push
again.

An official account must answer within five seconds: what is not ready by then goes out as a customer message (`late`).
A mini-program's answers never travel in the reply, so its `message` only takes the message in.
"""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLate
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, Response, request
from redis import Redis
from redis.exceptions import RedisError
from werkzeug.exceptions import HTTPException

from backend.settings import WeChatAccount
from backend.wechat import push as pushes
from backend.wechat.gateway import AccountKind
from backend.wechat.push import BadPush, Event, Message, Received

log = logging.getLogger(__name__)

PATHS = {AccountKind.MINI_PROGRAM: "/wechat/mp", AccountKind.OFFICIAL_ACCOUNT: "/wechat/oa"}

ANSWER_SECONDS = 4.5
"""How long a passive answer may take; the platform gives up after five seconds."""

CLAIM_SECONDS = 6
"""How long a push is held by the request that works on it; if that dies, the platform's repetition takes over."""

REMEMBER_SECONDS = 1800
"""How long the answer to a push is remembered: longer than any push that is young enough to be taken."""

POLL_SECONDS = 0.05
THREADS = 16


@dataclass(frozen=True)
class Handlers:
    """What happens on a push. The functions know store and assistant; this module does not.

    message  takes in what a person sent; for an official account it may return the answer, as slowly as it likes
    event    takes in an event; may return a text (menu, follow)
    in_time  learns that the answer to a message travels in the reply
    late     sends an answer that came after the time for a reply was over
    """

    message: Callable[[Message], str | None]
    event: Callable[[Event], str | None]
    in_time: Callable[[Message], None]
    late: Callable[[Message, str], None]


def create_blueprint(
    kind: AccountKind,
    account: WeChatAccount,
    handlers: Handlers,
    redis: Redis,
    clock: Callable[[], datetime],
    allow_plain: bool = False,
    answer_seconds: float = ANSWER_SECONDS,
) -> Blueprint:
    """Return the push address of one account. `allow_plain` takes unencrypted pushes too (sandbox, plain mode)."""
    blueprint = Blueprint(f"wechat_{kind.value}", __name__)
    once = Once(redis, account.app_id)
    work = Work(kind, handlers, answer_seconds)

    def verify() -> Response:
        try:
            return _plain(pushes.echo(account, request.args, clock()))
        except BadPush as bad:
            return _refuse(kind, bad)

    def receive() -> Response:
        try:
            received = pushes.read(account, request.args, _body(), clock(), allow_plain)
            text = once.answer(received, lambda: work.do(received.push), answer_seconds)
            return _plain(pushes.answer(account, received, text, clock()))
        except BadPush as bad:
            return _refuse(kind, bad)
        except Exception as error:
            log.exception("push to %s failed: %s", kind.value, type(error).__name__)
            return Response(status=503)

    blueprint.add_url_rule(PATHS[kind], "verify", verify, methods=["GET"])
    blueprint.add_url_rule(PATHS[kind], "receive", receive, methods=["POST"])
    return blueprint


def _body() -> bytes:
    """Return the body. Raises BadPush when it is longer than a megabyte or breaks off."""
    request.max_content_length = pushes.MAX_BODY
    try:
        return request.get_data(cache=False)
    except HTTPException:
        raise BadPush("too long or broken off") from None


def _plain(text: str) -> Response:
    return Response(text, mimetype="text/plain")


def _refuse(kind: AccountKind, bad: BadPush) -> Response:
    log.warning("push to %s refused: %s", kind.value, bad.reason)
    return Response(status=400)


# --- once -------------------------------------------------------------------------------------------------------------


class Once:
    """Lets a push be worked on once, however many copies come at the same time or later."""

    def __init__(self, redis: Redis, app_id: str):
        self._redis, self._prefix = redis, f"talent:wechat:{app_id}"

    def answer(self, received: Received, work: Callable[[], str], patience: float) -> str:
        """Return what `work` returns, or returned to the first copy of this push.

        While Redis is away an encrypted push is worked on all the same: the handlers do nothing twice, and an event
        that WeChat gives up on is lost. Raises BadPush when the signature was used before for another body, RedisError
        when nobody can tell.
        """
        if not received.encrypted:
            self._refuse_second_body(received)
        try:
            return self._first(received, work, patience)
        except RedisError:
            log.warning("a push is worked on without redis")
            return work()

    def _first(self, received: Received, work: Callable[[], str], patience: float) -> str:
        """Work on the first copy; wait for its answer with every other one."""
        key = f"{self._prefix}:push:{received.push.key}"
        for _ in range(max(1, int(patience / POLL_SECONDS))):
            if self._redis.set(key, "working", nx=True, ex=CLAIM_SECONDS):
                return self._work(key, work)
            known = self._redis.get(key)
            if known is not None and _text(known).startswith("="):
                return _text(known)[1:]
            threading.Event().wait(POLL_SECONDS)
        return ""

    def _refuse_second_body(self, received: Received) -> None:
        """A plain push's signature does not cover its body: one signature, one body."""
        key = f"{self._prefix}:signature:{received.signature}"
        first = self._redis.set(key, received.digest, nx=True, ex=REMEMBER_SECONDS)
        if not first and _text(self._redis.get(key)) not in ("", received.digest):
            raise BadPush("signature used before")

    def _work(self, key: str, work: Callable[[], str]) -> str:
        try:
            text = work()
        except Exception:
            self._forget(key)
            raise
        try:
            self._redis.set(key, f"={text}", ex=REMEMBER_SECONDS)
        except RedisError:
            log.warning("the answer to a push is not remembered: redis does not answer")
        return text

    def _forget(self, key: str) -> None:
        try:
            self._redis.delete(key)
        except RedisError:
            log.warning("a failed push stays claimed for %s s: redis does not answer", CLAIM_SECONDS)


def _text(value: bytes | str | None) -> str:
    return value.decode() if isinstance(value, bytes) else value or ""


# --- work -------------------------------------------------------------------------------------------------------------


class Work:
    """Runs the handlers; a slow answer of an official account gets the time there is and no more."""

    def __init__(self, kind: AccountKind, handlers: Handlers, seconds: float):
        self._kind, self._handlers, self._seconds = kind, handlers, seconds
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="wechat-answer")

    def do(self, push: Message | Event) -> str:
        """Return the passive answer, empty where there is none."""
        if isinstance(push, Event):
            return self._handlers.event(push) or ""
        if self._kind is AccountKind.MINI_PROGRAM:
            self._handlers.message(push)
            return ""
        return self._in_time(push)

    def _in_time(self, push: Message) -> str:
        race = _Race()
        running: Future[str] = self._threads.submit(self._answer, push, race)
        try:
            return running.result(timeout=self._seconds)
        except TooLate:
            return "" if race.end() else running.result()

    def _answer(self, push: Message, race: "_Race") -> str:
        """Answer; once the time for a reply is over, send the answer as a message of its own."""
        text = self._handlers.message(push) or ""
        if not text:
            return ""
        if race.end():
            self._handlers.in_time(push)
        else:
            self._handlers.late(push, text)
        return text


class _Race:
    """Who comes first, the answer or the end of the time for it: exactly one of them is told so."""

    def __init__(self):
        self._lock, self._over = threading.Lock(), False

    def end(self) -> bool:
        """Return True to the first caller alone."""
        with self._lock:
            first, self._over = not self._over, True
            return first
