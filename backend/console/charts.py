"""Charts as SVG, drawn on the server: plain shapes with their figures beside them, readable without colour. Pure.

Fills are classes of the style sheet. Every chart has a title for those who cannot see it; the page puts the same
figures in a table below.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

TONES = ("a", "b", "c", "d")
BAR_HEIGHT, ROW_HEIGHT, WIDTH = 16, 30, 720
WIDE, NARROW = 13.0, 7.4
"""Width of a Chinese character and of a Latin one, as the style sheet sets them."""


@dataclass(frozen=True)
class Bar:
    """One row of a bar chart: label, value, what is written behind it, a second value drawn as a mark, an address."""

    label: str
    value: float
    text: str
    mark: float | None = None
    href: str | None = None


@dataclass(frozen=True)
class Series:
    """One kind of column: its name and a value for each label."""

    name: str
    values: Sequence[float]
    hrefs: Sequence[str] = ()


def bars(title: str, rows: Sequence[Bar]) -> Markup:
    """Return horizontal bars, each with its figure behind it."""
    left = 10 + max([_width(row.label) for row in rows] or [0])
    room = WIDTH - left - 12 - max([_width(row.text) for row in rows] or [0])
    most = max([max(row.value, row.mark or 0) for row in rows] or [0]) or 1
    drawn = Markup("").join(_bar(row, position, left, max(40.0, room) / most) for position, row in enumerate(rows))
    return _chart(title, WIDTH, max(1, len(rows)) * ROW_HEIGHT + 4, drawn)


def _width(text: str) -> float:
    return sum(WIDE if ord(sign) > 0x2E7F else NARROW for sign in text)


def _bar(row: Bar, position: int, left: float, scale: float) -> Markup:
    top, width = position * ROW_HEIGHT + 7, max(row.value * scale, 1.5 if row.value else 0)
    reach = max(width, (row.mark or 0) * scale)
    label = Markup('<text x="{:.1f}" y="{}" text-anchor="end">{}</text>').format(left - 8, top + 13, row.label)
    shape = Markup('<rect class="a" x="{:.1f}" y="{}" width="{:.1f}" height="{}" rx="2"/>').format(
        left, top, width, BAR_HEIGHT
    )
    figure = Markup('<text class="soft" x="{:.1f}" y="{}">{}</text>').format(left + reach + 8, top + 13, row.text)
    mark = _mark(row, top, left, scale)
    return _linked(label + shape + mark + figure, row.href, f"{row.label}：{row.text}")


def _mark(row: Bar, top: int, left: float, scale: float) -> Markup:
    if row.mark is None:
        return Markup("")
    at = left + row.mark * scale
    return Markup('<rect class="b" x="{:.1f}" y="{}" width="4" height="{}"/>').format(at - 2, top - 3, BAR_HEIGHT + 6)


COLUMN_HEIGHT, COLUMN_TOP, COLUMN_FOOT = 190, 22, 26


def columns(title: str, labels: Sequence[str], series: Sequence[Series]) -> Markup:
    """Return groups of columns, one group a label, each column with its figure on top."""
    most = max([value for one in series for value in one.values] or [0]) or 1
    group = WIDTH / max(1, len(labels))
    width = min(34.0, group * 0.8 / max(1, len(series)))
    drawn = Markup("").join(
        _column(one, tone, position, number, (group, width, most, len(series)))
        for number, (one, tone) in enumerate(zip(series, TONES, strict=False))
        for position in range(len(labels))
    )
    foot = COLUMN_TOP + COLUMN_HEIGHT
    names = Markup("").join(
        Markup('<text class="soft" x="{:.1f}" y="{}" text-anchor="middle">{}</text>').format(
            group * (position + 0.5), foot + 18, label
        )
        for position, label in enumerate(labels)
    )
    axis = Markup('<line class="axis" x1="0" x2="{}" y1="{}" y2="{}"/>').format(WIDTH, foot, foot)
    return _chart(title, WIDTH, foot + COLUMN_FOOT, drawn + axis + names)


def _column(series: Series, tone: str, position: int, number: int, sizes: tuple[float, float, float, int]) -> Markup:
    group, width, most, count = sizes
    value = series.values[position]
    left = group * (position + 0.5) - width * count / 2 + width * number
    height = COLUMN_HEIGHT * value / most
    top = COLUMN_TOP + COLUMN_HEIGHT - height
    shape = Markup('<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>').format(
        tone, left + 1, top, width - 2, height
    )
    figure = Markup('<text x="{:.1f}" y="{:.1f}" text-anchor="middle">{}</text>').format(
        left + width / 2, top - 5, _figure(value)
    )
    href = series.hrefs[position] if series.hrefs and value else None
    return _linked(shape + (figure if value else Markup("")), href, f"{series.name} {_figure(value)}")


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:,.1f}"


def legend(names: Sequence[str]) -> Markup:
    """Return the key to the series of a chart, in their order."""
    entry = Markup(
        '<li><svg class="chart" viewBox="0 0 14 14" aria-hidden="true">'
        '<rect class="{}" width="14" height="14"/></svg>{}</li>'
    )
    entries = Markup("").join(entry.format(tone, name) for tone, name in zip(TONES, names, strict=False))
    return Markup('<ul class="legend">{}</ul>').format(entries)


def _linked(shape: Markup, href: str | None, name: str) -> Markup:
    return Markup('<a href="{}" aria-label="{}">{}</a>').format(href, name, shape) if href else shape


def _chart(title: str, width: int, height: int, drawn: Markup) -> Markup:
    drawing = Markup('<svg class="chart" viewBox="0 0 {} {}" role="group" aria-label="{}">{}</svg>')
    return Markup('<div class="scroll">{}</div>').format(drawing.format(width, height, title, drawn))
