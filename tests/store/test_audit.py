"""The audit chain: whatever is changed, dropped, moved or slipped in is found, and where."""

import threading
from datetime import datetime

import pytest

from backend.clock import SHANGHAI
from backend.store import audit, database
from backend.store.models import Audit

NOON = datetime(2026, 3, 4, 12, tzinfo=SHANGHAI)


@pytest.fixture
def chain(store):
    """Five rows."""
    for number in range(5):
        audit.record(audit.SYSTEM, "act", "thing", f"thing-{number}", NOON, {"number": number})


def test_an_untouched_chain_holds(chain):
    assert audit.verify() is None


def test_an_empty_chain_holds(store):
    assert audit.verify() is None


@pytest.mark.parametrize(
    "change", [{"actor": "somebody else"}, {"detail": {"number": 7}}, {"at": NOON.replace(hour=13)}, {"subject": "x"}]
)
def test_a_changed_row_is_found(chain, change):
    Audit.update(**change).where(Audit.seq == 3).execute()
    assert audit.verify() == audit.Break(3, "changed")


def test_a_dropped_row_is_found(chain):
    Audit.delete().where(Audit.seq == 2).execute()
    assert audit.verify() == audit.Break(2, "missing")


def test_a_cut_end_is_found(chain):
    Audit.delete().where(Audit.seq == 5).execute()
    assert audit.verify() == audit.Break(5, "cut")


def test_a_row_recomputed_without_the_key_is_found(chain):
    import hashlib

    Audit.update(actor="x", hash=hashlib.sha256(b"x").hexdigest()).where(Audit.seq == 5).execute()
    assert audit.verify().seq == 5


def test_a_rolled_back_act_leaves_no_gap(chain):
    with pytest.raises(ZeroDivisionError), database.transaction():
        audit.record(audit.SYSTEM, "act", "thing", "x", NOON)
        raise ZeroDivisionError
    audit.record(audit.SYSTEM, "act", "thing", "y", NOON)
    assert audit.verify() is None


def test_many_writers_make_one_chain(store):
    def write():
        with database.connection():
            for _ in range(5):
                audit.record(audit.SYSTEM, "act", "thing", "x", NOON)

    threads = [threading.Thread(target=write) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Audit.select().count() == 30
    assert audit.verify() is None
