"""Read YAML without its traps: the files hold law, so nothing in them may mean something else than it looks like.

Refused: duplicate keys, keys that are neither strings nor dates, `yes/no/on/off` booleans, sexagesimal and octal
integers, anchors and tags. See docs/pack-format.md, "YAML rules".
"""

import re
from datetime import date
from pathlib import Path
from typing import Any

import yaml

_BASE = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class YamlError(Exception):
    """A pack file breaks the YAML rules. `where` is file and line."""

    def __init__(self, message: str, where: str):
        super().__init__(f"{where}: {message}")
        self.where = where


class _Loader(_BASE):  # type: ignore[misc, valid-type]
    """SafeLoader with the implicit types that surprise taken out."""


_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("tag:yaml.org,2002:bool", r"^(?:true|false)$", "tf"),
    ("tag:yaml.org,2002:int", r"^-?(?:0|[1-9][0-9]*)$", "-0123456789"),
    ("tag:yaml.org,2002:float", r"^-?(?:0|[1-9][0-9]*)\.[0-9]+$", "-0123456789"),
    ("tag:yaml.org,2002:timestamp", r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "0123456789"),
    ("tag:yaml.org,2002:null", r"^(?:null|~|)$", ["n", "~", ""]),
):
    _Loader.add_implicit_resolver(_tag, re.compile(_pattern), list(_first))


def _mapping(loader: Any, node: yaml.MappingNode) -> dict[str | date, Any]:
    """Build a mapping, refusing duplicate keys and keys of other types."""
    result: dict[str | date, Any] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, str | date):
            raise YamlError(f"key {key!r} must be a string or a date; quote it", _where(key_node))
        if key in result:
            raise YamlError(f"key {key!r} stands twice", _where(key_node))
        result[key] = loader.construct_object(value_node, deep=True)
    return result


def _string(loader: Any, node: yaml.ScalarNode) -> str:
    """Build a string; a bare word that YAML 1.1 would turn into something else must be quoted."""
    text = str(node.value)
    if not node.style and re.fullmatch(r"(?i)(yes|no|on|off|y|n)|[0-9]+(:[0-9]+)+|0[0-9]+", text):
        raise YamlError(f"{text!r} must be quoted or written plainly", _where(node))
    return text


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)
_Loader.add_constructor("tag:yaml.org,2002:str", _string)


def _where(node: yaml.Node) -> str:
    mark = node.start_mark
    return f"{mark.name}:{mark.line + 1}"


def read(path: Path) -> Any:
    """Return the content of one YAML file. Raises YamlError with file and line."""
    text = path.read_text(encoding="utf8")
    if re.search(r"(?m)^[^#'\"\n]*(?:^|[:\-,\[{]) [&*][A-Za-z_]", text):
        raise YamlError("anchors and aliases are not used in packs", str(path))
    try:
        with path.open("rb") as stream:
            return _Loader(stream).get_single_data()
    except yaml.YAMLError as error:
        raise YamlError(str(error).replace("\n", " "), str(path)) from error
