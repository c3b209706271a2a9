"""Fill an empty sandbox with its register: people, employers, accounts, and cases in every state around today.

Safe to call at every start: a register that is there is left alone. Each case is played through the real workflow
commands at its own past moments, so that clocks, messages, audit and money are what they would be.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from backend import clock
from backend.policy import strict_yaml
from backend.policy.periods import add_months, index_of, month_of
from backend.sandbox import drive
from backend.settings import Settings
from backend.store import employers, facts, people
from backend.store import staff as accounts
from backend.store.database import connection, transaction
from backend.store.models import Application, Employer, NoticeEntry, Staff
from backend.wechat.sandbox.names import openid_of, unionid_of
from backend.workflow import commands
from backend.workflow.stages import FINAL, State

REGISTER = Path(__file__).with_name("register.yml")
ACCOUNTS_FILE = "sandbox-accounts.json"


@dataclass(frozen=True)
class Account:
    """An account of the sandbox with the password that is printed."""

    login: str
    name: str
    role: str
    password: str


def seed(settings: Settings) -> list[Account]:
    """Fill the register once and return the accounts to be printed. Outside sandbox mode nothing happens."""
    if not settings.sandbox:
        return []
    path = settings.data_dir / ACCOUNTS_FILE
    with connection():
        if not path.exists():
            register, now = strict_yaml.read(REGISTER), clock.now()
            with transaction():  # all of it or nothing
                by_key = {row["key"]: _employer(row, now) for row in register["employers"]}
                made = [_account(row, by_key, now) for row in register["accounts"]]
                _let_in(register, by_key, settings.mini_program.app_id, now)
                _fill(register, settings.mini_program.app_id, now)
                _keep(path, made)
    return printed(settings)


def printed(settings: Settings) -> list[Account]:
    """Return the accounts of a sandbox that is filled."""
    path = settings.data_dir / ACCOUNTS_FILE
    return [Account(**row) for row in json.loads(path.read_text(encoding="utf8"))] if path.exists() else []


def _keep(path: Path, made: list[Account]) -> None:
    path.touch(mode=0o600)
    path.write_text(json.dumps([account.__dict__ for account in made], ensure_ascii=False), encoding="utf8")


# --- employers and accounts -------------------------------------------------------------------------------------------


def _employer(row: Mapping[str, Any], now: datetime) -> Employer:
    details = {name: row[name] for name in ("district", "jurisdiction", "category")}
    contact = {"name": "人事部", "phone": "13800000000"}
    employer = employers.register(row["name"], row["credit_code"], row["city"], details, contact, None, now)
    if row["state"] == "approved":
        Employer.update(state="approved", decided_at=now).where(Employer.id == employer.id).execute()
    return employer


def _account(row: Mapping[str, Any], by_key: Mapping[str, Employer], now: datetime) -> Account:
    employer = by_key[row["employer"]].id if "employer" in row else None
    scope = accounts.Scope(row.get("city"), row.get("agency"), row.get("window"), row.get("place"), employer)
    password = accounts.random_password(row["login"])
    accounts.add(row["login"], row["name"], row["role"], scope, password, now, must_change=False)
    return Account(row["login"], row["name"], row["role"], password)


def _let_in(register: Mapping[str, Any], by_key: Mapping[str, Employer], app_id: str, now: datetime) -> None:
    """Let the people who do HR work for an employer in on the telephone."""
    for row in register["hr"]:
        person = people.sign_in("mini_program", app_id, openid_of(row["key"], app_id), unionid_of(row["key"]), now)
        people.agree(person.id, ["privacy", "sensitive"], "sandbox", "sandbox", "weapp", now)
        facts.tell(person.id, {"full_name": row["name"]}, "form", now)
        employers.join(by_key[row["employer"]].id, person.id, now)
        employers.admit(by_key[row["employer"]].id, person.id)


# --- people and cases -------------------------------------------------------------------------------------------------


def _fill(register: Mapping[str, Any], app_id: str, now: datetime) -> None:
    office = drive.Office(now)
    for number, row in enumerate(register["people"], start=1):
        applicant_id = _person(row, register["bases"], number, app_id, now)
        for case in row["cases"]:
            _case(office, applicant_id, case, now - timedelta(days=case["days_ago"]))


def _person(row: Mapping[str, Any], bases: Mapping[str, Any], number: int, app_id: str, now: datetime) -> str:
    """Make a person the WeChat double knows by the same name: the code `sandbox:<key>` logs in as him."""
    openid, unionid = openid_of(row["key"], app_id), unionid_of(row["key"])
    person = people.sign_in("mini_program", app_id, openid, unionid, now - timedelta(days=90))
    told = {**bases[row["base"]], **row.get("facts", {})}
    identity = {
        "full_name": row["name"],
        "id_number": sample_id_number(date.fromisoformat(str(row["born"])), number),
        "phone": row["phone"],
        "birth_date": str(row["born"]),
    }
    moment = now - timedelta(days=max(case["days_ago"] for case in row["cases"]) + 1)
    facts.tell(
        person.id, {name: _from_today(value, now.date()) for name, value in (identity | told).items()}, "form", moment
    )
    people.agree(person.id, ["privacy", "sensitive"], "sandbox", "sandbox", "weapp", moment)
    return str(person.id)


def _from_today(value: Any, today: date) -> Any:
    """Work out days and month ranges that are told from today."""
    match value:
        case {"ago": {"months": months}}:
            return add_months(today, -months).isoformat()
        case {"ahead": {"days": days}}:
            return (today + timedelta(days=days)).isoformat()
        case {"months_ago": [first, last]}:
            return [[month_of(index_of(today) - first), month_of(index_of(today) - last)]]
        case date():
            return value.isoformat()
    return value


def sample_id_number(born: date, number: int) -> str:
    """Return an id number with a right check digit in an area code that no place has (000000)."""
    body = f"410502{born:%Y%m%d}{900 + number % 100:03d}"
    weights = [pow(2, 17 - position, 11) for position in range(17)]
    rest = sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True)) % 11
    return body + "10X98765432"[rest]


def _case(office: drive.Office, applicant_id: str, row: Mapping[str, Any], moment: datetime) -> None:
    """Play one case from its beginning to where it is to stand."""
    case = drive.draft(applicant_id, row["city"], row["item"], moment)
    if row["upto"] == "draft":
        return
    case = drive.submit(case, moment, despite=True)
    reach = ENDINGS.get(row["upto"], _desk_of(row["upto"]))
    reach(office, case.id, moment)


def _desk_of(kind: str):
    """Return a player that stops when the case lies at a kind of step."""

    def play(office: drive.Office, case_id: str, moment: datetime) -> datetime:
        return _until(office, case_id, moment, lambda case: case.step_kind == kind)

    return play


def _until(office: drive.Office, case_id: str, moment: datetime, reached) -> datetime:
    for _ in range(20):
        case = Application.get_by_id(case_id)
        if State(case.state) in FINAL or reached(case):
            return moment
        moment = drive.step(office, case_id, moment + timedelta(hours=3))
    raise drive.Stuck(Application.get_by_id(case_id), "it never gets there")


def _published(office: drive.Office, case_id: str, moment: datetime) -> datetime:
    return _until(office, case_id, moment, lambda case: case.state == State.NOTICE)


def _objected(office: drive.Office, case_id: str, moment: datetime) -> datetime:
    moment = _published(office, case_id, moment)
    entry = NoticeEntry.get(NoticeEntry.application == case_id)
    commands.file_objection(entry.id, "样例：名单中的学历信息与实际不符，请核实。", moment + timedelta(hours=2))
    return moment


def _corrected(office: drive.Office, case_id: str, moment: datetime) -> datetime:
    moment = _desk_of("acceptance")(office, case_id, moment)
    clerk = office.holder(Application.get_by_id(case_id))
    points = [
        commands.Point("material", "contract", "劳动合同缺少签章页，请补拍有双方签章和起止日期的页。"),
        commands.Point("material", "social_card", "社会保障卡照片反光，请重新拍摄，四角完整、号码清楚。"),
    ]
    commands.correct(clerk, case_id, points, moment, due_on=moment.date() + timedelta(days=15))
    return moment


def _turned_down(kind: str, command: str, text: str):
    def play(office: drive.Office, case_id: str, moment: datetime) -> datetime:
        moment = _desk_of(kind)(office, case_id, moment)
        desk = office.holder(Application.get_by_id(case_id))
        extra = {"override": text} if command == "reject" else {}
        getattr(commands, command)(desk, case_id, [commands.Reason(text, None)], moment, **extra)
        return moment

    return play


def _withdrawn(office: drive.Office, case_id: str, moment: datetime) -> datetime:
    case = Application.get_by_id(case_id)
    commands.withdraw(commands.as_applicant(case.applicant_id), case_id, moment, "材料准备不全，之后再申请")
    return moment


def _paid(office: drive.Office, case_id: str, moment: datetime) -> datetime:
    moment = _until(office, case_id, moment, lambda case: False)
    case = Application.get_by_id(case_id)
    finance = Staff.select().where((Staff.role == "finance") & (Staff.city == case.city)).order_by(Staff.login)
    drive.settle(case_id, tuple(finance.limit(2)), moment + timedelta(hours=1))
    return moment


ENDINGS = {
    "public_notice": _published,
    "objection": _objected,
    "correction": _corrected,
    "rejected": _turned_down("review", "reject", "样例：提供的劳动合同期限不满3年。"),
    "refused": _turned_down("acceptance", "refuse", "样例：申请人提供的单位不在本市注册。"),
    "withdrawn": _withdrawn,
    "granted": lambda office, case_id, moment: _until(office, case_id, moment, lambda case: False),
    "paid": _paid,
}
"""Where a case is to stand → how it gets there; every other word is a kind of step to stop at."""
