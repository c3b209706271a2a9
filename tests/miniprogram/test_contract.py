"""The server's closed set and the client's components are the same set, and what is written from it is fresh."""

import json
import re

import pytest

from miniprogram.contract import examples, typescript, write
from miniprogram_api.screens import blocks

SOURCES = write.ROOT / "miniprogram" / "src"


def component(name: str, ending: str) -> str:
    """`benefit_card` → `BenefitCardBlock`."""
    return "".join(part.capitalize() for part in name.split("_")) + ending


def drawn(file: str, key: str) -> set[str]:
    """The types that a list component draws."""
    template = (SOURCES / file).read_text(encoding="utf-8")
    return set(re.findall(rf"\b{key} === '(\w+)'\"", template))


def test_every_block_type_has_a_component_and_every_component_a_type():
    files = {path.stem for path in (SOURCES / "blocks").glob("*Block.vue")} - {"UnknownBlock"}
    assert files == {component(name, "Block") for name in blocks.block_types()}


def test_every_block_type_is_drawn_where_blocks_are_listed():
    outside = {"section", "chat"}
    assert drawn("blocks/LeafBlocks.vue", "block.type") == blocks.block_types() - outside
    listed = (SOURCES / "blocks" / "BlockList.vue").read_text(encoding="utf-8")
    assert all(f"block.type === '{name}'" in listed for name in outside)


def test_the_chat_draws_exactly_what_may_stand_in_a_message():
    types = {blocks.__dict__[name].model_fields["type"].default for name in typescript.members(blocks.ChatPart)}
    assert drawn("blocks/ChatBlocks.vue", "block.type") == types


def test_every_kind_of_field_has_an_input():
    assert drawn("fields/SimpleInput.vue", "field.kind") == blocks.field_kinds() - {"object"}
    assert drawn("blocks/FormBlock.vue", "field.kind") >= {"object"}


def test_every_kind_of_action_is_handled():
    table = (SOURCES / "core" / "actions.ts").read_text(encoding="utf-8").split("const HANDLERS")[1].split("\n}\n")[0]
    handled = set(re.findall(r"^  (\w+): ", table, re.MULTILINE))
    kinds = {blocks.__dict__[name].model_fields["kind"].default for name in typescript.members(blocks.Action)}
    assert handled == kinds


def test_every_icon_has_a_drawing():
    table = (SOURCES / "design" / "icons.ts").read_text(encoding="utf-8")
    style = (SOURCES / "design" / "icons.css").read_text(encoding="utf-8")
    named = set(re.findall(r"^\s+'?([\w-]+)'?: '", table, re.MULTILINE))
    assert {icon.value for icon in blocks.Icon} <= named
    assert named == set(re.findall(r"\.icon--([\w-]+) ", style))


@pytest.mark.parametrize(
    ("parts", "names"),
    [
        (examples.BLOCKS, blocks.block_types()),
        (examples.FIELDS, blocks.field_kinds()),
    ],
)
def test_there_is_one_example_of_each(parts, names):
    shown = [getattr(part, "type", None) or part.kind for part in parts]
    assert sorted(shown) == sorted(names)


@pytest.mark.parametrize(
    ("path", "build"),
    [
        (write.REFERENCE, write.reference),
        (write.TYPES, typescript.declarations),
        (write.EXAMPLES, write.example_values),
    ],
)
def test_what_is_written_from_the_types_is_fresh(path, build):
    assert path.read_text(encoding="utf-8") == build(), "run: python -m miniprogram.contract.write"


def test_an_unknown_key_is_refused_where_it_is_made():
    with pytest.raises(ValueError, match="colour"):
        blocks.Text(text="x", colour="red")


def test_a_picture_of_a_code_must_be_carried_in_the_screen():
    with pytest.raises(ValueError, match="image"):
        blocks.Qr(image="https://example.org/code.png", caption="x")


def test_one_ask_names_at_most_three_templates():
    with pytest.raises(ValueError, match="templates"):
        blocks.SubscribeAsk(templates=["a", "b", "c", "d"], why="x")


def test_the_tabs_of_the_client_are_the_screens_it_promises_to_mark():
    pages = json.loads((SOURCES / "pages.json").read_text(encoding="utf-8"))
    tabs = [tab["pagePath"].removeprefix("pages/") for tab in pages["tabBar"]["list"]]
    assert tabs == list(blocks.Badges.model_fields)
