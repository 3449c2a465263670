"""Charts as SVG, made on the server: small pure functions, numbers in, markup out.

No inline style and no colour of their own: classes of the stylesheet, so that dark and print follow. What is late or missed
also has a shape or a pattern of lines, and beside each chart stands a table (or the chart is one) for who can't see it.
x is in per cent and y in pixels, so that text never stretches.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from markupsafe import Markup

HEIGHT = 180
FOOT = 22
"""Pixels under the axis, for its words."""
PATTERNS: Mapping[str, str] = {"missed": "hatch", "due": "dots"}
"""Look → the pattern of the page that lies over it, so that no colour is needed to tell one part of a bar from the next."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a bar: how many, and its class of the stylesheet (done, late, missed, …)."""

    value: int
    look: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of parts, from the axis up; `told` is what the tip says."""

    label: str
    parts: tuple[Part, ...]
    told: str = ""

    @property
    def height(self) -> int:
        return sum(part.value for part in self.parts)


def nice_top(value: int) -> int:
    """The end of an axis: 1, 2, 4 or 5 and zeroes, at least the value."""
    step = 1
    while step * 10 < value:
        step *= 10
    return next(step * n for n in (1, 2, 4, 5, 10) if step * n >= value)


def columns(bars: Sequence[Bar], label: str, *, every: int = 1) -> Markup:
    """Upright bars over an axis; the words of every `every`-th bar are written under it."""
    top = nice_top(max((bar.height for bar in bars), default=1) or 1)
    width = 100 / max(len(bars), 1)
    drawn = "".join(_column(bar, n * width, width, top) for n, bar in enumerate(bars))
    words = "".join(
        f'<text class="axis" x="{_n((n + 0.5) * width)}%" y="{HEIGHT + 16}" text-anchor="middle">{escape(bar.label)}</text>'
        for n, bar in enumerate(bars)
        if n % every == 0
    )
    return _svg(f"{_lines(top)}{drawn}{words}", label)


def _column(bar: Bar, left: float, width: float, top: int) -> str:
    y, drawn = float(HEIGHT), ""
    for part in bar.parts:
        height = part.value / top * HEIGHT
        y -= height
        if part.value:
            at = f'x="{_n(left + width * 0.15)}%" y="{_n(y)}" width="{_n(width * 0.7)}%" height="{_n(height)}"'
            drawn += _rect(part.look, at)
    return f"<g><title>{escape(bar.told or f'{bar.label} {bar.height}')}</title>{drawn}</g>"


def _rect(look: str, at: str) -> str:
    """A part of a bar, with the pattern of its look over it."""
    over = f'<rect fill="url(#{PATTERNS[look]})" {at}/>' if look in PATTERNS else ""
    return f'<rect class="{look}" {at}/>{over}'


def key(look: str) -> Markup:
    """The mark before a word of a legend, as the chart draws it; nothing for a screen reader."""
    drawn = _rect(look, 'width="12" height="12"')
    return Markup(f'<svg class="key" width="12" height="12" aria-hidden="true" focusable="false">{drawn}</svg>')


def _lines(top: int) -> str:
    """The axis, a line halfway and one at the top, each with its number."""
    marks = [0, top] if top % 2 else [0, top // 2, top]
    return "".join(
        f'<line class="grid" x1="0" x2="100%" y1="{_n(HEIGHT - mark / top * HEIGHT)}" y2="{_n(HEIGHT - mark / top * HEIGHT)}"/>'
        f'<text class="axis" x="-6" y="{_n(HEIGHT - mark / top * HEIGHT + 4)}" text-anchor="end">{mark}</text>'
        for mark in marks
    )


def _svg(content: str, label: str, height: int = HEIGHT + FOOT) -> Markup:
    return Markup(
        f'<svg class="chart" width="100%" height="{height}" role="img" aria-label="{escape(label)}">{content}</svg>'
    )


def bar(parts: Sequence[Part], most: int) -> Markup:
    """One lying bar for a cell of a table, whose numbers stand beside it: nothing for a screen reader."""
    x, drawn = 0.0, ""
    for part in parts:
        width = part.value / max(most, 1) * 100
        if part.value:
            drawn += _rect(part.look, f'x="{_n(x)}%" y="0" width="{_n(width)}%" height="12"')
        x += width
    return Markup(f'<svg class="bar" width="100%" height="12" aria-hidden="true" focusable="false">{drawn}</svg>')


CELL, GAP = 14, 3


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a calendar: its week's column, its weekday (0 Monday), and how it is shown (none, l1–l4; late: a mark)."""

    week: int
    weekday: int
    look: str
    late: bool
    told: str


def calendar(days: Sequence[Day], months: Sequence[tuple[int, str]], label: str, weekdays: str) -> Markup:
    """Weeks from left to right, Monday on top; `months` are (week, word). A day with something missed has a mark."""
    size = CELL + GAP
    weeks = max((day.week for day in days), default=0) + 1
    words = "".join(f'<text class="axis" x="{20 + week * size}" y="11">{escape(word)}</text>' for week, word in months)
    names = "".join(
        f'<text class="axis" x="0" y="{18 + n * size + 11}">{escape(word)}</text>'
        for n, word in enumerate(weekdays)
        if n % 2 == 0
    )
    drawn = "".join(_day(day, 20 + day.week * size, 18 + day.weekday * size) for day in days)
    width, height = 20 + weeks * size, 18 + 7 * size
    return Markup(
        f'<svg class="chart calendar" width="{width}" height="{height}" role="img" aria-label="{escape(label)}">'
        f"{words}{names}{drawn}</svg>"
    )


def _day(day: Day, x: int, y: int) -> str:
    mark = f'<circle class="mark" cx="{x + CELL / 2}" cy="{y + CELL / 2}" r="2.5"/>' if day.late else ""
    box = f'<rect class="{day.look}" x="{x}" y="{y}" width="{CELL}" height="{CELL}" rx="2"/>'
    return f"<g><title>{escape(day.told)}</title>{box}{mark}</g>"


def _n(value: float) -> str:
    """At most two decimals, none where there are none."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
