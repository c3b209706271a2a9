"""Somebody at the console in a test: a test client that is logged in and carries the token of its forms."""

import html
import re

from backend import clock
from backend.store import staff as accounts

TAGS = re.compile(r"<(script|style)\b.*?</\1>|<[^>]*>", re.S)


class Visitor:
    """A session of an account. `get` and `post` return responses; `post` adds the token unless told otherwise."""

    def __init__(self, app, staff):
        self.staff, self.client = staff, app.test_client()
        self.login = accounts._open_session(staff, "test", clock.now())  # without the slow password check
        self.client.set_cookie("console_session", self.login.token, path="/console")

    def get(self, path, **options):
        """Ask for a page."""
        return self.client.get(path, **options)

    def post(self, path, token=True, **form):
        """Send a form; lists become repeated fields."""
        fields = {name.rstrip("_"): value for name, value in form.items()}
        return self.client.post(path, data=fields | ({"csrf": self.login.csrf} if token else {}))

    def text(self, path):
        """Return what a page says, without its markup."""
        response = self.get(path)
        assert response.status_code == 200, response.status_code
        return said(response)


def said(response) -> str:
    """Return the words of an HTML answer."""
    return html.unescape(re.sub(r"\s+", " ", TAGS.sub(" ", response.get_data(as_text=True))))
