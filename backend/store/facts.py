"""What is known of a person: facts with value, source and time. A newer statement supersedes, nothing is overwritten.

Protected facts are sealed; `values` shows them masked unless it is asked to reveal them, and who asks writes the audit
log. Values are JSON as the vocabulary of `packs/facts.yml` describes them, checked at the door, not here.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, islice
from typing import Any

from backend.store.crypto import Place, mask, mask_name, vault
from backend.store.database import lock_row, transaction
from backend.store.models import Applicant, Fact

PROTECTED = frozenset(
    {"full_name", "id_number", "phone", "bank_account", "hukou_address", "home_address"}
    | {"spouse_name", "spouse_id_number", "child_name", "child_id_number"}
)
"""Facts that are encrypted at rest and masked on screen; every fact marked `protected` in the vocabulary is here."""

SOURCES = ("assistant", "form", "wechat", "employer", "staff", "import")
LOOKED_UP = frozenset({"full_name", "id_number", "phone"})
"""Protected facts by which staff find a person."""


@dataclass(frozen=True)
class Told:
    """A current fact: its value (masked when protected), where it came from, when."""

    id: str
    name: str
    value: Any
    source: str
    told_at: datetime
    told_by: str | None
    protected: bool


class UnknownSource(ValueError):
    """A fact was told with a source outside the closed set. `source` is what was given."""

    def __init__(self, source: str):
        super().__init__(f"a fact comes from one of {', '.join(SOURCES)}, not {source}")
        self.source = source


def tell(
    applicant_id: str, values: Mapping[str, Any], source: str, at: datetime, told_by: str | None = None
) -> list[str]:
    """Record statements about a person and return the names whose value is new.

    A value equal to the current one from the same source changes nothing. `told_by` is the id of the staff member,
    employer or import where it was not the person. Raises UnknownSource.
    """
    if source not in SOURCES:
        raise UnknownSource(source)
    with transaction():
        present = {row.name: row for row in _current(applicant_id, values, lock=True)}
        changed = [name for name, value in values.items() if not _same(present.get(name), value, source)]
        for name in changed:
            _supersede(present.get(name), at)
            _write(applicant_id, name, values[name], source, at, told_by)
        _show_name(applicant_id, values)
    return changed


def forget(applicant_id: str, name: str, at: datetime) -> bool:
    """End a fact at the person's wish and tell whether there was one. Submitted cases keep what they rest on."""
    with transaction():
        rows = _current(applicant_id, [name], lock=True)
        for row in rows:
            _supersede(row, at, deleted=True)
        if name == "full_name":
            Applicant.update(name_masked="").where(Applicant.id == applicant_id).execute()
    return bool(rows)


def current(applicant_id: str) -> dict[str, Told]:
    """Return every current fact of a person by name, protected ones masked."""
    return {row.name: told(row) for row in _current(applicant_id)}


def values(applicant_id: str, reveal: Collection[str] = ()) -> dict[str, Any]:
    """Return the current values by name, ready for the vocabulary; protected ones only when named in `reveal`."""
    rows = _current(applicant_id)
    return {row.name: read(row) for row in rows if row.name not in PROTECTED or row.name in reveal}


def of_people(applicant_ids: Iterable[str], reveal: Collection[str] = ()) -> dict[str, dict[str, Any]]:
    """Return person → current values by name, protected ones only when named in `reveal`; for a list, in one query.

    The caller writes the audit log.
    """
    people = list(applicant_ids)
    rows = Fact.select().where(Fact.applicant.in_(people) & Fact.superseded_at.is_null())
    found: dict[str, dict[str, Any]] = {person: {} for person in people}
    for row in rows:
        if row.name not in PROTECTED or row.name in reveal:
            found[row.applicant_id][row.name] = read(row)
    return found


def of_everybody(city: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the people who look at a city, or at none yet, each with the current facts; never protected ones."""
    here = Applicant.city.is_null() | (Applicant.city == city)
    rows = (
        Fact.select(Fact.applicant, Fact.name, Fact.value)
        .join(Applicant)
        .where(here & (Applicant.state == "active") & Fact.superseded_at.is_null() & Fact.value_sealed.is_null())
        .order_by(Fact.applicant)
    )
    for applicant_id, group in groupby(rows.iterator(), key=lambda row: row.applicant_id):
        yield applicant_id, {row.name: row.value for row in group}


def reveal(applicant_id: str, name: str) -> Any | None:
    """Return the plain value of one current fact, or None. The caller writes the audit log."""
    rows = _current(applicant_id, [name])
    return read(rows[0]) if rows else None


def history(applicant_id: str, name: str) -> list[Fact]:
    """Return all rows of a fact, newest first; `read` opens a protected one."""
    rows = Fact.select().where((Fact.applicant == applicant_id) & (Fact.name == name))
    return list(rows.order_by(Fact.told_at.desc(), Fact.id.desc()))


def snapshot(applicant_id: str) -> list[str]:
    """Return the ids of the current rows: what a case submitted now rests on."""
    return [row.id for row in _current(applicant_id)]


def of_rows(fact_ids: Iterable[str], reveal: Collection[str] = ()) -> dict[str, Any]:
    """Return the values of given rows by name, as a submitted case holds them; protected ones only when revealed."""
    rows = Fact.select().where(Fact.id.in_(list(fact_ids)))
    return {row.name: read(row) for row in rows if row.name not in PROTECTED or row.name in reveal}


def told_rows(fact_ids: Iterable[str]) -> dict[str, Told]:
    """Return given rows by name, protected ones masked, with source and time."""
    return {row.name: told(row) for row in Fact.select().where(Fact.id.in_(list(fact_ids)))}


def find(name: str, value: str) -> list[str]:
    """Return the ids of the people whose current protected fact equals `value` (id number, phone, full name)."""
    rows = Fact.select(Fact.applicant).where(
        (Fact.name == name) & (Fact.value_lookup == vault.lookup(name, value)) & Fact.superseded_at.is_null()
    )
    return [row.applicant_id for row in rows]


def read(row: Fact) -> Any:
    """Return the value of a row, opened when it is sealed. Raises BrokenSeal, UnknownKey."""
    if row.value_sealed is None:
        return row.value
    return json.loads(vault.open(row.value_sealed, _place(row.id)))


def reseal(limit: int = 500) -> int:
    """Seal up to `limit` rows again that an older key or cipher sealed, and return how many; 0 when all are new."""
    sealed = Fact.select().where(Fact.value_sealed.is_null(False)).iterator()
    stale = list(islice((row for row in sealed if not vault.current(row.value_sealed)), limit))
    with transaction():
        for row in stale:
            text = vault.open(row.value_sealed, _place(row.id))
            Fact.update(value_sealed=vault.seal(text, _place(row.id))).where(Fact.id == row.id).execute()
    return len(stale)


def _current(applicant_id: str, names: Iterable[str] | None = None, lock: bool = False) -> Sequence[Fact]:
    query = Fact.select().where((Fact.applicant == applicant_id) & Fact.superseded_at.is_null())
    if names is not None:
        query = query.where(Fact.name.in_(list(names)))
    return list(lock_row(query) if lock else query)


def _same(row: Fact | None, value: Any, source: str) -> bool:
    return row is not None and row.source == source and read(row) == value


def _supersede(row: Fact | None, at: datetime, deleted: bool = False) -> None:
    if row is not None:
        Fact.update(superseded_at=at, deleted=deleted).where(Fact.id == row.id).execute()


def _write(applicant_id: str, name: str, value: Any, source: str, at: datetime, told_by: str | None) -> None:
    row = Fact(applicant=applicant_id, name=name, source=source, told_at=at, told_by=told_by)
    if name in PROTECTED:
        row.value_sealed = vault.seal(json.dumps(value, ensure_ascii=False), _place(row.id))
        row.value_masked = mask(name, value)
        row.value_lookup = vault.lookup(name, str(value)) if name in LOOKED_UP else None
    else:
        row.value = value
    row.save(force_insert=True)


def _show_name(applicant_id: str, told: Mapping[str, Any]) -> None:
    if "full_name" in told:
        shown = mask_name(str(told["full_name"]))
        Applicant.update(name_masked=shown).where(Applicant.id == applicant_id).execute()


def told(row: Fact) -> Told:
    """Return a row as what was told: value (masked when protected), source, time."""
    protected = row.value_sealed is not None
    value = row.value_masked if protected else row.value
    return Told(row.id, row.name, value, row.source, row.told_at, row.told_by, protected)


def _place(row_id: str) -> Place:
    return Place("fact", "value_sealed", row_id)
