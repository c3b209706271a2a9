"""The best lawful bundle: of benefits that may not be taken together, the best ones (就高从优不重复)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations

from backend.policy.benefit import YUAN
from backend.policy.eligibility import ELIGIBLE, Verdict


@dataclass(frozen=True, slots=True)
class Bundle:
    """What to take, and for each benefit left out the one taken instead with the reason in Chinese."""

    taken: tuple[Verdict, ...]
    left_out: tuple[tuple[Verdict, str], ...]


def worth(verdict: Verdict) -> Fraction:
    """Return what an eligible benefit brings in all in yuan: its total, else value times months, else its value."""
    amount = verdict.amount
    if amount.unit not in YUAN:
        return Fraction(0)
    if amount.total is not None:
        return Fraction(amount.total)
    if amount.value is None or not isinstance(amount.value, int | Fraction):
        return Fraction(0)
    return Fraction(amount.value) * (amount.months or 1)


def best_bundle(verdicts: Iterable[Verdict]) -> Bundle:
    """Choose among the eligible verdicts the set without overlaps that is worth most."""
    eligible = [verdict for verdict in verdicts if verdict.verdict == ELIGIBLE]
    rivals = {v.item.id: _rivals(v, eligible) for v in eligible}
    taken: list[Verdict] = []
    for group in _groups(eligible, rivals):
        taken += _best_of(group, rivals)
    chosen = {verdict.item.id for verdict in taken}
    return Bundle(
        tuple(verdict for verdict in eligible if verdict.item.id in chosen),
        tuple((v, _why(v, taken, rivals)) for v in eligible if v.item.id not in chosen),
    )


def _rivals(verdict: Verdict, eligible: Sequence[Verdict]) -> frozenset[str]:
    """Overlap is mutual: it is enough that one of two items names the other."""
    own = set(verdict.item.overlaps)
    return frozenset(v.item.id for v in eligible if v.item.id in own or verdict.item.id in v.item.overlaps)


def _groups(eligible: Sequence[Verdict], rivals: Mapping[str, frozenset[str]]) -> list[list[Verdict]]:
    """Split the verdicts into groups between which nothing overlaps."""
    left, groups = {v.item.id: v for v in eligible}, []
    while left:
        ids, frontier = set[str](), {next(iter(left))}
        while frontier:
            ids |= frontier
            frontier = {rival for id_ in frontier for rival in rivals[id_]} - ids
        groups.append([left.pop(id_) for id_ in list(left) if id_ in ids])
    return groups


def _best_of(group: Sequence[Verdict], rivals: Mapping[str, frozenset[str]]) -> tuple[Verdict, ...]:
    """Try every subset without overlaps; groups hold a handful of items."""
    lawful = (
        subset
        for size in range(len(group), 0, -1)
        for subset in combinations(group, size)
        if not any(b.item.id in rivals[a.item.id] for a, b in combinations(subset, 2))
    )
    return max(lawful, key=lambda subset: sum(map(worth, subset), Fraction(0)))


def _why(verdict: Verdict, taken: Sequence[Verdict], rivals: Mapping[str, frozenset[str]]) -> str:
    winner = next(v for v in taken if v.item.id in rivals[verdict.item.id])
    return f"与“{winner.item.name}”不能同时享受，按就高从优不重复的原则取“{winner.item.name}”"
