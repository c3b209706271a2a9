"""The conversation with the assistant."""

from backend.store import chat, materials
from backend.store.models import Application
from miniprogram_api import conversation, doors, policy, vocabulary, wire
from miniprogram_api.errors import NotFound
from miniprogram_api.routes import api

PAGE = 30


@api.post("/assistant/messages", responses={200: wire.Replies})
def say(body: wire.Saying):
    """Say something to the assistant and get its answers."""
    return wire.Replies(messages=conversation.hold(doors.me(), body.text, _city(body.city), body.as_of, doors.now()))


@api.post("/assistant/facts", responses={200: wire.ToldInChat})
def tell_in_chat(body: wire.TellingChat):
    """Answer the assistant's question in the form under it: the fact is kept, then told to the assistant in words."""
    applicant, now = doors.need_consent(), doors.now()
    kept = vocabulary.save(applicant, body.facts, "form", now)
    if kept.fields:
        return wire.ToldInChat(messages=[], fields=kept.fields)
    words = "，".join(vocabulary.words(name, value) for name, value in body.facts.items() if value is not None)
    replies = conversation.tell(applicant, words or "不清楚", _city(body.city), now)
    return wire.ToldInChat(messages=[wire.Reply(who="me", text=words or "不清楚"), *replies])


@api.post("/assistant/photos", responses={200: wire.Replies})
def send_photo(query: wire.CityLookedAt, form: wire.PageFile):
    """Send a photograph into the conversation; it is kept, and asked which paper it shows."""
    applicant, original = doors.need_consent(), form.file.stream.read()
    return wire.Replies(messages=conversation.photograph(applicant, original, _city(query.city), doors.now()))


@api.post("/assistant/photos/<id>/filing", responses={200: wire.Replies})
def file_photo(path: wire.ById, body: wire.PhotoFiled):
    """Say which paper a photograph shows: it becomes a page of it."""
    photo = materials.owned(doors.need_consent(), path.id)
    case = doors.mine(Application.get_or_none(Application.id == body.application))
    if photo is None or photo.kind != conversation.UNFILED:
        raise NotFound("这张照片已经放好了，可以在“我的材料”里看到。")
    filed = conversation.file_photograph(doors.doer(), photo, case, body.requirement, case.city, doors.now())
    return wire.Replies(messages=filed)


@api.get("/assistant/messages", responses={200: wire.Replies})
def conversation_so_far(query: wire.Paging):
    """Return the conversation, oldest line of the page first; `next` leads to the lines before."""
    rows = chat.newest(doors.me(), query.after, PAGE + 1)
    pack, today = policy.pack_named(_city(None)), doors.now().date()
    shown = [conversation.line(row, pack, today) for row in reversed(rows[:PAGE])]
    return wire.Replies(messages=shown, next=rows[PAGE - 1].id if len(rows) > PAGE else None)


@api.post("/assistant/messages/<id>/rating", responses={200: wire.Done})
def rate_answer(path: wire.ById, body: wire.Thumb):
    """Keep whether an answer helped."""
    if not chat.rate(doors.me(), path.id, body.rating == "up"):
        raise NotFound
    return wire.Done(toast="谢谢您的反馈")


def _city(named: str | None) -> str:
    """Return the id of the city named, else of the one the person deals with. Raises UnknownCity."""
    found = policy.pack_named(doors.city_of(named, policy.first_city())).city.id
    return doors.deal_with(found) if named else found
