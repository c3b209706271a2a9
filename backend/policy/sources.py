"""Take official documents apart: what the operator imports becomes documents, articles and numbered parts.

    documents = parse(text_of(path), source="living-2020")
    documents = name(documents, pack.documents.values())      # ids of documents.yml where they match
    documents["living-2020"].article("9").part("3")           # 第九条（三）, verbatim

One file may hold many documents. Page furniture (running heads, page numbers, tables of contents, broken lines, form
feeds) goes; an unrelated advertisement is dropped and reported; tables stay rows. Numbers are addressed as packs cite
them: `9.3` is 第九条（三）, `4.1.2` is 四（一）2. A document without a pack gives the same articles under its own id.
Parsing is pure: text in, frozen values out. Every value has a hash over its words alone, so that a line broken
elsewhere is no change.
"""

import difflib
import hashlib
import itertools
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from backend.policy.figures import CHINESE, number_of, plain

# --- what comes out ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Part:
    """A numbered part of an article: its path in the article (`3`, `1.2`) and its words with all beneath it."""

    number: str
    text: str


@dataclass(frozen=True, slots=True)
class Article:
    """One article, verbatim. `number` is Arabic; `0` is what stands before and after the articles (文号、落款)."""

    document: str
    number: str
    title: str | None = None
    chapter: str | None = None
    paragraphs: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    hash: str = ""

    @property
    def id(self) -> str:
        """The address of the article, `document/number`, as packs cite it."""
        return f"{self.document}/{self.number}"

    @property
    def text(self) -> str:
        """The whole article: title, paragraphs and table rows, a line each."""
        lines = [*([self.title] if self.title else []), *self.paragraphs, *("\t".join(row) for row in self.rows)]
        return "\n".join(lines)

    def part(self, path: str) -> str | None:
        """Return the words of a numbered part, or None when the article has none of that number."""
        return next((part.text for part in self.parts if part.number == path), None)


@dataclass(frozen=True, slots=True)
class Document:
    """One official document found in a file. `head` holds letterhead, preamble and signature."""

    id: str
    source: str
    title: str
    head: Article | None
    articles: tuple[Article, ...]
    hash: str

    def article(self, number: str) -> Article | None:
        """Return the article of that number (`0` for the head), or None."""
        candidates = (*((self.head,) if self.head else ()), *self.articles)
        return next((article for article in candidates if article.number == number), None)

    def words(self, address: str) -> str | None:
        """Return the words at `9` or `9.3`; a part that is not there gives the nearest part above it, then the article.

        None when the document has no such article.
        """
        number, _, path = address.partition(".")
        article = self.article(number)
        if article is None:
            return None
        while path:
            if (words := article.part(path)) is not None:
                return words
            path = path.rpartition(".")[0]
        return article.text

    @property
    def text(self) -> str:
        """The whole document."""
        return "\n".join([self.title, *(a.text for a in ((self.head,) if self.head else ()) + self.articles)])


@dataclass(frozen=True, slots=True)
class Dropped:
    """Something of the file that is no policy: `advertisement`, `contents` or `furniture`, with its words."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Parsed:
    """The outcome of one file: its documents in order, and what was left out."""

    documents: tuple[Document, ...]
    dropped: tuple[Dropped, ...]


def parse(text: str, source: str) -> Parsed:
    """Take one file's text apart. `source` is the file's name without suffix; documents are called `source-1` and on.

    A text without any articles becomes one document whose paragraphs are its articles.
    """
    lines, dropped = _clean(text)
    blocks = _join(lines)
    groups = _split(blocks)
    documents: list[Document] = []
    for group in groups:
        kept, advertisements = _without_advertisements(group)
        dropped += advertisements
        if kept.body or kept.title:
            document = _document(kept, f"{source}-{len(documents) + 1}", source)
            documents.append(replace(document, title=_full_title(document.title, dropped)))
    return Parsed(tuple(documents), tuple(dropped))


def _full_title(title: str, dropped: Iterable[Dropped]) -> str:
    """A section heading that stands for a whole document is given the title under which the contents list it."""
    listed = (entry.text.strip("◇◆ ") for entry in dropped if entry.kind == "contents")
    own = _name_key(title)
    whole = _TITLE.search(title.replace(" ", ""))
    return title if whole or not own else next((t for t in listed if own in _name_key(t)), title)


# --- lines: page furniture goes ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    heading: bool = False
    cells: tuple[str, ...] = ()
    after_blank: bool = False


_PAGE_NUMBER = re.compile(r"[-—–·\s]*(?:第\s*)?\d{1,4}(?:\s*页)?[-—–·\s]*(?:/\s*\d+)?")
_CONTENTS = re.compile(r"[^\t]+\t\s*\d{1,3}|\d{1,2}\s*[.．、][^\t]+\t|.+[.…·]{4,}\s*\d{1,3}|(?:[-*•]\s+)?[◇◆].*")
_FURNITURE = re.compile(r"-{3,}|\*{3,}|={3,}|扫描二维码.*|目\s*录|长按识别.*|\(?此页无正文\)?")
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")


def _clean(text: str) -> tuple[list[_Line], list[Dropped]]:
    running = _running_heads(text)
    lines: list[_Line] = []
    dropped: list[Dropped] = []
    blank = False
    for raw in text.replace("\ufeff", "").replace("\r", "").replace("\f", "\n\f").split("\n"):
        kind, line = _furniture(raw, running), _line(raw)
        if kind == "contents" and not any(entry.kind == "contents" for entry in dropped):
            dropped += [Dropped("furniture", cover.text) for cover in lines]
            lines.clear()
        if kind is not None:
            dropped.append(Dropped(kind, line.text))
        elif line.text or line.cells:
            lines.append(replace(line, after_blank=blank))
        blank = not line.text
    return lines, dropped


def _line(raw: str) -> _Line:
    """Take the marks of formatting off a line; keep whether it is a heading or a table row."""
    text = _LINK.sub(r"\1", raw.replace("**", "").replace("\f", "")).rstrip()
    heading = bool(re.match(r"\s*#+\s", text))
    text = re.sub(r"^\s*(?:#+\s+|[-*•]\s+)", "", text)
    cells = tuple(cell.strip() for cell in text.split("\t"))
    row = sum(1 for cell in cells if cell) > 1 or (len(cells) > 1 and not cells[0] and any(cells))
    return _Line(text.strip(), heading, cells if row else ())


def _furniture(raw: str, running: frozenset[str]) -> str | None:
    text = raw.strip(" \f")
    if not text:
        return None
    if _CONTENTS.fullmatch(text):
        return "contents"
    gone = text in running or _PAGE_NUMBER.fullmatch(text) or _FURNITURE.fullmatch(text)
    return "furniture" if gone else None


def _running_heads(text: str) -> frozenset[str]:
    """Return the lines that stand first or last on three or more pages."""
    pages = [[line.strip() for line in page.split("\n") if line.strip()] for page in text.split("\f")]
    edges = Counter(edge for page in pages if page for edge in {page[0], page[-1]})
    return frozenset(edge for edge, count in edges.items() if count >= 3 and len(edge) < 40)


# --- blocks: broken lines are joined -------------------------------------------------------------------------------

_NUM = rf"[{CHINESE}]+|\d+"
_MARKS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("article", re.compile(rf"第\s*({_NUM})\s*条\s*[:：]?\s*(.*)")),
    ("chapter", re.compile(rf"第\s*({_NUM})\s*[章编]\s*(.*)")),
    ("section", re.compile(rf"([{CHINESE}]+)\s*[、．.]\s*(.*)")),
    ("paren", re.compile(rf"[（(]\s*([{CHINESE}]+)\s*[）)]\s*(.*)")),
    ("arabic", re.compile(r"(\d{1,3})\s*[.．、]\s*(?!\d)(.+)")),
    ("small", re.compile(r"[（(]\s*(\d{1,2})\s*[）)]\s*(.*)")),
    ("news", re.compile(r"()((?:本报|本网|新华社)\S{0,6}讯.*)")),
)
_ENDED = re.compile(r"[。；;：:！!？?…][”’」）)》]*$|^[（(][^（(]*[）)]$")
_WHOLE_PAREN = re.compile(r"[（(][^（）()]*[）)]")
_TITLE = re.compile(
    r"(?:意见|办法|细则|规定|方案|制度|通知|公告|通告|决定|指南|规程|有关事项|名录|名单|目录|清单|一览表|电话)"
    r"(?:[（(](?:暂行|试行|摘要|修订)[）)])*$"
)
_LETTERHEAD = re.compile(
    r"\S*〔\d{4}〕\s*\d+\s*号|[（(]?\s*\d{4}\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日\s*[）)]?|.{0,40}印发|附件\s*\d*[:：]?|"
    r"[^，。；：:,;《》]{2,30}文件|(?:中共)?[^，。；：:,;《》\s]{2,24}(?:委员会|办公室|领导小组|人民政府|局|厅)|[（(]此件.*[）)]"
)
_HAN = re.compile(r"[\u4e00-\u9fff]")
_SIGNED = re.compile(r".{0,40}印发|[（(]此件.*[）)]|\d{4}\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日")
CAPTION = 14


@dataclass(frozen=True, slots=True)
class _Block:
    """A paragraph put together again. `mark` is its kind of number (empty for none), `number` the number."""

    mark: str
    number: int
    label: str
    text: str
    heading: bool = False
    cells: tuple[str, ...] = ()
    letterhead: bool = False

    @property
    def whole(self) -> str:
        return f"{self.label}{self.text}"

    @property
    def ended(self) -> bool:
        return bool(_ENDED.search(self.text)) or bool(self.cells)

    @property
    def caption(self) -> bool:
        """A short title without punctuation, not a broken line."""
        return 0 < len(self.text) <= CAPTION and not re.search(r"[\d，。；：,;:！!？?]", self.text)

    @property
    def titled(self) -> bool:
        return not self.ended and not self.cells and not self.letterhead and self.mark in ("", "section")


def _join(lines: Sequence[_Line]) -> list[_Block]:
    blank_tells = _blank_tells(lines)
    blocks: list[_Block] = []
    for line in lines:
        block = _block(line, blocks)
        last = blocks[-1] if blocks else None
        if last is not None and _continues(last, block, line, blank_tells, blocks):
            blocks[-1] = replace(last, text=_glue(last.text, line.text), letterhead=False)
        else:
            blocks.append(block)
    return blocks


def _blank_tells(lines: Sequence[_Line]) -> bool:
    """Whether a blank line means anything: not when nearly every printed line has one after it (double spacing)."""
    spaced = [(one, two) for one, two in itertools.pairwise(lines) if two.after_blank and not one.cells]
    broken = sum(1 for one, _ in spaced if not _ENDED.search(one.text))
    return not spaced or broken / len(spaced) < 0.5


def _block(line: _Line, before: Sequence[_Block]) -> _Block:
    if line.cells:
        return _Block("", 0, "", line.text, cells=line.cells)
    for mark, pattern in _MARKS:
        match = pattern.fullmatch(line.text)
        if match and not (mark == "section" and match[1] in ("亿", "万", "千", "百")):
            number = int(number_of(match[1])) if match[1] else 0
            label = line.text[: match.start(2)] if mark not in ("news",) else ""
            return _Block(mark, number, label, match[2].strip(), line.heading)
    return _Block("", 0, "", line.text, line.heading, letterhead=bool(_LETTERHEAD.fullmatch(line.text)))


def _continues(last: _Block, block: _Block, line: _Line, blank_tells: bool, blocks: Sequence[_Block]) -> bool:
    """Whether a line goes on with the paragraph before it."""
    if block.mark or block.cells or last.cells or block.heading != last.heading or last.ended:
        return False
    if last.letterhead or _WHOLE_PAREN.fullmatch(block.text):
        return False
    if (last.mark and last.caption) or not _HAN.search(last.text):
        return False
    front = not any(earlier.mark for earlier in blocks)
    if (line.after_blank and blank_tells) or front:
        if _TITLE.search(last.text.replace(" ", "")):
            return False
        if block.letterhead and (not last.mark or last.text.startswith("（此件")):
            return False
    return True


def _glue(left: str, right: str) -> str:
    """Join two pieces of a broken line; only Latin words and numbers keep a space between them."""
    return f"{left} {right}" if re.search(r"[A-Za-z0-9]$", left) and re.match(r"[A-Za-z0-9]", right) else left + right


# --- documents: where one ends and the next begins -----------------------------------------------------------------


@dataclass(slots=True)
class _Group:
    """The blocks of one document: its title, letterhead and body in order."""

    title: list[_Block]
    head: list[_Block]
    body: list[_Block]


def _split(blocks: Sequence[_Block]) -> list[_Group]:
    groups = [_Group([], [], [])]
    for place, block in enumerate(blocks):
        group = groups[-1]
        if _begins(group, block, blocks[place - 1] if place else None):
            groups.append(_opening(group))
            group = groups[-1]
        group.body.append(block)
    groups = [group for group in groups if group.body]
    for group in groups:
        _entitle(group)
    return groups


def _begins(group: _Group, block: _Block, last: _Block | None) -> bool:
    """Whether a block starts another document: numbering that starts again, a titled table or list, a news report."""
    body = group.body
    numbered = [earlier.number for earlier in body if earlier.mark == block.mark]
    title = _title_of(body)
    if block.mark == "article":
        other = any(earlier.mark in ("section", "arabic") for earlier in body[: len(body) - len(title)])
        return any(number >= block.number for number in numbered) or (not numbered and other and _names(title))
    if block.mark == "news":
        return bool(body)
    if block.mark == "section" and block.number == 1 and not block.heading:
        return max(numbered, default=0) > 1 and _names(title)
    starts_list = bool(block.cells) or (block.mark == "arabic" and block.number == 1)
    first = last is not None and not last.cells and (last.mark != "arabic" or bool(block.cells))
    return starts_list and first and len(title) < len(body) and _names(title)


def _names(title: Sequence[_Block]) -> bool:
    """Whether these blocks read like the title of a document (…办法, …名录)."""
    return any(_TITLE.search(block.text.replace(" ", "")) for block in title if not block.mark)


def _title_of(body: Sequence[_Block]) -> list[_Block]:
    """Return the blocks at the end of a body that are the next document's title, its chapter heading included."""
    title: list[_Block] = []
    for block in reversed(body):
        if not (block.mark == "chapter" or _subtitle(block) or _title_line(block)):
            break
        title.append(block)
    return title[::-1]


def _title_line(block: _Block) -> bool:
    section = block.mark == "section" and not (block.caption or block.heading)
    return block.titled and not section and bool(_HAN.search(block.text)) and len(block.text) < 100


def _subtitle(block: _Block) -> bool:
    return (
        not block.mark
        and bool(_WHOLE_PAREN.fullmatch(block.text))
        and not _SIGNED.fullmatch(block.text.strip("（）()"))
    )


_ABOVE_TITLE = re.compile(r"附件\s*\d*[:：]?|\S*〔\d{4}〕\s*\d+\s*号|[^，。；]{2,30}文件")


def _opening(group: _Group) -> _Group:
    """Take the next document's title and letterhead off the end of a group."""
    title = _title_of(group.body)
    del group.body[len(group.body) - len(title) :]
    head: list[_Block] = []
    while group.body and _ABOVE_TITLE.fullmatch(group.body[-1].text):
        head.insert(0, group.body.pop())
    return _Group([], head, title)


def _entitle(group: _Group) -> None:
    """Move a group's title and letterhead out of its body."""
    first = next((n for n, block in enumerate(group.body) if block.mark == "article"), None)
    if first is None:
        first = next((n for n, block in enumerate(group.body) if _is_content(block)), len(group.body))
        front = group.body[:first]
        title = [block for block in front if _title_line(block) or _subtitle(block)]
    else:
        front = group.body[:first]
        title = _title_of(front)
    chapters = [block for block in title if block.mark == "chapter"]
    group.title = [block for block in title if block not in chapters]
    group.head += [block for block in front if block not in title]
    group.body = chapters + group.body[first:]
    if not group.title and group.body and not group.body[0].cells and not group.body[0].mark:
        group.title.append(group.body.pop(0))


def _is_content(block: _Block) -> bool:
    return bool(block.mark) or bool(block.cells) or (block.ended and not _WHOLE_PAREN.fullmatch(block.text))


_SELLING = re.compile(
    "免费拿|等您|钜惠|低价|嘉年华|车展|代金券|热销|抢购|团购|促销|折扣券|个人票|家庭票|特惠|大奖等你|立减|秒杀"
)


def _without_advertisements(group: _Group) -> tuple[_Group, list[Dropped]]:
    """Drop every run of unnumbered blocks without a sentence in which things are being sold."""
    kept: list[_Block] = []
    run: list[_Block] = []
    dropped: list[Dropped] = []

    def close() -> None:
        words = "\n".join(block.whole for block in run)
        if len(set(_SELLING.findall(words))) >= 2:
            dropped.append(Dropped("advertisement", words))
        else:
            kept.extend(run)
        run.clear()

    for block in group.body:
        if block.mark or block.cells or "。" in block.text:
            close()
            kept.append(block)
        else:
            run.append(block)
    close()
    return _Group(group.title, group.head, kept), dropped


# --- articles ------------------------------------------------------------------------------------------------------


def _document(group: _Group, id_: str, source: str) -> Document:
    scheme = _scheme(group.body)
    head, bodies = SCHEMES[scheme](group.body)
    signature = _signature(bodies)
    before = [*group.head, *head]
    articles = tuple(_article(id_, number, lead, chapter, blocks) for number, lead, chapter, blocks in bodies)
    outer = [*before, *signature]
    subtitles = [block.whole for block in group.title if _WHOLE_PAREN.fullmatch(block.text)]
    title = "".join(block.text for block in group.title if block.whole not in subtitles or _TITLE.search(block.text))
    title += "".join(text for text in subtitles if re.fullmatch(r"[（(](?:暂行|试行|摘要|修订)[）)]", text))
    named = [text for text in subtitles if text not in title]
    if named and len(articles) == 1 and not articles[0].title:
        articles = (_sealed(replace(articles[0], title=named[0].strip("（）()"))),)
    head_article = _article(id_, "0", None, None, outer) if outer else None
    everything = "".join([title, *(article.hash for article in ((head_article,) if head_article else ()) + articles)])
    return Document(id_, source, _tidy(title), head_article, articles, _hash(everything))


_Body = tuple[str, _Block | None, str | None, list[_Block]]


def _scheme(body: Sequence[_Block]) -> str:
    """Say by what the articles of a document are counted."""
    marks = {block.mark for block in body}
    if "article" in marks:
        return "article"
    arabic = [block.number for block in body if block.mark == "arabic"]
    if "section" in marks:
        running = len(arabic) > 2 and arabic == list(range(1, len(arabic) + 1)) and not marks & {"paren"}
        return "arabic" if running else "section"
    if any(block.cells for block in body) or (len(arabic) > 2 and len(arabic) >= len(body) - 2):
        return "table"
    return "prose"


def _by_mark(mark: str, chapter_mark: str) -> Callable[[Sequence[_Block]], tuple[list[_Block], list[_Body]]]:
    """Return the scheme in which every block marked `mark` opens an article and `chapter_mark` a chapter."""

    def read(body: Sequence[_Block]) -> tuple[list[_Block], list[_Body]]:
        head: list[_Block] = []
        found: list[_Body] = []
        chapter = None
        for block in body:
            if block.mark == chapter_mark:
                chapter = block.text
            elif block.mark == mark:
                found.append((str(block.number), block, chapter, []))
            else:
                (found[-1][3] if found else head).append(block)
        return head, found

    return read


def _table(body: Sequence[_Block]) -> tuple[list[_Block], list[_Body]]:
    return [], [("1", None, None, list(body))]


def _prose(body: Sequence[_Block]) -> tuple[list[_Block], list[_Body]]:
    return [], [(str(n), None, None, [block]) for n, block in enumerate(body, 1)]


SCHEMES: dict[str, Callable[[Sequence[_Block]], tuple[list[_Block], list[_Body]]]] = {
    "article": _by_mark("article", "chapter"),
    "arabic": _by_mark("arabic", "section"),
    "section": _by_mark("section", "chapter"),
    "table": _table,
    "prose": _prose,
}


def _signature(bodies: Sequence[_Body]) -> list[_Block]:
    """Take signature and date of printing off the end of the last article."""
    found: list[_Block] = []
    if bodies:
        blocks = bodies[-1][3]
        while blocks and not blocks[-1].mark and (blocks[-1].letterhead or _SIGNED.fullmatch(blocks[-1].text)):
            found.insert(0, blocks.pop())
    return found


def _article(document: str, number: str, lead: _Block | None, chapter: str | None, blocks: list[_Block]) -> Article:
    title, paragraphs = None, []
    if lead is not None and lead.text:
        if lead.caption:
            title = lead.text
        else:
            paragraphs.append(lead.text)
    rows = _rows(blocks)
    listed = all(block.mark == "arabic" for block in blocks) and not paragraphs and lead is None and len(blocks) > 1
    if listed:
        rows = tuple((str(block.number), block.text) for block in blocks)
    else:
        paragraphs += [block.whole for block in blocks if not block.cells]
    parts = _row_parts(rows, listed) if rows else _parts(blocks)
    return _sealed(Article(document, number, title, chapter, tuple(paragraphs), parts, rows))


def _sealed(article: Article) -> Article:
    return replace(article, hash=_hash(article.number + article.text))


def _hash(text: str) -> str:
    return hashlib.sha256(plain(text).encode()).hexdigest()[:16]


def _tidy(title: str) -> str:
    return re.sub(r"\s+", " ", title).strip()


# --- tables --------------------------------------------------------------------------------------------------------


def _rows(blocks: Iterable[_Block]) -> tuple[tuple[str, ...], ...]:
    """Return table rows; a row that begins with an empty cell goes on with the row above it."""
    rows: list[tuple[str, ...]] = []
    for block in blocks:
        if not block.cells:
            continue
        if rows and not block.cells[0]:
            pairs = zip(rows[-1], (*block.cells, *[""] * len(rows[-1])), strict=False)
            rows[-1] = tuple("；".join(cell for cell in pair if cell) for pair in pairs)
        else:
            rows.append(block.cells)
    return tuple(rows)


def _row_parts(rows: Sequence[Sequence[str]], listed: bool) -> tuple[Part, ...]:
    """Number the rows under the column heads, so that each can be cited."""
    body = rows if listed or len(rows) < 2 or _holds_data(rows[0]) else rows[1:]
    return tuple(Part(str(n), "\t".join(row)) for n, row in enumerate(body, 1))


def _holds_data(row: Sequence[str]) -> bool:
    return any(re.search(r"\d", cell) for cell in row)


# --- numbered parts ------------------------------------------------------------------------------------------------

_RANK = {"section": 0, "paren": 1, "sub": 2, "arabic": 3, "small": 4}


def _parts(blocks: Sequence[_Block]) -> tuple[Part, ...]:
    """Address every numbered block by its path; unnumbered words belong to the part whose title stands above them."""
    words: dict[str, list[str]] = {}
    stack: list[tuple[int, str]] = []
    last: _Block | None = None
    for place, block in enumerate(blocks):
        rank = _rank(blocks, place, bool(stack))
        if rank is not None:
            while stack and stack[-1][0] >= rank:
                stack.pop()
            path = _path(block, stack[-1][1] if stack else "", words)
            stack.append((rank, path))
            words[path] = []
            last = block
        elif last is None or not (last.caption or last.text.endswith(("：", ":"))):
            continue
        for _, open_path in stack:
            words[open_path].append(block.whole)
    return tuple(Part(path, "\n".join(lines)) for path, lines in words.items())


def _path(block: _Block, above: str, taken: Iterable[str]) -> str:
    """Return the address of a numbered block; a title without a number is counted among its fellows."""
    prefix = f"{above}." if above else ""
    fellows = [path for path in taken if path.startswith(prefix) and "." not in path.removeprefix(prefix)]
    return _unused(f"{prefix}{block.number if block.mark else len(fellows) + 1}", fellows)


def _rank(blocks: Sequence[_Block], place: int, inside: bool) -> int | None:
    """Say how deep a block's number lies; a short title above a list that starts at 1 ranks between （一） and 1."""
    block = blocks[place]
    if block.mark in _RANK:
        return _RANK[block.mark]
    after = blocks[place + 1] if place + 1 < len(blocks) else None
    heads = after is not None and after.mark == "arabic" and after.number == 1
    return _RANK["sub"] if inside and heads and not block.mark and not block.ended and len(block.text) <= 20 else None


def _unused(path: str, taken: Sequence[str]) -> str:
    """A number that stands twice (two （六）) gets `-2` the second time."""
    n, candidate = 1, path
    while candidate in taken:
        n += 1
        candidate = f"{path}-{n}"
    return candidate


# --- naming by a pack, storing, comparing --------------------------------------------------------------------------


class Titled(Protocol):
    """What `name` needs of a pack's document (backend.policy.types.Document has it)."""

    @property
    def id(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def source(self) -> str | None: ...


def _name_key(title: str) -> str:
    title = re.sub(r"[（(](?:暂行|试行|摘要|修订)[）)]", "", title)
    return re.sub(r"[\W_]+", "", plain(title))


def likeness(left: str, right: str) -> float:
    """Return how alike two titles are, 0 to 1; one that lies within the other counts as alike."""
    one, two = _name_key(left), _name_key(right)
    if not one or not two:
        return 0.0
    if one in two or two in one:
        return 0.9 + 0.1 * min(len(one), len(two)) / max(len(one), len(two))
    return difflib.SequenceMatcher(None, one, two, autojunk=False).ratio()


def name(documents: Iterable[Document], known: Iterable[Titled]) -> dict[str, Document]:
    """Give imported documents the ids of a pack's documents.yml, by file and title; the others keep their own id.

    Takes documents of any number of files; `known` are the pack's documents (`id`, `title`, `source`).
    """
    documents, entries = list(documents), [entry for entry in known if entry.source]
    pairs = sorted(
        (
            (likeness(d.title, e.title), n, e.id)
            for n, d in enumerate(documents)
            for e in entries
            if e.source == d.source
        ),
        reverse=True,
    )
    ids: dict[int, str] = {}
    for alike, n, id_ in pairs:
        if alike >= 0.75 and n not in ids and id_ not in ids.values():
            ids[n] = id_
    named = [rename(document, ids.get(n, document.id)) for n, document in enumerate(documents)]
    return {document.id: document for document in named}


def rename(document: Document, id_: str) -> Document:
    """Return the document under another id, its articles with it."""
    head = replace(document.head, document=id_) if document.head else None
    articles = tuple(replace(article, document=id_) for article in document.articles)
    return replace(document, id=id_, head=head, articles=articles)


@dataclass(frozen=True, slots=True)
class Changes:
    """What an import changed, by article address; `changed` has the words before and after."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[tuple[str, str, str], ...] = ()
    unchanged: int = 0

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed)

    def __str__(self) -> str:
        if not self:
            return f"没有变化（{self.unchanged} 条）"
        counts = f"新增 {len(self.added)} 条，删去 {len(self.removed)} 条，改动 {len(self.changed)} 条"
        counts += f"，其余 {self.unchanged} 条没有变"
        lines = [*(f"新增 {id_}" for id_ in self.added), *(f"删去 {id_}" for id_ in self.removed)]
        return "\n".join([counts, *lines, *(f"改动 {id_}" for id_, _, _ in self.changed)])


def changes(before: Mapping[str, Document], after: Mapping[str, Document]) -> Changes:
    """Compare two imports article by article. Importing the same words again changes nothing."""
    old, new = _articles(before), _articles(after)
    changed = [(id_, old[id_].text, new[id_].text) for id_ in new if id_ in old and old[id_].hash != new[id_].hash]
    return Changes(
        added=tuple(id_ for id_ in new if id_ not in old),
        removed=tuple(id_ for id_ in old if id_ not in new),
        changed=tuple(changed),
        unchanged=sum(1 for id_ in new if id_ in old and old[id_].hash == new[id_].hash),
    )


def _articles(documents: Mapping[str, Document]) -> dict[str, Article]:
    return {article.id: article for document in documents.values() for article in _all_of(document)}


def _all_of(document: Document) -> Iterator[Article]:
    yield from (document.head,) if document.head else ()
    yield from document.articles


def dump(documents: Mapping[str, Document]) -> str:
    """Return imported documents as JSON, to be stored."""
    return json.dumps([_plain(document) for document in documents.values()], ensure_ascii=False, indent=1)


def load(text: str) -> dict[str, Document]:
    """Read back what `dump` wrote. Raises ValueError or KeyError when it is something else."""
    documents = (_from_plain(node) for node in json.loads(text))
    return {document.id: document for document in documents}


def _plain(document: Document) -> dict[str, Any]:
    return {
        "id": document.id,
        "source": document.source,
        "title": document.title,
        "hash": document.hash,
        "articles": [
            {
                "number": article.number,
                "title": article.title,
                "chapter": article.chapter,
                "paragraphs": article.paragraphs,
                "parts": {part.number: part.text for part in article.parts},
                "rows": article.rows,
            }
            for article in _all_of(document)
        ],
    }


def _from_plain(node: Mapping[str, Any]) -> Document:
    articles = [
        _sealed(
            Article(
                str(node["id"]),
                entry["number"],
                entry["title"],
                entry["chapter"],
                tuple(entry["paragraphs"]),
                tuple(Part(number, words) for number, words in entry["parts"].items()),
                tuple(tuple(row) for row in entry["rows"]),
            )
        )
        for entry in node["articles"]
    ]
    head = articles.pop(0) if articles and articles[0].number == "0" else None
    return Document(str(node["id"]), str(node["source"]), str(node["title"]), head, tuple(articles), str(node["hash"]))
