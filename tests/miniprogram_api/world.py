"""The web application over an empty store, with a WeChat that knows every code and an assistant that says little."""

import io
import json

from PIL import Image

from backend.wechat.gateway import Login, Suggestion
from miniprogram_api import consent_text

SCOPES = [scope.id for scope in consent_text.SCOPES]
FACTS = {
    "full_name": "王小明",
    "id_number": "11010119900307889X",
    "phone": "13800138000",
    "education": "master",
    "education_full_time": True,
    "contract_years": 3,
    "employer_name": "测试科技有限公司",
    "employer_jurisdiction": "district",
}


class KnowsEveryone:
    """A gateway whose login codes are names."""

    def code2session(self, code: str) -> Login:
        """Return the person a code names."""
        return Login(f"openid-{code}", None, "key")

    def check_text(self, openid: str, text: str) -> Suggestion:
        """Every text is fit."""
        return Suggestion("pass", 100)

    def phone_number(self, code: str) -> str:
        """Everybody has the same number."""
        return FACTS["phone"]

    def page_code(self, scene: str, page: str) -> bytes:
        """Every code is the same picture."""
        return photograph(kind="PNG")

    def templates(self) -> list:
        """The account has no templates."""
        return []


class Gateways:
    """Both accounts, of which only logging in is ever asked."""

    def __init__(self):
        self.mini_program = self.official_account = KnowsEveryone()

    def of(self, kind):
        """Return the gateway of a kind of account."""
        return self.mini_program


def photograph(colour: str = "white", size: tuple[int, int] = (80, 60), kind: str = "JPEG", **options) -> bytes:
    """Return a picture."""
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, kind, **options)
    return out.getvalue()


class Phone:
    """Somebody's phone: requests with the own token."""

    def __init__(self, client, token: str | None = None):
        self.client, self.token = client, token

    def send(self, method: str, path: str, body=None, **options):
        """Send a request under /api/v1 and return the response."""
        headers = options.pop("headers", {}) | ({"Authorization": f"Bearer {self.token}"} if self.token else {})
        if body is not None:
            options["json"] = body
        return self.client.open(f"/api/v1{path}", method=method, headers=headers, **options)

    def ask(self, method: str, path: str, body=None, status: int = 200, **options):
        """Send a request, expect a status, and return the JSON."""
        response = self.send(method, path, body, **options)
        assert response.status_code == status, f"{method} {path}: {response.status_code} {response.text[:800]}"
        return json.loads(response.text)

    def error(self, method: str, path: str, body=None, **options) -> tuple[int, dict]:
        """Send a request that is refused and return status and error."""
        response = self.send(method, path, body, **options)
        return response.status_code, json.loads(response.text)["error"]

    def upload(self, path: str, data: bytes, name: str = "photo.jpg", status: int = 200, **headers):
        """Send one page of a paper."""
        form = {"file": (io.BytesIO(data), name)}
        return self.ask("POST", path, status=status, data=form, content_type="multipart/form-data", headers=headers)

    def screen(self, name: str, /, status: int = 200, **params):
        """Return a screen."""
        query = "&".join(f"{key}={value}" for key, value in params.items())
        answer = self.ask("GET", f"/screens/{name}?{query}", status=status)
        return answer["screen"] if status == 200 else answer

    def agree(self) -> "Phone":
        """Agree to the processing of personal data."""
        self.ask("POST", "/consents", {"version": consent_text.VERSION, "scopes": SCOPES})
        return self

    def apply(self, item: str, **told) -> str:
        """Submit an application that lacks nothing and return its id."""
        case = self.draft(item, **told)
        self.ask("POST", f"/applications/{case}/submission", {"declared": True})
        return case

    def draft(self, item: str, **told) -> str:
        """Begin an application with facts and papers and return its id."""
        self.ask("PUT", "/me/facts", {"facts": FACTS | told})
        case = self.ask("POST", "/applications", {"item": item, "city": "testcity"})["application"]
        for paper in case["materials"]:
            if paper["required"]:
                self.upload(f"/applications/{case['id']}/materials/{paper['id']}/pages", photograph())
        return case["id"]
