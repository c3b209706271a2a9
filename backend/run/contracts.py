"""The import contracts of pyproject.toml, checked over the modules that exist.

import-linter refuses a contract that names a module that is not there. Contracts are written for the whole design, so a
module that is yet to come is left out; the check says which, so that a misspelt name does not hide.
"""

import sys
import tempfile
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from backend.run.paths import ROOT

OPTIONS = ("source_modules", "forbidden_modules")


def contracts(project: Path = ROOT / "pyproject.toml") -> Mapping[str, Any]:
    """Return the import-linter section of a pyproject.toml."""
    return tomllib.loads(project.read_text())["tool"]["importlinter"]


def absent(configuration: Mapping[str, Any]) -> list[str]:
    """Return the modules of our own that the contracts name and that do not exist."""
    named = {name for contract in configuration["contracts"] for option in OPTIONS for name in contract[option]}
    ours = (name for name in named if name.partition(".")[0] in configuration["root_packages"])
    return sorted(name for name in ours if not _exists(name))


def main() -> int:
    """Check the contracts; return the exit status."""
    from importlinter.cli import lint_imports

    sys.path.insert(0, str(ROOT))
    configuration = contracts()
    missing = absent(configuration)
    if missing:
        print(f"还没有的模块：{'、'.join(missing)}")
    with tempfile.NamedTemporaryFile("w", suffix=".ini") as file:
        file.write(_as_ini(configuration, missing))
        file.flush()
        return lint_imports(config_filename=file.name, no_logo=True, cache_dir=str(ROOT / ".import_linter_cache"))


def _exists(name: str) -> bool:
    """Tell whether a module is there, without importing it."""
    path = ROOT.joinpath(*name.split("."))
    return path.with_suffix(".py").exists() or (path / "__init__.py").exists()


def _as_ini(configuration: Mapping[str, Any], without: list[str]) -> str:
    """Return the configuration in import-linter's INI form, without some modules and contracts left empty."""
    lines = [
        "[importlinter]",
        _option("root_packages", configuration["root_packages"]),
        "include_external_packages = true",
    ]
    for contract in configuration["contracts"]:
        kept = {
            **contract,
            **{option: [name for name in contract[option] if name not in without] for option in OPTIONS},
        }
        if all(kept[option] for option in OPTIONS):
            lines += ["", f"[importlinter:contract:{kept.pop('id')}]", *(_option(*pair) for pair in kept.items())]
    return "\n".join(lines) + "\n"


def _option(name: str, value: Any) -> str:
    return f"{name} =" + "".join(f"\n    {each}" for each in value) if isinstance(value, list) else f"{name} = {value}"


if __name__ == "__main__":
    sys.exit(main())
