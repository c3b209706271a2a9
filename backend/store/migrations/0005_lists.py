"""Put the indexes of desks and lists in the order in which these are read."""

from backend.store.models import Application, Complaint, StepRecord

REPLACED = (
    "application_city_agency_role_state_due_on_id",
    "application_city_state_due_on",
    "application_city_due_on_id",
)


def up(migrator, db):
    """Make the new indexes where they are missing, then drop those that they replace."""
    for model in (Application, Complaint, StepRecord):
        model._schema.create_indexes(safe=True)
    for name in REPLACED:
        db.execute_sql(f"DROP INDEX IF EXISTS {name}")
