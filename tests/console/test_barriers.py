"""Every page of the console in Chromium, at an office screen and on a phone: nothing serious for axe, nothing cut off.

The pages come from the URL map, so that a new one is walked from its first day. Pictures: test-artifacts/console.
"""

from datetime import timedelta
from pathlib import Path

import pytest

from backend import clock
from backend.console.security import COOKIE
from backend.jobs import campaigns
from backend.run.client import CLIENT
from backend.store.models import (
    Application,
    Complaint,
    Correction,
    NoticeEntry,
    Payment,
    PaymentBatch,
    Staff,
    TalentCard,
)
from backend.workflow import rulebook
from tests.console.lively import lively
from tests.console.site import Server, console_app
from tests.console.town import Town
from tests.console.visitor import Visitor
from tests.miniprogram.conftest import built

pytestmark = pytest.mark.browser

AXE = CLIENT / "node_modules" / "axe-core" / "axe.min.js"
PICTURES = Path(__file__).parents[2] / "test-artifacts" / "console"
OFFICE, PHONE = {"width": 1366, "height": 768}, {"width": 390, "height": 844}
SETTLE = "document.getAnimations().forEach(one => one.finish())"


@pytest.fixture
def town(sqlite_store):
    """A city a few weeks at work."""
    rulebook.shelf.use(None)
    now = clock.now()
    yield lively(Town(next(iter(rulebook.packs())), now - timedelta(days=60)), now)
    rulebook.shelf.use(None)


@pytest.fixture
def server(sqlite_store, town):
    """The console of that city on loopback."""
    server = Server(console_app(sqlite_store)).start()
    yield server
    server.stop()


def values_of(town):
    """A matter of each kind for the arguments of addresses: the one that has most to show."""
    words = {"subject": "人才卡年度核验", "summary": "请在月底前办理", "published_on": town.now.date()}
    notice = campaigns.create("年审", "notice", words, {"card": True}, "stf_a", town.now, town.city)
    paid = Payment.get(Payment.state == "paid").application
    return {
        "case_id": Correction.get().application_id,
        "campaign_id": notice.id,
        "notice_id": NoticeEntry.get().notice_id,
        "card_id": TalentCard.get().id,
        "employer_id": town.employer.id,
        "staff_id": Staff.get().id,
        "batch_id": PaymentBatch.get().id,
        "voice_id": Complaint.get(Complaint.kind == "complaint").id,
        "city": town.city,
        "item": paid.item,
    }


def pages(app, town):
    """Yield (name, account, address) of every page that is HTML for somebody, each once."""
    values = values_of(town)
    accounts = [Visitor(app, staff) for staff in Staff.select()]
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        if "GET" not in rule.methods or not rule.arguments <= values.keys() or rule.endpoint == "console.static":
            continue
        path = rule.build(values)[1].partition("?")[0]
        shown = next((visitor for visitor in accounts if shows(visitor.get(path))), None)
        if shown is not None:
            yield rule.endpoint.partition(".")[2], shown, path
    paid = Payment.get(Payment.state == "paid").application
    for name, role, path in (
        ("case-paid", "finance", f"/console/cases/{paid.id}"),
        ("case-hr", "employer_hr", f"/console/cases/{Application.get(Application.role == 'employer_hr').id}"),
    ):
        yield name, next(visitor for visitor in accounts if visitor.staff.role == role), path


def shows(answer) -> bool:
    """Tell whether an answer is a page."""
    return answer.status_code == 200 and answer.mimetype == "text/html"


class Screen:
    """A window of Chromium of one size. `troubles` collects what must not happen on any page."""

    def __init__(self, browser, server, size):
        self.server, self.size, self.troubles = server, size, []
        self.context = browser.new_context(viewport=size, locale="zh-CN", bypass_csp=True)
        self.page = self.context.new_page()
        self.page.on("pageerror", lambda error: self.troubles.append(f"page error: {error}"))
        self.page.on("request", self._watch)

    def _watch(self, request) -> None:
        if not request.url.startswith((self.server.url, "data:", "blob:", "about:")):
            self.troubles.append(f"asked {request.url}")

    def open(self, name, visitor, path) -> list[str]:
        """Open a page as an account and return what is wrong with it."""
        cookie = {"name": COOKIE, "value": visitor.login.token, "url": f"{self.server.url}/console"}
        self.context.add_cookies([cookie])
        self.page.goto(self.server.url + path, wait_until="load")
        self.page.evaluate(SETTLE)
        PICTURES.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=PICTURES / f"{name}-{self.size['width']}.png", full_page=True)
        wide = self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        cut = [f"{wide} points wider than the screen"] if wide > 0 else []
        return [f"{path} at {self.size['width']}: {one}" for one in (*cut, *self._barriers())]

    def _barriers(self) -> list[str]:
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found = self.page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
        serious = [one for one in found if one["impact"] in ("serious", "critical")]
        return [f"{one['id']}: {node['html'][:200]}" for one in serious for node in one["nodes"]]


@pytest.mark.parametrize("size", [OFFICE, PHONE], ids=["office", "phone"])
def test_every_page_is_free_of_serious_barriers_and_fits(browser, server, town, size):
    if not AXE.exists():
        built("h5")
    screen = Screen(browser, server, size)
    wrong = [one for page in list(pages(server._app, town)) for one in screen.open(*page)]
    screen.context.close()
    assert wrong + screen.troubles == []
