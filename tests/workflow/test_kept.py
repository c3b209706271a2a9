"""What takes long to make is made once, beside whoever asks, and never served when it is old."""

import threading
from datetime import timedelta

import pytest

from backend.workflow.kept import Kept
from tests.workflow.office import MONDAY


class Slow:
    """Makes 1, 2, 3… and can be held up."""

    def __init__(self):
        self.made, self.may_go = 0, threading.Event()
        self.may_go.set()

    def __call__(self, key):
        self.may_go.wait(30)
        self.made += 1
        return self.made


@pytest.fixture
def slow():
    """Something that takes as long as a test lets it."""
    return Slow()


def test_within_a_minute_the_same_answer_is_given_without_making_it_again(slow):
    kept = Kept(slow)
    assert kept.ask("a", MONDAY) == kept.ask("a", MONDAY + timedelta(seconds=59)) == (1, MONDAY)


def test_another_key_is_another_answer(slow):
    kept = Kept(slow)
    assert kept.ask("a", MONDAY)[0] != kept.ask("b", MONDAY)[0]


def test_after_a_minute_the_old_answer_comes_at_once_and_the_new_one_next_time(slow):
    kept = Kept(slow)
    kept.ask("a", MONDAY)
    slow.may_go.clear()
    later = MONDAY + timedelta(minutes=2)
    assert kept.ask("a", later) == (1, MONDAY)
    slow.may_go.set()
    assert kept.ask("a", later, patience=None) == (2, later)


def test_after_ten_minutes_the_old_answer_is_none(slow):
    kept = Kept(slow)
    kept.ask("a", MONDAY)
    slow.may_go.clear()
    later = MONDAY + timedelta(minutes=11)
    assert kept.ask("a", later, patience=0) is None
    slow.may_go.set()
    assert kept.ask("a", later, patience=None) == (2, later)


def test_many_who_ask_at_once_have_it_made_once(slow):
    kept = Kept(slow)
    slow.may_go.clear()
    assert [kept.ask("a", MONDAY, patience=0) for _ in range(5)] == [None] * 5
    slow.may_go.set()
    kept.clear()
    assert slow.made == 1


def test_what_went_wrong_is_told_to_whoever_asks_and_tried_again_for_the_next():
    def fail(key):
        raise LookupError(key)

    kept = Kept(fail)
    for _ in range(2):
        with pytest.raises(LookupError):
            kept.ask("a", MONDAY, patience=None)


def test_only_so_many_are_kept(slow):
    kept = Kept(slow, most=2)
    for key in "abc":
        kept.ask(key, MONDAY)
    assert kept.ask("c", MONDAY)[0] == 3
    assert kept.ask("a", MONDAY)[0] == 4


def test_one_can_wait_until_nothing_is_being_made_any_more(slow):
    kept = Kept(slow)
    slow.may_go.clear()
    assert kept.ask("a", MONDAY, patience=0) is None
    threading.Timer(0.05, slow.may_go.set).start()
    kept.settle()
    assert kept.ask("a", MONDAY, patience=0) == (1, MONDAY)
