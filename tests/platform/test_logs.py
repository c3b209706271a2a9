"""Logs are JSON lines with ids only, and do not grow without end."""

import json
import logging
import sys
from datetime import datetime

import pytest

from backend.clock import SHANGHAI
from backend.run.logs import KEPT, JsonFormatter, ProcessLog, mask

AT = datetime(2026, 3, 2, 9, 30, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    "secret",
    [
        "11010519491231002X",
        "440308199901101512",
        "13800138000",
        "6222021234567890123",
        "access_token=84_abcDEF",
        'secret": "0123456789abcdef"',
        "js_code=081abc",
        "redis://:pass-word@127.0.0.1:6379",
        "postgresql://talent:pass-word@db/talent",
    ],
)
def test_no_personal_number_and_no_credential_gets_through(secret):
    value = secret.split("=")[-1].split('"')[-2 if '"' in secret else -1].split("@")[0].rpartition(":")[2]
    assert value not in mask(f"before {secret} after")


@pytest.mark.parametrize(
    "harmless",
    ["apl_01hzxkq7t2wz9d3m5n6p7r8s9t", "living-2020/5", "2026-03-02T09:30:00.123456+08:00", "1772415000.123"],
)
def test_ids_and_moments_stay_readable(harmless):
    assert mask(harmless) == harmless


def record(message, *args, **more):
    return logging.makeLogRecord({"name": "backend.jobs", "levelname": "INFO", "msg": message, "args": args, **more})


def test_a_line_says_when_where_and_what():
    line = json.loads(JsonFormatter("worker").format(record("sent %s", "msg_1", fields={"application": "app_1"})))
    assert line["process"] == "worker"
    assert line["message"] == "sent msg_1"
    assert line["application"] == "app_1"
    assert datetime.fromisoformat(line["at"]).tzinfo is not None


def test_an_exception_is_logged_with_its_traceback_and_without_the_number_in_it():
    try:
        raise ValueError("bad number 440308199901101512")
    except ValueError:
        line = json.loads(JsonFormatter("web").format(record("failed", exc_info=sys.exc_info())))
    assert "ValueError" in line["traceback"]
    assert "440308199901101512" not in line["traceback"]


def test_an_access_line_has_the_path_and_never_the_query():
    parts = {"m": "GET", "U": "/wechat/oa", "q": "signature=abc", "s": "200", "M": 3, "{x-request-id}o": "r1"}
    access = logging.makeLogRecord({"name": "gunicorn.access", "msg": "%(U)s", "levelname": "INFO"})
    access.args = parts
    line = JsonFormatter("web").format(access)
    assert json.loads(line)["path"] == "/wechat/oa"
    assert "abc" not in line


def test_what_a_foreign_program_prints_is_wrapped_and_masked(tmp_path):
    log = ProcessLog(tmp_path, "redis")
    log.write("ready for 13800138000\n", AT)
    line = json.loads(log.path.read_text())
    assert line == {"at": "2026-03-02T09:30:00.000+08:00", "process": "redis", "message": "ready for [phone]"}


def test_a_json_line_is_kept_as_it_is_and_an_empty_one_is_dropped(tmp_path):
    log = ProcessLog(tmp_path, "web")
    log.write('{"message": "ready"}\n', AT)
    log.write("  \n", AT)
    assert log.path.read_text() == '{"message": "ready"}\n'


def test_a_full_log_is_set_aside_and_only_so_many_are_kept(tmp_path):
    log = ProcessLog(tmp_path, "web", max_bytes=10)
    for number in range(KEPT + 4):
        log.write(f'{{"line": {number:04d}}}', AT)
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["web.log", *(f"web.log.{number}" for number in range(1, KEPT + 1))]
    assert "0008" in log.path.read_text()
    assert "0007" in (tmp_path / "web.log.1").read_text()


def test_the_end_of_a_log_is_shown_as_it_was_said(tmp_path):
    log = ProcessLog(tmp_path, "web")
    log.write("Traceback", AT)
    log.write('{"message": "failed", "traceback": "ValueError"}', AT)
    log.write('{"not": "ours"}', AT)
    assert log.tail(3) == ["Traceback", "failed\nValueError", '{"not": "ours"}']
