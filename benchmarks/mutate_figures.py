"""Change every figure of every pack, one at a time, and see that lint or a worked example notices.

    python -m benchmarks.mutate_figures FOLDER [--city CITY]… [--kin] [--sample N]

FOLDER holds the official documents. A mutation is killed by its source (the cited article does not say the new figure)
or by an example (the pack no longer loads, or an example no longer holds). `--kin` replaces each figure by another of
its kind from the same articles instead of by the next number: the hardest slip to notice, since the new figure does
stand in the source. Exit status 1 when a mutation survives.
"""

import argparse
import copy
import random
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import yaml

from backend import workdays
from backend.policy.catalogue import Pack
from backend.policy.check import failures, read_examples
from backend.policy.claims import Claim, claims_of, read, unlabelled
from backend.policy.extract import chinese
from backend.policy.figures import CHINESE, Figure, located, number_of, plain
from backend.policy.lint import Library, import_folder, library_of, lint_file
from backend.policy.loader import PACKS, PackError, load_pack, load_packs
from backend.policy.strict_yaml import YamlError


@dataclass(frozen=True)
class Mutation:
    """One figure of one file changed: where it stands, the new scalar (or date key), and what was changed into what."""

    claim: Claim
    value: Any
    change: str

    def __str__(self) -> str:
        return f"{self.claim.where}: {self.change}"


Neighbours = Callable[[Figure], list[Figure]]


def mutations(trees: dict[str, Any], library: Library, pack: Pack, kin: bool = False) -> Iterator[Mutation]:
    """Yield every mutation of a pack's figures, files in order."""
    for file, tree in trees.items():
        for claim in claims_of(file, tree, pack.vocabulary):
            known = library.figures(claim.cites) if all(library.knows(cite) for cite in claim.cites) else ()
            for value, change in _changed(claim, known, kin):
                yield Mutation(claim, value, change)


def _changed(claim: Claim, known: tuple[Figure, ...], kin: bool) -> Iterator[tuple[Any, str]]:
    value = claim.value
    if claim.kind == "figures" and isinstance(value, str):
        yield from _text_changed(value, known, kin)
    elif claim.kind == "figures":
        others = _kin_numbers(claim, known) if kin else [value + 1]
        yield from ((other, f"{value} → {other}") for other in others if other != value)
    elif kin:
        return
    elif claim.kind == "date" and isinstance(value, date):
        yield value + timedelta(days=1), f"{value} + 1"
    elif claim.kind == "phone":
        yield f"{value[:-1]}{(int(value[-1]) + 1) % 10}", f"{value} + 1"


def _kin_numbers(claim: Claim, known: tuple[Figure, ...]) -> list[int]:
    """The other numbers of the same dimension in the cited articles, as the pack would write them."""
    own = claim.figures[0]
    if not isinstance(own.value, int) and own.value == 0:
        return []
    worth = own.value / claim.value if claim.value else 1
    others = {f.value / worth for f in known if f.unit == own.unit and f.told and f.value != own.value}
    return sorted(int(other) for other in others if other == int(other))


def _text_changed(text: str, known: tuple[Figure, ...], kin: bool) -> Iterator[tuple[str, str]]:
    bare = plain(unlabelled(text))
    for start, end, found in located(unlabelled(text)):
        if not found or not found[0].told:
            continue
        written = bare[start:end]
        for other in _kin_words(found[0], known) if kin else _next_words(written):
            yield f"{bare[:start]}{other}{bare[end:]}", f"{written} → {other}"


def _kin_words(figure: Figure, known: tuple[Figure, ...]) -> list[str]:
    return sorted({f.text for f in known if f.unit == figure.unit and f.told and f.value != figure.value})


def _next_words(written: str) -> Iterator[str]:
    """The same words with each number in them one higher."""
    for place, run in _runs(written):
        yield written[:place] + _following(run) + written[place + len(run) :]


def _following(run: str) -> str:
    """The next whole number, in the writing of this one."""
    number = int(number_of(run)) + 1
    return str(number).rjust(len(run), "0") if run[0].isdigit() or number > 99 else chinese(number)


def _runs(written: str) -> Iterator[tuple[int, str]]:
    place = 0
    while place < len(written):
        end = place
        alphabet = "0123456789" if written[place].isdigit() else CHINESE
        while end < len(written) and written[end] in alphabet:
            end += 1
        if end > place and written[end - 2 : end] != "m2":
            yield place, written[place:end]
        place = max(end, place + 1)


# --- what notices ---------------------------------------------------------------------------------------------------


def mutated(tree: Any, mutation: Mutation) -> Any:
    """Return a file's tree with one scalar, or one date key, changed."""
    tree = copy.deepcopy(tree)
    node = tree
    for step in mutation.claim.path[:-1]:
        node = node[step]
    last = mutation.claim.path[-1]
    if isinstance(last, date):
        renamed = {mutation.value if key == last else key: child for key, child in node.items()}
        node.clear()
        node.update(renamed)
    else:
        node[last] = mutation.value
    return tree


class Judge:
    """Says by what a mutation of one city's pack is noticed."""

    def __init__(self, pack: Pack, folder: Path, sources: Path):
        self.pack, self.folder = pack, folder
        self.trees = read(folder)
        self.library = library_of(folder, self.trees, import_folder(sources, pack))
        self.examples = read_examples(pack.city.id)
        self.standing = {file: self._problems(file, tree) for file, tree in self.trees.items()}

    def _problems(self, file: str, tree: Any) -> set[str]:
        return {str(problem) for problem in lint_file(file, tree, self.library, self.pack.vocabulary)}

    def noticed_by(self, mutation: Mutation) -> str | None:
        """Return `source`, `loader` or `example`, or None when the mutation survives."""
        file = mutation.claim.file
        tree = mutated(self.trees[file], mutation)
        if self._problems(file, tree) - self.standing[file]:
            return "source"
        return self._by_examples(file, tree) if file.startswith(("items/", "definitions")) else None

    def _by_examples(self, file: str, tree: Any) -> str | None:
        with tempfile.TemporaryDirectory() as scratch:
            copied = Path(scratch) / self.folder.name
            shutil.copytree(self.folder, copied)
            text = yaml.safe_dump(tree, allow_unicode=True, sort_keys=False, width=10_000)
            (copied / file).write_text(text, encoding="utf8")
            try:
                pack = load_pack(copied, self.pack.vocabulary, workdays.NATIONAL)
            except (PackError, YamlError):
                return "loader"
            return "example" if any(failures(pack, example) for example in self.examples) else None


def run(
    city: str, sources: Path, kin: bool = False, sample: int | None = None, seed: int = 1
) -> tuple[Counter[str], list[Mutation]]:
    """Try the mutations of one city's pack (or a random sample); return what noticed how many, and the survivors."""
    pack = load_packs()[city]
    judge = Judge(pack, PACKS / city, sources)
    every = list(mutations(judge.trees, judge.library, pack, kin))
    chosen = every if sample is None or sample >= len(every) else random.Random(seed).sample(every, sample)
    outcomes = [(mutation, judge.noticed_by(mutation)) for mutation in chosen]
    survivors = [mutation for mutation, by in outcomes if by is None]
    return Counter(by or "survived" for _, by in outcomes), survivors


def main(arguments: list[str]) -> int:
    """Run over the cities asked for and print what noticed the mutations. Returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--city", action="append")
    parser.add_argument("--kin", action="store_true")
    parser.add_argument("--sample", type=int)
    asked = parser.parse_args(arguments)
    alive = 0
    for city in asked.city or sorted(path.parent.name for path in PACKS.glob("*/city.yml")):
        counts, survivors = run(city, asked.folder, asked.kin, asked.sample)
        alive += len(survivors)
        print(f"{city}: {counts.total()} mutations, {dict(counts)}")
        print(*(f"    survives: {mutation}" for mutation in survivors), sep="\n", end="\n" if survivors else "")
    return 1 if alive else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
