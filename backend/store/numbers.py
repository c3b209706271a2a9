"""Numbers people read: case, card, decision, notice and batch numbers, counted in series without gaps."""

from backend.store.database import lock_row, transaction
from backend.store.models import NumberSeries


def next_in(series: str) -> int:
    """Return the next number of a series, from 1. Rolled back with the transaction it is taken in."""
    with transaction():
        NumberSeries.insert(name=series).on_conflict_ignore().execute()
        last = lock_row(NumberSeries.select().where(NumberSeries.name == series)).get().last
        NumberSeries.update(last=last + 1).where(NumberSeries.name == series).execute()
    return last + 1
