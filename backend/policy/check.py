"""Load packs and run their worked examples: `python -m backend.policy.check [CITY…]`.

An example is a sentence, a day, facts and what must come out (docs/pack-format.md, "examples").
"""

import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

from backend.policy import money, strict_yaml
from backend.policy.catalogue import Pack
from backend.policy.eligibility import Verdict
from backend.policy.loader import PACKS, PackError, _keys, load_packs
from backend.policy.vocabulary import FactError


@dataclass(frozen=True)
class Example:
    """One worked example: where it stands, its sentence, the item, the day, the facts and what is expected."""

    where: str
    says: str
    item: str
    as_of: date
    facts: Mapping[str, Any]
    expect: Mapping[str, Any]


def read_examples(city: str, root: Path = PACKS) -> list[Example]:
    """Read every example of a city. Raises PackError for one that is not in the format."""
    return [e for path in sorted((root / city / "examples").glob("*.yml")) for e in _read_file(path, city)]


def _read_file(path: Path, city: str) -> Iterator[Example]:
    where = f"{city}/examples/{path.name}"
    node = _keys(strict_yaml.read(path), where, "item examples", "base")
    for n, entry in enumerate(node["examples"]):
        entry = _keys(entry, f"{where}[{n}]", "says as_of expect", "facts without item base")
        facts = {**(entry.get("base", node.get("base")) or {}), **(entry.get("facts") or {})}
        for name in entry.get("without") or []:
            facts.pop(name, None)
        _keys(entry["expect"], f"{where}[{n}].expect", "", " ".join(EXPECTATIONS))
        yield Example(
            f"{where}[{n}]", entry["says"], entry.get("item", node["item"]), entry["as_of"], facts, entry["expect"]
        )


def judge(pack: Pack, example: Example) -> Verdict:
    """Judge an example as its day's rules do. Raises FactError or UnknownItem."""
    item = pack.find_item(example.item)
    return pack.on(example.as_of).judge(item.id, pack.vocabulary.parse(example.facts), example.as_of)


def failures(pack: Pack, example: Example) -> list[str]:
    """Return what comes out otherwise than the example says, as sentences; nothing when it holds."""
    try:
        verdict = judge(pack, example)
    except FactError as error:
        return [str(error)]
    found = [(key, wanted, EXPECTATIONS[key](verdict)) for key, wanted in example.expect.items()]
    return [f"{key}: expected {wanted!r}, found {got!r}" for key, wanted, got in found if not _agree(key, wanted, got)]


def _agree(key: str, wanted: Any, got: Any) -> bool:
    if key in ("unmet", "refer"):
        return sorted(wanted) == sorted(got)
    if key == "missing" and isinstance(wanted, dict):
        return sorted(wanted["any_order"]) == sorted(got)
    if key in ("missing",):
        return list(wanted) == list(got)
    if key == "cites":
        return set(wanted if isinstance(wanted, list) else [wanted]) <= set(got)
    if isinstance(wanted, int | float) and isinstance(got, int | float | Fraction):
        return Fraction(str(wanted)) == Fraction(got)
    return bool(wanted == got)


EXPECTATIONS: dict[str, Callable[[Verdict], Any]] = {
    "verdict": lambda v: v.verdict,
    "kind": lambda v: v.amount.kind,
    "value": lambda v: v.amount.value,
    "max": lambda v: v.amount.max,
    "unit": lambda v: v.amount.unit,
    "months": lambda v: v.amount.months,
    "total": lambda v: v.amount.total,
    "months_payable": lambda v: v.amount.months_payable,
    "shares": lambda v: {payer: money.yuan_of(fen) for payer, fen in (v.amount.shares or {}).items()},
    "unmet": lambda v: [reason.id for reason in v.unmet],
    "missing": lambda v: list(v.missing),
    "refer": lambda v: [reason.id for reason in v.refer],
    "eligible_from": lambda v: v.eligible_from,
    "closes_on": lambda v: v.closes_on,
    "cites": lambda v: v.citations,
}


def main(cities: list[str]) -> int:
    """Check the named cities (all by default) and print what fails. Returns the exit status."""
    try:
        packs = load_packs()
    except (PackError, strict_yaml.YamlError) as error:
        print(error)
        return 1
    wrong = 0
    for city in cities or list(packs):
        examples = read_examples(city)
        for example in examples:
            if found := failures(packs[city], example):
                wrong += 1
                print(f"{example.where} {example.says}")
                print(*(f"    {line}" for line in found), sep="\n")
        print(f"{city}: {len(packs[city].items)} items, {len(packs[city].clauses)} clauses, {len(examples)} examples")
    print("all examples hold" if not wrong else f"{wrong} examples fail")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
