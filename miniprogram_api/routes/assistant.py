"""The conversation with the assistant."""

from backend.store import chat
from miniprogram_api import conversation, doors, policy, wire
from miniprogram_api.errors import NotFound
from miniprogram_api.routes import api

PAGE = 30


@api.post("/assistant/messages", responses={200: wire.Replies})
def say(body: wire.Saying):
    """Say something to the assistant and get its answers."""
    applicant = doors.me()
    city = policy.pack_named(doors.city_of(body.city, policy.first_city())).city.id
    return wire.Replies(messages=conversation.hold(applicant, body.text, city, body.as_of, doors.now()))


@api.get("/assistant/messages", responses={200: wire.Replies})
def conversation_so_far(query: wire.Paging):
    """Return the conversation, oldest line of the page first; `next` leads to the lines before."""
    rows = chat.newest(doors.me(), query.after, PAGE + 1)
    shown = [conversation.line(row) for row in reversed(rows[:PAGE])]
    return wire.Replies(messages=shown, next=rows[PAGE - 1].id if len(rows) > PAGE else None)


@api.post("/assistant/messages/<id>/rating", responses={200: wire.Done})
def rate_answer(path: wire.ById, body: wire.Thumb):
    """Keep whether an answer helped."""
    if not chat.rate(doors.me(), path.id, body.rating == "up"):
        raise NotFound
    return wire.Done(toast="谢谢您的反馈")
