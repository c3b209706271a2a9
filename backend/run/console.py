"""What the person at the terminal sees: short Chinese lines, and one that is overwritten while something takes long."""

import sys
import time
from collections.abc import Callable
from typing import TextIO

QUIET_SECONDS = 20


class Console:
    """Prints lines; `keep` hears each of them too (the supervisor's own log)."""

    def __init__(self, stream: TextIO | None = None, keep: Callable[[str], None] = lambda line: None):
        self._stream, self._keep, self._shown = stream or sys.stdout, keep, 0.0

    def say(self, line: str) -> None:
        """Print one line that stays, and keep it."""
        self.show(line)
        self._keep(line)

    def show(self, text: str) -> None:
        """Print what only the person at the terminal may see (passwords): it is not kept."""
        self._stream.write(f"{self._clear()}{text}\n")
        self._stream.flush()

    def passing(self, line: str) -> None:
        """Print a line that the next one replaces; where there is no terminal, only one every 20 seconds."""
        if self._stream.isatty():
            self._stream.write(f"{self._clear()}{line[:100]}")
        elif time.monotonic() - self._shown >= QUIET_SECONDS:
            self._stream.write(f"{line}\n")
            self._shown = time.monotonic()
        self._stream.flush()

    def progress(self, title: str) -> Callable[[float, str], None]:
        """Return a listener for long work: it hears the seconds passed and the last line of output."""
        self._shown = time.monotonic()
        return lambda seconds, line: self.passing(f"{title} … {seconds:.0f} 秒 {line.strip()[:60]}")

    def _clear(self) -> str:
        return "\r\033[K" if self._stream.isatty() else ""
