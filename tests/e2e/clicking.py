"""Cases worked off at the console by real clicks in Chromium: every desk opens the page and presses what it may press.

python -m tests.e2e.clicking [FOLDER]      ten items from submission to their end, with a screenshot of every step
"""

import logging
import sys
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from backend import clock
from backend.settings import Settings
from backend.store import database
from backend.store.models import Application, PublicNotice
from backend.workflow import commands
from backend.workflow.rights import Role
from backend.workflow.stages import OPEN, State
from tests.console.site import Server, console_app
from tests.console.town import Town
from tests.console.visitor import Visitor
from tests.servers import BROWSER_ARGUMENTS, browser_program
from tests.store.fixtures import ENVIRONMENT

ITEMS = (
    ("anyang", "urgent_talent_recognition"),
    ("anyang", "living_allowance"),
    ("anyang", "housing_purchase_subsidy"),
    ("anyang", "professional_title"),
    ("anyang", "one_yuan_insurance"),
    ("anyang", "school_place"),
    ("liaocheng", "health_card"),
    ("liaocheng", "service_card"),
    ("pingdingshan", "green_channel"),
    ("zhengzhou", "youth_living_subsidy"),
)
"""Ten items of the four cities (their ids in the packs), of every kind of workflow."""

JUDGED = ("employer_review", "online_review", "site_check", "review", "adjudication", "approval")
PRESSED = {
    **dict.fromkeys(JUDGED, "approve"),
    "acceptance": "accept",
    "public_notice": "publish",
    "decision": "decide",
    "card": "issue_card",
    "payment": "pay",
}
"""Kind of step → the command whose form moves a case on; every other kind is completed."""


class Desks:
    """The console of one city on loopback, and a browser in which each desk in turn opens a case."""

    def __init__(self, browser: Browser, settings: Settings, city: str, shots: Path | None = None):
        self.browser, self.shots = browser, shots
        self.town, self.app = Town(city, clock.now()), console_app(settings)
        self.server = Server(self.app).start()

    def close(self) -> None:
        """Answer no more."""
        self.server.stop()

    def to_the_end(self, item: str) -> Application:
        """Submit a case of an item and let every desk do its part; return the case as it ended."""
        case = self.town.submit(item)
        for _ in range(12):
            if case.state not in OPEN:
                break
            self._go_on(case)
            case = Application.get_by_id(case.id)
        return case

    def _go_on(self, case: Application) -> None:
        if case.state == State.NOTICE:
            self._let_notice_pass()
        elif case.role == Role.APPLICANT:
            commands.confirm(self.town.desk(case), case.id, clock.now())
        else:
            self._press(case)
        self.town.now = clock.now()

    def _let_notice_pass(self) -> None:
        last = PublicNotice.select().order_by(PublicNotice.closes_on.desc()).first().closes_on
        morning = datetime.combine(last + timedelta(days=1), datetime.min.time(), clock.now().tzinfo)
        clock.set_ahead(morning + timedelta(hours=9) - datetime.now(morning.tzinfo))
        commands.close_due_notices(clock.now())

    def _press(self, case: Application) -> None:
        visitor = Visitor(self.app, self.town.desk(case))
        context = self.browser.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN")
        cookie = {"name": "console_session", "value": visitor.login.token, "url": f"{self.server.url}/console"}
        context.add_cookies([cookie])
        page = context.new_page()
        page.goto(f"{self.server.url}/console/cases/{case.id}")
        self._shoot(page, case)
        press(page, PRESSED.get(case.step_kind, "complete"))
        expect(page.get_by_text("已办好")).to_be_visible(timeout=30_000)
        context.close()

    def _shoot(self, page: Page, case: Application) -> None:
        if self.shots:
            page.screenshot(path=self.shots / f"{case.item}-{case.step}.png", full_page=True)


def press(page: Page, command: str) -> None:
    """Open the fold of a command, fill in what it asks for, and press its button."""
    fold = page.locator("details", has=page.locator(f"form[action*='/do/{command}']"))
    fold.locator("summary").click()
    form = fold.locator("form")
    for box in form.locator("input[name=original]").all():
        box.check()
    for field in form.locator("textarea[required]").all():
        field.fill("经集体研究，情况属实")
    for name, value in (("amount", "1200"), ("months", "12")):
        if form.locator(f"input[name={name}]").count():
            form.locator(f"input[name={name}]").fill(value)
    form.locator("p > button").last.click()


def main() -> int:
    """Work off all ten; print how each ended. Returns how many did not come to a favourable end."""
    folder, failed = Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp()), 0
    folder.mkdir(parents=True, exist_ok=True)
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_program(), args=list(BROWSER_ARGUMENTS))
        for city, item in ITEMS:
            state = _in_a_fresh_store(browser, city, item, folder)
            failed += state != "granted"
            print(f"{city} {item}: {state}", flush=True)
        browser.close()
    print(f"screenshots: {folder}")
    return failed


def _in_a_fresh_store(browser: Browser, city: str, item: str, folder: Path) -> str:
    settings = Settings.from_environment(ENVIRONMENT | {"DATA_DIR": tempfile.mkdtemp()})
    database.migrate(settings)
    with database.connection():
        desks = Desks(browser, settings, city, folder)
        state = desks.to_the_end(item).state
        desks.close()
    database.database.close_all()
    return state


if __name__ == "__main__":
    sys.exit(main())
