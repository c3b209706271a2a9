"""The action endpoint over an empty store, called as Rasa calls it."""

import pytest

from backend import clock
from backend.store import people
from backend.store.database import connection
from bot.actions.app import create_app
from tests.answers.understanding import utterance

TOKEN = {"X-Action-Token": "action-token"}


class Caller:
    """Calls the endpoint for one person; keeps the slots between calls as Rasa does."""

    def __init__(self, client, applicant):
        self.client, self.applicant, self.slots, self.turns = client, applicant, {}, 0

    def __call__(self, action, text, intent, *values, city="anyang", loop=None):
        """Run an action for a message; returns the texts said."""
        self.turns += 1
        body = self.body(action, text, intent, *values, city=city, loop=loop)
        answer = self.client.post("/webhook", json=body, headers=TOKEN).get_json()
        self.slots.update({event["name"]: event["value"] for event in answer["events"]})
        return [each["custom"]["text"] for each in answer["responses"]]

    def body(self, action, text, intent, *values, city="anyang", loop=None):
        """Return what Rasa would post."""
        heard = utterance(text, intent, *values)
        return {
            "next_action": action,
            "sender_id": self.applicant,
            "tracker": {
                "sender_id": self.applicant,
                "slots": self.slots,
                "active_loop": {"name": loop} if loop else {},
                "events": [{"event": "user"}],
                "latest_message": {
                    "message_id": f"m{self.turns}",
                    "text": text,
                    "reading": text,
                    "intent": {"name": intent, "confidence": 0.9},
                    "metadata": {"city": city, "as_of": "2026-02-01"},
                    "parts": [_part(part) for part in heard.parts],
                    "entities": [_entity(each) for each in heard.entities],
                },
            },
        }


def _part(part):
    return {"start": part.start, "end": part.end, "text": part.text, "ranking": [list(pair) for pair in part.ranking]}


def _entity(each):
    return {"entity": each.kind, "value": each.value, "text": each.text, "start": each.start, "end": each.end}


@pytest.fixture
def caller(sqlite_store):
    """A person who talks to the endpoint."""
    client = create_app(sqlite_store).test_client()
    with connection():
        applicant = people.sign_in("mini_program", "test", "person", None, clock.now()).id
    return Caller(client, applicant)
