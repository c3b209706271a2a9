"""Dated values: what a tree of pack data says on one day.

A mapping may carry date keys. For a day, the latest dated key on or before it is laid over the undated keys. A
mapping with only date keys, none of which has come, is not there at all (ABSENT, dropped from lists and mappings).
See docs/pack-format.md, "Dated values".
"""

from datetime import date
from typing import Any

ABSENT: Any = object()


def resolve(node: Any, day: date) -> Any:
    """Return `node` as it stands on `day`; ABSENT when nothing of it is in force."""
    if isinstance(node, list):
        return [value for value in (resolve(child, day) for child in node) if value is not ABSENT]
    if not isinstance(node, dict):
        return node
    dates = sorted(key for key in node if isinstance(key, date))
    plain = {key: child for key, child in node.items() if not isinstance(key, date)}
    if not dates:
        return _children(plain, day)
    past = [key for key in dates if key <= day]
    if not past:
        return _children(plain, day) if plain else ABSENT
    overlay = node[past[-1]]
    if overlay is None:
        return ABSENT
    if not isinstance(overlay, dict):
        return resolve(overlay, day)
    return _children(plain | overlay, day)


def _children(mapping: dict[str, Any], day: date) -> dict[str, Any]:
    resolved = ((key, resolve(child, day)) for key, child in mapping.items())
    return {key: value for key, value in resolved if value is not ABSENT}


def change_dates(node: Any) -> set[date]:
    """Return every date on which something in `node` changes."""
    if isinstance(node, list):
        return set().union(*(change_dates(child) for child in node)) if node else set()
    if not isinstance(node, dict):
        return set()
    own = {key for key in node if isinstance(key, date)}
    return own.union(*(change_dates(child) for child in node.values())) if node else own
