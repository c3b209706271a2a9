"""Tables as files: no cell is ever a formula, and what people upload is read or refused with a sentence."""

import io

import pytest
from openpyxl import load_workbook

from backend.console import sheets

FORMULAS = ["=1+1", "+86 138", "-cmd|' /C calc'!A0", "@SUM(A1)", "\t=1", " =1", "\u200b=1", "|calc", "%0A=1"]


@pytest.mark.parametrize("text", FORMULAS)
def test_no_text_can_begin_a_formula_in_csv(text):
    assert sheets.csv_bytes([[text]]).decode("utf-8-sig").strip().strip('"').startswith("'")


@pytest.mark.parametrize("text", FORMULAS)
def test_no_text_is_a_formula_in_xlsx(text):
    cell = load_workbook(io.BytesIO(sheets.xlsx_bytes("表", ["头"], [[text]]))).active["A2"]
    assert cell.data_type == "s"


@pytest.mark.parametrize("text", ["王小明", "-12.50", "6228480001", "2026-03", ""])
def test_plain_texts_and_numbers_stay_as_they_are(text):
    assert sheets.safe([text]) == [text]


def test_control_characters_that_no_sheet_takes_are_left_out():
    assert sheets.safe(["王\x00小\x0b明"]) == ["王小明"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_is_read_in_the_encodings_offices_use(encoding):
    assert list(sheets.read("a.csv", "姓名,月份\n王小明,2026-03\n".encode(encoding))) == [
        ["姓名", "月份"],
        ["王小明", "2026-03"],
    ]


def test_what_was_exported_is_read_back_as_it_was():
    rows = [["pay_1", "=1+1", "王小明"]]
    assert list(sheets.read("a.csv", sheets.csv_bytes(rows))) == rows
    assert list(sheets.read("a.xlsx", sheets.xlsx_bytes("表", ["a", "b", "c"], rows)))[1:] == rows


@pytest.mark.parametrize(
    ("name", "data"), [("a.xlsx", b"not a workbook"), ("a.xlsx", b"PK\x03\x04broken"), ("a.csv", b"\xff\xff\xff")]
)
def test_a_file_that_cannot_be_read_says_so(name, data):
    with pytest.raises(sheets.Unreadable):
        list(sheets.read(name, data))


def test_a_file_has_an_end(monkeypatch):
    monkeypatch.setattr(sheets, "MOST_ROWS", 3)
    with pytest.raises(sheets.Unreadable, match="最多 3 行"):
        list(sheets.read("a.csv", b"x\n" * 10))
