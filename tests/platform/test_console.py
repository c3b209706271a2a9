"""The terminal shows short lines; what only the person there may see is not kept."""

import io

from backend.run.console import Console


class Terminal(io.StringIO):
    """A terminal that remembers everything written to it."""

    def isatty(self):
        return True


def test_what_is_said_is_shown_and_kept():
    stream, kept = io.StringIO(), []
    Console(stream, kept.append).say("准备好了")
    assert stream.getvalue() == "准备好了\n"
    assert kept == ["准备好了"]


def test_passwords_are_shown_and_not_kept():
    stream, kept = io.StringIO(), []
    Console(stream, kept.append).show("window  secret")
    assert "secret" in stream.getvalue()
    assert kept == []


def test_progress_overwrites_itself_on_a_terminal_and_leaves_only_the_result():
    stream = Terminal()
    console = Console(stream)
    tell = console.progress("训练")
    tell(1, "epoch 1")
    tell(2, "epoch 2")
    console.say("训练 … 好了")
    assert stream.getvalue().count("\n") == 1
    assert stream.getvalue().rpartition("\r\033[K")[2] == "训练 … 好了\n"


def test_progress_does_not_flood_a_log_file():
    stream = io.StringIO()
    tell = Console(stream).progress("训练")
    for second in range(5):
        tell(second, "still at it")
    assert stream.getvalue() == ""
