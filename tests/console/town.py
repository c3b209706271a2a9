"""A whole town for the console's tests: accounts for every desk of a pack, employers, people, cases at any stage.

Facts of a person come from the pack's own worked examples, so that every item of every city has somebody who fulfils
its conditions.
"""

import io
import json
from datetime import date, datetime, timedelta
from itertools import count

from PIL import Image, ImageDraw

from backend import clock
from backend.policy.check import judge, read_examples
from backend.store import facts, materials
from backend.store import staff as accounts
from backend.store.models import Applicant, Application, Employer, PublicNotice, Staff
from backend.store.photographs import take
from backend.workflow import commands, rulebook
from backend.workflow.rights import Role
from backend.workflow.stages import OPEN, State

PASSWORD = "correct-horse-battery"
_hashes: list[str] = []
SURNAMES, GIVEN = (
    "王李张刘陈杨赵黄周吴徐孙马朱胡郭何高林罗",
    ["思远", "雨桐", "浩然", "梦洁", "子轩", "佳怡", "明哲", "静文"],
)


def password_hash() -> str:
    """Return the hash of PASSWORD, made once: Argon2 is slow on purpose."""
    if not _hashes:
        _hashes.append(accounts._hasher.hash(PASSWORD))
    return _hashes[0]


def scan(title: str, lines: int = 9) -> bytes:
    """Return a JPEG that looks a little like a photographed paper."""
    picture = Image.new("RGB", (900, 1270), "#f4f1ea")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((40, 40, 860, 1230), fill="white", outline="#888")
    draw.rectangle((300, 110, 600, 150), fill="#222")
    for row in range(lines):
        draw.line((110, 260 + row * 90, 790 - (row % 3) * 140, 260 + row * 90), fill="#555", width=10)
    draw.ellipse((560, 980, 760, 1180), outline="#c22", width=9)
    draw.text((60, 60), title.encode("ascii", "replace").decode(), fill="black")
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=60)
    return out.getvalue()


class Town:
    """One city at work. `now` is the moment of whatever is done next; move it with `wait`."""

    def __init__(self, city: str, now: datetime | None = None):
        self.city, self.pack = city, rulebook.packs()[city]
        self.now = now or clock.now()
        self._staff: dict[tuple, Staff] = {}
        self._people, self._codes = count(1), count(1)
        self.employer = self.new_employer("数智科技有限公司")

    # -- who works here

    def new_employer(self, name: str, state: str = "approved") -> Employer:
        """Register an employer."""
        code = f"91410500MA4{next(self._codes):06d}X"
        return Employer.create(name=name, city=self.city, credit_code=code, state=state, created_at=self.now)

    def staff(self, role: str, agency: str | None = None, employer: Employer | None = None, **scope) -> Staff:
        """Return the account of a role at an agency, made when first asked for."""
        key = (role, agency, employer and employer.id, *sorted(scope.items()))
        if key not in self._staff:
            login = f"{role}{len(self._staff) + 1}".replace("_", "")
            scope = {"city": self.city} | scope
            self._staff[key] = Staff.create(
                login=login, name=self.name(len(self._staff) + 40), role=role, agency=agency,
                employer=employer, password_hash=password_hash(), created_at=self.now, **scope,
            )  # fmt: skip
        return self._staff[key]

    def colleague(self, staff: Staff) -> Staff:
        """Return another account with the same role at the same agency."""
        return self.staff(staff.role, staff.agency, place=None)

    def desk(self, case: Application) -> Staff | commands.Doer:
        """Return whoever holds the desk of a case."""
        if case.role == Role.APPLICANT:
            return commands.as_applicant(case.applicant_id)
        if case.role == Role.EMPLOYER:
            return self.staff(Role.EMPLOYER, employer=case.employer)
        return self.staff(case.role, case.agency)

    # -- who applies

    def name(self, number: int) -> str:
        """Return a person's name."""
        return SURNAMES[number % len(SURNAMES)] + GIVEN[number % len(GIVEN)]

    def person(self, item: str, **told) -> str:
        """Return the id of a person who fulfils the conditions of an item today, as its worked examples show."""
        number = next(self._people)
        applicant = Applicant.create(created_at=self.now, city=self.city)
        identity = {
            "full_name": self.name(number),
            "id_number": _id_number(number),
            "phone": f"138{number:08d}",
            "bank_account": f"62284800{number:011d}",
            "bank_name": "中原银行",
            "employer_name": self.employer.name,
            "employer_jurisdiction": "district",
        }
        facts.tell(applicant.id, self.suitable(item) | identity | told, "form", self.now)
        return applicant.id

    def suitable(self, item: str) -> dict:
        """Return facts with which an item is eligible now, or the nearest that the examples have."""
        day, best = self.now.date(), {}
        for example in read_examples(self.city):
            if self.pack.find_item(example.item).id != item:
                continue
            verdict = self.pack.on(day).judge(item, self.pack.vocabulary.parse(example.facts), day)
            if verdict.verdict == "eligible":
                return _plain(example.facts)
            if not best and judge(self.pack, example).verdict in ("eligible", "refer"):
                best = _plain(example.facts)
        return best

    # -- cases

    def draft(self, item: str, person: str | None = None, **told) -> Application:
        """Begin a case with every paper it needs."""
        person = person or self.person(item, **told)
        case = commands.start(person, self.city, item, self.now)
        for needed in commands.needed(case):
            if needed.required and not needed.present:
                self.hand_in(case, needed.material.id, needed.material.name)
        self._say_what_is_missing(case)
        return case

    def _say_what_is_missing(self, case: Application) -> None:
        """Tell what no condition asks for but the work rests on, so that the case may go."""
        lacking = [p.field.partition(":")[2] for p in commands.problems(case, self.now.date()) if "fact:" in p.field]
        vocabulary = rulebook.packs().vocabulary
        told = {name: self._something(vocabulary[name]) for name in lacking}
        if told:
            facts.tell(case.applicant_id, told, "form", self.now)

    def _something(self, fact) -> object:
        """Return a value that a fact may have."""
        day = self.now.date() - timedelta(days=150)
        plain = {
            "date": day.isoformat(),
            "month": f"{day:%Y-%m}",
            "bool": True,
            "int": 3,
            "number": 3,
            "text": "文峰区",
        }
        return next(iter(fact.choices)) if fact.choices else plain[fact.type]

    def hand_in(self, case: Application, requirement: str, title: str = "") -> str:
        """Photograph a paper and use it for a requirement."""
        material = materials.create(case.applicant_id, requirement, title, self.now)
        picture = scan(requirement)
        materials.add_page(material.id, take(picture), picture, self.now)
        commands.hand_in(commands.as_applicant(case.applicant_id), case.id, requirement, material.id, self.now)
        return material.id

    def submit(self, item: str, person: str | None = None, **told) -> Application:
        """Submit a case that lacks nothing."""
        case = self.draft(item, person, **told)
        return commands.submit(commands.as_applicant(case.applicant_id), case.id, self.now, declared=True, despite=True)

    def case_at(self, item: str, kind: str | None, person: str | None = None, **told) -> Application:
        """Return a case that has come to the first step of this kind, or (None) to its end."""
        case = self.submit(item, person, **told)
        while case.state in OPEN and case.step_kind != kind:
            case = self.advance(case)
        return case

    def advance(self, case: Application) -> Application:
        """Do what the desk of a case has to do next, favourably."""
        case = Application.get_by_id(case.id)
        if case.state == State.NOTICE:
            self._let_notice_pass(case)
        elif case.role == Role.APPLICANT:
            commands.confirm(self.desk(case), case.id, self.now)
        else:
            _FAVOURABLE[case.step_kind](self.desk(case), case, self.now)
        return Application.get_by_id(case.id)

    def _let_notice_pass(self, case: Application) -> None:
        notice = PublicNotice.select().order_by(PublicNotice.closes_on.desc()).first()
        morning = datetime.combine(notice.closes_on + timedelta(days=1), self.now.timetz())
        self.now = max(self.now, morning)
        commands.close_due_notices(self.now)

    def wait(self, **time) -> None:
        """Let time pass."""
        self.now += timedelta(**time)


def _approve(who, case, now) -> None:
    terms = commands.Terms(amount_fen=120_000, months=12) if rulebook.item_of(case).funding else commands.Terms()
    commands.approve(who, case.id, now, override="经集体研究，情况属实", terms=terms)


def _pay(who, case, now) -> None:
    commands.pay(who, case.id, now, terms=commands.Terms(amount_fen=120_000))


_FAVOURABLE = {
    **dict.fromkeys(("employer_review", "online_review", "site_check", "review", "adjudication", "approval"), _approve),
    "acceptance": lambda who, case, now: commands.accept(who, case.id, now),
    "public_notice": lambda who, case, now: commands.publish(who, [case.id], now),
    "decision": lambda who, case, now: commands.decide(who, case.id, now, override="经集体研究，情况属实"),
    "card": lambda who, case, now: commands.issue_card(who, case.id, now),
    "payment": _pay,
    **dict.fromkeys(
        ("placement", "signing", "filing", "result"), lambda who, case, now: commands.complete(who, case.id, now)
    ),
}
"""Kind of step → what moves a case on from it."""


def _plain(told: dict) -> dict:
    """Return an example's facts as JSON has them."""
    return json.loads(
        json.dumps(told, default=lambda value: value.isoformat() if isinstance(value, date) else float(value))
    )


def _id_number(number: int) -> str:
    """Return a valid id number."""
    body = f"41050219{80 + number % 20}0{1 + number % 9}{10 + number % 18}{number % 1000:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, weights, strict=True)) % 11]
