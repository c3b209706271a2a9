"""Imported lists keep their history: who stood on them on which day, whatever the order of the imports."""

from datetime import date, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.store import directories
from backend.store.directories import Listed
from backend.store.models import DirectoryEntry

START = date(2020, 1, 1)
imports = st.lists(st.tuples(st.integers(0, 6), st.sets(st.sampled_from("甲乙丙丁"))), max_size=7)


def bring_in(names, day, source="test"):
    return directories.replace("c", "key", [Listed(name) for name in names], day, source)


def test_importing_the_same_list_again_changes_nothing(store):
    bring_in(["甲", "乙"], START)
    before = directories.state()
    assert bring_in(["乙", "甲"], START) == (0, 0)
    assert directories.state() == before


def test_names_are_the_same_whatever_their_brackets_and_width(store):
    bring_in(["安阳（甲）公司"], START)
    assert bring_in(["安阳(甲) 公司"], START + timedelta(days=1)) == (0, 0)
    assert directories.listed("c", "key", "安阳(甲)公司", START)


def test_a_list_of_an_earlier_day_holds_until_the_one_that_was_there_before(store):
    bring_in(["甲", "乙"], date(2021, 3, 1))
    bring_in(["乙", "丙"], date(2020, 3, 1))
    assert directories.names("c", "key", date(2021, 2, 28)) == ["丙", "乙"]
    assert directories.names("c", "key", date(2021, 3, 1)) == ["乙", "甲"]


def test_a_list_that_is_the_same_later_still_holds_when_an_earlier_one_is_brought_in(store):
    bring_in(["甲"], START)
    assert bring_in(["甲"], START + timedelta(days=5)) == (0, 0)
    bring_in(["乙"], START + timedelta(days=3))
    assert [directories.names("c", "key", START + timedelta(days=n)) for n in (2, 3, 5)] == [["甲"], ["乙"], ["甲"]]


def test_every_import_is_told_by_the_state(store):
    states = []
    for names in (["甲"], ["甲", "乙"], ["乙"], ["甲"]):
        bring_in(names, START)
        states.append(directories.state())
    assert len(set(states)) == len(states)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(imports)
def test_on_every_day_the_list_is_the_one_imported_for_the_latest_day_so_far(sqlite_store, found):
    DirectoryEntry.delete().execute()
    lists = {}
    for number, names in found:
        bring_in(sorted(names), START + timedelta(days=number))
        lists[START + timedelta(days=number)] = names
    for number in range(-1, 8):
        day = START + timedelta(days=number)
        assert set(directories.names("c", "key", day)) == _latest(lists, day), day


def _latest(lists, day):
    """The names of the latest list for that day or an earlier one."""
    days = [d for d in lists if d <= day]
    return set(lists[max(days)]) if days else set()
