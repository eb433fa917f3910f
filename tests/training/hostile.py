"""Data that strain a trainer, and a wave that does not; shared by the tests of training and of its exact moves."""

import numpy as np

WAVE = (
    np.array([0, 0.09, 0.2, 0.3, 0.42, 0.55, 0.66, 0.8, 0.9, 1]),
    np.array([0.15, 0.12, 0.62, 0.78, 0.2, -0.35, -0.55, -0.5, 0.1, 0.55]),
)

HOSTILE = {
    "one point": ([3.0], [4.0], 0.1),
    "equal x": ([2.0, 2.0, 2.0], [1.0, 2.0, 4.0], 0.1),
    "constant": ([0.0, 1.0, 2.0], [5.0, 5.0, 5.0], 0.1),
    "tiny x": (WAVE[0] * 1e-12, WAVE[1], 0.1),
    "huge x": (WAVE[0] * 1e12, WAVE[1], 0.1),
    "tiny y": (WAVE[0], WAVE[1] * 1e-12, 0.1),
    "huge y": (WAVE[0], WAVE[1] * 1e12, 0.1),
    "far away": (WAVE[0] + 1e6, WAVE[1] + 1e6, 0.1),
    "huge beta": (*WAVE, 1e300),
}
"""x, y and beta by name."""
