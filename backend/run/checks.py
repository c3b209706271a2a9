"""The developers' commands: the tests, the checks of the code, its formatting."""

import argparse
import subprocess
import sys
from collections.abc import Sequence

from backend.run.paths import ROOT

CHECKS = (
    ("ruff", ("-m", "ruff", "check", ".")),
    ("ruff format", ("-m", "ruff", "format", "--check", ".")),
    ("mypy", ("-m", "mypy")),
    ("导入约定", ("-m", "backend.run.contracts")),
)


def test(arguments: Sequence[str]) -> int:
    """`./talent test [PYTEST ARGUMENTS]`: run the suite; it brings its own servers, ports and store."""
    return _python("-m", "pytest", *arguments)


def lint(arguments: Sequence[str]) -> int:
    """`./talent lint`: run all checks, also after one failed, and say which did."""
    argparse.ArgumentParser(prog="./talent lint", description="检查代码：ruff、mypy、导入约定").parse_args(arguments)
    failed = [name for name, command in CHECKS if _announced(name, command)]
    print("没有通过：" + "、".join(failed) if failed else "全部通过")
    return 1 if failed else 0


def fmt(arguments: Sequence[str]) -> int:
    """`./talent fmt [PATHS]`: mend what ruff can mend and format."""
    paths = list(arguments) or ["."]
    return _python("-m", "ruff", "check", "--fix-only", *paths) or _python("-m", "ruff", "format", *paths)


def _announced(name: str, command: Sequence[str]) -> int:
    print(f"— {name}", flush=True)
    return _python(*command)


def _python(*arguments: str) -> int:
    return subprocess.run([sys.executable, *arguments], cwd=ROOT, check=False).returncode
