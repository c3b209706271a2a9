"""A content hash over files, so that long work (training, building) is done once per content."""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

IGNORED = {"__pycache__", "node_modules", "dist", "unpackage", ".git"}


def digest(root: Path, sources: Iterable[str], *more: str) -> str:
    """Return 16 hex digits over the names and contents of all files below `sources` (relative to `root`) and `more`."""
    total = hashlib.sha256()
    for path in sorted(files(root, sources)):
        total.update(str(path.relative_to(root)).encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    for text in more:
        total.update(text.encode() + b"\0")
    return total.hexdigest()[:16]


def files(root: Path, sources: Iterable[str]) -> Iterator[Path]:
    """Yield the files that `sources` name: files themselves, folders with everything below except what is derived."""
    for source in sources:
        path = root / source
        found = path.rglob("*") if path.is_dir() else [path]
        yield from (each for each in found if each.is_file() and not IGNORED & set(each.relative_to(root).parts))
