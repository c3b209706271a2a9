"""The built client, and a browser that shows it against the scripted server."""

import subprocess
from pathlib import Path

import pytest

from backend.run import client
from tests import servers
from tests.miniprogram.scripted import Server

ARTIFACTS = Path(__file__).parents[2] / "test-artifacts" / "screens"
PHONE = {"width": 390, "height": 844}


def built(platform: str) -> Path:
    """The folder of the client built for `platform`; skips where there is no Node."""
    try:
        return client.build(platform, lambda *_: None)
    except client.NoNode as error:
        servers.lacking(str(error))


def npm(*arguments: str, **environment: str) -> subprocess.CompletedProcess:
    """Run a script of the client's package.json."""
    command = ["npm", "run", "--silent", *arguments]
    env = {**client.node_environment(), **environment}
    return subprocess.run(command, cwd=client.CLIENT, env=env, capture_output=True, text=True, check=False)


@pytest.fixture(scope="session")
def scripted():
    """The scripted server with the H5 client."""
    built("h5")
    with Server() as server:
        yield server


@pytest.fixture
def server(scripted):
    """The scripted server, having been asked nothing yet."""
    scripted.reset()
    return scripted


@pytest.fixture
def open_page(browser, server):
    """Open a screen on a telephone: `open_page("form")`. Fails on errors of the page and on requests elsewhere."""
    contexts, troubles = [], []

    def open_page(screen: str = "home", signed_in: bool = True, **options):
        context = browser.new_context(**{"viewport": PHONE, "locale": "zh-CN", "has_touch": True} | options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("request", lambda request: _own(request.url, server.url) or troubles.append(f"asked {request.url}"))
        if signed_in:
            sign_in(page, server.url)
        page.goto("about:blank")
        page.goto(address(server.url, screen))
        page.locator(".app").wait_for()
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert troubles == []


def _own(url: str, origin: str) -> bool:
    return url.startswith((origin, "data:", "blob:", "about:"))


def address(origin: str, screen: str) -> str:
    """The address of a screen: `form` or `item?item=x`."""
    name, _, query = screen.partition("?")
    if name in ("home", "items", "assistant", "me"):
        return f"{origin}/#/pages/{name}?{query}"
    return f"{origin}/#/pages/screen?screen={name}&{query}"


def sign_in(page, origin: str) -> None:
    """Sign in as the first test user."""
    page.goto(f"{origin}/#/pages/me")
    page.get_by_text("王明 · 硕士").click()
    page.get_by_text("退出登录").wait_for()


def picture(page, name: str) -> None:
    """Keep what is shown, whole, for eyes to look at."""
    ARTIFACTS.mkdir(parents=True, exist_ok=True)
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({**PHONE, "height": min(max(PHONE["height"], height), 4000)})
    page.screenshot(path=ARTIFACTS / f"{name}.png")
    page.set_viewport_size(PHONE)
