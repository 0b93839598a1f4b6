"""The figure of what a tail leans on, and what a click on a survival curve carries."""

from __future__ import annotations

import math

import numpy as np

from components.figures import sway, tail
from risk.measure import Measure, missing

M = Measure(2.0, 1.0, 3.0, n=40)


def test_every_setting_is_a_point_that_says_which_it_is():
    fig = sway.sway(
        [("eps", "1e-06", True), ("tau", "max", False), ("judge", "-<b>fox</b>", False)],
        [M, Measure(4.0, 3.0, 5.0, n=40), missing("no row has a score")],
    )
    keys = [list(point) for t in fig.data if t.customdata is not None for point in t.customdata]
    assert ["eps 1e-06", "clipping ε"] in keys
    assert ["tau max", sway.HEADS["tau"]] in keys
    names = fig.layout.yaxis.ticktext
    assert "worst judge" in names
    assert "without &lt;b&gt;fox&lt;/b&gt;" in names
    assert "—" in fig.layout.yaxis2.ticktext
    assert fig.layout.shapes[0].x0 == 2.0


def test_nothing_to_vary_says_so():
    fig = sway.sway([], [])
    assert "Nothing to vary" in fig.layout.annotations[0].text


def test_the_body_of_a_curve_offers_its_worst_shares_and_its_two_numbers():
    losses = np.random.default_rng(0).gamma(2, 1, 400)
    var = Measure(float(np.quantile(losses, 0.95, method="inverted_cdf")), 3.0, 6.0)
    fig = tail.survival(losses, "m", var, Measure(6.0, 5.0, 7.0))
    picks = [list(p) for t in fig.data if t.customdata is not None for p in t.customdata
             if isinstance(p, (list, tuple, np.ndarray))]  # fmt: skip
    assert [float(p[1]) for p in picks if p[0] == "share"] == [0.5, 0.25, 0.1]
    assert ["var"] in picks
    assert ["cvar"] in picks


def test_the_chart_says_which_band_is_which():
    fig = tail.survival([0.1, 0.2, math.nan], "m", M, M)
    assert "light for the whole curve" in fig.layout.xaxis.title.text
