"""Look-up lists (重点企业名录 and the like) from CSV or XLSX files into the store, with their dated history."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from zipfile import BadZipFile

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from backend.policy import Pack
from backend.policy.directory import Directory, normal_name
from backend.store import directories
from backend.store.directories import Listed

HEADS = {
    "name": ("name", "名称", "企业名称", "单位名称", "单位全称", "企业"),
    "district": ("district", "县（市、区）", "县市区", "区县", "所在县区"),
    "credit_code": ("credit_code", "统一社会信用代码", "信用代码"),
}
"""Column → what its head may be; every other column is kept as a detail."""


class UnreadableList(Exception):
    """A file holds no list that can be taken over. The sentence says what to do."""

    def __init__(self, path: Path, reason: str):
        super().__init__(f"名录文件“{path.name}”不能导入：{reason}")


class UnknownDirectory(Exception):
    """The city has no directory of that name. `known` are those it has."""

    def __init__(self, asked: str, known: Sequence[str]):
        super().__init__(f"没有“{asked}”这份名录，可以选：{'、'.join(known) or '（这个城市没有名录）'}")
        self.asked, self.known = asked, tuple(known)


@dataclass(frozen=True)
class Imported:
    """What an import did: how many names the list has, how many are new from that day and how many ended."""

    directory: Directory
    names: int
    added: int
    ended: int

    def __str__(self) -> str:
        return f"{self.directory.name}：共 {self.names} 家，新列入 {self.added} 家，移出 {self.ended} 家"


def directory_named(pack: Pack, name: str) -> Directory:
    """Return a city's directory by id or name. Raises UnknownDirectory."""
    for directory in pack.directories:
        if normal_name(name) in (normal_name(directory.id), normal_name(directory.name)):
            return directory
    raise UnknownDirectory(name, [f"{d.name}（{d.id}）" for d in pack.directories])


def import_list(pack: Pack, name: str, path: Path, from_day: date) -> Imported:
    """Make the names of a file the list from a day on; `pack` holds the lists as they stand.

    Raises UnknownDirectory, UnreadableList, OSError.
    """
    directory, entries = directory_named(pack, name), read_list(path)
    before = {normal_name(entry.name) for entry in directory.entries if entry.stands(from_day)}
    directories.replace(pack.city.id, directory.id, entries, from_day, path.name)
    names = {normal_name(entry.name) for entry in entries}
    return Imported(directory, len(entries), len(names - before), len(before - names))


def read_list(path: Path) -> list[Listed]:
    """Return the names of a CSV or XLSX file whose first row names its columns. Raises UnreadableList, OSError."""
    rows = [row for row in _rows(path) if any(row)]
    columns = _columns(rows[0]) if rows else {}
    if "name" not in columns:
        raise UnreadableList(path, f"第一行要有“{HEADS['name'][1]}”这一列（也可以写 {'、'.join(HEADS['name'][2:5])}）")
    found = [_listed(rows[0], columns, row) for row in rows[1:]]
    entries = [entry for entry in found if entry.name]
    if not entries:
        raise UnreadableList(path, "一个单位名称都没有")
    _refuse_twice(path, entries)
    return entries


def _columns(heads: Sequence[str]) -> dict[str, int]:
    known = {normal_name(head): column for column, names in HEADS.items() for head in names}
    return {known[normal_name(head)]: n for n, head in enumerate(heads) if normal_name(head) in known}


def _listed(heads: Sequence[str], columns: dict[str, int], row: Sequence[str]) -> Listed:
    cells = dict(enumerate(row))
    told = {column: cells.get(n) or None for column, n in columns.items()}
    details = {head: cells[n] for n, head in enumerate(heads) if head and n not in columns.values() and cells.get(n)}
    return Listed(told["name"] or "", told.get("district"), told.get("credit_code"), details)


def _refuse_twice(path: Path, entries: Sequence[Listed]) -> None:
    seen: set[str] = set()
    for entry in entries:
        if normal_name(entry.name) in seen:
            raise UnreadableList(path, f"“{entry.name}”出现了两次，请先核对")
        seen.add(normal_name(entry.name))


# --- rows of a file ---------------------------------------------------------------------------------------------------


def _rows(path: Path) -> Iterator[list[str]]:
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise UnreadableList(path, f"只支持 {'、'.join(READERS)} 文件")
    for row in reader(path):
        yield ["" if cell is None else str(cell).strip() for cell in row]


def _csv(path: Path) -> Iterator[Sequence[object]]:
    data = path.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            yield from csv.reader(io.StringIO(data.decode(encoding), newline=""))
        except UnicodeDecodeError:
            continue
        return
    raise UnreadableList(path, "文字编码不是 UTF-8 也不是 GB18030")


def _xlsx(path: Path) -> Iterator[Sequence[object]]:
    try:
        sheet = load_workbook(path, read_only=True, data_only=True).active
    except (BadZipFile, InvalidFileException, KeyError, ValueError) as error:
        raise UnreadableList(path, "不是有效的 XLSX 文件") from error
    yield from sheet.iter_rows(values_only=True)


READERS = {".csv": _csv, ".xlsx": _xlsx}
