"""Casework at the size of a province: a million cases and 200,000 people in PostgreSQL, beside a register of 10,000.

    python -m benchmarks.casework fill --cases 1000000     once, a few minutes
    python -m benchmarks.casework measure                  pages and writes on both sizes, against the gates
    python -m benchmarks.casework export                   24,000 cases as CSV and XLSX: seconds, peak memory

Gates: every page at p95 under 150 ms and every write under 300 ms on the large register (what OpenCRVS asks of
itself), and at most 1.5 times what they take on the small one. Ratios of pages under FLOOR_MS are not judged: there the
ratio is noise. The server is the one of the package pgserver, under --folder, with its default settings.
"""

import argparse
import random
import resource
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from statistics import median

import pgserver
from flask import Flask

from backend import clock
from backend.console import create_blueprint, payments_pages, queue
from backend.settings import Settings
from backend.store import database
from backend.store import staff as accounts
from backend.store.models import Applicant, Application, Staff
from backend.store.statistics import Span
from backend.workflow import insight, rulebook
from backend.workflow.rights import Role
from benchmarks import casework_register as register

GATE_MS, WRITE_GATE_MS, RATIO, FLOOR_MS = 150, 300, 1.5, 20
SMALL, LARGE = register.Size(10_000, 2_000), register.Size(1_000_000, 200_000)
EXPORTED = 24_000


@dataclass(frozen=True)
class Measured:
    """How long something took, in milliseconds, sorted."""

    times: tuple[float, ...]

    @property
    def p95(self) -> float:
        """The time that 95 of 100 did not exceed."""
        return self.times[min(len(self.times) - 1, int(len(self.times) * 0.95))]


def main() -> None:
    """Fill, measure or export. The exit status tells whether the gates hold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("act", choices=("fill", "measure", "export"))
    parser.add_argument("--folder", type=Path, default=Path("var/benchmarks/casework"))
    parser.add_argument("--cases", type=int, default=LARGE.cases)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--only", default="", help="measure (or fill) what begins with this")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    server = pgserver.get_server(options.folder.resolve() / "server", cleanup_mode="stop")
    sys.exit({"fill": fill, "measure": measure, "export": export}[options.act](server, options))


# --- the registers ----------------------------------------------------------------------------------------------------


def sizes(options: argparse.Namespace) -> dict[str, register.Size]:
    """Return database name → size."""
    large = replace(LARGE, cases=options.cases, people=max(1, options.cases // 5))
    return {"cases_small": SMALL, "cases_large": large}


def fill(server, options: argparse.Namespace) -> int:
    """Make the registers anew, or the `--only` one."""
    for name, size in sizes(options).items():
        if name.startswith(options.only):
            fill_one(server, name, size, options)
    return 0


def fill_one(server, name: str, size: register.Size, options: argparse.Namespace) -> None:
    """Make one register anew."""
    begun = time.monotonic()
    server.psql(f"DROP DATABASE IF EXISTS {name}")
    server.psql(f"CREATE DATABASE {name}")
    database.migrate(settings_for(server, name, options))
    with database.connection():
        register.fill(rulebook.packs(), size, clock.now())
        took, steps, share = time.monotonic() - begun, register.steps(), register.open_share()
        print(f"{size.cases:,} cases, {steps:,} steps, {share:.0%} open: {took:.0f} s", flush=True)
    database.database.close_all()


def settings_for(server, name: str, options: argparse.Namespace) -> Settings:
    """Return the settings of a sandbox over one of the registers."""
    base = Settings.from_environment({"DATA_DIR": str(options.folder / "data"), **KEYS})
    return replace(base, database_url=server.get_uri(name))


_KEY = "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LTMyYnl0ZXM="
NOBODYS = "-"
"""A password hash that no password fits."""

KEYS = {
    "TALENT_MASTER_KEYS": f"k1:{_KEY[:43]}=",
    "TALENT_LOOKUP_KEY": _KEY,
    "TALENT_SESSION_KEY": _KEY,
    "TALENT_ACTION_TOKEN": "benchmark",
}
"""Keys of an invented register guard nothing."""


# --- who looks at what ------------------------------------------------------------------------------------------------


class Visitor:
    """A session of an account in a test client of the real console."""

    def __init__(self, app: Flask, staff: Staff):
        self.staff, self._client = staff, app.test_client()
        self._login = accounts._open_session(staff, "benchmark", clock.now())
        self._client.set_cookie("console_session", self._login.token, path="/console")

    def get(self, path: str):
        """Ask for a page that must be there."""
        answer = self._client.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        return answer

    def post(self, path: str, **form: str):
        """Send a form that must be taken."""
        answer = self._client.post(path, data=form | {"csrf": self._login.csrf})
        assert answer.status_code in (200, 302), (path, answer.status_code, answer.get_data(as_text=True)[-800:])
        return answer


def console(settings: Settings) -> Flask:
    """Return the console as an application."""
    app = Flask(__name__, static_folder=None)
    app.secret_key = settings.session_key
    app.before_request(_connect)
    app.teardown_request(lambda _: None if database.database.is_closed() else database.database.close())
    app.register_blueprint(create_blueprint(settings))
    return app


def _connect() -> None:
    database.database.connect(reuse_if_open=True)


class Office:
    """The busiest desks of the busiest city, and those who look over all of it."""

    def __init__(self, app: Flask):
        self.app, self.chance = app, random.Random(7)
        city, agency = busiest()
        self.city, self.agency, self.people = city, agency, Applicant.select().count()
        roles = (Role.WINDOW, Role.REVIEWER, Role.SUPERVISOR, Role.FINANCE)
        self.at = {role: Visitor(app, self._account(role, city, agency)) for role in roles}
        above = (Role.COORDINATOR, Role.LEADER)
        self.at |= {role: Visitor(app, self._account(role, city, None)) for role in above}
        self.quiet = Visitor(app, self._account(Role.REVIEWER, city, quietest(city), "bench-quiet"))
        everyone = Application.city == city
        self.cases = list(Application.select().where(everyone & took_part(agency)).limit(400))

    def _account(self, role: Role, city: str, agency: str | None, login: str = "") -> Staff:
        login = login or f"bench-{role}"
        Staff.delete().where(Staff.login == login, Staff.city != city).execute()
        found = Staff.get_or_none(Staff.login == login)
        return found or Staff.create(
            login=login, name=login, role=role, city=city, agency=agency, password_hash=NOBODYS, created_at=clock.now()
        )

    def any_case(self) -> Application:
        """Return some case the busiest agency takes part in."""
        return self.chance.choice(self.cases)

    def beginning(self) -> str:
        """Return a beginning of numbers that more than a page of cases share: of a month, or of a large city's day."""
        return self.any_case().number[: -4 if self.people > SMALL.people else -9]

    def on_desk(self, role: Role, kinds: tuple[str, ...], number: int) -> Iterator[Application]:
        """Yield cases that lie on a desk of the busiest agency at a kind of step."""
        mine = (Application.city == self.city) & (Application.agency == self.agency) & (Application.role == role)
        rows = Application.select().where(mine & (Application.state == "running") & Application.step_kind.in_(kinds))
        return iter(list(rows.limit(number)))


def busiest() -> tuple[str, str]:
    """Return the city and agency with most open cases on the desks."""
    query = """SELECT city, agency FROM application WHERE agency IS NOT NULL AND state = 'running'
               GROUP BY city, agency ORDER BY count(*) DESC LIMIT 1"""
    return database.database.obj.execute_sql(query).fetchone()


def quietest(city: str) -> str:
    """Return the agency of a city that took part in the fewest cases."""
    query = """SELECT step_record.agency FROM step_record JOIN application ON application.id = application_id
               WHERE city = %s AND step_record.agency IS NOT NULL GROUP BY 1 ORDER BY count(*) LIMIT 1"""
    return database.database.obj.execute_sql(query, (city,)).fetchone()[0]


def took_part(agency: str):
    """Return the condition for the newest cases in which an agency took part."""
    return Application.id.in_(
        [row[0] for row in database.database.obj.execute_sql(
            "SELECT application_id FROM step_record WHERE agency = %s ORDER BY id LIMIT 400", (agency,)
        )]
    )  # fmt: skip


READS: dict[str, Callable[[Office], object]] = {
    "queue of a window": lambda office: office.at[Role.WINDOW].get("/console/"),
    "queue of a reviewer": lambda office: office.at[Role.REVIEWER].get("/console/"),
    "queue of a supervisor": lambda office: office.at[Role.SUPERVISOR].get("/console/"),
    "queue of the coordinator": lambda office: office.at[Role.COORDINATOR].get("/console/"),
    "queue of a quiet agency": lambda office: office.quiet.get("/console/"),
    "all of a quiet agency": lambda office: office.quiet.get("/console/?scope=visible"),
    "all of an agency": lambda office: office.at[Role.REVIEWER].get("/console/?scope=visible"),
    "all of a city": lambda office: office.at[Role.LEADER].get("/console/?scope=visible"),
    "late of an agency": lambda office: office.at[Role.SUPERVISOR].get("/console/?scope=visible&state=open&late=1"),
    "filtered by item": lambda office: office.at[Role.COORDINATOR].get(
        f"/console/?scope=visible&state=open&item={office.any_case().item}"
    ),
    "search by number": lambda office: office.at[Role.REVIEWER].get(
        f"/console/?scope=visible&number={office.any_case().number}"
    ),
    "search by start of number": lambda office: office.at[Role.COORDINATOR].get(
        f"/console/?scope=visible&number={office.beginning()}"
    ),
    "search by phone": lambda office: _find(office, register.phone_of),
    "search by identity number": lambda office: _find(office, register.id_number_of),
    "search by name": lambda office: _find(office, lambda person: register.name_of(person, office.people)),
    "page of a case": lambda office: office.at[Role.REVIEWER].get(f"/console/cases/{office.any_case().id}"),
    "ledger": lambda office: office.at[Role.FINANCE].get("/console/payments"),
    "dashboard of a leader": lambda office: office.at[Role.LEADER].get("/console/overview"),
    "dashboard of a supervisor": lambda office: office.at[Role.SUPERVISOR].get("/console/overview"),
    "voices": lambda office: office.at[Role.COORDINATOR].get("/console/voices"),
}


def _find(office: Office, of: Callable[[int], str]):
    person = int(office.any_case().applicant_id.removeprefix("apl_"))
    found = office.at[Role.REVIEWER].post("/console/search", words=of(person))
    return office.at[Role.REVIEWER].get(found.location)


def _decide(office: Office) -> Iterator[Callable[[], object]]:
    visitor = office.at[Role.SUPERVISOR]
    for case in office.on_desk(Role.WINDOW, ("acceptance",), 60):
        yield lambda case=case: visitor.post(f"/console/cases/{case.id}/do/accept", version=str(case.version))


def _note(office: Office) -> Iterator[Callable[[], object]]:
    visitor = office.at[Role.REVIEWER]
    for case in office.cases[:60]:
        yield lambda case=case: visitor.post(f"/console/cases/{case.id}/notes", text="已电话核实", kind="note")


WRITES: dict[str, Callable[[Office], Iterator[Callable[[], object]]]] = {"accept": _decide, "note": _note}


# --- measuring --------------------------------------------------------------------------------------------------------


def measure(server, options: argparse.Namespace) -> int:
    """Measure both registers and print both beside the gates; returns how many gates fail.

    Measured is a server that has been running for a while: every page was looked at once, and what is counted beside
    the pages has been counted for this very register. How long that took is told apart.
    The small one is made anew, five seconds: each measurement accepts all that waits at its busiest window.
    """
    fill_one(server, "cases_small", SMALL, options)
    found: dict[str, dict[str, Measured]] = {}
    for name in sizes(options):
        with opened(server, name, options) as office:
            chosen = {what: act for what, act in READS.items() if what.startswith(options.only)}
            print(f"{name}: every page for the first time in {first_look(office.app, chosen):.1f} s", flush=True)
            found[name] = {what: timed([lambda a=act: a(office)] * options.rounds) for what, act in chosen.items()}
            writes = {what: act for what, act in WRITES.items() if what.startswith(options.only)}
            found[name] |= {what: timed(list(act(office))) for what, act in writes.items()}
            print(f"{name}: all figures of a half-year counted in {counting(office):.1f} s", flush=True)
    return report(found["cases_small"], found["cases_large"])


def first_look(app: Flask, pages: dict[str, Callable[[Office], object]]) -> float:
    """Let others look at every page once, wait for what is counted beside them, and return the seconds.

    Others, because a list stays as somebody narrowed it.
    """
    with database.connection():
        office = Office(app)
    begun = time.monotonic()
    for act in pages.values():
        act(office)
    for kept in KEPT:
        kept.settle()
    return time.monotonic() - begun


def counting(office: Office) -> float:
    """Count a leader's half-year anew, as it is done beside the page, and return the seconds."""
    today, begun = clock.today(), time.monotonic()
    insight.made((Span(office.city, today - timedelta(days=182), today), today))
    return time.monotonic() - begun


@contextmanager
def opened(server, name: str, options: argparse.Namespace) -> Iterator[Office]:
    """Open a register and give the office over it."""
    settings = settings_for(server, name, options)
    database.migrate(settings)
    _forget()
    with database.connection():
        office = Office(console(settings))
    yield office
    database.database.close_all()


KEPT = (queue.counted_beside, payments_pages.paid_sums, insight.kept)
"""What the console counts beside its pages."""


def _forget() -> None:
    """Forget what was counted and kept of the other register."""
    queue._stays.cache_clear()
    for kept in KEPT:
        kept.clear()


def timed(acts: list[Callable[[], object]]) -> Measured:
    """Do every act, the first twice, and return how long each took."""
    if not acts:
        return Measured((0.0,))
    times = []
    for act in acts:
        begun = time.perf_counter()
        act()
        times.append((time.perf_counter() - begun) * 1000)
    return Measured(tuple(sorted(times[1:] or times)))


def report(small: dict[str, Measured], large: dict[str, Measured]) -> int:
    """Print a table and return how many lines break a gate."""
    broken = 0
    print(f"{'':28} {'10,000 median':>14} {'p95':>7} {'1,000,000 median':>17} {'p95':>7} {'ratio':>6}")
    for what, here in large.items():
        before = small[what]
        ratio = median(here.times) / max(median(before.times), 0.001)
        gate = WRITE_GATE_MS if what in WRITES else GATE_MS
        fails = here.p95 > gate or (ratio > RATIO and here.p95 > FLOOR_MS)
        broken += fails
        print(
            f"{what:28} {median(before.times):>14.1f} {before.p95:>7.1f} {median(here.times):>17.1f} "
            f"{here.p95:>7.1f} {ratio:>6.2f}{'  <- over the gate' if fails else ''}"
        )
    return broken


def export(server, options: argparse.Namespace) -> int:
    """Export 24,000 cases of one city as both kinds; print seconds, megabytes sent and what memory grew by."""
    with opened(server, "cases_large", options) as office:
        office.at[Role.LEADER].get("/console/")
        since = since_which(office.city, EXPORTED)
        for kind in ("csv", "xlsx"):
            before, begun = _peak(), time.monotonic()
            answer = office.at[Role.LEADER].get(f"/console/list.{kind}?scope=visible&submitted_from={since}")
            sent = sum(len(part) for part in answer.iter_encoded())
            took, grown, rows = time.monotonic() - begun, _peak() - before, int(answer.headers["X-Total-Rows"])
            print(f"{kind}: {rows:,} cases, {sent / 1e6:.1f} MB in {took:.1f} s, peak memory +{grown:.0f} MB")
    return 0


def since_which(city: str, number: int) -> date:
    """Return the day since which about so many cases of a city were submitted."""
    mine = Application.select(Application.submitted_at).where(Application.city == city)
    with database.connection():
        (row,) = mine.order_by(Application.submitted_at.desc()).limit(1).offset(number)
    return row.submitted_at.date()


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
