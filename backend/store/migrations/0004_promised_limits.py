"""Add the statutory last day that stands behind a promised one."""

from backend.store.models import StepRecord


def up(migrator, db):
    """Add the column; a database begun after this migration has it already."""
    if "statutory_on" not in {column.name for column in db.get_columns("step_record")}:
        migrator.migrate(migrator.add_column("step_record", "statutory_on", StepRecord.statutory_on))
