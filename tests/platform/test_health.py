"""Readiness names what does not answer and never waits longer than its limit."""

import threading
from pathlib import Path

import pytest

from backend.run import health
from backend.settings import Settings
from tests.platform.test_settings import GIVEN
from tests.servers import free_ports


@pytest.fixture
def settings(tmp_path):
    return Settings.from_environment({**GIVEN, "DATA_DIR": str(tmp_path), "PORT": str(free_ports())})


def fine(settings):
    """A part that answers."""


def broken(settings):
    """A part that does not."""
    raise ConnectionRefusedError


def test_nothing_is_named_when_all_answer(settings):
    assert health.not_ready(settings, {"database": fine, "rasa": fine}) == []


def test_what_does_not_answer_is_named(settings):
    assert health.not_ready(settings, {"database": fine, "rasa": broken, "redis": broken}) == ["rasa", "redis"]


def test_a_part_that_hangs_is_named_and_not_waited_for(settings):
    released = threading.Event()
    assert health.not_ready(settings, {"rasa": lambda settings: released.wait(60)}, limit=0.2) == ["rasa"]
    assert not released.is_set()
    released.set()


def test_with_nothing_started_everything_but_the_file_database_is_named(settings):
    assert health.not_ready(settings) == ["redis", "worker", "actions", "rasa"]


def test_a_database_that_cannot_be_opened_is_named(settings, tmp_path):
    Path(tmp_path / "file").touch()
    unreachable = {**GIVEN, "DATA_DIR": str(tmp_path), "DATABASE_URL": f"sqlite:///{tmp_path}/file/talent.db"}
    assert "database" in health.not_ready(Settings.from_environment(unreachable))


def test_waiting_ends_as_soon_as_a_part_answers(settings):
    answers = iter([broken, broken, fine])
    asked = []

    def check(settings):
        asked.append(None)
        next(answers)(settings)

    assert health.wait_until(check, settings, 10, ticks=iter(lambda: None, 0))
    assert len(asked) == 3


def test_waiting_ends_when_its_ticks_give_up(settings):
    assert not health.wait_until(broken, settings, 10, ticks=[None, None])
