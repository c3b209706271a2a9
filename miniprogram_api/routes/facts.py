"""What is known of the signed-in person: where it came from, to correct, to take back."""

import logging

from backend.store import audit, facts
from backend.store.database import transaction
from backend.wechat.errors import WeChatError
from miniprogram_api import doors, vocabulary, wire
from miniprogram_api.errors import NotFound, Refused
from miniprogram_api.parts import parts
from miniprogram_api.routes import api

log = logging.getLogger(__name__)


@api.get("/me/facts", responses={200: wire.FactsKnown})
def known_facts():
    """Return every current fact with its source and time; protected ones masked."""
    told = facts.current(doors.me()).values()
    return wire.FactsKnown(facts=[vocabulary.shown(one) for one in sorted(told, key=lambda one: one.told_at)])


@api.put("/me/facts", responses={200: wire.Saved})
def tell_facts(body: wire.FactsGiven):
    """Keep what is right of the given facts; a null takes one back. What is wrong is told field by field."""
    return vocabulary.save(doors.need_consent(), body.facts, "form", doors.now())


@api.post("/me/phone", responses={200: wire.FactKnown})
def phone_from_wechat(body: wire.PhoneCode):
    """Keep the number that WeChat has verified, by the code of its button; the answer shows it masked."""
    applicant, now = doors.need_consent(), doors.now()
    number = _number(body.code)
    saved = vocabulary.save(applicant, {"phone": number}, "wechat", now)
    if saved.fields:
        raise Refused(422, "wrong_value", "微信给出的不是内地手机号，请直接填写。", saved.fields)
    return vocabulary.shown(facts.current(applicant)["phone"])


def _number(code: str) -> str:
    """Return the number behind a code. Raises Refused, which says that the number can be typed as well."""
    try:
        return parts().gateways.mini_program.phone_number(code)
    except WeChatError as error:
        log.warning("no phone number: %s", error)
    raise Refused(503, "wechat_unavailable", "微信没有给出手机号，可能是授权已过期。请再点一次，或直接填写手机号。")


@api.get("/me/facts/<name>", responses={200: wire.FactHistory})
def fact_history(path: wire.FactName):
    """Return every statement of one fact, newest first."""
    rows = facts.history(doors.me(), path.name)
    if not rows:
        raise NotFound
    return wire.FactHistory(name=path.name, rows=[vocabulary.shown(facts.told(row)) for row in rows])


@api.delete("/me/facts/<name>", responses={200: wire.Done})
def forget_fact(path: wire.FactName):
    """Take a fact back. Cases already submitted keep what they rest on."""
    applicant, now = doors.me(), doors.now()
    with transaction():
        if not facts.forget(applicant, path.name, now):
            raise NotFound
        audit.record(audit.Actor("applicant", applicant), "forget", "fact", f"{applicant}/{path.name}", now)
    return wire.Done(toast="已删除。已经提交的申请仍按提交时的内容办理。")
