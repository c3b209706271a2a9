"""Make the tables of the traffic with WeChat."""

from backend.store.models_messaging import TABLES


def up(migrator, db):
    """Create the tables; they refer to tables of the first migration."""
    db.create_tables(TABLES)
