"""The one frame of all figures: margins, hover, toolbar, how numbers and names are written."""

from __future__ import annotations

import html
import math
import textwrap
import unicodedata
from collections.abc import Callable, Iterable
from typing import Any

import plotly.graph_objects as go

from components.figures.palette import CLEAR, FAINT, MUTED
from risk.measure import Measure

Show = Callable[[float], str]

THIN = "\u2009"
DASH = "—"
CONFIG: dict[str, Any] = {
    "displaylogo": False,
    # what is left is a picture, the first view, and the full screen that Streamlit adds
    "modeBarButtonsToRemove": ["zoom2d", "pan2d", "zoomIn2d", "zoomOut2d", "autoScale2d"],
    "toImageButtonOptions": {"format": "svg", "scale": 2},
    "scrollZoom": False,
}


def config(name: str, kind: str = "svg") -> dict[str, Any]:
    """The toolbar for one figure: its image is saved as `name`, as `svg` or `png`.

    >>> config("tail")["toImageButtonOptions"]["filename"]
    'tail'
    """
    return CONFIG | {"toImageButtonOptions": {"format": kind, "scale": 2, "filename": name}}


def count(n: int) -> str:
    """A whole number with thin spaces between thousands.

    >>> count(12345) == "12\u2009345"
    True
    """
    return f"{n:,}".replace(",", THIN)


def number(x: float) -> str:
    """Three significant digits, thin spaces in thousands, a dash for what was not measured.

    >>> [number(x) for x in (0.21, 1.944, -0.5, 0.9996, 0.0, float("nan"))]
    ['0.210', '1.94', '−0.500', '1.00', '0', '—']
    >>> number(0.0000123)
    '1.23×10⁻⁵'
    """
    if math.isnan(x):
        return DASH
    sign = "−" if x < 0 else ""
    size = abs(x)
    if math.isinf(size):
        return f"{sign}∞"
    if size == 0:
        return "0"
    digits, power = f"{size:.2e}".split("e")
    exponent = int(power)
    if not -4 <= exponent < 7:
        raised = str(exponent).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
        return f"{sign}{digits}×10{raised}"
    rounded = float(f"{digits}e{power}")
    return sign + f"{rounded:,.{max(0, 2 - exponent)}f}".replace(",", THIN)


def percent(x: float) -> str:
    """A rate in [0, 1] as percent with three significant digits.

    >>> percent(0.6134) == "61.3\u2009%"
    True
    """
    return DASH if math.isnan(x) else f"{number(100 * x)}{THIN}%"


def nats(x: float) -> str:
    """A log-risk -ln(1 - p) in nats with the probability of harm p it stands for.

    >>> nats(math.log(2)) == "0.693 nats (50.0\u2009% chance of harm)"
    True
    """
    if math.isnan(x):
        return DASH
    return f"{number(x)} nats ({percent(-math.expm1(-x))} chance of harm)"


def interval(measure: Measure, show: Show = number) -> str:
    """A measure in words: value and 95 % interval, or a dash and why it is missing.

    >>> interval(Measure(0.2, 0.1, 0.4, n=20))
    '0.200 (95\u2009% interval 0.100 to 0.400)'
    >>> interval(Measure(float("nan"), why="no prompts"))
    '— (no prompts)'
    """
    if not measure.known:
        return f"{DASH} ({measure.why or 'not measured'})"
    if math.isnan(measure.low) or math.isnan(measure.high):
        return f"{show(measure.value)} (no interval{': ' + measure.why if measure.why else ''})"
    ends = f"{show(measure.low)} to {show(measure.high)}"
    return f"{show(measure.value)} (95{THIN}% interval {ends})"


def beware(measure: Measure) -> list[str]:
    """The caution about an interval that is there, in lines a hover has room for; else none."""
    told = drawn(measure) and "interval" in measure.why
    return textwrap.wrap(measure.why, 48) if told else []


def plain(text: object, limit: int = 42) -> str:
    """An untrusted name as literal text: Plotly reads tags and entities in every string it shows.

    Control and direction-changing characters go, runs of space become one, what is longer than
    `limit` characters ends in an ellipsis. Nothing is left of an empty name but a dash.

    >>> plain("<b>me & you</b>")
    '&lt;b&gt;me &amp; you&lt;/b&gt;'
    >>> plain("abcdef", limit=4)
    'abc…'
    """
    kept = ("" if unicodedata.category(c) in ("Cf", "Cs", "Co") else c for c in str(text))
    whole = "".join(" " if unicodedata.category(c) == "Cc" else c for c in kept if c)
    short = " ".join(whole.split())
    if len(short) > limit:
        short = short[: limit - 1].rstrip() + "…"
    return short.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") or DASH


def width(texts: Iterable[str]) -> int:
    """About how many pixels the longest of these labels takes, for margins set ahead of drawing.

    >>> width(["mean", "a &lt; b"])
    32
    """
    wide = max((sum(_wide(c) for c in html.unescape(text)) for text in texts), default=0)
    return round(6.3 * wide)


def _wide(character: str) -> int:
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def about(title: str, measure: Measure, show: Show = number) -> str:
    """What hovering says: the name (made plain here), the exact number, n, what was left out."""
    words = plain(interval(measure, show), limit=160)
    lines = [words, counts(measure), *(plain(line, 60) for line in beware(measure))]
    return f"<b>{plain(title, 90)}</b><br>{'<br>'.join(lines)}"


def counts(measure: Measure) -> str:
    """How many rows made a number and how many were left out.

    >>> counts(Measure(0.2, n=20, lost=3))
    'n 20 · left out 3'
    """
    return f"n {count(measure.n)} · left out {count(measure.lost)}"


def drawn(measure: Measure) -> bool:
    """Whether a measure may have a point: no interval, no point.

    >>> drawn(Measure(0.2))
    False
    """
    return math.isfinite(measure.value) and not (
        math.isnan(measure.low) or math.isnan(measure.high)
    )


def axis(title: str = "", *, grid: bool = True, **more: Any) -> dict[str, Any]:
    """An axis that reads on light and dark: gray lines here, the text's color left to the theme."""
    return {
        "title": {"text": title, "standoff": 8},
        "showgrid": grid,
        "gridcolor": FAINT,
        "gridwidth": 1,
        "zeroline": False,
        "showline": False,
        "ticks": "",
        "automargin": True,
    } | more


def figure(height: int, **layout: Any) -> go.Figure:
    """An empty figure in the house frame, `height` in pixels, as wide as its place."""
    base: dict[str, Any] = {
        "template": go.layout.Template(),
        "height": height,
        "margin": {"l": 8, "r": 12, "t": 12, "b": 8, "pad": 4},
        "paper_bgcolor": CLEAR,
        "plot_bgcolor": CLEAR,
        "font": {"size": 13},
        "showlegend": False,
        "hovermode": "closest",
        "hoverlabel": {"align": "left", "namelength": -1, "font": {"size": 13}},
        "autotypenumbers": "strict",
        "modebar": {"bgcolor": CLEAR, "color": MUTED, "activecolor": MUTED},
        "xaxis": axis(),
        "yaxis": axis(),
    }
    return go.Figure(layout=base | layout)


def blank(words: str, height: int = 160) -> go.Figure:
    """A figure with nothing to draw says so; `words` are plain text and name the reason."""
    fig = figure(height, xaxis={"visible": False}, yaxis={"visible": False})
    fig.add_annotation(
        text=plain(words, 200), x=0.5, y=0.5, xref="paper", yref="paper", showarrow=False
    )
    return fig


def note(fig: go.Figure, words: str, x: float, y: float) -> None:
    """A small remark in a corner of the plot (x, y 0 or 1): plain text, a line a line."""
    fig.add_annotation(
        text="<br>".join(plain(line, 90) for line in words.split("\n")),
        x=x,
        y=y,
        xref="paper",
        yref="paper",
        xanchor="right" if x else "left",
        yanchor="top" if y else "bottom",
        align="right" if x else "left",
        showarrow=False,
        font={"size": 12},
    )


def ink(fig: go.Figure, theme: str | None) -> go.Figure:
    """The same figure with its text in the full text color of the `light` or `dark` theme.

    Streamlit's own chart text is a gray below the 4.5 to 1 contrast that small type needs on
    white. Any other `theme` (None: not known yet) leaves the colors to the screen.
    """
    colors = {"light": ("#3d4650", "#ffffff"), "dark": ("#d3d9df", "#11151a")}.get(theme or "")
    if colors:
        font = {"color": colors[0]}
        # the toolbar comes over whatever stands in its corner
        fig.update_layout(font=font, hoverlabel={"font": font}, modebar={"bgcolor": colors[1]})
        fig.update_xaxes(tickfont=font, title={"font": font})
        fig.update_yaxes(tickfont=font, title={"font": font})
    return fig
