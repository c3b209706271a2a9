"""Prove a pack against the official documents it cites: `python -m backend.policy.lint FOLDER [CITY…]`.

    documents = import_folder(folder, pack)
    problems = lint(PACKS / city, documents, vocabulary) + unexercised(pack, examples)

Every figure, form, place, telephone number and agency of the pack must occur in an article that it cites, by value;
every article must be restated, every restatement must have an article, and no figure of an article may be left out;
a figure must not stand among the words that go with another of its kind in the article;
every condition and exclusion must be the reason in some worked example. Documents that nobody imported prove nothing
and are named once. A figure that follows from those of the texts without standing in them (50% of what sum is 800) is
listed in the pack's reckoned.yml: `{file, figure, because}`.
"""

import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

from backend.policy import strict_yaml
from backend.policy.catalogue import Pack
from backend.policy.check import Example, judge, read_examples
from backend.policy.claims import RECKONED, Claim, claims_of, forms, read, unlabelled
from backend.policy.conditions import FALSE, REFER, TRUE
from backend.policy.extract import READERS, text_of
from backend.policy.figures import BARE, Figure, figures, located, plain
from backend.policy.loader import PACKS, load_packs
from backend.policy.sources import Document, name, parse
from backend.policy.vocabulary import FactError, Vocabulary

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in a pack that its sources do not bear out: where, a stable code, a Chinese sentence."""

    where: str
    code: str
    message: str

    def __str__(self) -> str:
        return f"{self.where}：{self.message}"


Occurrence = tuple[Figure, frozenset[str]]
AROUND = 6
"""How many characters on each side of a figure tell what it is a figure of."""


def occurrences(text: str) -> Iterator[Occurrence]:
    """Yield each figure of a text with the pairs of letters that stand beside it in its sentence."""
    bare = plain(unlabelled(text))
    for start, end, found in located(unlabelled(text)):
        before = re.split("[。；;，,、]", bare[max(0, start - AROUND) : start])[-1]
        after = re.split("[。；;，,、]", bare[end : end + AROUND])[0]
        pairs = {side[n : n + 2] for side in (letters(before), letters(after)) for n in range(len(side) - 1)}
        yield from ((figure, frozenset(pairs)) for figure in found[:1])


class Library:
    """The imported documents of a city, with what lint asks of them worked out once.

    `entries` is the pack's documents.yml; `reckoned` its reckoned.yml: figures that follow from those of the texts.
    """

    def __init__(
        self,
        documents: Mapping[str, Document],
        entries: Sequence[Mapping[str, Any]] = (),
        reckoned: Sequence[Mapping[str, Any]] = (),
    ):
        self.documents = documents
        self.dates = frozenset(entry[key] for entry in entries for key in ("issued", "effective") if entry.get(key))
        numbers = (str(entry["number"]) for entry in entries if entry.get("number"))
        self.numbers = frozenset(f.value for number in numbers for f in figures(number) if f.unit == "document_number")
        self.expected = frozenset(entry["id"] for entry in entries if entry.get("source"))
        self.parents = {entry["id"]: entry.get("parent") for entry in entries}
        self.reckoned = frozenset((entry["file"], Fraction(str(entry["figure"]))) for entry in reckoned)
        self._words: dict[str, str | None] = {}
        self._figures: dict[tuple[str, ...], tuple[Figure, ...]] = {}
        self._occurrences: dict[tuple[str, ...], tuple[Occurrence, ...]] = {}

    def knows(self, cite: str) -> bool:
        """Whether the document of a citation has been imported."""
        return cite.partition("/")[0] in self.documents

    def words(self, cite: str) -> str | None:
        """Return the words a citation names: a part, an article, or (without `/`) a whole document."""
        if cite not in self._words:
            id_, _, address = cite.partition("/")
            document = self.documents.get(id_)
            self._words[cite] = None if document is None else document.words(address) if address else document.text
        return self._words[cite]

    def said(self, cites: Sequence[str]) -> str:
        """Return the words of several citations together."""
        return "\n".join(filter(None, (self.words(cite) for cite in dict.fromkeys(cites))))

    def figures(self, cites: tuple[str, ...]) -> tuple[Figure, ...]:
        """Return the figures of several citations together."""
        if cites not in self._figures:
            self._figures[cites] = tuple(figures(unlabelled(self.said(cites))))
        return self._figures[cites]

    def occurrences(self, cites: tuple[str, ...]) -> tuple["Occurrence", ...]:
        """Return the figures of several citations with the words around each."""
        if cites not in self._occurrences:
            self._occurrences[cites] = tuple(occurrences(self.said(cites)))
        return self._occurrences[cites]

    def family(self, id_: str) -> tuple[str, ...]:
        """Return a document with those it was issued under, as far as they are imported."""
        found: list[str] = []
        following: str | None = id_
        while following is not None and following not in found:
            found.append(following)
            following = self.parents.get(following)
        return tuple(entry for entry in found if self.knows(entry))


# --- claims against sources ------------------------------------------------------------------------------------------


def lint(folder: Path, documents: Mapping[str, Document], vocabulary: Vocabulary) -> list[Problem]:
    """Return what the pack in `folder` says and the imported documents do not bear out, in the order of its files.

    `documents` are the city's imported documents by the ids of its documents.yml (backend.policy.sources.name).
    """
    trees = read(folder)
    library = library_of(folder, trees, documents)
    found = [problem for file, tree in trees.items() for problem in lint_file(file, tree, library, vocabulary)]
    return found + list(_unmatched(trees, library)) + list(_not_imported(trees, library))


def library_of(folder: Path, trees: Mapping[str, Any], documents: Mapping[str, Document]) -> Library:
    """Return the documents ready for asking, with the pack's own dates and reckoned figures."""
    path = folder / RECKONED
    return Library(documents, trees.get("documents.yml") or (), strict_yaml.read(path) if path.exists() else ())


def lint_file(file: str, tree: Any, library: Library, vocabulary: Vocabulary) -> list[Problem]:
    """Return the problems of one file of a pack."""
    found = [problem for claim in claims_of(file, tree, vocabulary) for problem in prove(claim, library)]
    if file.startswith("clauses/"):
        found += [problem for node in tree for problem in _left_out(file, node, library)]
    return found


def prove(claim: Claim, library: Library) -> Iterator[Problem]:
    """Yield what is not borne out in one claim. A claim whose documents are not imported is passed over."""
    cites = claim.cites
    if claim.file == "documents.yml":
        if cites[0] in library.expected and not library.knows(cites[0]):
            return
        cites = library.family(cites[0]) or tuple(library.documents)
    if not cites:
        if claim.figures or claim.kind not in ("figures", "date"):
            yield Problem(claim.where, "no_cite", f"“{claim.value}”没有写出处")
        return
    if not all(library.knows(cite) for cite in cites):
        return
    for cite in cites:
        if library.words(cite) is None:
            yield Problem(claim.where, "no_article", f"官方文件里没有 {cite} 这一条")
    yield from PROOFS[claim.kind](claim, cites, library)


def _figures_found(claim: Claim, cites: tuple[str, ...], library: Library) -> Iterator[Problem]:
    known = library.figures(cites)
    for figure in claim.figures:
        if not _borne_out(figure, claim, known, cites, library):
            yield Problem(
                claim.where, "figure", f"“{figure.text}”在 {'、'.join(cites)} 里找不到（{_short(claim.value)}）"
            )
    if len(claim.figures) > 1 and not DISCUSSION & set(claim.path):
        yield from _too_often(claim, known, cites)
    yield from _misplaced(claim, cites, library)
    if isinstance(claim.value, str):
        yield from _forms_found(claim, cites, library)


def _borne_out(figure: Figure, claim: Claim, known: Sequence[Figure], cites: tuple[str, ...], library: Library) -> bool:
    whole = figure.value == 1 and "treasury" in claim.path
    if figure.value == 0 or whole or any(figure.agrees(other) for other in known):
        return True
    if claim.file == "documents.yml" and claim.path[-1] == "note" and figure.unit != BARE:
        return any(figure.agrees(other) for other in library.figures(tuple(library.documents)))
    reckoned = (claim.file, _written(figure)) in library.reckoned
    return reckoned or _counts_rows(figure, cites, library) or _is_of_document(figure, library)


def _written(figure: Figure) -> Fraction | None:
    """The number as it is written in the pack, whatever its dimension is worth."""
    match = re.match(r"\d+(?:\.\d+)?", figure.text)
    return Fraction(match[0]) if match else None


def _is_of_document(figure: Figure, library: Library) -> bool:
    """Whether a figure is the number, date or year of one of the pack's documents, proved in documents.yml."""
    days = {(day.year, day.month, day.day) for day in library.dates}
    known = {"date": days, "year": {year for year, _, _ in days}, "document_number": library.numbers}
    return figure.value in known.get(figure.unit, ())


def _counts_rows(figure: Figure, cites: Sequence[str], library: Library) -> bool:
    """A figure may be the number of rows of a table that it cites (16 处窗口)."""
    for cite in cites:
        id_, _, address = cite.partition("/")
        document = library.documents[id_]
        articles = [document.article(address)] if address else document.articles
        if any(article and article.rows and figure.value == len(article.parts) for article in articles):
            return True
    return False


def _misplaced(claim: Claim, cites: tuple[str, ...], library: Library) -> Iterator[Problem]:
    """Yield figures whose neighbouring words stand, in the articles, beside another figure of the same kind."""
    known = library.occurrences(cites)
    told = occurrences(claim.value) if isinstance(claim.value, str) else _number_among(claim)
    for figure, pairs in told:
        same = [len(pairs & there) for other, there in known if figure.agrees(other)]
        rivals = [o for o in known if o[0].told and o[0].unit == figure.unit and o[0].value != figure.value]
        rival, shared = max(((o, len(pairs & there)) for o, there in rivals), key=lambda r: r[1], default=(figure, 0))
        if figure.told and figure.unit != BARE and same and shared >= max(same) + 2:
            yield Problem(claim.where, "misplaced", f"“{figure.text}”恐怕应是“{rival.text}”（{'、'.join(cites)}）")


def _number_among(claim: Claim) -> Iterator[Occurrence]:
    """A bare number of the pack, with what the mapping around it says."""
    words = letters("".join(claim.names))
    yield from ((figure, frozenset(words[n : n + 2] for n in range(len(words) - 1))) for figure in claim.figures)


DISCUSSION = frozenset({"open_questions", "not_said"})


def _too_often(claim: Claim, known: Sequence[Figure], cites: Sequence[str]) -> Iterator[Problem]:
    """Yield figures that have taken the place of others: a restatement says none oftener than its article does.

    Elsewhere a figure may come twice, unless another of its kind is missing.
    """
    restated = claim.file.startswith("clauses/")
    told = Counter(Figure(f.value, f.unit) for f in claim.figures)
    held = {figure: sum(1 for other in known if figure.agrees(other)) for figure in told}
    for figure in (figure for figure, count in told.items() if 0 < held[figure] < count):
        kin = Counter(Figure(o.value, o.unit) for o in known if o.told and o.unit == figure.unit)
        short = any(told[other] < count for other, count in kin.items() if other != figure)
        if restated or short:
            text = next(said.text for said in claim.figures if said.value == figure.value)
            message = f"“{text}”说了 {told[figure]} 次，{'、'.join(cites)} 里只有 {held[figure]} 次"
            yield Problem(claim.where, "repeated", message)


def _forms_found(claim: Claim, cites: tuple[str, ...], library: Library) -> Iterator[Problem]:
    said = letters(library.said(cites))
    for form in forms(claim.value):
        if letters(form) not in said:
            yield Problem(claim.where, "form", f"《{form}》在 {'、'.join(cites)} 里找不到")
    if claim.file == "documents.yml" and claim.path[-1] in ("title", "number") and letters(claim.value) not in said:
        found = claim.path[-1] == "title" and letters(_bare_title(claim.value)) in said
        if not found:
            yield Problem(claim.where, "document", f"“{claim.value}”在官方文件里找不到")


def _bare_title(title: str) -> str:
    return re.sub(r"[（(][^（）()]*[）)]", "", title)


def _date_found(claim: Claim, cites: tuple[str, ...], library: Library) -> Iterator[Problem]:
    day = claim.value + (claim.path[-1] == "until") * ONE_DAY  # the eve of the day from which another rule stands
    figure = Figure((day.year, day.month, day.day), "date", day.isoformat())
    own = claim.file == "documents.yml"
    known = library.figures(cites if own else tuple(cite.partition("/")[0] for cite in cites))
    if not any(figure.agrees(other) for other in known) and (own or not _is_of_document(figure, library)):
        yield Problem(claim.where, "date", f"日期 {day} 在 {'、'.join(cites)} 里找不到")


def _place_found(claim: Claim, cites: tuple[str, ...], library: Library) -> Iterator[Problem]:
    said = letters(library.said(cites))
    for place in re.split("[；;]", claim.value):
        if letters(place) not in said:
            yield Problem(claim.where, "place", f"地点“{place}”在 {'、'.join(cites)} 里找不到")


def _phone_found(claim: Claim, cites: tuple[str, ...], library: Library) -> Iterator[Problem]:
    held = re.findall(rf"(?<!\d){re.escape(claim.value)}(?!\d)", plain(library.said(cites)))
    if len(held) < claim.names.count(claim.value):
        yield Problem(claim.where, "phone", f"电话 {claim.value} 在 {'、'.join(cites)} 里找不到")


def _agency_found(claim: Claim, cites: tuple[str, ...], library: Library) -> Iterator[Problem]:
    said = letters(library.said(cites))
    if not any(letters(name) in said for name in claim.names):
        yield Problem(claim.where, "agency", f"“{claim.names[0]}”在 {'、'.join(cites)} 里找不到")


def _issuer_found(claim: Claim, cites: tuple[str, ...], library: Library) -> Iterator[Problem]:
    said = letters(library.said(cites))
    for issuer in re.split(r"[、\s]+", claim.value):
        if letters(issuer) not in said:
            yield Problem(claim.where, "issuer", f"发文单位“{issuer}”在官方文件里找不到")


def _entry_found(claim: Claim, cites: tuple[str, ...], library: Library) -> Iterator[Problem]:
    if claim.names:
        cites = tuple(f"{cite}.{claim.names[0]}" for cite in cites)
    if letters(claim.value) not in letters(library.said(cites)):
        yield Problem(claim.where, "entry", f"“{claim.value}”不在 {'、'.join(cites)} 里")


PROOFS: Mapping[str, Callable[[Claim, tuple[str, ...], Library], Iterator[Problem]]] = {
    "figures": _figures_found,
    "date": _date_found,
    "place": _place_found,
    "phone": _phone_found,
    "agency": _agency_found,
    "issuer": _issuer_found,
    "entry": _entry_found,
}


def letters(text: str) -> str:
    """Return only the letters and digits of a text, in one writing."""
    return re.sub(r"[\W_]+", "", plain(text))


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 40 else f"{text[:40]}…"


# --- sources against the pack ----------------------------------------------------------------------------------------


def _left_out(file: str, node: Mapping[str, Any], library: Library) -> Iterator[Problem]:
    """Yield the figures of an article that its restatement does not say."""
    cite = f"{Path(file).stem}/{node['article']}"
    if str(node["article"]) == "0" or not library.knows(cite) or library.words(cite) is None:
        return
    told = [figure for text in _restated(node) for figure in figures(unlabelled(text))]
    for figure in library.figures((cite,)):
        if figure.told and not any(figure.agrees(other) for other in told):
            yield Problem(f"{file} {node['article']}", "left_out", f"{cite} 里的“{figure.text}”没有写进去")


def _restated(node: Mapping[str, Any]) -> Iterator[str]:
    yield from (str(node["title"]), node["text"])
    for part in (node.get("items") or {}).values():
        yield from (str(part.get("title") or ""), part["text"])


def _unmatched(trees: Mapping[str, Any], library: Library) -> Iterator[Problem]:
    """Yield articles that nobody restated, and restatements of articles that are not there."""
    for entry in trees["documents.yml"]:
        document = library.documents.get(entry["id"])
        if document is None:
            continue
        tree = trees.get(f"clauses/{entry['id']}.yml") or ()
        restated = {str(node["article"]) for node in tree}
        for article in document.articles:
            if article.number not in restated:
                yield Problem(article.id, "not_restated", "这一条还没有用自己的话写进政策包")
        for number in sorted(restated):
            if document.article(number) is None:
                yield Problem(f"{entry['id']}/{number}", "no_article", "政策包写了这一条，官方文件里没有")


def _not_imported(trees: Mapping[str, Any], library: Library) -> Iterator[Problem]:
    for entry in trees["documents.yml"]:
        if entry.get("source") and entry["id"] not in library.documents:
            yield Problem(entry["id"], "not_imported", f"还没有导入官方文件 {entry['source']}，无法核对")


# --- examples --------------------------------------------------------------------------------------------------------


def unexercised(pack: Pack, examples: Iterable[Example]) -> list[Problem]:
    """Return the conditions and exclusions that are the reason in no worked example."""
    seen: set[tuple[str, str]] = set()
    for example in examples:
        seen |= {(pack.find_item(example.item).id, id_) for id_ in _reasons(pack, example)}
    wanted = {
        (item.id, requirement.id)
        for day in (*pack.starts, date.max)
        for item in pack.on(day).items.values()
        for requirement in (*item.conditions, *item.exclusions)
    }
    return [
        Problem(f"items/{item}", "unexercised", f"没有一个例子以“{id_}”为理由") for item, id_ in sorted(wanted - seen)
    ]


def _reasons(pack: Pack, example: Example) -> Iterator[str]:
    """The conditions that fail or are in doubt and the exclusions that hold, in an example."""
    try:
        verdict = judge(pack, example)
    except FactError:
        return
    rules, values, day = verdict.rules, verdict.ground.values, verdict.ground.day
    item = rules.items[verdict.item.id]
    yield from (c.id for c in item.conditions if c.test.test(values, day) in (FALSE, REFER))
    yield from (bar.id for bar in item.exclusions if bar.test.test(values, day) in (TRUE, REFER))


# --- a whole city -------------------------------------------------------------------------------------------------


def import_folder(folder: Path, pack: Pack) -> dict[str, Document]:
    """Read the official files of a pack from a folder: those whose names (without suffix) its documents.yml gives.

    Raises UnreadableFile or OSError.
    """
    wanted = {document.source for document in pack.documents.values() if document.source}
    files = sorted(path for path in folder.iterdir() if path.stem in wanted and path.suffix.lower() in READERS)
    parsed = [document for path in files for document in parse(text_of(path), path.stem).documents]
    return name(parsed, pack.documents.values())


def lint_city(pack: Pack, documents: Mapping[str, Document], root: Path = PACKS) -> list[Problem]:
    """Return every problem of a city's pack: against its documents, and conditions that no example exercises."""
    city = pack.city.id
    return lint(root / city, documents, pack.vocabulary) + unexercised(pack, read_examples(city, root))


def main(arguments: list[str]) -> int:
    """Print the problems of the named cities (all by default). Returns the exit status."""
    folder, packs = Path(arguments[0]), load_packs()
    found = 0
    for city in arguments[1:] or list(packs):
        problems = lint_city(packs[city], import_folder(folder, packs[city]))
        found += len(problems)
        print(*problems, f"{packs[city].city.name}：{len(problems)} 个问题", sep="\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
