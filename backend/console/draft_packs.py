"""The draft of the packs: a folder that the operator lays beside those in force, to be looked at before it takes over.

It is laid out like `backend/packs` and lies under `DATA_DIR/draft-packs`. Its worked examples are run, and it can be
compared with what is in force and played through on the register; nothing else ever reads it.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from flask import current_app

from backend.policy import Pack, PackError, Packs, load_packs
from backend.policy import check as examples
from backend.policy.strict_yaml import YamlError
from backend.workflow import rulebook

FOLDER = "draft-packs"

Stamps = tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Draft:
    """A draft of a city's pack: read, or with the reason why it cannot be; how many examples hold, and which do not."""

    pack: Pack | None
    error: str = ""
    number: int = 0
    failures: tuple[str, ...] = ()


def of_city(city: str) -> Draft | None:
    """Return the draft of a city's pack, or None where there is none."""
    root = Path(current_app.config["CONSOLE_DRAFT_PACKS"])
    if not (root / city / "city.yml").is_file():
        return None
    stamps = tuple((str(path), path.stat().st_mtime_ns) for path in sorted(root.rglob("*.yml")))
    return _read(root, city, stamps)


@lru_cache(maxsize=8)
def _read(root: Path, city: str, stamps: Stamps) -> Draft:
    """Read a draft once for each state of its files."""
    try:
        pack = rulebook.pack_within(_loaded(root)[city])
        found = examples.read_examples(city, root)
        wrong = [(example, failed) for example in found if (failed := examples.failures(pack, example))]
    except (PackError, YamlError, KeyError, FileNotFoundError) as error:
        return Draft(None, str(error))
    return Draft(pack, "", len(found), tuple(f"{example.says}：{'；'.join(failed)}" for example, failed in wrong))


def _loaded(root: Path) -> Packs:
    packs = load_packs(root)
    for pack in packs.values():
        for start in pack.starts:  # whatever is wrong in any era comes out here
            pack.on(start)
    return packs
