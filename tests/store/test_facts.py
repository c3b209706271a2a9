"""Facts keep value, source and time; the newest stands, the older stay; protected ones are sealed."""

from datetime import datetime, timedelta

import pytest

from backend.clock import SHANGHAI
from backend.policy import load_packs
from backend.store import facts
from backend.store.crypto import BrokenSeal, SettingsKeys, Vault, vault
from backend.store.models import Applicant, Fact

NOON = datetime(2026, 3, 4, 12, tzinfo=SHANGHAI)
LATER = NOON + timedelta(hours=1)


@pytest.fixture
def person(store):
    """A person of whom nothing is known."""
    return Applicant.create().id


def test_the_newest_statement_stands_and_older_ones_stay(person):
    facts.tell(person, {"education": "bachelor"}, "assistant", NOON)
    facts.tell(person, {"education": "master"}, "form", LATER)
    assert facts.values(person) == {"education": "master"}
    assert [(row.value, row.source) for row in facts.history(person, "education")] == [
        ("master", "form"),
        ("bachelor", "assistant"),
    ]


def test_the_same_statement_from_the_same_source_changes_nothing(person):
    facts.tell(person, {"education": "master"}, "form", NOON)
    assert facts.tell(person, {"education": "master"}, "form", LATER) == []
    assert facts.current(person)["education"].told_at == NOON


def test_the_same_value_from_another_source_is_a_statement_of_its_own(person):
    facts.tell(person, {"education": "master"}, "form", NOON)
    assert facts.tell(person, {"education": "master"}, "staff", LATER, "stf_1") == ["education"]


@pytest.mark.parametrize(
    "value", [False, 0, None, [["2025-01", "2025-03"]], {"type": "new", "signed_on": "2025-01-02"}]
)
def test_every_kind_of_value_comes_back_as_it_went_in(person, value):
    facts.tell(person, {"anything": value}, "form", NOON)
    assert facts.values(person) == {"anything": value}


def test_what_is_taken_back_is_unknown_again(person):
    facts.tell(person, {"married": True}, "form", NOON)
    assert facts.forget(person, "married", LATER)
    assert not facts.forget(person, "married", LATER)
    assert facts.values(person) == {}


def test_a_protected_value_is_nowhere_in_the_row(person):
    facts.tell(person, {"id_number": "41052219900101123X"}, "form", NOON)
    row = Fact.get()
    assert "41052219900101123X" not in str(row.__data__)
    assert row.value_masked == "4105************3X"
    assert facts.read(row) == "41052219900101123X"


def test_protected_values_are_left_out_unless_named(person):
    facts.tell(person, {"phone": "13800138000", "married": True}, "form", NOON)
    assert facts.values(person) == {"married": True}
    assert facts.values(person, reveal=["phone"]) == {"married": True, "phone": "13800138000"}
    assert facts.current(person)["phone"].value == "138****8000"


def test_people_are_found_by_protected_values_of_now_only(person):
    facts.tell(person, {"id_number": "41052219900101123X"}, "form", NOON)
    assert facts.find("id_number", "41052219900101123x") == [person]
    facts.tell(person, {"id_number": "410522199001011248"}, "form", LATER)
    assert facts.find("id_number", "41052219900101123X") == []


def test_the_name_is_shown_masked_in_lists(person):
    facts.tell(person, {"full_name": "王小明"}, "form", NOON)
    assert Applicant.get_by_id(person).name_masked == "王*明"


def test_a_snapshot_holds_what_was_told_then(person):
    facts.tell(person, {"contract_years": 3}, "form", NOON)
    taken = facts.snapshot(person)
    facts.tell(person, {"contract_years": 1}, "form", LATER)
    assert facts.of_rows(taken) == {"contract_years": 3}


def test_a_sealed_value_moved_to_another_row_does_not_open(person):
    other = Applicant.create().id
    facts.tell(person, {"phone": "13800138000"}, "form", NOON)
    facts.tell(other, {"phone": "13900139000"}, "form", NOON)
    stolen = Fact.get(Fact.applicant == person).value_sealed
    Fact.update(value_sealed=stolen).where(Fact.applicant == other).execute()
    with pytest.raises(BrokenSeal):
        facts.reveal(other, "phone")


def test_after_a_change_of_key_everything_is_sealed_anew(person, store):
    facts.tell(person, {"phone": "13800138000", "full_name": "王小明"}, "form", NOON)
    vault.fill(Vault(SettingsKeys(store.master_keys, "k2"), "AES-GCM", store.lookup_key))
    assert (facts.reseal(), facts.reseal()) == (2, 0)
    assert all(row.value_sealed.startswith("AES-GCM.k2.") for row in Fact.select())
    assert facts.reveal(person, "phone") == "13800138000"
    assert facts.find("phone", "13800138000") == [person]


def test_an_unknown_source_is_refused(person):
    with pytest.raises(facts.UnknownSource):
        facts.tell(person, {"married": True}, "hearsay", NOON)


def test_everything_the_vocabulary_protects_is_sealed():
    assert {fact.name for fact in load_packs().vocabulary.top_level.values() if fact.protected} <= facts.PROTECTED
