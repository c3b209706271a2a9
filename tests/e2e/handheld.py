"""A telephone with the H5 client on the started platform, for the tests that use it as a person does."""

import re
from pathlib import Path

from backend.run.client import CLIENT
from tests.e2e.people import Talent, photograph

PICTURES = Path(__file__).parents[2] / "test-artifacts" / "screens"
PHONE = {"width": 390, "height": 844}
AXE = CLIENT / "node_modules" / "axe-core" / "axe.min.js"
TABS = ("home", "items", "assistant", "me")


class Handheld:
    """One telephone. `troubles` collects what must not happen on any page."""

    def __init__(self, browser, platform, theme: str = "light"):
        self.origin, self.troubles = platform.url, []
        self.context = browser.new_context(viewport=PHONE, color_scheme=theme, locale="zh-CN", has_touch=True)
        self.page = self.context.new_page()
        self.page.set_default_timeout(30_000)
        self.page.on("pageerror", lambda error: self.troubles.append(f"page error: {error}"))
        self.page.on("request", self._watch_origin)
        self.page.on("response", self._watch_status)

    def close(self) -> None:
        """Put it away."""
        self.context.close()

    def sign_in(self, label: str) -> None:
        """Sign in as the test user whose label holds `label`."""
        self.open("facts")
        self.page.get_by_text(label).first.click()
        self.page.get_by_text("登录后继续").wait_for(state="detached")

    def sign_in_as(self, talent: Talent) -> None:
        """Hold the session of somebody who is not among the test users offered."""
        token = talent.headers["Authorization"].removeprefix("Bearer ")
        self.open("help")
        self.page.evaluate("token => localStorage.setItem('talent/session/token', JSON.stringify(token))", token)

    def open(self, screen: str, **params: str) -> None:
        """Open a screen by its address and wait until it is there."""
        query = "&".join([f"screen={screen}", *(f"{name}={value}" for name, value in params.items())])
        self.page.goto("about:blank")
        self.page.goto(f"{self.origin}/h5/#/pages/{screen if screen in TABS else f'screen?{query}'}")
        self.wait()

    def wait(self) -> None:
        """Wait until the screen shown is neither the outline nor the first loading."""
        self.page.locator(".app:visible").last.wait_for()
        self.page.locator(".app:visible .ghost").first.wait_for(state="detached")

    def press(self, name: str, exact: bool = True) -> None:
        """Tap a button of the screen shown."""
        self.page.get_by_role("button", name=name, exact=exact).locator("visible=true").last.click()

    def says(self, text: str) -> None:
        """Wait until the screen says `text`."""
        self.page.get_by_text(text).locator("visible=true").first.wait_for()

    def text(self) -> str:
        """All that the screen shown says."""
        return self.page.locator(".app:visible").last.inner_text()

    def picture(self, name: str) -> None:
        """Keep the whole screen for eyes to look at."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        self.page.wait_for_timeout(250)
        height = self.page.evaluate("document.documentElement.scrollHeight")
        self.page.set_viewport_size({**PHONE, "height": min(max(PHONE["height"], height), 4000)})
        self.page.screenshot(path=PICTURES / f"{name}.png")
        self.page.set_viewport_size(PHONE)

    def barriers(self) -> list[str]:
        """What axe finds serious or critical on the screen shown."""
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found = self.page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
        serious = [one for one in found if one["impact"] in ("serious", "critical")]
        return [f"{one['id']}: {node['html'][:160]}" for one in serious for node in one["nodes"]]

    def too_wide(self) -> int:
        """By how many points the screen is wider than the telephone."""
        return self.page.evaluate("document.documentElement.scrollWidth - innerWidth")

    # --- filling in -----------------------------------------------------------------------------------------------

    def asked(self) -> list[str]:
        """The names of the fields on the screen shown."""
        ids = self.page.locator("[id^=field-]:visible").evaluate_all("all => all.map(one => one.id)")
        return [name.removeprefix("field-") for name in ids]

    def fill(self, name: str, value: str) -> None:
        """Answer one field the way its kind is answered; "today" takes the day on which the wheel stands first."""
        field = self.page.locator(f"#field-{name}:visible")
        if field.locator(".uni-picker-container, uni-picker").count() and not field.locator("input").count():
            return self._pick(field, value)
        if field.get_by_role("radio").count():
            return field.get_by_role("radio", name=value, exact=True).click()
        return field.locator("input, textarea").first.fill(value)

    def _pick(self, field, value: str) -> None:
        field.locator("uni-picker").first.click()
        popup = self.page.locator(".uni-picker-toggle").locator("visible=true").last
        if value != "today":
            popup.locator(".uni-picker-item", has_text=value).first.click()
        popup.locator(".uni-picker-action-confirm").click()

    def answer_form(self, answers: dict[str, str], pictures: str) -> list[str]:
        """Go through the steps of an application's form, answering what is empty, the rest with yes.

        Returns the names of the fields in the order in which they were shown; `pictures` begins the pictures' names.
        """
        self.page.wait_for_url(re.compile("screen=application_form"))
        asked = []
        while "application_form" in self.page.url:
            here = self.page.url
            self.wait()
            names = self.asked()
            assert names, "a step with nothing to answer"
            asked += names
            for name in names:
                self._answer(name, answers)
            self.picture(f"{pictures}-{len(asked):02}")
            self.press("下一步", exact=False)
            self.page.wait_for_function("here => location.href !== here", arg=here)
        return asked

    def _answer(self, name: str, answers: dict[str, str]) -> None:
        field = self.page.locator(f"#field-{name}:visible")
        given = field.locator("[aria-checked=true]").count() or field.get_by_text("修改", exact=True).count()
        typed = field.locator("input, textarea")
        optional = field.get_by_text("（可不填）").count() and name not in answers
        if not (given or optional or (typed.count() and typed.first.input_value())):
            self.fill(name, answers.get(name, "是"))

    def hand_in(self, folder: Path) -> None:
        """Photograph every paper that the list asks for."""
        self.page.wait_for_url(re.compile("screen=application_papers"))
        self.wait()
        wanted = self.page.get_by_role("button", name=re.compile("^上传")).locator("visible=true")
        for paper in wanted.evaluate_all("all => all.map(one => one.getAttribute('aria-label'))"):
            self.upload(paper.removeprefix("上传"), folder)

    def submit(self) -> None:
        """Declare and submit, with reminders; the progress is shown afterwards."""
        self.page.get_by_role("checkbox").locator("visible=true").click()
        self.press("提交申请")
        self.page.locator("uni-modal").locator("visible=true").get_by_text("允许", exact=True).click()
        self.page.wait_for_url(re.compile("screen=application&"), timeout=60_000)
        self.wait()

    def upload(self, paper: str, folder: Path) -> None:
        """Add a photograph to a paper of the list."""
        photo = folder / "photo.jpg"
        photo.write_bytes(photograph())
        self.page.get_by_role("button", name=f"上传{paper}", exact=True).locator("visible=true").click()
        with self.page.expect_file_chooser() as chooser:
            self.page.get_by_text("从相册选", exact=True).locator("visible=true").click()
        chooser.value.set_files(photo)
        self.page.get_by_role("button", name=f"加一页{paper}", exact=True).locator("visible=true").wait_for()

    # --- watching -------------------------------------------------------------------------------------------------

    def _watch_origin(self, request) -> None:
        if not request.url.startswith((self.origin, "data:", "blob:", "about:")):
            self.troubles.append(f"asked another origin: {request.url}")

    def _watch_status(self, response) -> None:
        if response.status >= 500:
            self.troubles.append(f"{response.status} {response.url}: {response.text()[:300]}")


def reachable(talent: Talent, tabs=TABS) -> dict[str, dict[str, str]]:
    """Every screen that can be reached from the tabs by following what they lead to: name → parameters of the first."""
    found, seen, waiting = {}, set(), [(tab, {}) for tab in tabs]
    while waiting:
        name, params = waiting.pop(0)
        if (name, params.get("step")) in seen:
            continue
        seen.add((name, params.get("step")))
        found.setdefault(name, params)
        answer = talent.call("GET", f"/screens/{name}", params=params) if name != "consent" else {}
        waiting += _steps(answer)
    return found


def _steps(value) -> list[tuple[str, dict[str, str]]]:
    if isinstance(value, list):
        return [step for one in value for step in _steps(one)]
    if not isinstance(value, dict):
        return []
    here = [(value["screen"], value.get("params", {}))] if value.get("kind") == "navigate" else []
    return here + [step for one in value.values() for step in _steps(one)]
