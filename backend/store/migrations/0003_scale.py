"""Add the indexes that keep lists, ledgers and figures quick in a register of a million cases."""

from backend.store.models import Application, Payment, Rating


def up(migrator, db):
    """Make the indexes that are missing; a database begun after this migration has them already."""
    for model in (Application, Payment, Rating):
        model._schema.create_indexes(safe=True)
