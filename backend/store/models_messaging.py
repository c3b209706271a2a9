"""Tables of the traffic with WeChat: what came in, what the platform said of what went out, what is switched off."""

from peewee import DateField, IntegerField, TextField

from backend import clock
from backend.store.fields import MomentField
from backend.store.models import Applicant, Base, Created, Key, Link


class InboundMessage(Base):
    """A message a person sent in WeChat. Kept until it is answered, then emptied; the chat keeps the masked text."""

    id = Key("inb")
    key = TextField(unique=True)  # app id and the platform's message id: a repeated push changes nothing
    app_id = TextField()
    account = TextField()  # mini_program | official_account
    openid = TextField()
    applicant = Link(Applicant, null=True, on_delete="CASCADE")
    kind = TextField()  # text | image
    content_sealed = TextField(null=True)  # the text, or the media id of a picture and its address, a line each
    received_at = Created()
    state = TextField(default="received")  # received | answering | answered | failed
    attempts = IntegerField(default=0)
    leased_until = MomentField(null=True)
    answered_at = MomentField(null=True)
    answered_by = TextField(null=True)  # passive | customer | inbox

    class Meta:
        indexes = ((("state", "received_at"), False),)


class PictureCheck(Base):
    """A picture that WeChat looks at: which paper it became, and what was found. Either may come first; gone when both
    are known."""

    trace = TextField(primary_key=True)
    material = TextField(null=True)
    suggest = TextField(null=True)  # pass | review | risky
    asked_at = MomentField(default=clock.now)


class SentReport(Base):
    """The platform's word on what became of a subscribe message; gone once it is matched with the outbox."""

    msgid = TextField(primary_key=True)
    app_id = TextField()
    openid = TextField()
    template_id = TextField()
    errcode = IntegerField()
    status = TextField(default="")
    sent_at = MomentField()
    received_at = MomentField(default=clock.now, index=True)


class Breaker(Base):
    """A switch that stopped a template or a whole account after an error that no message can get past."""

    scope = TextField(primary_key=True)  # template:<id> | account:<app id>
    errcode = IntegerField(null=True)
    reason = TextField()
    opened_at = MomentField(default=clock.now)
    retry_at = MomentField()  # then one message is tried; while it fails the switch stays open


class Outlook(Base):
    """When something next comes up for a person who has not applied: he qualifies, or the time to apply runs out.

    Worked out from the facts as they stood at `judged_at`; only the day is kept, the reasons are worked out anew then.
    """

    applicant = Link(Applicant, primary_key=True, on_delete="CASCADE")
    judged_at = MomentField()
    next_on = DateField(null=True, index=True)


TABLES = (InboundMessage, PictureCheck, SentReport, Breaker, Outlook)
