"""Add the index from which the ledger adds up what is not paid yet."""

from backend.store.models import Payment


def up(migrator, db):
    """Make it where it is missing; a database begun after this migration has it already."""
    Payment._schema.create_indexes(safe=True)
