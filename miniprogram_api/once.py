"""Idempotency keys: a write that arrives twice is done once, and the second gets the first one's answer.

A key belongs to a person and to one request; the same key with another content is refused. While the first is at work
the second is told to wait. Answers that are no success of the server's making (5xx) are forgotten, so that a repetition
is a fresh try.
"""

import hashlib
from datetime import datetime, timedelta

from flask import Response, g, make_response, request

from backend import clock
from backend.store.database import transaction
from backend.store.models import IdempotencyKey
from miniprogram_api.doors import me_or_nobody
from miniprogram_api.errors import Refused

WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
LONGEST_KEY = 100
STUCK_AFTER = timedelta(seconds=90)
"""A key whose request died is free again after so long: longer than any request may take."""

KEPT_FOR = timedelta(days=2)


class KeyReused(Refused):
    """The key was used for something else."""

    def __init__(self) -> None:
        super().__init__(422, "idempotency_key_reused", "这个操作编号已用于别的内容，请刷新页面后重试。")


class InProgress(Refused):
    """The first request with this key is still at work."""

    def __init__(self) -> None:
        super().__init__(409, "in_progress", "上一次提交还在处理，请稍等几秒再看结果。")


def recall() -> Response | None:
    """Return the answer kept for this request's key, or None to do it now. Raises KeyReused, InProgress."""
    g.idempotency = None
    key, owner = request.headers.get("Idempotency-Key"), me_or_nobody()
    if not key or owner is None or request.method not in WRITES:
        return None
    key, now = key[:LONGEST_KEY], clock.now()
    row = _claim(owner, key, _content(), now)
    g.idempotency = (owner, key)
    return None if row is None else _again(row)


def _content() -> str:
    digest = hashlib.sha256(f"{request.method} {request.full_path}\n".encode())
    digest.update(request.get_data(cache=True))
    return digest.hexdigest()


def _claim(owner: str, key: str, content: str, now: datetime) -> IdempotencyKey | None:
    """Return the row of an earlier request, or None when the key is this request's now."""
    with transaction():
        fresh = IdempotencyKey.insert(
            owner=owner, key=key, route=request.path, request_hash=content, created_at=now
        ).on_conflict_ignore()
        if fresh.as_rowcount().execute():
            return None
        row = IdempotencyKey.get((IdempotencyKey.owner == owner) & (IdempotencyKey.key == key))
        if row.request_hash != content:
            raise KeyReused
        if row.status is None and now - row.created_at > STUCK_AFTER:
            _mine(owner, key).execute()
            return None
        return row


def _mine(owner: str, key: str):
    same = (IdempotencyKey.owner == owner) & (IdempotencyKey.key == key)
    return IdempotencyKey.update(created_at=clock.now()).where(same)


def _again(row: IdempotencyKey) -> Response:
    g.idempotency = None
    if row.status is None:
        raise InProgress
    response = make_response(row.answer["body"], row.status)
    response.mimetype = "application/json"
    response.headers["Idempotency-Replayed"] = "true"
    return response


def keep(response: Response) -> Response:
    """Keep the answer of the request whose key was claimed; forget the key where the server failed."""
    claimed, g.idempotency = g.get("idempotency"), None
    if claimed is None:
        return response
    owner, key = claimed
    same = (IdempotencyKey.owner == owner) & (IdempotencyKey.key == key)
    if response.status_code >= 500 or response.status_code == 429 or response.mimetype != "application/json":
        IdempotencyKey.delete().where(same).execute()
    else:
        answer = {"body": response.get_data(as_text=True)}
        IdempotencyKey.update(status=response.status_code, answer=answer).where(same).execute()
    return response


def forget_old(now: datetime) -> int:
    """Drop keys nobody will repeat any more and return how many."""
    return IdempotencyKey.delete().where(IdempotencyKey.created_at < now - KEPT_FOR).execute()
