"""Add the indexes that keep lists, ledgers and figures quick in a register of a million cases."""

from backend.store.models import Application, Payment, Rating, StepRecord


def up(migrator, db):
    """Make the indexes that are missing; a database begun after this migration has them already."""
    for model in (Application, Payment, Rating, StepRecord):
        model._schema.create_indexes(safe=True)
    db.execute_sql("DROP INDEX IF EXISTS application_city_agency_state_due_on_id")
