"""What a pack claims: every figure, form, place, telephone and agency in it, with the clauses it names as its source.

A claim is found in the pack's YAML as it stands, era by era in one go: a dated line is a claim like any other. Where a
scalar has no `cite` of its own, that of the mapping around it holds (docs/pack-format.md, "Citations").
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

from backend.policy import strict_yaml
from backend.policy.figures import BARE, Figure, figures
from backend.policy.vocabulary import Vocabulary

Cites = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Claim:
    """One scalar of a pack that says something: where it stands, what kind, its figures or words, its clauses.

    kind: figures (all must be found), date, place, phone, issuer, agency (one of several names) or entry (`names` holds
    its number in the list, if it has one; for a phone all beside it, for a number what its mapping says of it).
    """

    file: str
    path: tuple[Any, ...]
    kind: str
    value: Any
    cites: Cites
    figures: tuple[Figure, ...] = ()
    names: tuple[str, ...] = ()

    @property
    def where(self) -> str:
        """The place of the claim: file and path."""
        return f"{self.file} {'.'.join(str(step) for step in self.path)}"


# --- the closed tables of keys -------------------------------------------------------------------------------------

WORDS = frozenset(
    {"says", "unmet", "why", "summary", "audience", "text", "readings", "label", "note", "look", "does", "where"}
    | {"name", "title", "excludes", "hours", "number"}
)
SKIPPED = frozenset({"topics", "life_situations", "grants", "aliases", "local_words", "keywords", "asked"}) | frozenset(
    {"promised", "location"}
)
"""`promised` and `location` are the office's own words, which no official text has to hold."""
UNIT_OF_KEY = {"months": ("month", 1), "years": ("month", 12), "days": ("day", 1), "workdays": ("workday", 1)}
UNIT_OF_WORD = {
    "元": ("yuan", 1),
    "个月": ("month", 1),
    "年": ("month", 12),
    "周岁": ("age", 1),
    "人": ("person", 1),
    "家": ("firm", 1),
    "册": ("book", 1),
    "次": ("time", 1),
    "平方米": ("area", 1),
    "天": ("day", 1),
    "workday": ("workday", 1),
    "day": ("day", 1),
    "month": ("month", 1),
}
UNIT_OF_COUNT = {"copies": ("copy", 1), "counters": ("piece", 1)}
BESIDE = ("says", "does", "label", "name")
"""What a mapping says of the numbers in it."""
OVERALL = frozenset({"summary", "audience", "note"})
RECKONED = "reckoned.yml"


def claims(folder: Path, vocabulary: Vocabulary) -> list[Claim]:
    """Return every claim of a pack's folder, examples excepted. Raises YamlError."""
    return [claim for file, tree in read(folder).items() for claim in claims_of(file, tree, vocabulary)]


def read(folder: Path) -> dict[str, Any]:
    """Return the pack's files as trees, by path inside the folder."""
    paths = (path for path in sorted(folder.rglob("*.yml")) if path.parent.name != "examples" and path.name != RECKONED)
    return {path.relative_to(folder).as_posix(): strict_yaml.read(path) for path in paths}


def claims_of(file: str, tree: Any, vocabulary: Vocabulary) -> list[Claim]:
    """Return the claims of one file. What an item says of itself as a whole may rest on any clause that it cites."""
    found = list(_Walk(file, vocabulary, _agencies(file, tree)).walk(tree, (), _cites_of_file(file), {}))
    if not file.startswith("items/"):
        return found
    every = tuple(dict.fromkeys(cite for claim in found for cite in claim.cites))
    return [replace(claim, cites=every) if claim.path[0] in OVERALL else claim for claim in found]


def _cites_of_file(file: str) -> Cites:
    """A clause file cites its own document."""
    return (Path(file).stem,) if file.startswith("clauses/") else ()


def _agencies(file: str, tree: Any) -> dict[str, tuple[str, ...]]:
    entries = tree.get("agencies") or () if file == "city.yml" else ()
    return {entry["id"]: (entry["name"], *(entry.get("aliases") or ())) for entry in entries}


class _Walk:
    """One pass over a file's tree."""

    def __init__(self, file: str, vocabulary: Vocabulary, agencies: Mapping[str, tuple[str, ...]]):
        self.file, self.vocabulary, self.agencies = file, vocabulary, agencies

    def walk(self, node: Any, path: tuple[Any, ...], cites: Cites, around: Mapping[str, Any]) -> Iterator[Claim]:
        """Yield the claims beneath a node; `around` holds what the mappings above say of unit and fact."""
        if isinstance(node, list):
            for n, child in enumerate(node):
                yield from self.walk(child, (*path, n), cites, around)
        elif isinstance(node, dict):
            yield from self._mapping(node, path, cites, around)
        else:
            yield from self._scalar(node, path, cites, around)

    def _mapping(
        self, node: dict[Any, Any], path: tuple[Any, ...], cites: Cites, around: Mapping[str, Any]
    ) -> Iterator[Claim]:
        cites = self._own_cites(node, path, cites)
        told = {key: _told(node[key]) for key in ("unit", "fact") if node.get(key) is not None}
        beside = " ".join(node[key] for key in BESIDE if isinstance(node.get(key), str))
        around = {**around, **told, **({"beside": beside} if beside else {})}
        yield from self._special(node, path, cites)
        for key, child in node.items():
            if isinstance(key, date):
                inner = self._own_cites(child, (), cites) if isinstance(child, dict) else cites
                yield Claim(self.file, (*path, key), "date", key, inner)
            if key not in SKIPPED:
                yield from self.walk(child, (*path, key), cites, around)

    def _own_cites(self, node: Mapping[Any, Any], path: tuple[Any, ...], cites: Cites) -> Cites:
        """A mapping's own clauses, or those around it. An undated part falls back on the clauses of its dated lines."""
        for key in ("cite", "between", "nearest"):
            if node.get(key):
                return _texts(node[key])
        if self.file.startswith("clauses/"):
            document = Path(self.file).stem
            if "article" in node:
                return (f"{document}/{node['article']}",)
            if len(path) > 1 and path[-2] == "items":
                return (f"{cites[0]}.{path[-1]}",)
        if self.file == "documents.yml" and "id" in node:
            return (str(node["id"]),)
        dated = [child for key, child in node.items() if isinstance(key, date) and isinstance(child, dict)]
        return tuple(dict.fromkeys([*cites, *(c for child in dated for c in _texts(child.get("cite")))]))

    def _special(self, node: Mapping[Any, Any], path: tuple[Any, ...], cites: Cites) -> Iterator[Claim]:
        """Places, telephones, agencies, issuers and the names in directories."""
        if isinstance(node.get("address"), str):
            yield Claim(self.file, (*path, "address"), "place", node["address"], cites)
        phones = [*_texts(node.get("phones")), *_texts(node.get("phone"))]
        for n, phone in enumerate(phones):
            steps = ("phones", n) if node.get("phones") else ("phone",)
            yield Claim(self.file, (*path, *steps), "phone", phone, cites, names=tuple(phones))
        if self.file == "documents.yml" and node.get("issuer"):
            yield Claim(self.file, (*path, "issuer"), "issuer", node["issuer"], cites)
        if len(path) > 1 and path[-2] == "duties" and path[0] == "agencies":
            yield Claim(self.file, path, "agency", "", cites, names=list(self.agencies.values())[path[1]])
        if self.file.startswith("directories/") and path[:1] == ("entries",):
            number = (str(node["number"]),) if "number" in node else ()
            printed = str(node.get("printed") or node["name"])
            yield Claim(self.file, (*path, "name"), "entry", printed, cites, names=number)

    def _scalar(self, value: Any, path: tuple[Any, ...], cites: Cites, around: Mapping[str, Any]) -> Iterator[Claim]:
        key = next((step for step in reversed(path) if isinstance(step, str)), "")
        if isinstance(value, bool) or value is None:
            return
        if isinstance(value, date):
            yield Claim(self.file, path, "date", value, cites)
        elif isinstance(value, int | float):
            if key == "number" and "entries" in path:
                return
            beside = (around["beside"],) if "beside" in around else ()
            yield Claim(self.file, path, "figures", value, cites, (self._measured(value, path, key, around),), beside)
        elif key in WORDS and not (self.file.startswith("directories/") and "entries" in path):
            found = figures(unlabelled(value))
            yield Claim(self.file, path, "figures", value, cites, tuple(f for f in found if f.told))
        elif re.fullmatch(r"\d+/\d+", value):
            yield Claim(self.file, path, "figures", value, cites, (Figure(Fraction(value), "fraction", value),))

    def _measured(self, value: float, path: tuple[Any, ...], key: str, around: Mapping[str, Any]) -> Figure:
        """A bare number of the pack in the dimension that its key, its unit or its fact gives it."""
        unit, worth = self._unit(path, key, around)
        return Figure(Fraction(str(value)) * worth, unit, str(value))

    def _unit(self, path: tuple[Any, ...], key: str, around: Mapping[str, Any]) -> tuple[str, int]:
        if "as_of_in" in path:
            return ("month_of_year", 1) if key == "months" else ("week", 1)
        if key in UNIT_OF_KEY:
            return UNIT_OF_KEY[key]
        if key in UNIT_OF_COUNT:
            return UNIT_OF_COUNT[key]
        word = around.get("unit") if key in ("value", "max", "cap", "length", "else") else None
        if word is None and "fact" in around and around["fact"] in self.vocabulary:
            word = self.vocabulary[around["fact"]].unit
        return UNIT_OF_WORD.get((word or "").split("/")[0].removeprefix("个工作日") or "", (BARE, 1))


_LABEL = re.compile(
    r"(?m)(?:^|(?<=[：；。;\s]))\s*\d{1,3}(?:[.．、]|\t)\s*(?!\d)|[（(]\d{1,2}[）)]|^\s*[（(][一二三四五六七八九十]+[）)]"
)


def unlabelled(text: str) -> str:
    """Return a text without the numbers that only count its parts (1. 2. （三）)."""
    return _LABEL.sub(" ", text)


def _texts(node: Any) -> tuple[str, ...]:
    entries: Sequence[Any] = [] if node is None else node if isinstance(node, list) else [node]
    return tuple(str(entry) for entry in entries)


def _told(node: Any) -> Any:
    """A unit or fact written plainly, or the fallback of one that a fact may change."""
    return node.get("else") if isinstance(node, dict) else node


def forms(text: str) -> list[str]:
    """Return the titles and names of forms in a text, the outermost 《…》 each."""
    return re.findall(r"《((?:[^《》]|《[^《》]*》)*)》", text)


__all__ = ["Claim", "claims", "claims_of", "forms", "read", "unlabelled"]
