"""Rules of the house that hold over every Python file, read from their syntax trees."""

import ast
import re
from pathlib import Path

import pytest
import yaml

from backend.run.contracts import contracts

ROOT = Path(__file__).parents[2]
CODE = ("backend", "bot", "miniprogram_api", "miniprogram/contract", "nlu_data")
SOURCES = sorted(path for folder in CODE for path in (ROOT / folder).rglob("*.py") if "node_modules" not in path.parts)
READS_ENVIRONMENT = {"backend/settings.py", "backend/run/rasa_server.py"}
ASKS_THE_TIME = {"backend/clock.py"}
VAGUE = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "managers", "base"}


def name(path):
    """Return a path as it is written in the lists above."""
    return path.relative_to(ROOT).as_posix()


def tree(path):
    """Return the syntax tree of a file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def dotted(node):
    """Return `a.b.c` for an attribute chain, and nothing for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and dotted(node.value):
        return f"{dotted(node.value)}.{node.attr}"
    return ""


def uses(path, wanted):
    """Return which of the wanted dotted names a file uses, with their lines."""
    found = ((dotted(node), node.lineno) for node in ast.walk(tree(path)) if isinstance(node, ast.Attribute))
    return [f"{name(path)}:{line} {used}" for used, line in found if used in wanted]


def over_all(wanted, allowed):
    """Return the uses of the wanted names in all files that may not use them."""
    return [use for path in SOURCES if name(path) not in allowed for use in uses(path, wanted)]


def test_there_is_code_to_look_at():
    assert {"backend/settings.py", "backend/clock.py"} <= {name(path) for path in SOURCES}


def test_only_the_settings_read_the_environment():
    assert not (found := over_all({"os.environ", "os.getenv", "os.environb"}, READS_ENVIRONMENT)), "\n".join(found)


def test_only_the_clock_asks_for_the_time():
    asking = {"datetime.now", "datetime.today", "datetime.utcnow", "date.today", "time.time", "time.time_ns",
              "datetime.datetime.now", "datetime.date.today", "time.localtime", "time.gmtime"}  # fmt: skip
    assert not (found := over_all(asking, ASKS_THE_TIME)), "\n".join(found)


def pure_files():
    """Return the files of the modules that the contract "pure" names."""
    (pure,) = (contract for contract in contracts()["contracts"] if contract["id"] == "pure")
    places = [ROOT.joinpath(*module.split(".")) for module in pure["source_modules"]]
    return [
        path for path in SOURCES if any(place in path.parents or place.with_suffix(".py") == path for place in places)
    ]


def test_pure_code_is_given_the_time_and_never_asks():
    assert pure_files()
    asking = {"clock.now", "clock.today", "backend.clock.now", "backend.clock.today"}
    taken = [
        f"{name(path)}:{node.lineno} {alias.name}"
        for path in pure_files()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom) and node.module == "backend.clock"
        for alias in node.names
        if alias.name in ("now", "today")
    ]
    assert [use for path in pure_files() for use in uses(path, asking)] + taken == []


def test_no_module_has_a_name_that_says_nothing():
    assert [name(path) for path in SOURCES if path.stem in VAGUE or path.parent.name in VAGUE] == []


def test_no_city_is_named_in_python():
    packs = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in ROOT.glob("backend/packs/*/city.yml")]
    ids = {path.parent.name for path in ROOT.glob("backend/packs/*/city.yml")}
    shown = {str(pack.get("name", "")).rstrip("市") for pack in packs} - {""}
    assert ids, "no packs to take the names from"
    pattern = re.compile("|".join(sorted(map(re.escape, ids | shown))), re.IGNORECASE)
    written = [f"{name(path)}: {pattern.search(path.read_text(encoding='utf-8'))[0]}" for path in SOURCES
               if pattern.search(path.read_text(encoding="utf-8"))]  # fmt: skip
    assert not written, "\n".join(written)


@pytest.mark.parametrize("mark", ["TO" + "DO", "FIX" + "ME", "XX" + "X", "raise NotImplemented" + "Error"])
def test_nothing_is_left_for_later(mark):
    pattern = re.compile(rf"\b{mark}\b")
    assert [name(path) for path in SOURCES if pattern.search(path.read_text(encoding="utf-8"))] == []


def test_every_module_and_everything_public_says_what_it_is():
    silent = [
        f"{name(path)}:{getattr(node, 'lineno', 1)} {getattr(node, 'name', 'module')}"
        for path in SOURCES
        if path.stat().st_size
        for node in public(tree(path))
        if not ast.get_docstring(node)
    ]
    assert not silent, "\n".join(silent)


def public(module):
    """Yield a module and its public functions and classes. (A method may be told by its class.)"""
    yield module
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    yield from (node for node in module.body if isinstance(node, kinds) and not node.name.startswith("_"))
