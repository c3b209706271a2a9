"""Read the words out of an official file: plain text, Word or PDF.

Headings come out with a leading `#`, tables as lines with tab-separated cells, pages separated by form feeds; that is
what `backend.policy.sources` understands. Nothing is interpreted here.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import docx
import pypdf
from docx.opc.exceptions import PackageNotFoundError
from docx.table import Table
from docx.text.paragraph import Paragraph

from backend.policy.ruled import text_with_tables

DIGITS = "零一二三四五六七八九"


class UnreadableFile(Exception):
    """A file is of no kind that can be read, or holds no text (a scanned PDF)."""

    def __init__(self, path: Path, reason: str):
        super().__init__(f"读不了文件“{path.name}”：{reason}")
        self.path = path


def text_of(path: Path) -> str:
    """Return the text of a .txt, .docx or .pdf file. Raises UnreadableFile or OSError."""
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise UnreadableFile(path, f"只支持 {'、'.join(READERS)} 文件")
    text = reader(path)
    if not text.strip():
        raise UnreadableFile(path, "里面没有文字，扫描件请先做文字识别")
    return text


def _plain(path: Path) -> str:
    data = path.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableFile(path, "文字编码不是 UTF-8 也不是 GB18030")


def _pdf(path: Path) -> str:
    try:
        return "\f".join(text_with_tables(page) or page.extract_text() for page in pypdf.PdfReader(path).pages)
    except pypdf.errors.PyPdfError as error:
        raise UnreadableFile(path, "PDF 文件已损坏或加了密") from error


def _docx(path: Path) -> str:
    try:
        document = docx.Document(str(path))
    except (KeyError, ValueError, PackageNotFoundError) as error:
        raise UnreadableFile(path, "不是有效的 Word 文件") from error
    numbering = _Numbering(document)
    return "\n".join(line for block in document.iter_inner_content() for line in _block(block, numbering))


def _block(block: Paragraph | Table, numbering: "_Numbering") -> Iterator[str]:
    if isinstance(block, Table):
        for row in block.rows:
            cells = dict.fromkeys(row.cells)
            yield "\t".join(" ".join(cell.text.split()) for cell in cells)
        return
    text = numbering.label(block) + block.text.replace("\n", " ").strip()
    style = (block.style.name or "") if block.style is not None else ""
    yield f"# {text}" if text and style.startswith(("Heading", "Title", "标题")) else text


class _Numbering:
    """The numbers that Word counts by itself (第一条, （一）, 1.) and does not keep in the text."""

    def __init__(self, document: Any):
        part = document.part.numbering_part if _has_numbering(document) else None
        self.root: Any = part.element if part is not None else None
        self.counters: dict[tuple[str, int], int] = {}

    def label(self, paragraph: Paragraph) -> str:
        """Return the number printed before a paragraph, or nothing."""
        properties: Any = paragraph._p.pPr.numPr if paragraph._p.pPr is not None else None
        if self.root is None or properties is None or properties.numId is None or not properties.numId.val:
            return ""
        list_id, level = str(properties.numId.val), properties.ilvl.val if properties.ilvl is not None else 0
        shape = self._level(list_id, level)
        if shape is None:
            return ""
        for key in [key for key in self.counters if key[0] == list_id and key[1] > level]:
            del self.counters[key]
        number = self.counters[list_id, level] = self.counters.get((list_id, level), shape[2] - 1) + 1
        return shape[1].replace(f"%{level + 1}", FORMATS.get(shape[0], str)(number))

    def _level(self, list_id: str, level: int) -> tuple[str, str, int] | None:
        abstract = self._find(f"w:num[@w:numId='{list_id}']/w:abstractNumId/@w:val")
        path = f"w:abstractNum[@w:abstractNumId='{abstract}']/w:lvl[@w:ilvl='{level}']"
        shape, text = self._find(f"{path}/w:numFmt/@w:val"), self._find(f"{path}/w:lvlText/@w:val")
        return (shape, text, int(self._find(f"{path}/w:start/@w:val") or 1)) if shape and text else None

    def _find(self, path: str) -> str | None:
        found = self.root.xpath(path)
        return str(found[0]) if found else None


def _has_numbering(document: Any) -> bool:
    return any(relation.reltype.endswith("/numbering") for relation in document.part.rels.values())


def chinese(number: int) -> str:
    """Return a whole number below one hundred in Chinese (十二)."""
    tens, ones = divmod(number, 10)
    return (DIGITS[tens] if tens > 1 else "") + ("十" if tens else "") + (DIGITS[ones] if ones or not tens else "")


FORMATS: dict[str, Callable[[int], str]] = {
    "chineseCounting": chinese,
    "chineseCountingThousand": chinese,
    "japaneseCounting": chinese,
    "ideographDigital": chinese,
    "bullet": lambda number: "",
}
READERS: dict[str, Callable[[Path], str]] = {".txt": _plain, ".docx": _docx, ".pdf": _pdf}
