"""Make the table of pictures that WeChat looks at."""

from backend.store.models_messaging import PictureCheck


def up(migrator, db):
    """Create it; a database begun after this migration has it already."""
    db.create_tables([PictureCheck], safe=True)
