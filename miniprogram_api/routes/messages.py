"""The message centre, and what WeChat may send."""

from collections.abc import Mapping

from backend.store import credits, inbox, people
from backend.store.models import InAppMessage
from backend.wechat.sandbox import remote
from miniprogram_api import doors, subscriptions, wire
from miniprogram_api.errors import NotFound
from miniprogram_api.parts import parts
from miniprogram_api.routes import api

PAGE = 20


@api.get("/messages", responses={200: wire.Messages})
def list_messages(query: wire.Paging):
    """Return messages, newest first, each with what became of its WeChat push."""
    applicant = doors.me()
    rows = inbox.newest(applicant, query.after, PAGE + 1)
    pushed = inbox.pushed(applicant, [row.event for row in rows])
    return wire.Messages(
        messages=[_message(row, pushed) for row in rows[:PAGE]],
        unread=inbox.unread(applicant),
        next=rows[PAGE - 1].id if len(rows) > PAGE else None,
    )


@api.post("/messages/<id>/read", responses={200: wire.Done})
def read_message(path: wire.ById):
    """Mark one message as read."""
    own = (InAppMessage.id == path.id) & (InAppMessage.applicant == doors.me())
    if not InAppMessage.select().where(own).exists():
        raise NotFound
    inbox.read(doors.me(), doors.now(), path.id)
    return wire.Done()


@api.post("/messages/read", responses={200: wire.Done})
def read_all_messages():
    """Mark every message as read."""
    inbox.read(doors.me(), doors.now())
    return wire.Done()


@api.post("/subscriptions", responses={200: wire.Done})
def subscribe(body: wire.Subscribed):
    """Keep what the subscription dialogue answered; the platform's own event decides in the end."""
    applicant, now = doors.me(), doors.now()
    results = subscriptions.by_our_name(body.results, parts())
    if results:
        lasting = subscriptions.long_term(list(results), parts())
        credits.report(applicant, results, subscriptions.key_of(), now, lasting)
        _tell_sandbox(applicant, body.results)
    return wire.Done()


def _tell_sandbox(applicant: str, answers: Mapping[str, str]) -> None:
    """Outside WeChat there is no dialogue: the sandbox platform hears from us what the person chose."""
    settings = parts().settings
    openid = people.openid_of(applicant, settings.mini_program.app_id)
    if openid:
        remote.answer_dialogue(settings, openid, answers)


def _message(row: InAppMessage, pushed: dict[str, str]) -> wire.MessageRead:
    return wire.MessageRead(
        id=row.id,
        title=row.title,
        body=row.body,
        page=row.page,
        created_at=row.created_at,
        read=row.read_at is not None,
        delivery=pushed.get(row.event),
    )
