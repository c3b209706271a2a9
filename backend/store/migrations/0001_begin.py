"""Make every table."""

from backend.store.models import TABLES


def up(migrator, db):
    """Create the tables in the order in which references allow it."""
    db.create_tables(TABLES)
