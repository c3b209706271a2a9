"""Statements about many rows, put together once: for delivery, where peewee's making of the text is most of the cost.

Only the words of a statement are kept; values always travel as parameters. Columns keep their own conversions.
"""

from collections.abc import Callable, Collection, Sequence
from functools import cache
from typing import Any

from peewee import Field, Model

from backend.store.models import database


def insert(model: type[Model], rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows (field name → value), all of them with the same fields; the others get their defaults."""
    if not rows:
        return
    fields = _fields(model, tuple(rows[0]))
    values = [[_value(field, row) for field in fields] for row in rows]
    database.cursor().executemany(_insertion(model, fields, database.param), values)


def run(statement: str, parameters: Sequence[Any]) -> list[tuple]:
    """Run a statement whose parameters stand as `?` and return its rows."""
    return database.execute_sql(statement.replace("?", database.param), parameters).fetchall()


def marks(values: Collection) -> str:
    """Return the list of parameters for `IN`: `(?, ?, ?)`."""
    return f"({', '.join('?' * len(values))})"


@cache
def _fields(model: type[Model], given: tuple[str, ...]) -> tuple[Field, ...]:
    """The fields to write: those given, then those that have a default."""
    fields = model._meta.fields
    return tuple(fields[name] for name in given) + tuple(
        field for field in model._meta.sorted_fields if field.default is not None and field.name not in given
    )


@cache
def _insertion(model: type[Model], fields: tuple[Field, ...], param: str) -> str:
    columns = ", ".join(f'"{field.column_name}"' for field in fields)
    values = ", ".join([param] * len(fields))
    return f'INSERT INTO "{model._meta.table_name}" ({columns}) VALUES ({values})'  # noqa: S608 - names of the models


def _value(field: Field, row: dict[str, Any]) -> Any:
    return field.db_value(row[field.name] if field.name in row else _default(field.default))


def _default(default: Any | Callable[[], Any]) -> Any:
    return default() if callable(default) else default
