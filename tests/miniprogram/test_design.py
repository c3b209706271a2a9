"""The colours of the design system keep their distance, in both themes (WCAG 2.2, 1.4.3 and 1.4.11)."""

import re
from pathlib import Path

import pytest

TOKENS = (Path(__file__).parents[2] / "miniprogram" / "src" / "design" / "tokens.css").read_text(encoding="utf-8")
TEXT = [(ink, back) for ink in ("ink", "ink-2", "ink-3", "brand", "danger") for back in ("bg", "surface", "sunken")]
TINTED = [(tone, f"{tone}-soft") for tone in ("info", "success", "warning", "danger", "brand")]
TINTED += [("ink", f"{tone}-soft") for tone in ("info", "success", "warning", "danger", "brand")]
FILLED = [("on-brand", "brand"), ("on-brand", "brand-press")]
EDGES = [("field-line", "surface"), ("field-line", "bg"), ("star", "surface")]


def colours(theme: str) -> dict[str, str]:
    """The colours of a theme; dark overrides light."""
    light, dark = TOKENS.split(".app--dark {")
    found = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", light))
    return found | dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", dark)) if theme == "dark" else found


def luminance(colour: str) -> float:
    """Relative luminance as WCAG defines it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours."""
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("ink", "back"), TEXT + TINTED + FILLED)
def test_text_can_be_read_on_what_it_stands_on(theme, ink, back):
    known = colours(theme)
    assert contrast(known[ink], known[back]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("edge", "back"), EDGES)
def test_the_edge_of_a_field_can_be_seen(theme, edge, back):
    known = colours(theme)
    assert contrast(known[edge], known[back]) >= 3
