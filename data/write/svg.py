"""Charts of a report as plain SVG: no script, nothing loaded, every text escaped by the writer."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple
from xml.etree import ElementTree as Tree

WIDE, LINE, LEFT, RIGHT = 720, 26, 250, 150
INK, FAINT, PEOPLE, JUDGE, TAIL = "#26313a", "#d5dade", "#2b4a66", "#7a8791", "#c2571a"


class Row(NamedTuple):
    """One line of a forest: its name, what it is of, value and interval (NaN: not measured)."""

    name: str
    value: float
    low: float
    high: float
    words: str
    hollow: bool = False


def forest(rows: Sequence[Row], title: str, unit: str) -> str:
    """Dots with their 95 % lines from 0 to the largest end; what was not measured is a dash."""
    ends = [x for row in rows for x in (row.value, row.high) if math.isfinite(x)]
    top = _round(max(ends, default=1.0) or 1.0)
    height = LINE * (len(rows) + 1) + 24
    svg = _svg(height, title)
    span = WIDE - LEFT - RIGHT

    def at(x: float) -> float:
        return LEFT + span * min(max(x / top, 0.0), 1.0)

    for part in (0.0, 0.5, 1.0):
        x = LEFT + span * part
        _line(svg, x, 4, x, height - 40, FAINT)
        _text(svg, x, height - 24, f"{top * part:.3g}", "middle")
    _text(svg, LEFT + span / 2, height - 6, unit, "middle")
    for place, row in enumerate(rows):
        y = LINE * place + 16.0
        _text(svg, LEFT - 10, y + 4, _short(row.name, 38), "end")
        if math.isfinite(row.value) and math.isfinite(row.low) and math.isfinite(row.high):
            color = JUDGE if row.hollow else PEOPLE
            _line(svg, at(row.low), y, at(row.high), y, color, 1.5)
            Tree.SubElement(svg, "circle", {
                "cx": _n(at(row.value)), "cy": _n(y), "r": "4.5", "stroke": color,
                "stroke-width": "1.5", "fill": "#fff" if row.hollow else color,
            })  # fmt: skip
        _text(svg, WIDE - RIGHT + 10, y + 4, row.words, "start")
    return _written(svg)


def survival(losses: Sequence[float], var: float, title: str, unit: str) -> str:
    """The share of answers with more than x, on a log scale; beyond VaR in the tail's color."""
    kept = sorted(x for x in losses if math.isfinite(x))
    if not kept:
        return ""
    height, foot = 260, 40
    svg = _svg(height, title)
    top, n = kept[-1] or 1.0, len(kept)
    floor = math.log10(0.6 / n)

    def at(x: float, share: float) -> tuple[float, float]:
        up = math.log10(max(share, 0.6 / n)) / floor
        return 60 + (WIDE - 90) * min(max(x, 0.0) / top, 1.0), 12 + (height - foot - 18) * up

    for power in range(int(-floor) + 1):
        _, y = at(0, 10.0**-power)
        _line(svg, 60, y, WIDE - 30, y, FAINT)
        _text(svg, 54, y + 4, f"{100 * 10.0**-power:g} %", "end")
    step = max(n // 400, 1)
    places = sorted({*range(0, n, step), *range(max(n - 60, 0), n)})
    body: list[tuple[float, float]] = [at(0.0, 1.0)]
    tail: list[tuple[float, float]] = []
    for place in places:
        point = at(kept[place], (n - place - 1) / n)
        (tail if kept[place] >= var else body).append(point)
    if tail:
        tail.insert(0, body[-1])
    for points, color in ((body, PEOPLE), (tail, TAIL)):
        Tree.SubElement(svg, "polyline", {
            "points": " ".join(f"{_n(x)},{_n(y)}" for x, y in points), "fill": "none",
            "stroke": color, "stroke-width": "2",
        })  # fmt: skip
    for part in (0.0, 0.5, 1.0):
        x, _ = at(top * part, 1.0)
        _text(svg, x, height - 22, f"{top * part:.3g}", "middle")
    _text(svg, WIDE / 2, height - 6, unit, "middle")
    return _written(svg)


def _svg(height: float, title: str) -> Tree.Element:
    svg = Tree.Element("svg", {
        "viewBox": f"0 0 {WIDE} {_n(height)}", "role": "img", "width": "100%",
        "font-family": "inherit", "font-size": "12", "fill": INK,
    })  # fmt: skip
    Tree.SubElement(svg, "title").text = _clean(title)
    return svg


def _line(
    svg: Tree.Element, x: float, y: float, x2: float, y2: float, color: str, width: float = 1
) -> None:
    Tree.SubElement(svg, "line", {
        "x1": _n(x), "y1": _n(y), "x2": _n(x2), "y2": _n(y2), "stroke": color,
        "stroke-width": _n(width),
    })  # fmt: skip


def _text(svg: Tree.Element, x: float, y: float, words: str, anchor: str) -> None:
    one = Tree.SubElement(svg, "text", {"x": _n(x), "y": _n(y), "text-anchor": anchor})
    one.text = _clean(words)


def _written(svg: Tree.Element) -> str:
    return Tree.tostring(svg, encoding="unicode")


def _round(x: float) -> float:
    """The next round number from x on: an axis ends there.

    >>> _round(0.769), _round(3.1), _round(1.0)
    (0.8, 4.0, 1.0)
    """
    size = 10.0 ** math.floor(math.log10(x))
    return next(float(f"{k * size:.6g}") for k in (1, 2, 4, 5, 8, 10) if k * size >= x - 1e-12)


def _n(x: float) -> str:
    return f"{x:.1f}".rstrip("0").rstrip(".")


def _clean(words: str) -> str:
    return "".join(c for c in words if c.isprintable())


def _short(words: str, limit: int) -> str:
    return words if len(words) <= limit else f"{words[: limit - 1]}…"
