"""Consent, and a person's rights over the own data."""

from datetime import date, datetime
from typing import Any

from backend.messages import messages
from backend.store import audit, people, privacy
from backend.store.database import transaction
from miniprogram_api import consent_text, doors, wire
from miniprogram_api.errors import NotFound, Refused
from miniprogram_api.routes import api
from miniprogram_api.screens import blocks as b

PREFERENCES = frozenset({"larger_type", "dark", "push"})


@api.get("/consents", responses={200: wire.ConsentList})
def list_consents():
    """Return the version of the text in force and what the signed-in person agreed to."""
    given = people.consents(doors.me()).values()
    return wire.ConsentList(
        version=consent_text.VERSION,
        agreed=[
            wire.ConsentGiven(kind=c.kind, version=c.version, text_hash=c.text_hash, given_at=c.given_at) for c in given
        ],
    )


@api.post("/consents", responses={200: wire.Done})
def give_consent(body: wire.Agreement):
    """Agree to purposes of the text in force. The version, its hash, the purposes and the moment are kept."""
    if body.version != consent_text.VERSION:
        raise Refused(409, "consent_outdated", "同意书已更新，请阅读新版后再同意。")
    known = {scope.id for scope in consent_text.SCOPES}
    if unknown := [scope for scope in body.scopes if scope not in known]:
        problem = wire.FieldProblem(field="scopes", code="unknown_scope", message=f"没有“{unknown[0]}”这一项。")
        raise Refused(422, "unknown_scope", problem.message, [problem])
    applicant, now = doors.me(), doors.now()
    with transaction():
        people.agree(applicant, body.scopes, body.version, consent_text.text_hash(), doors.client_name(), now)
        _note("consent", applicant, now, {"version": body.version, "scopes": body.scopes})
    return wire.Done(toast="已同意，可以开始了")


@api.delete("/consents/<kind>", responses={200: wire.Done})
def withdraw_consent(path: wire.ScopeName):
    """Take the agreement to a purpose back."""
    applicant, now = doors.me(), doors.now()
    with transaction():
        if not people.withdraw(applicant, [path.kind], now):
            raise NotFound
        _note("withdraw_consent", applicant, now, {"scope": path.kind})
    return wire.Done(toast="已撤回同意")


@api.get("/privacy/export", responses={200: wire.Export})
def export_data():
    """Return everything held of the signed-in person, protected facts in clear."""
    applicant, now = doors.me(), doors.now()
    held = privacy.export(applicant)
    _note("export", applicant, now, {})
    return wire.Export(exported_at=now, **{name: _plain(value) for name, value in held.items()})


@api.post("/privacy/deletion", responses={200: wire.Done})
def delete_everything():
    """Forget the signed-in person: everything that no submitted case rests on."""
    try:
        privacy.erase(doors.me(), "asked", doors.now())
    except privacy.CasesRunning as running:
        raise Refused(409, "cases_running", str(running)) from None
    return wire.Done(toast="已注销，您的信息已删除", next=b.SignOut())


@api.put("/preferences/<name>", responses={200: wire.Done})
def set_preference(path: wire.SettingName, body: wire.SwitchOn):
    """Switch a setting on or off: larger_type, dark, push, or a topic of messages (`topic.progress`)."""
    applicant = doors.me()
    if path.name.startswith("topic."):
        _switch_topic(applicant, path.name.removeprefix("topic."), body.on)
    elif path.name in PREFERENCES:
        people.set_preferences(applicant, {path.name: body.on})
    else:
        raise NotFound
    return wire.Done(toast="已保存")


def _switch_topic(applicant: str, topic: str, on: bool) -> None:
    if topic not in messages().topics:
        raise NotFound
    chosen = people.preferences(applicant).get("reminders", {})
    people.set_preferences(applicant, {"reminders": chosen | {topic: {**chosen.get(topic, {}), "subscribe": on}}})


def _note(action: str, applicant: str, now: datetime, detail: dict[str, Any]) -> None:
    audit.record(audit.Actor("applicant", applicant), action, "applicant", applicant, now, detail)


def _plain(value: Any) -> Any:
    """Return a value of the store as JSON can carry it."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list) else value
