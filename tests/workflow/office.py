"""A small office for the workflow tests: people of every role, a talent with facts and papers, shortcuts to stages."""

import io
from datetime import datetime, timedelta

from PIL import Image

from backend.clock import SHANGHAI
from backend.store import facts, materials
from backend.store.models import Applicant, Application, Employer, EmployerMember, Staff
from backend.store.photographs import take
from backend.workflow import commands
from backend.workflow.rights import Role

CITY = "testcity"
MONDAY = datetime(2026, 3, 2, 9, 30, tzinfo=SHANGHAI)
FACTS = {
    "full_name": "王小明",
    "id_number": "11010119900307889X",
    "phone": "13800138000",
    "education": "master",
    "education_full_time": True,
    "contract_years": 3,
    "employer_name": "测试科技有限公司",
    "employer_jurisdiction": "district",
    "hired_on": "2025-11-10",
    "pension_paid_ranges": [["2025-11", "2026-02"]],
    "married": False,
}


def photograph(colour: str = "white") -> bytes:
    """Return a small JPEG."""
    out = io.BytesIO()
    Image.new("RGB", (60, 40), colour).save(out, "JPEG")
    return out.getvalue()


def staff(role: Role, agency: str | None = None, **scope) -> Staff:
    """Make an account of the test city."""
    login = f"{role}-{agency}-{Staff.select().count()}"
    return Staff.create(
        login=login, name=login, role=role, city=scope.pop("city", CITY), agency=agency, password_hash="-", **scope
    )


class Office:
    """Everybody who works on the cases of the test city."""

    def __init__(self):
        self.employer = Employer.create(name=FACTS["employer_name"], city=CITY, credit_code="X1", state="approved")
        self.hr = staff(Role.EMPLOYER, employer=self.employer)
        self.clerk = staff(Role.WINDOW, "hr_bureau")
        self.reviewer = staff(Role.REVIEWER, "hr_bureau")
        self.supervisor = staff(Role.SUPERVISOR, "hr_bureau")
        self.adjudicator = staff(Role.ADJUDICATOR, "leading_group")
        self.finance = staff(Role.FINANCE, "finance_bureau")
        self.second_finance = staff(Role.FINANCE, "finance_bureau")
        self.coordinator = staff(Role.COORDINATOR)
        self.stranger = staff(Role.REVIEWER, "housing_bureau")

    def hr_in_app(self) -> "commands.Doer":
        """A person with the hat of HR in the mini-program."""
        person = Applicant.create()
        EmployerMember.create(employer=self.employer, applicant=person, state="active")
        return commands.as_applicant(person.id)


class Talent:
    """A person with facts and papers."""

    def __init__(self, now: datetime = MONDAY, **told):
        self.id = Applicant.create(created_at=now).id
        self.me = commands.as_applicant(self.id)
        facts.tell(self.id, FACTS | told, "form", now)
        self.papers = {}

    def paper(self, kind: str, now: datetime = MONDAY, colour: str = "white") -> str:
        """Upload a one-page paper and return its id."""
        material = materials.create(self.id, kind, kind, now)
        picture = photograph(colour)
        materials.add_page(material.id, take(picture), picture, now)
        self.papers[kind] = material.id
        return material.id

    def draft(self, item: str, now: datetime = MONDAY) -> Application:
        """Begin an application with the papers it needs."""
        case = commands.start(self.id, CITY, item, now)
        for needed in commands.needed(case):
            if needed.required:
                kind = needed.material.id
                paper = self.papers.get(kind) or self.paper(kind, now)
                commands.hand_in(self.me, case.id, kind, paper, now)
        return case

    def submit(self, item: str, now: datetime = MONDAY, **how) -> Application:
        """Submit an application that lacks nothing."""
        return commands.submit(self.me, self.draft(item, now).id, now, declared=True, **how)


def to_review(office: Office, talent: Talent, now: datetime = MONDAY) -> Application:
    """A recognition on the reviewer's desk."""
    case = talent.submit("recognition", now)
    commands.approve(office.hr, case.id, now)
    return commands.accept(office.clerk, case.id, now)


def to_notice(office: Office, talent: Talent, now: datetime = MONDAY):
    """A recognition whose public notice is out; returns the case and the notice."""
    case = to_review(office, talent, now)
    commands.approve(office.reviewer, case.id, now)
    notice = commands.publish(office.reviewer, [case.id], now)
    return Application.get_by_id(case.id), notice


def recognised(office: Office, talent: Talent, now: datetime = MONDAY) -> Application:
    """A recognition decided and filed."""
    case, notice = to_notice(office, talent, now)
    later = after(notice)
    commands.close_due_notices(later)
    commands.decide(office.reviewer, case.id, later)
    return commands.complete(office.reviewer, case.id, later)


def after(notice) -> datetime:
    """The morning after a notice's last day."""
    return datetime.combine(notice.closes_on + timedelta(days=1), MONDAY.timetz())
