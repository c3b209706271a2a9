"""How long work takes on a machine that others use as well."""

import time
from collections.abc import Callable, Sequence

PORTION = 200


def undisturbed(work: Callable[[Sequence], object], people: Sequence, repeats: int = 5) -> float:
    """Return the processor seconds that `work` needs for all people: of every portion the quickest of some repeats."""
    portions = [people[start : start + PORTION] for start in range(0, len(people), PORTION)]
    return sum(min(_seconds(work, portion) for _ in range(repeats)) for portion in portions)


def _seconds(work: Callable[[Sequence], object], people: Sequence) -> float:
    began = time.process_time()
    work(people)
    return time.process_time() - began
