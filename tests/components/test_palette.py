"""The colors stay apart for color-blind eyes, in gray print, on light and on dark."""

from itertools import combinations

import numpy as np
import pytest

from components.figures import palette


def light(color: str) -> np.ndarray:
    parts = np.array([int(color[k : k + 2], 16) for k in (1, 3, 5)]) / 255
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def lab(linear: np.ndarray) -> np.ndarray:
    """CIE Lab of linear sRGB under D65."""
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    t = xyz @ np.clip(linear, 0, 1) / np.array([0.9505, 1.0, 1.089])
    f = np.where(t > 216 / 24389, np.cbrt(t), (24389 / 27 * t + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


# Machado, Oliveira and Fernandes 2009, severity 1, on linear sRGB.
EYES = {
    "usual": np.eye(3),
    "deutan": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.01182, 0.04294, 0.968881],
        ]
    ),
    "protan": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
}


@pytest.mark.parametrize("eye", EYES)
def test_dimensions_and_tail_stay_apart_for_every_eye(eye):
    seen = [lab(EYES[eye] @ light(c)) for c in (*palette.DIMENSIONS.values(), palette.TAIL)]
    assert min(np.linalg.norm(a - b) for a, b in combinations(seen, 2)) > 12


def test_dimensions_stay_apart_in_gray_and_severity_only_darkens():
    levels = sorted(lab(light(c))[0] for c in palette.DIMENSIONS.values())
    assert min(np.diff(levels)) > 4.5
    ramp = [lab(light(c))[0] for c in palette.SEVERITY]
    assert max(np.diff(ramp)) < -8


def test_dimensions_and_tail_read_on_white_and_on_near_black():
    for color in (*palette.DIMENSIONS.values(), palette.TAIL, palette.MODEL):
        bright = light(color) @ [0.2126, 0.7152, 0.0722]
        assert 1.05 / (bright + 0.05) >= 3.0, color
        assert (bright + 0.05) / 0.0575 >= 3.0, color


def test_unknown_dimensions_keep_their_hue_and_do_not_share_it():
    six = palette.hues(["toxicity", "privacy", "bias", "truth"])
    assert len(set(six.values())) == 4
    assert palette.hues(["privacy", "bias"])["privacy"] == palette.hue("Privacy ")
