"""People at both ends of the platform, who know nothing of it but its addresses."""

import html
import io
import re

import requests
from PIL import Image


class Talent:
    """Somebody with the mini-program, signed in as the sandbox's user of that name."""

    def __init__(self, platform, name: str):
        self.platform, self.name = platform, name
        self.api = f"{platform.url}/api/v1"
        self.sign_in()

    def sign_in(self) -> None:
        """Log in with a WeChat code."""
        answer = requests.post(f"{self.api}/session", json={"code": f"sandbox:{self.name}"}, timeout=30)
        answer.raise_for_status()
        self.headers = {"Authorization": f"Bearer {answer.json()['token']}"}

    def call(self, method: str, path: str, expect: int = 200, **body):
        """Call the interface and return the answer's JSON; the status must be the one expected."""
        answer = requests.request(method, f"{self.api}{path}", headers=self.headers, timeout=60, **body)
        assert answer.status_code == expect, f"{method} {path}: {answer.status_code} {answer.text[:600]}"
        return answer.json()

    def get(self, path: str, **params):
        """GET as JSON."""
        return self.call("GET", path, params=params)

    def post(self, path: str, expect: int = 200, **json):
        """POST JSON and return JSON."""
        return self.call("POST", path, expect, json=json)

    def agree(self) -> None:
        """Agree to the processing of personal data, in the version the platform shows."""
        version = self.get("/consents")["version"]
        self.post("/consents", version=version, scopes=["privacy", "sensitive"])

    def say(self, text: str, **more) -> list[dict]:
        """Say something to the assistant and return its replies."""
        return self.post("/assistant/messages", text=text, **more)["messages"]

    def allow(self, *templates: str) -> None:
        """Tap "accept" in WeChat's subscription dialogue; the platform hears of it from WeChat."""
        answers = dict.fromkeys(templates, "accept")
        done = requests.post(
            f"{self.platform.sandbox_url}/_ctl/subscribe", json={"name": self.name, "answers": answers}, timeout=30
        )
        assert done.ok, done.text

    def cards(self) -> list[dict]:
        """Return the subscribe messages that the sandbox's phone shows."""
        chat = requests.post(f"{self.platform.sandbox_url}/_ctl/chat", json={"name": self.name}, timeout=30)
        return [line for line in chat.json()["lines"] if line["kind"] == "card"]

    def photograph(self, application: str, requirement: str, data: bytes | None = None, expect: int = 200):
        """Upload a photograph for a paper of an application."""
        files = {"file": (f"{requirement}.jpg", data or photograph(), "image/jpeg")}
        path = f"/applications/{application}/materials/{requirement}/pages"
        return self.call("POST", path, expect, files=files)


class Clerk:
    """Somebody at the staff console, who reads pages and sends their forms."""

    def __init__(self, platform, login: str):
        self.platform, self.login = platform, login
        self.sign_in()

    def sign_in(self) -> None:
        """Log in with the password that the start command printed."""
        self.browser = requests.Session()
        password = self.platform.accounts()[self.login]["password"]
        page = self._send("POST", "/console/login", {"login": self.login, "password": password})
        assert "退出" in page, f"{self.login} could not log in"

    def open(self, path: str) -> str:
        """Return a page."""
        return self._send("GET", path)

    def act(self, case: str, command: str, expect: str = "", **fields) -> str:
        """Open a case and give a command through its form."""
        page = self.open(f"/console/cases/{case}")
        form = {"csrf": self._field(page, "csrf"), "version": self._field(page, "version"), **fields}
        page = self._send("POST", f"/console/cases/{case}/do/{command}", form)
        assert expect in page, _plain(page)[:1500]
        return page

    def send(self, page_path: str, form_path: str, **fields) -> str:
        """Send a form of a page that is not a case."""
        return self._send("POST", form_path, {"csrf": self._field(self.open(page_path), "csrf"), **fields})

    def _send(self, method: str, path: str, form: dict | None = None) -> str:
        answer = self.browser.request(method, f"{self.platform.url}{path}", data=form, timeout=60)
        assert answer.status_code < 400, f"{self.login} {path}: {answer.status_code} {_plain(answer.text)[:900]}"
        return answer.text

    @staticmethod
    def _field(page: str, name: str) -> str:
        found = re.search(rf'name="{name}" value="([^"]*)"', page)
        assert found, f"no field {name} on the page: {_plain(page)[:600]}"
        return html.unescape(found[1])


def photograph(colour: str = "#e8eef0") -> bytes:
    """Return a photograph of a paper."""
    out = io.BytesIO()
    Image.new("RGB", (1200, 800), colour).save(out, "JPEG", quality=85)
    return out.getvalue()


def _plain(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
