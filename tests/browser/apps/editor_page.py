"""Mounts the point editor for the browser tests and shows beside it what Python was told.

The address chooses the variant: ?live=1 pushes a new network curve ten times a second from a fragment,
?points=[[0,1]] sets the first points, ?scale=1e-12&offset=0 the units, ?limit=4 max_points, ?depth=3 lets the browser
compute the optimum of so many layers, ?hostile=1 sends a
label with markup and a curve with values that are not finite.
"""

import json
import time

import numpy as np
import streamlit as st

from cvxdnn.app.flush import wait_until_sent
from cvxdnn.app.point_editor import point_editor

POINTS = [(0, 0.15), (0.09, 0.12), (0.2, 0.62), (0.3, 0.78), (0.42, 0.2), (0.55, -0.35), (0.66, -0.55)]
POINTS += [(0.8, -0.5), (0.9, 0.1), (1, 0.55)]
REPLACEMENT = [(0.1, 0.5), (0.5, -0.5), (0.9, 0.5)]
WEIGHT_DECAY = 0.0022
BETAS = [1e-5, 1e-4, 1e-3, WEIGHT_DECAY, 5e-3, 1e-2, 0.1, 1.0]
CAPTION = (
    "Why it bends exactly there: the residuals, summed twice, stay in a tube with walls at {wall} and touch its "
    "wall at every knot."
)

session, query = st.session_state, st.query_params
scale, offset = float(query.get("scale", 1)), float(query.get("offset", 0))


def in_units(points):
    return [[offset + scale * x, scale * y] for x, y in points]


def in_unit_box(points):
    return np.array([[(x - offset) / scale, y / scale] for x, y in points])


def told_edit():
    session.points, session.beta = list(session.editor["points"]), session.editor["beta"]
    session.told += 1


def told_hidden():
    session.hidden = list(session.editor["hidden"])


def replace():
    session.points, session.version = in_units(REPLACEMENT), session.version + 1


if "points" not in session:
    given = json.loads(query["points"]) if "points" in query else POINTS
    session.points, session.version, session.told = in_units(given), 1, 0
    session.beta = WEIGHT_DECAY
    session.hidden = ["sparsest"]


def extended(x, y, at):
    """The linear spline through (x, y), its end pieces continued."""
    slopes = np.diff(y) / np.diff(x)
    left, right = np.minimum(at - x[0], 0) * slopes[0], np.maximum(at - x[-1], 0) * slopes[-1]
    return np.interp(at, x, y) + left + right


def band_of(x, y):
    """Between two knots of one sign the chords beside them bound every optimal interpolant."""
    at = np.unique(np.concatenate([np.linspace(-0.04, 1.04, 109), x]))
    middle = extended(x, y, at)
    lower, upper = middle.copy(), middle.copy()
    for i in range(1, len(x) - 2):
        inside = (at > x[i]) & (at < x[i + 1])
        before = y[i] + (y[i] - y[i - 1]) / (x[i] - x[i - 1]) * (at - x[i])
        after = y[i + 1] + (y[i + 2] - y[i + 1]) / (x[i + 2] - x[i + 1]) * (at - x[i + 1])
        low, high = np.minimum(before, after), np.maximum(before, after)
        lower = np.where(inside & (low > middle), middle, np.where(inside & (high < middle), high, lower))
        upper = np.where(inside & (low > middle), low, upper)
    return at, lower, upper


def curves_and_certificate(phase=0.0):
    points = in_unit_box(session.points)
    x, first = np.unique(points[:, 0], return_index=True)
    y = points[first, 1]
    if len(x) < 4:
        x, y = np.append(x, [1.5, 1.6, 1.7]), np.append(y, [0, 0, 0])
    bend = np.sign(np.diff(np.diff(y) / np.diff(x)))
    shrunk = y.copy()
    shrunk[1:-1] += 0.03 * bend
    ends = np.array([-0.04, 1.04])
    at_knots = np.concatenate([ends[:1], x, ends[1:]])
    fine = np.linspace(-0.04, 1.04, 160)
    wave = 0.02 * np.sin(9 * fine + phase)
    smooth = np.convolve(np.pad(extended(x, shrunk, fine), 4, mode="edge"), np.ones(9) / 9, mode="valid")
    units = (lambda v: offset + scale * np.asarray(v)), (lambda v: scale * np.asarray(v))

    def line(at, values):
        return units[0](at), units[1](values)

    network = smooth + wave
    restarts = [line(fine, smooth + 0.06 * np.sin((3 + k) * fine + k)) for k in range(5)]
    knots = x[1:-1][bend != 0]
    if "hostile" in query:
        network[20:30], network[60] = np.nan, np.inf
        network[100:] *= 1e30
    curves = [
        {
            "name": "network",
            "label": "trained network",
            "style": "network",
            "lines": [line(fine, network)],
            "knots": units[0](np.sort(np.append(knots + 0.004, [0.13, 0.61]))),
        },
        {"name": "networks", "label": "other restarts", "style": "networks", "lines": restarts, "knots": []},
        {
            "name": "optimum",
            "label": "certified optimum",
            "style": "optimum",
            "lines": [line(at_knots, extended(x, shrunk, at_knots))],
            "knots": units[0](knots),
        },
        {"name": "spline", "label": "linear spline", "style": "spline", "lines": [], "knots": []},
        {
            "name": "sparsest",
            "label": "sparsest",
            "style": "sparsest",
            "lines": [line(at_knots[::2], extended(x, y, at_knots[::2]))],
            "knots": units[0](knots[::2]),
        },
    ]
    if "hostile" in query:
        curves[1]["label"] = "<img src=x onerror=alert(1)> & <b>bold</b>"
    at, lower, upper = band_of(x, y)
    band = {"label": "all optimal networks", "x": units[0](at), "lower": units[1](lower), "upper": units[1](upper)}
    dual = np.concatenate([[0, 0], -bend * WEIGHT_DECAY, [0, 0]])
    certificate = {
        "x": units[0](at_knots),
        "z": dual,
        "half_width": WEIGHT_DECAY,
        "touching": units[0](knots),
        "c": 0.0,
    }
    return curves, band, certificate


def model():
    if "depth" not in query:
        return None
    return {
        "beta": session.beta,
        "betas": BETAS,
        "depth": int(query["depth"]),
        "loss": "squared",
        "is_squared": True,
        "flat": 1.0,
    }


def editor(phase=0.0):
    curves, band, certificate = curves_and_certificate(phase)
    with st.container(key="editor-column"):
        point_editor(
            session.points,
            version=session.version,
            domain=(offset - 0.04 * scale, offset + 1.04 * scale, -0.85 * scale, 1.02 * scale),
            curves=curves,
            band=band,
            certificate=certificate,
            words={"decay": "β", "caption": CAPTION, "beam": CAPTION},
            model=model(),
            hidden=session.hidden,
            max_points=int(query.get("limit", 200)),
            key="editor",
            on_change=told_edit,
            on_hidden_change=told_hidden,
        )
    with st.container(key="python"):
        st.text(
            json.dumps({"points": session.points, "told": session.told, "hidden": session.hidden, "beta": session.beta})
        )


st.button("Replace", on_click=replace)
if "live" in query:
    st.fragment(lambda: editor(time.time()), run_every=0.1)()
else:
    editor()
st.markdown("<div style='height: 900px'></div>", unsafe_allow_html=True)
wait_until_sent()
