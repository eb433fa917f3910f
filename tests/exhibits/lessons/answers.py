"""Answers that reach every sentence of a lesson, by the misconception that they come from; "" for a right one."""

import numpy as np
from scipy.interpolate import CubicSpline

from cvxdnn.exhibits.lessons.lesson import LESSONS
from cvxdnn.exhibits.lessons.reveal import best_curve


def of(name):
    (found,) = [each for each in LESSONS if each.name == name]
    return found


def dots(name):
    """A drawing that joins the dots."""
    return [list(point) for point in of(name).points]


def soft(name):
    """A soft curve through the points."""
    x, y = np.array(of(name).points).T
    across = np.linspace(x[0], x[-1], 31)
    return np.column_stack([across, CubicSpline(x, y)(across)]).tolist()


def jittery(name):
    """A hand that trembles along the dots."""
    x, y = np.array(of(name).points).T
    across = np.linspace(x[0], x[-1], 31)
    return np.column_stack([across, np.interp(across, x, y) + 0.1 * (-1) ** np.arange(31)]).tolist()


FLAT = [[0, 0.5], [6, 0.5]]
STRAIGHT = [[0, 0.3], [3, 0.85], [6, 0.4]]
BENDS = [[0, 0.3], [3, 0.85], [5, 0.8], [6, 0.1]]

ANSWERS = {
    "one_neuron": {"round": 0, "local": 1, "": 2, "switch": 3},
    "draw_the_network": {
        "": dots("draw_the_network"),
        "far": [[0, 2], [5, 5]],
        "smooth": soft("draw_the_network"),
        "bends": jittery("draw_the_network"),
    },
    "the_price_of_a_bend": {
        "": [[list(knot) for knot in best_curve(of("the_price_of_a_bend"), k)] for k in range(3)],
        "same": [dots("the_price_of_a_bend")] * 3,
        "stiff": [FLAT, STRAIGHT, FLAT],
        "wiggly": [dots("the_price_of_a_bend"), dots("the_price_of_a_bend"), BENDS],
    },
    "how_many_best_curves": {"one": 0, "two": 1, "": 2},
    "which_bend_dies_first": {
        "": [2, 1, 3, 0],
        "flattest": [3, 1, 2, 0],
        "sharpest": [0, 2, 1, 3],
        "left": [0, 1, 2, 3],
        "other": [2, 3, 1, 0],
    },
    "read_the_proof": {"": [2, 4, 6], "near": [2, 3, 4, 6], "dots": [1, 2, 4, 6], "missed": [4, 6]},
    "stuck_and_why": {"always": 0, "": 1, "rarely": 2, "never": 3},
    "is_deeper_wigglier": {"wigglier": 0, "smoother": 1, "": 2},
    "beyond_the_data": {
        "": [*dots("beyond_the_data"), [9.6, 1.35]],
        "wave": [*dots("beyond_the_data"), [8.4, 1.0], [9.1, 0.99], [9.6, 0.93]],
        "level": [*dots("beyond_the_data"), [9.6, 0.95]],
        "steeper": [*dots("beyond_the_data"), [9.6, 2.2]],
        "short": dots("beyond_the_data"),
    },
    "who_pulls": {"same": 0, "less": 1, "": 2, "outvoted": 3},
}
"""By the name of the lesson."""
