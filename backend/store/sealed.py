"""Free text and contacts of single rows that are kept sealed: objections, complaints, employers' contacts."""

import json
from typing import Any

from backend.store.crypto import Place, vault
from backend.store.models import Base


def put(row: Base, column: str, value: Any) -> None:
    """Seal `value` (any JSON) into a `_sealed` column of an unsaved or loaded row; None clears it."""
    text = None if value is None else json.dumps(value, ensure_ascii=False)
    setattr(row, column, text and vault.seal(text, _place(row, column)))


def get(row: Base, column: str) -> Any:
    """Return what was put. Raises BrokenSeal, UnknownKey."""
    sealed = getattr(row, column)
    return None if sealed is None else json.loads(vault.open(sealed, _place(row, column)))


def _place(row: Base, column: str) -> Place:
    return Place(row._meta.table_name, column, row.id)
