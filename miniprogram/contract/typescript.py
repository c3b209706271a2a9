"""The block types as TypeScript, read from the JSON schema that pydantic gives of a screen.

A field that may be None is never sent as null (`Part.to_json` leaves it out), so it becomes optional; a field with
another default is always sent, so it is required here.
"""

import json
import typing
from collections.abc import Mapping

from miniprogram_api.screens import blocks

HEADER = "// Written by `python -m miniprogram.contract.write` from miniprogram_api/screens/blocks.py. Do not edit.\n"
ALIASES = ("Action", "FormField", "SimpleField", "ChatPart", "LeafBlock", "Block")
NAMES = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean", "null": "null"}


def declarations() -> str:
    """The whole of src/contract/screen.ts."""
    schema = blocks.Screen.model_json_schema(mode="serialization")
    definitions = {**schema.pop("$defs"), "Screen": schema}
    definitions["FieldError"] = blocks.FieldError.model_json_schema(mode="serialization")
    definitions.pop("JsonValue", None)
    aliases = {members(getattr(blocks, name)): name for name in ALIASES}
    parts = [_alias(name, members) for members, name in aliases.items()]
    parts += [_declaration(name, definitions[name], aliases) for name in sorted(definitions)]
    parts.append("export type Json = string | number | boolean | null | Json[] | { [key: string]: Json }\n")
    return HEADER + "\n" + "\n".join(parts)


def members(union: object) -> frozenset[str]:
    """The names of the classes of a union, however deep its parts are nested."""
    names: set[str] = set()
    for arg in typing.get_args(union):
        if isinstance(arg, type):
            names.add(arg.__name__)
        else:
            names |= members(arg) if typing.get_args(arg) else set()
    return frozenset(names)


def _alias(name: str, members: frozenset[str]) -> str:
    return f"export type {name} = {' | '.join(sorted(members))}\n"


def _declaration(name: str, schema: Mapping, aliases: Mapping) -> str:
    doc = _comment(schema.get("description"), "")
    if "enum" in schema:
        return f"{doc}export type {name} = {_type(schema, aliases)}\n"
    lines = [_field(field, value, schema, aliases) for field, value in schema["properties"].items()]
    return f"{doc}export interface {name} {{\n{''.join(lines)}}}\n"


def _field(name: str, value: Mapping, owner: Mapping, aliases: Mapping) -> str:
    optional = name not in owner.get("required", ()) and value.get("default", "") is None
    kind = _without_null(_type(value, aliases)) if optional else _type(value, aliases)
    return f"{_comment(value.get('description'), '  ')}  {name}{'?' if optional else ''}: {kind}\n"


def _without_null(kind: str) -> str:
    return " | ".join(part for part in kind.split(" | ") if part != "null")


def _type(schema: Mapping, aliases: Mapping) -> str:
    if "$ref" in schema:
        return schema["$ref"].rsplit("/", 1)[1]
    if "const" in schema or "enum" in schema:
        values = [schema["const"]] if "const" in schema else schema["enum"]
        return " | ".join(json.dumps(value) for value in values)
    if variants := schema.get("oneOf") or schema.get("anyOf"):
        return _union(variants, aliases)
    if schema.get("type") == "array":
        inner = _type(schema["items"], aliases) if schema.get("items") else "Json"
        return f"({inner})[]" if " | " in inner else f"{inner}[]"
    if schema.get("type") == "object":
        extra = schema.get("additionalProperties")
        return f"Record<string, {_type(extra, aliases) if isinstance(extra, dict) and extra else 'Json'}>"
    return NAMES.get(schema.get("type", ""), "Json")


def _union(variants: list, aliases: Mapping) -> str:
    names = list(dict.fromkeys(_type(variant, aliases) for variant in variants))
    if alias := aliases.get(frozenset(names)):
        return alias
    return "Json" if any(name.startswith("Record<string, Json") for name in names) else " | ".join(names)


def _comment(text: str | None, indent: str) -> str:
    if not text:
        return ""
    lines = [line.rstrip() for line in text.replace("*/", "* /").splitlines()]
    if len(lines) == 1:
        return f"{indent}/** {lines[0]} */\n"
    return f"{indent}/**\n" + "".join(f"{indent} * {line}".rstrip() + "\n" for line in lines) + f"{indent} */\n"
