"""Tables in a PDF come out as rows, in their place among the lines of text."""

import pytest

from backend.policy.extract import text_of

LINES = {
    "boxes": "60 {low} 200 20 re S 260 {low} 200 20 re S",
    "bars": "60 {low} 400 0.5 re f 60 {high} 400 0.5 re f "
    "60 {low} 0.5 20 re f 260 {low} 0.5 20 re f 460 {low} 0.5 20 re f",
    "strokes": "60 {low} m 460 {low} l S 60 {high} m 460 {high} l S "
    "60 {low} m 60 {high} l S 260 {low} m 260 {high} l S 460 {low} m 460 {high} l S",
}
ROWS = [("Office", "Phone"), ("East", "0371-1"), ("", "0371-2"), ("West hall", "0371-3")]


def written(x, y, text):
    return f"BT /F1 10 Tf 1 0 0 1 {x} {y} Tm ({text}) Tj ET" if text else ""


def table(lines):
    for n, (left, right) in enumerate(ROWS):
        low = 640 - 20 * n
        yield lines.format(low=low, high=low + 20)
        yield written(65, low + 6, left)
        yield written(265, low + 6, right)


def pdf(path, *parts):
    """Write a PDF of one page by hand: a page tree, a font, and what is drawn."""
    content = "\n".join(parts)
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        " /Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(content)} >>\nstream\n{content}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    body, places = "%PDF-1.4\n", []
    for n, text in enumerate(objects, 1):
        places.append(len(body))
        body += f"{n} 0 obj\n{text}\nendobj\n"
    table_of_places = "".join(f"{place:010d} 00000 n \n" for place in places)
    tail = f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(body)}\n%%EOF"
    path.write_text(f"{body}xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table_of_places}{tail}", "latin-1")
    return path


@pytest.mark.parametrize("kind", LINES)
def test_a_table_comes_out_as_rows_between_the_lines_around_it(tmp_path, kind):
    path = pdf(tmp_path / "a.pdf", written(60, 700, "Above"), *table(LINES[kind]), written(60, 500, "Below"))
    assert text_of(path).splitlines() == ["Above", *("\t".join(row) for row in ROWS), "Below"]


def test_the_lines_of_a_cell_are_one(tmp_path):
    more = written(65, 641, "No. 2")
    rows = text_of(pdf(tmp_path / "a.pdf", *table(LINES["boxes"]), more)).splitlines()
    assert rows[0].replace(" ", "") == "OfficeNo.2\tPhone"


def test_a_page_without_a_table_is_read_as_ever(tmp_path):
    underline = "60 690 400 0.5 re f"
    path = pdf(tmp_path / "a.pdf", written(60, 700, "First"), underline, written(60, 680, "Second"))
    assert text_of(path).split() == ["First", "Second"]
