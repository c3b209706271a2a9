"""Write what readers and the client take from the block types: docs/blocks.md, TypeScript types and the examples.

    python -m miniprogram.contract.write

The files are committed; a test compares them with a fresh build.
"""

import json
import typing
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from pydantic import BaseModel

from miniprogram.contract import examples, typescript
from miniprogram_api.screens import blocks

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "docs" / "blocks.md"
TYPES = ROOT / "miniprogram" / "src" / "contract" / "screen.ts"
EXAMPLES = ROOT / "miniprogram" / "src" / "contract" / "examples.json"

INTRODUCTION = Path(__file__).with_name("introduction.md")


def example_values() -> str:
    """All examples as JSON, for the tests of the client."""
    groups = {"blocks": examples.BLOCKS, "fields": examples.FIELDS, "actions": examples.ACTIONS}
    plain = {name: [part.to_json() for part in parts] for name, parts in groups.items()}
    return json.dumps(plain, ensure_ascii=False, indent=1) + "\n"


def reference() -> str:
    """docs/blocks.md: every block, field and action with what it takes, when to use it, and an example."""
    chapters = [
        INTRODUCTION.read_text(encoding="utf-8").rstrip(),
        _chapter("Blocks", examples.BLOCKS, "type"),
        _chapter("Form fields", examples.FIELDS, "kind"),
        _chapter("Actions", examples.ACTIONS, "kind"),
        "## Values inside them\n\n" + "\n\n".join(_entry(cls, cls.__name__) for cls in _values()),
    ]
    return "\n\n".join(chapters) + "\n"


def _chapter(title: str, parts: Iterable[BaseModel], key: str) -> str:
    entries = [f"{_entry(type(part), getattr(part, key))}\n\n{_example(part)}" for part in parts]
    return f"## {title}\n\n" + "\n\n".join(entries)


def _entry(cls: type[BaseModel], name: str) -> str:
    rows = [_field_row(field, info) for field, info in cls.model_fields.items() if field not in ("type", "kind")]
    table = "\n".join(["| field | holds | |", "|---|---|---|", *rows])
    return f"### `{name}`\n\n{_plain(cls.__doc__)}\n\n{table}" if rows else f"### `{name}`\n\n{_plain(cls.__doc__)}"


def _plain(doc: str | None) -> str:
    return "\n".join(line.strip() for line in (doc or "").strip().splitlines())


def _field_row(name: str, info) -> str:
    need = "" if info.is_required() else "optional"
    about = " · ".join(x for x in (need, info.description) if x).replace("|", "\\|")
    return f"| `{name}` | {_type_name(info.annotation)} | {about} |"


def _type_name(kind: object) -> str:
    if isinstance(kind, str | typing.ForwardRef):
        return "Action"
    origin, args = typing.get_origin(kind), [a for a in typing.get_args(kind) if a is not type(None)]
    if origin is None:
        return getattr(kind, "__name__", str(kind))
    if origin is typing.Literal:
        return " \\| ".join(f"`{a}`" for a in args)
    if origin is typing.Annotated:
        return _type_name(args[0])
    if origin is Sequence:
        return f"list of {_type_name(args[0])}"
    return "object" if origin is Mapping else _union_name(args)


def _union_name(args: list) -> str:
    members = typescript.members(typing.Union[tuple(args)])  # noqa: UP007 (built from a list)
    known = {typescript.members(getattr(blocks, name)): name for name in typescript.ALIASES}
    alias = known.get(members) or ("JSON" if len(args) > 3 else None)
    return alias or "; ".join(dict.fromkeys(_type_name(a) for a in args))


def _example(part: BaseModel) -> str:
    key = "type" if hasattr(part, "type") else "kind"
    value = _without_defaults(part.to_json())
    return f"```json\n{json.dumps({key: value.pop(key), **value}, ensure_ascii=False, indent=1)}\n```"


def _without_defaults(value):
    """`value` without what says nothing: empty lists and objects, false, empty words."""
    if isinstance(value, dict):
        return {k: _without_defaults(v) for k, v in value.items() if v not in ([], {}, False, "")}
    return [_without_defaults(v) for v in value] if isinstance(value, list) else value


def _values() -> list[type[BaseModel]]:
    shown = {type(part) for part in (*examples.BLOCKS, *examples.FIELDS, *examples.ACTIONS)}
    hidden = {blocks.BlockBase, blocks.FieldBase, *shown}
    return [cls for cls in blocks.Part.__subclasses__() if cls not in hidden]


def write() -> None:
    """Write the three files."""
    for path, text in ((REFERENCE, reference()), (TYPES, typescript.declarations()), (EXAMPLES, example_values())):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()
