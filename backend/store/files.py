"""Uploaded files on disk, each sealed with the vault and named by a fresh id; the database knows which is whose."""

from pathlib import Path

from backend.store.crypto import Place, vault
from backend.store.ids import new_id


class MissingFile(LookupError):
    """A row names a file that is not there. `name` is its name."""

    def __init__(self, name: str):
        super().__init__(f"file {name} is not on the shelf")
        self.name = name


class Shelf:
    """A folder of sealed files, two levels deep. Several processes may share it."""

    def __init__(self, folder: Path):
        self.folder = folder

    def put(self, data: bytes) -> str:
        """Keep bytes and return their new name; the file is whole or not there."""
        name = new_id("fil")
        path = self._path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        part.write_bytes(vault.seal_bytes(data, Place("file", "content", name)))
        part.replace(path)
        return name

    def get(self, name: str) -> bytes:
        """Return the bytes kept under a name. Raises MissingFile, BrokenSeal."""
        try:
            sealed = self._path(name).read_bytes()
        except FileNotFoundError:
            raise MissingFile(name) from None
        return vault.open_bytes(sealed, Place("file", "content", name))

    def drop(self, name: str) -> None:
        """Remove a file; one that is gone already is no error."""
        self._path(name).unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        return self.folder / name[-2:] / name


class ShelfSlot:
    """The shelf of this process, filled by `database.open_store`."""

    def __init__(self):
        self._shelf: Shelf | None = None

    def fill(self, shelf: Shelf) -> None:
        """Use `shelf` from now on."""
        self._shelf = shelf

    def __getattr__(self, name: str):
        if self._shelf is None:
            raise RuntimeError("the store is not open: call backend.store.database.open_store(settings) first")
        return getattr(self._shelf, name)


shelf = ShelfSlot()
