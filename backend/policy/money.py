"""Exact money: whole fen and exact fractions, never floating point."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from backend.policy.types import Cites, Funding


class UnknownArea(Exception):
    """No treasury shares are defined for this area. `known` lists those that are."""

    def __init__(self, area: str, known: tuple[str, ...]):
        super().__init__(f"没有“{area}”的财政分担规定，可以选：{'、'.join(known)}")
        self.area, self.known = area, known


@dataclass(frozen=True, slots=True)
class Shares:
    """An amount in fen divided among payers: the fen of each (they add up) and the exact part of each."""

    fen: Mapping[str, int]
    exact: Mapping[str, Fraction]
    cites: Cites


def fen_of(yuan: int | Decimal | Fraction) -> int:
    """Return whole fen for an amount in yuan; halves are rounded up (分以下四舍五入)."""
    return int((Fraction(yuan) * 200 + 1) // 2)


def yuan_of(fen: int) -> int | float:
    """Return yuan for showing: a whole number when it is one, else with its two decimals."""
    return fen // 100 if fen % 100 == 0 else float(Decimal(fen) / 100)


def parts(funding: Funding, area: str) -> dict[str, Fraction]:
    """Return each payer's exact part of the whole in an area (district, county or city). Raises UnknownArea."""
    split = funding.treasury.get(area)
    if split is None:
        raise UnknownArea(area, tuple(funding.treasury))
    rest = 1 - funding.employer
    employer = {"employer": funding.employer} if funding.employer else {}
    return employer | {payer: rest * part for payer, part in split.items()}


def divide(fen: int, exact: Mapping[str, Fraction]) -> dict[str, int]:
    """Divide whole fen by exact parts that add up to one; the largest remainders get the odd fen."""
    shares = {payer: int(fen * part) for payer, part in exact.items()}
    odd = fen - sum(shares.values())
    by_remainder = sorted(exact, key=lambda payer: fen * exact[payer] - shares[payer], reverse=True)
    for payer in by_remainder[:odd]:
        shares[payer] += 1
    return shares


def share(funding: Funding, fen: int, area: str) -> Shares:
    """Divide an amount in fen among employer and treasuries of an area. Raises UnknownArea."""
    exact = parts(funding, area)
    return Shares(divide(fen, exact), exact, funding.cites)
