"""The only module that asks the machine for the time.

Everything else takes a moment or a day as an argument. In sandbox mode the clock of all processes can be set ahead, so
that five working days of public notice need not be waited for: `follow` a shared file, `set_ahead` writes it.
"""

import tempfile
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


class _Offset:
    """How far the clock is ahead: nothing, or what the followed file says (read again only when it changed)."""

    def __init__(self) -> None:
        self.path: Path | None = None
        self._stamp: tuple[int, int] | None = None
        self._ahead = timedelta()

    def value(self) -> timedelta:
        if self.path is None:
            return timedelta()
        try:
            status = self.path.stat()
        except FileNotFoundError:
            return timedelta()
        stamp = (status.st_mtime_ns, status.st_ino)
        if stamp != self._stamp:
            self._stamp, self._ahead = stamp, timedelta(seconds=float(self.path.read_text()))
        return self._ahead


_offset = _Offset()


def now() -> datetime:
    """Return the present moment as an aware datetime in Asia/Shanghai."""
    return datetime.now(SHANGHAI) + _offset.value()


def today() -> date:
    """Return the calendar day in Asia/Shanghai."""
    return now().date()


def follow(path: Path | None) -> None:
    """Go ahead of the machine by the seconds that stand in `path`, which several processes may share; None: no more."""
    _offset.path = path


def ahead() -> timedelta:
    """Return how far the clock is set ahead."""
    return _offset.value()


def set_ahead(by: timedelta) -> datetime:
    """Set the clock ahead by so much more and return the new moment. Raises RuntimeError when no file is followed."""
    if _offset.path is None:
        raise RuntimeError("the clock follows no file: it can be set ahead in sandbox mode only")
    seconds = (_offset.value() + by).total_seconds()
    _offset.path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=_offset.path.parent, delete=False) as stream:
        stream.write(str(seconds))
    Path(stream.name).replace(_offset.path)
    return now()
