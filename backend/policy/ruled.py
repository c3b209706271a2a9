"""Tables with lines around their cells on a page of a PDF, as rows of cells among the lines of text.

A PDF knows letters and lines at places, no tables. Lines that cross one another make a grid, and what is written
belongs to the cell that it begins in. Each cell is then read by itself, with everything else left out of the page.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from pypdf import PageObject
from pypdf.generic import ContentStream, NameObject

Matrix = Sequence[float]
Place = tuple[float, float]
Line = tuple[float, float, float]
"""Where a line lies, and from where to where it runs, in points."""
Cell = tuple[int, int, int]
"""Grid, row and column; what stands outside has the number of the grid that it stands before, and no row."""

WRITING = frozenset({b"Tj", b"TJ", b"'", b'"'})
DRAWING = {b"re": 4, b"m": 2, b"l": 2}
"""Operation that draws a rectangle, moves the pen or draws a line → how many numbers it takes."""
THIN = 3.0
"""Up to how many points a rectangle is thick to count as a line."""
NEAR = 2.5
"""Within how many points two lines are the same one."""


@dataclass
class _Seen:
    """What stands on a page: the places at which something is written, in order, and the lines."""

    written: list[Place] = field(default_factory=list)
    across: list[Line] = field(default_factory=list)
    upright: list[Line] = field(default_factory=list)
    pen: Place = (0.0, 0.0)

    def note(self, operator: bytes, operands: Sequence[Any], matrix: Matrix, text: Matrix) -> None:
        """Take note of one operation of the page."""
        if operator in WRITING:
            self.written.append(_at(matrix, text[4], text[5]))
        elif len(operands) == DRAWING.get(operator):
            self._draw(operator, [float(number) for number in operands], matrix)

    def _draw(self, operator: bytes, numbers: Sequence[float], matrix: Matrix) -> None:
        start, end = self.pen, _at(matrix, numbers[0], numbers[1])
        if operator == b"re":
            self._box(end, _at(matrix, numbers[0] + numbers[2], numbers[1] + numbers[3]))
            return
        self.pen = end
        if operator == b"l" and min(abs(start[0] - end[0]), abs(start[1] - end[1])) <= THIN:
            self._box(start, end)

    def _box(self, one: Place, other: Place) -> None:
        (left, right), (low, high) = (sorted(pair) for pair in zip(one, other, strict=True))
        flat, narrow = high - low <= THIN, right - left <= THIN
        if not narrow:
            self.across += [(height, left, right) for height in {low, low if flat else high}]
        if not flat:
            self.upright += [(place, low, high) for place in {left, left if narrow else right}]


def _at(matrix: Matrix, x: float, y: float) -> Place:
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f


@dataclass(frozen=True)
class _Grid:
    """A table: the places of its upright lines from the left, of those across from above."""

    columns: Sequence[float]
    rows: Sequence[float]

    def cell(self, place: Place) -> tuple[int, int] | None:
        """Return row and column of the cell in which a place lies."""
        x, y = place
        row = next((n for n, (high, low) in enumerate(pairwise(self.rows)) if high >= y > low), None)
        column = next((n for n, (left, right) in enumerate(pairwise(self.columns)) if left <= x < right), None)
        return None if row is None or column is None else (row, column)


def text_with_tables(page: PageObject) -> str | None:
    """Return the text of a page with its tables as tab-separated lines, or None where no lines make a table."""
    seen = _Seen()
    page.extract_text(visitor_operand_before=seen.note)
    grids = list(_grids(seen))
    if not grids:
        return None
    operations = ContentStream(page["/Contents"].get_object(), page.pdf, "bytes").operations
    cells = [_cell(place, grids) for place in seen.written]
    if len(cells) != sum(operator in WRITING for _, operator in operations):
        return None  # something is written by a part of its own (a form): it cannot be told to which cell it belongs
    return "\n".join(_lines(grids, set(cells), lambda cell: _read(page, operations, cells, cell)))


def _cell(place: Place, grids: Sequence[_Grid]) -> Cell:
    for n, grid in enumerate(grids):
        found = grid.cell(place)
        if found is not None:
            return (n, *found)
    return sum(place[1] < grid.rows[-1] for grid in grids), -1, -1


def _lines(grids: Sequence[_Grid], cells: set[Cell], read: Callable[[Cell], str]) -> Iterator[str]:
    for n in range(len(grids) + 1):
        if (n, -1, -1) in cells:
            yield from filter(str.strip, read((n, -1, -1)).split("\n"))
        if n == len(grids):
            return
        for row in range(len(grids[n].rows) - 1):
            columns = range(len(grids[n].columns) - 1)
            told = [read((n, row, c)).replace("\n", "").strip() if (n, row, c) in cells else "" for c in columns]
            if any(told):
                yield "\t".join(told)


def _read(page: PageObject, operations: Sequence[Any], cells: Iterable[Cell], wanted: Cell) -> str:
    """Return the text of one cell: the page is read with everything else that is written left out."""
    at = iter(cells)
    kept = [(operands, operator) for operands, operator in operations if operator not in WRITING or next(at) == wanted]
    whole = page[NameObject("/Contents")]
    stream = ContentStream(None, page.pdf, "bytes")
    stream.operations = kept
    page[NameObject("/Contents")] = stream
    try:
        return page.extract_text()
    finally:
        page[NameObject("/Contents")] = whole


def _grids(seen: _Seen) -> Iterator[_Grid]:
    """Yield the tables from above: lines across that upright lines join."""
    band: list[float] = []
    for height in reversed(_places(line[0] for line in seen.across)):
        if band and not any(low <= height + NEAR and high >= band[-1] - NEAR for _, low, high in seen.upright):
            yield from _grid(band, seen)
            band = []
        band.append(height)
    yield from _grid(band, seen)


def _grid(rows: Sequence[float], seen: _Seen) -> Iterator[_Grid]:
    """A table has two columns at least; of its rows only one may stand on this page."""
    if len(rows) < 2:
        return
    columns = _places(x for x, low, high in seen.upright if low < rows[0] - NEAR and high > rows[-1] + NEAR)
    if len(columns) > 2:
        yield _Grid(columns, rows)


def _places(numbers: Iterable[float]) -> list[float]:
    """Return places in rising order, near ones once."""
    found: list[float] = []
    for number in sorted(numbers):
        if not found or number - found[-1] > NEAR:
            found.append(number)
    return found
