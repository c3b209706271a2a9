"""The backend's own command line, entered through `./talent` once the environments stand.

A command is one row: the function that runs it (`module:function`, imported only when called) and whether it needs the
settings, so that in sandbox mode the generated secrets are there before it reads them. The function takes the arguments
after the command's name and returns the exit status. `./talent` shows the list of commands; each has its own --help.
"""

import importlib
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from backend.settings import SettingsError


@dataclass(frozen=True)
class Command:
    """`target` is `module:function`, a function of the arguments that returns the exit status."""

    target: str
    needs_settings: bool = True


COMMANDS = {
    "run": Command("backend.run.command:run"),
    "migrate": Command("backend.run.command:migrate"),
    "seed": Command("backend.run.command:seed"),
    "client": Command("backend.run.client:main", needs_settings=False),
    "train": Command("backend.run.command:train"),
    "staff": Command("backend.console.cli:main"),
    "policy": Command("backend.policy_commands:main"),
    "eval": Command("bot.evaluation:main", needs_settings=False),
    "bench": Command("benchmarks.cli:main", needs_settings=False),
    "test": Command("backend.run.checks:test", needs_settings=False),
    "lint": Command("backend.run.checks:lint", needs_settings=False),
    "fmt": Command("backend.run.checks:fmt", needs_settings=False),
}


def main(arguments: Sequence[str]) -> int:
    """Run one command and return its exit status; a wrong setting is one Chinese sentence, not a traceback."""
    name, *rest = arguments
    command = COMMANDS[name]
    try:
        if command.needs_settings:
            _provide_secrets()
        return load(command.target)(rest)
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def load(target: str):
    """Return the function a target names."""
    module, _, function = target.partition(":")
    return getattr(importlib.import_module(module), function)


def _provide_secrets() -> None:
    from backend.run.generated_secrets import provide_secrets
    from backend.settings import process_environment

    provide_secrets(process_environment())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
