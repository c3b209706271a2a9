"""Tables as files: CSV and XLSX written so that no cell can begin a formula, and read back in."""

import csv
import io
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

from flask import Response, send_file, stream_with_context
from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell

from backend.workflow import rulebook

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_BEGINS_FORMULA = re.compile(r"^[\s\u200b\ufeff]*[=+\-@\t\r|%]")
_PLAIN_NUMBER = re.compile(r"^-?\d+(\.\d+)?$")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
MOST_ROWS = 100_000


class Unreadable(ValueError):
    """An uploaded table cannot be read. The sentence says what to do."""

    def __init__(self, sentence: str = "文件读不出来，请用导出的 CSV 或 XLSX 填好后再上传。"):
        super().__init__(sentence)


def safe(row: Iterable[Any]) -> list[Any]:
    """Return a row whose texts no spreadsheet takes for a formula; numbers stay numbers."""
    return [_safe(value) if isinstance(value, str) else value for value in row]


def _safe(text: str) -> str:
    text = _CONTROL.sub("", text)
    return f"'{text}" if _BEGINS_FORMULA.match(text) and not _PLAIN_NUMBER.match(text) else text


def csv_bytes(rows: Iterable[Sequence[Any]]) -> bytes:
    """Return a CSV file as Excel reads it: UTF-8 with a mark at its head."""
    stream = io.StringIO()
    csv.writer(stream).writerows(safe(row) for row in rows)
    return stream.getvalue().encode("utf-8-sig")


def csv_response(name: str, heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> Response:
    """Return a CSV file for download, sent while its rows are read."""

    def parts() -> Iterator[str]:
        rulebook.hold()  # the request's own hold ends where its answer begins; the answer's end releases this one
        yield "\ufeff"
        yield from (_csv_line(row) for row in chain([heads], rows))

    disposition = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return Response(stream_with_context(parts()), mimetype="text/csv", headers=disposition)


def _csv_line(row: Sequence[Any]) -> str:
    stream = io.StringIO()
    csv.writer(stream).writerow(safe(row))
    return stream.getvalue()


def write_xlsx(stream: Any, title: str, heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write a workbook with one sheet, row by row; texts are stored as texts, whatever they begin with."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    sheet.append(list(heads))
    for row in rows:
        sheet.append([_cell(sheet, value) for value in safe(row)])
    book.save(stream)


def _cell(sheet: Any, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    cell = WriteOnlyCell(sheet, value=value)
    cell.data_type = "s"
    return cell


def xlsx_bytes(title: str, heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """Return a small workbook as bytes."""
    stream = io.BytesIO()
    write_xlsx(stream, title, heads, rows)
    return stream.getvalue()


def book_response(book: Workbook, name: str) -> Response:
    """Return a workbook of several sheets for download."""
    stream = io.BytesIO()
    book.save(stream)
    stream.seek(0)
    return send_file(stream, mimetype=XLSX, as_attachment=True, download_name=f"{name}.xlsx")


def xlsx_response(name: str, title: str, heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> Response:
    """Return a workbook for download; its bytes lie on disk, not in memory."""
    stream = tempfile.TemporaryFile()  # noqa: SIM115 - send_file closes it when it is sent
    write_xlsx(stream, title, heads, rows)
    stream.seek(0)
    return send_file(stream, mimetype=XLSX, as_attachment=True, download_name=f"{name}.xlsx")


def table_response(kind: str, name: str, title: str, heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> Response:
    """Return a table for download as `csv` or `xlsx`."""
    return csv_response(name, heads, rows) if kind == "csv" else xlsx_response(name, title, heads, rows)


def read(name: str, data: bytes) -> Iterator[list[str]]:
    """Yield the rows of an uploaded CSV (UTF-8 or GBK) or XLSX as stripped texts. Raises Unreadable."""
    try:
        yield from _read_xlsx(data) if name.lower().endswith(".xlsx") else _read_csv(data)
    except Unreadable:
        raise
    except Exception as error:  # zip, XML and decoding errors of any kind mean the same to whoever uploaded it
        raise Unreadable from error


def _read_csv(data: bytes) -> Iterator[list[str]]:
    for number, row in enumerate(csv.reader(io.StringIO(_decoded(data)))):
        _limit(number)
        yield [_unquoted(cell) for cell in row]


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030")


def _read_xlsx(data: bytes) -> Iterator[list[str]]:
    sheet = load_workbook(io.BytesIO(data), read_only=True, data_only=True).active
    for number, row in enumerate(sheet.iter_rows(values_only=True)):
        _limit(number)
        yield ["" if cell is None else _unquoted(str(cell)) for cell in row]


def _unquoted(text: str) -> str:
    """Take back the mark that `safe` puts before what looks like a formula."""
    text = text.strip()
    return text[1:] if text.startswith("'") else text


def _limit(number: int) -> None:
    if number > MOST_ROWS:
        raise Unreadable(f"一次最多 {MOST_ROWS} 行，请拆成几个文件分别上传。")
