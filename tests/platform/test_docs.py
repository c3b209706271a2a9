"""What the documents say about settings, commands and files is what there is."""

import ast
import re
from pathlib import Path

import pytest

from backend.cli import COMMANDS

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
ENVIRONMENT_NAME = re.compile(r"^[A-Z][A-Z0-9]{2,}(_[A-Z0-9]+)*$")


def settings_read():
    """Return the names of environment variables that backend/settings.py knows."""
    source = (ROOT / "backend/settings.py").read_text()
    texts = {node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant)}
    names = {text for text in texts if isinstance(text, str) and ENVIRONMENT_NAME.match(text)}
    parts = {"APP_ID", "SECRET", "TOKEN", "AES_KEY"}
    return names - parts - {"WECHAT", "WECHAT_OA"} | {f"WECHAT_OA_{part}" for part in parts}


def settings_told():
    """Return the names of variables in the table of settings."""
    table = (ROOT / "docs/operations.md").read_text().partition("## Settings")[2].partition("## One server")[0]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    return {name for row in rows for name in re.findall(r"`([A-Z_]+)`", row)}


def test_every_setting_is_in_the_table_and_every_row_is_a_setting():
    assert settings_told() == settings_read()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_command_that_is_told_exists(document):
    known = {*COMMANDS, "lock", "doctor"}
    assert set(re.findall(r"\./talent ([a-z]+)", document.read_text())) <= known


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_linked_file_exists(document):
    links = re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", document.read_text())
    assert [link for link in links if not (document.parent / link).exists()] == []
