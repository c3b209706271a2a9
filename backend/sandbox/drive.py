"""Play a case through its own workflow: at every desk the account that holds it does the favourable thing.

Nothing here knows an item: the next command follows from the kind of step, who gives it from the desk. The sandbox's
register is made with it, and so is the test that every item of every city runs to its end.
"""

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from PIL import Image, ImageDraw

from backend.store import materials
from backend.store import staff as accounts
from backend.store.models import Application, NoticeEntry, Payment, Staff
from backend.store.photographs import take
from backend.workdays import next_workday
from backend.workflow import commands, rulebook
from backend.workflow.case import Doer
from backend.workflow.decisions import AmountOpen
from backend.workflow.desk import OverrideNeeded
from backend.workflow.payments import AreaMissing
from backend.workflow.rights import ROLE_NAMES, Role
from backend.workflow.stages import FINAL, State

OVERRIDE = "沙箱样例：材料核实无误，同意办理。"
TERMS = commands.Terms(amount_fen=500_000)

FAVOURABLE: Mapping[str, str] = {
    "employer_review": "approve",
    "online_review": "approve",
    "acceptance": "accept",
    "site_check": "approve",
    "review": "approve",
    "adjudication": "approve",
    "approval": "approve",
    "public_notice": "publish",
    "decision": "decide",
    "card": "issue_card",
    "placement": "complete",
    "signing": "complete",
    "filing": "complete",
    "result": "complete",
    "payment": "pay",
}
"""Kind of step → the command that passes it."""


class Stuck(RuntimeError):
    """A case came to a desk nobody holds, or went in circles. `case` is its id."""

    def __init__(self, case: Application, why: str):
        super().__init__(f"case {case.id} of {case.city}/{case.item} at {case.step}: {why}")
        self.case = case.id


@dataclass
class Office:
    """The accounts by desk; a desk that nobody holds yet gets an account with a random password."""

    now: datetime
    made: dict[str, str] = field(default_factory=dict)

    def holder(self, case: Application) -> Staff | Doer:
        """Return who holds the desk a case lies on."""
        if case.role == Role.APPLICANT:
            return commands.as_applicant(case.applicant_id)
        if case.role == Role.EMPLOYER and case.employer_id is None:
            raise Stuck(case, "its employer is not registered")
        return self._found(case) or self._made(case)

    def _found(self, case: Application) -> Staff | None:
        same = (Staff.role == case.role) & (Staff.state == "active")
        if case.role == Role.EMPLOYER:
            return Staff.get_or_none(same & (Staff.employer == case.employer_id))
        here = (Staff.agency == case.agency) | (Staff.window == case.agency)
        return Staff.get_or_none(same & (Staff.city == case.city) & here)

    def _made(self, case: Application) -> Staff:
        city = rulebook.packs()[case.city].city
        is_window = case.agency in city.windows and case.agency not in city.agencies
        scope = accounts.Scope(
            city=case.city,
            agency=None if is_window else case.agency,
            window=case.agency if is_window else None,
            employer=case.employer_id if case.role == Role.EMPLOYER else None,
        )
        login = f"{case.city}.{case.agency or case.employer_id}.{case.role}"
        password = accounts.random_password(login)
        self.made[login] = password
        return accounts.add(login, f"{ROLE_NAMES[Role(case.role)]}样例", case.role, scope, password, self.now, False)


def picture(label: str) -> bytes:
    """Return a JPEG that looks like a photographed paper; it carries no readable personal data."""
    image = Image.new("RGB", (1000, 700), "#d8dfe3")
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((60, 60, 940, 640), 24, fill="#fbfcfb", outline="#8aa29f", width=6)
    draw.rounded_rectangle((700, 160, 880, 400), 12, fill="#cfe0dd")
    for line in range(7):
        draw.rounded_rectangle((120, 170 + 60 * line, 420 + 37 * (line * 5 % 7), 196 + 60 * line), 8, fill="#c3ccd0")
    draw.text((120, 100), f"SAMPLE {label}", fill="#0b5c58", font_size=40)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=80)
    return out.getvalue()


def draft(applicant_id: str, city: str, item: str, now: datetime) -> Application:
    """Begin an application and hand in every paper it needs."""
    case = commands.start(applicant_id, city, item, now)
    me = commands.as_applicant(applicant_id)
    for need in commands.needed(case):
        if need.required and not need.present:
            commands.hand_in(me, case.id, need.material.id, _paper(applicant_id, need.material, now), now)
    return Application.get_by_id(case.id)


def _paper(applicant_id: str, material, now: datetime) -> str:
    on_file = materials.on_file(applicant_id, material.id)
    if on_file:
        return on_file[0].id
    paper = materials.create(applicant_id, material.id, material.name, now)
    photograph = picture(material.id)
    materials.add_page(paper.id, take(photograph), photograph, now)
    return paper.id


def submit(case: Application, now: datetime, despite: bool = False) -> Application:
    """Submit a draft."""
    return commands.submit(commands.as_applicant(case.applicant_id), case.id, now, declared=True, despite=despite)


def step(office: Office, case_id: str, now: datetime) -> datetime:
    """Take a case one step further and return the moment at which it stands then (a notice takes its days)."""
    case = Application.get_by_id(case_id)
    if case.state == State.NOTICE:
        return close_notice(case, now)
    who = office.holder(case)
    if case.role == Role.APPLICANT:
        commands.confirm(who, case_id, now)
        return now
    _give(FAVOURABLE[case.step_kind], who, case_id, now)
    return now


def _give(command: str, who: Staff | Doer, case_id: str, now: datetime) -> None:
    if command == "publish":
        commands.publish(who, [case_id], now)
    elif command == "pay":
        _pay(who, case_id, now)
    elif command in ("approve", "decide"):
        _judge(getattr(commands, command), who, case_id, now)
    else:
        getattr(commands, command)(who, case_id, now)


def _judge(command: Callable, who: Staff | Doer, case_id: str, now: datetime) -> None:
    """Give reasons and an amount only where the command asks for them."""
    extra: dict = {}
    for _ in range(3):
        try:
            command(who, case_id, now, **extra)
        except OverrideNeeded:
            extra["override"] = OVERRIDE
        except AmountOpen:
            extra["terms"] = TERMS
        else:
            return
    raise Stuck(Application.get_by_id(case_id), "its decision is refused again and again")


def _pay(who: Staff | Doer, case_id: str, now: datetime) -> None:
    try:
        commands.pay(who, case_id, now)
    except AmountOpen:
        commands.pay(who, case_id, now, terms=TERMS)
    except AreaMissing:
        Application.update(area="district").where(Application.id == case_id).execute()
        commands.pay(who, case_id, now)


def close_notice(case: Application, now: datetime) -> datetime:
    """Let the days of a case's notice pass and close it."""
    entry = NoticeEntry.select().where(NoticeEntry.application == case.id).order_by(NoticeEntry.id.desc()).get()
    morning = datetime.combine(entry.notice.closes_on + timedelta(days=1), time(9, 0), now.tzinfo)
    later = max(now, morning)
    commands.close_notice(entry.notice_id, later)
    return later


def run_to_end(office: Office, case_id: str, now: datetime, most: int = 30) -> Application:
    """Take a submitted case to its end. Raises Stuck when it does not come to one."""
    for _ in range(most):
        case = Application.get_by_id(case_id)
        if State(case.state) in FINAL:
            return case
        now = step(office, case_id, now)
    raise Stuck(Application.get_by_id(case_id), "it does not end")


def working_hour(now: datetime, city: str) -> datetime:
    """Return the same moment, or nine in the morning of the next workday."""
    day = next_workday(now.date())
    return now if day == now.date() else datetime.combine(day, time(9, 0), now.tzinfo)


def settle(case_id: str, makers: tuple[Staff, Staff], now: datetime) -> None:
    """Pay everything a case has in the ledger: a batch for each payer, approved by the second, all successful."""
    first, second = makers
    due = list(Payment.select().where((Payment.application == case_id) & (Payment.state == "due")))
    for payer in sorted({row.payer for row in due}):
        ids = [row.id for row in due if row.payer == payer]
        batch = commands.make_batch(first, due[0].city, payer, now, ids)
        commands.approve_batch(second, batch.id, now)
        commands.mark_exported(second, batch.id, "sandbox", now)
        commands.settle(second, batch.id, dict.fromkeys(ids), now.date(), now)
