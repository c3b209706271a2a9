"""Logs: one JSON object a line, ids only, in DATA_DIR/logs/<process>.log, rotated by size.

Our own processes write JSON lines themselves (`logging_config`); the supervisor collects what every process prints,
wraps what is not JSON (Redis, Rasa) and masks what must not stand in a log, whoever wrote it.
"""

import json
import logging
import re
from datetime import datetime
from pathlib import Path
from typing import Any

from backend.clock import SHANGHAI

MAX_BYTES = 10_000_000
KEPT = 5

SECRET_NAMES = ("access_token", "secret", "js_code", "session_key", "password", "token")
MASKS = (
    (re.compile(r"(?<![0-9A-Za-z_.])\d{15,18}[\dXx]?(?![0-9A-Za-z_])"), "[number]"),
    (re.compile(r"(?<![0-9A-Za-z_.])1[3-9]\d{9}(?![0-9A-Za-z_])"), "[phone]"),
    (re.compile(rf"((?:{'|'.join(SECRET_NAMES)})[\"']?\s*[=:]\s*[\"']?)[^\s&\"',}}]+"), r"\1[secret]"),
    (re.compile(r"(://[^/\s:@]*:)[^/\s@]+@"), r"\1[secret]@"),
)
"""What never stands in a log: id and card numbers, phone numbers, credentials in URLs and texts."""


def mask(text: str) -> str:
    """Return a log line without personal numbers and credentials."""
    for pattern, replacement in MASKS:
        text = pattern.sub(replacement, text)
    return text


class JsonFormatter(logging.Formatter):
    """Formats a record as one JSON object; fields given by `extra={"fields": {...}}` stand beside the message."""

    def __init__(self, process: str):
        super().__init__()
        self._process = process

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record: at, process, level, logger, message, its fields, and the traceback if any."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, SHANGHAI).isoformat(timespec="milliseconds"),
            "process": self._process,
            "level": record.levelname.lower(),
            "logger": record.name,
            **_content(record),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return mask(json.dumps(line, ensure_ascii=False, default=str))


def _content(record: logging.LogRecord) -> dict[str, Any]:
    """Return what a record says: an access record its parts without the query string, any other its message."""
    if record.name == "gunicorn.access" and isinstance(record.args, dict):
        parts = record.args
        return {
            "method": parts["m"],
            "path": parts["U"],
            "status": int(parts["s"]),
            "ms": parts["M"],
            "request_id": parts["{x-request-id}o"],
        }
    return {"message": record.getMessage(), **getattr(record, "fields", {})}


TALKATIVE = ("fontTools", "weasyprint")
"""Libraries that log every step of printing a page."""


def logging_config(process: str, level: str = "INFO") -> dict[str, Any]:
    """Return the logging configuration (for `logging.config.dictConfig` and gunicorn) of one of our processes."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": "backend.run.logs.JsonFormatter", "process": process}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"level": level, "handlers": ["stderr"]},
        "loggers": {
            "gunicorn.error": {"level": level, "propagate": True, "handlers": []},
            "gunicorn.access": {"level": level, "propagate": True, "handlers": []},
            **{name: {"level": "WARNING"} for name in TALKATIVE},
        },
    }


def _said(line: str) -> str:
    """Return the message and traceback of a log line, or the line itself when it is not one of ours."""
    try:
        parts = json.loads(line)
        return "\n".join(filter(None, [parts["message"], parts.get("traceback")]))
    except (ValueError, KeyError, TypeError):
        return line


class ProcessLog:
    """The log file of one process. Lines that are not JSON are wrapped; old files are kept as .1, .2 …"""

    def __init__(self, folder: Path, process: str, max_bytes: int = MAX_BYTES):
        folder.mkdir(parents=True, exist_ok=True)
        self.path, self._process, self._max_bytes = folder / f"{process}.log", process, max_bytes

    def write(self, text: str, at: datetime) -> None:
        """Append one line that the process printed at `at` (aware)."""
        text = text.rstrip()
        if not text:
            return
        if not text.startswith("{"):
            wrapped = {"at": at.isoformat(timespec="milliseconds"), "process": self._process, "message": text}
            text = json.dumps(wrapped, ensure_ascii=False)
        self._rotate_if_full()
        with self.path.open("a", encoding="utf-8") as file:
            file.write(mask(text) + "\n")

    def tail(self, count: int) -> list[str]:
        """Return what the last lines say, for a person who must see why a process did not start."""
        if not self.path.exists():
            return []
        lines = self.path.read_text(encoding="utf-8", errors="replace").splitlines()[-count:]
        return [_said(line) for line in lines]

    def _rotate_if_full(self) -> None:
        if not self.path.exists() or self.path.stat().st_size < self._max_bytes:
            return
        for number in range(KEPT - 1, 0, -1):
            older = self.path.with_name(f"{self.path.name}.{number}")
            if older.exists():
                older.replace(self.path.with_name(f"{self.path.name}.{number + 1}"))
        self.path.replace(self.path.with_name(f"{self.path.name}.1"))
