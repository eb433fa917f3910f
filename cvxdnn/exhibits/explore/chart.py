"""What the Explore chart shows: the baseline and the newest training frame, in the user's units."""

import math
from typing import Any

import numpy as np
import streamlit as st

from cvxdnn.app.films import FilmReel, reel_of
from cvxdnn.app.point_editor import Band, CertificatePanel, Curve, Model, Price, Words, point_editor
from cvxdnn.app.point_editor.told import told_names, told_points, told_weight_decay, told_wish
from cvxdnn.app.tab import tab
from cvxdnn.core.datasets import Normalization
from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.core.spline import LinearSpline
from cvxdnn.core.types import Array
from cvxdnn.exhibits.explore.axes import letters
from cvxdnn.exhibits.explore.baseline import baseline
from cvxdnn.exhibits.explore.domain import Domain
from cvxdnn.exhibits.explore.drawing import drawing, take_drawing
from cvxdnn.exhibits.explore.score import score
from cvxdnn.exhibits.explore.session import Session
from cvxdnn.tasks.comparison import BEND_TOLERANCE, Baseline, bends, network_loss
from cvxdnn.tasks.labels import LEVELS
from cvxdnn.tasks.scenario import BETAS, MAX_POINTS

KEY = "explore_editor"
CAPTION = (
    "Why it bends exactly there: {summed}, summed twice, stay in a tube with walls at {wall} and touch a wall at "
    "every knot of the optimum. Where the curve runs along a wall, many networks are optimal."
)

BEAM = (
    "The same proof as a beam: springs pull the best curve to the points, and as a beam it carries a bending moment. "
    "It kinks only where the moment reaches its strength, {wall}; everywhere else it stays straight."
)


def explore_chart(session: Session) -> None:
    """Mount the editor with everything known about the session's points at this moment."""
    session.fit_now()
    shown = session.baseline
    point_editor(
        session.scenario.points,
        version=session.version,
        origin=tab().owner,
        domain=session.domain,
        axes=session.axes,
        letters=letters(session.axes),
        curves=[*_baseline_curves(shown, session.domain), *_network_curves(session, session.domain)],
        band=_band(shown, session.domain),
        certificate=_certificate(shown, session.domain),
        words=_words(shown),
        model=_model(shown),
        film=_film(session),
        score=score(session),
        drawing=drawing(session),
        bend_tolerance=BEND_TOLERANCE,
        hidden=session.scenario.hidden,
        levels=LEVELS if session.scenario.loss_function.needs_labels else None,
        max_points=MAX_POINTS,
        key=KEY,
        on_change=lambda: _take_edit(session),
        on_hidden_change=lambda: _take_hidden(session),
        on_drawing_change=lambda: take_drawing(session, KEY),
        on_fit=lambda: session.fit(is_wanted=told_wish(st.session_state.get(KEY))),
    )


def _take_edit(session: Session) -> None:
    told = st.session_state.get(KEY)
    try:
        points, beta = told_points(told), told_weight_decay(told)
    except InvalidInputError as error:
        session.leave_unchanged(error)
    else:
        known: dict[str, Any] = {} if beta is None else {"beta": beta}
        session.change(by_chart=True, points=points, **known)


def _take_hidden(session: Session) -> None:
    try:
        hidden = told_names(st.session_state.get(KEY), "hidden")
    except InvalidInputError as error:
        session.leave_unchanged(error)
    else:
        session.change(hidden=hidden)


def _baseline_curves(shown: Baseline, domain: Domain) -> list[Curve]:
    """Optimum (if there is one), spline (drawn by the browser) and sparsest function; no lines where one is to come."""
    units, solution, is_known = shown.units, shown.solution, shown.is_known
    spline: Curve = {"name": "spline", "label": "linear spline", "style": "spline", "lines": [], "knots": []}
    sparsest: Curve = {
        "name": "sparsest",
        "label": "fewest knots through the points" if shown.obstacle else "fewest knots, optimal",
        "style": "sparsest",
        "lines": [_line(shown.sparsest, units, domain)] if is_known else [],
        "knots": units.user_x(shown.sparsest.significant_knots()) if is_known else [],
    }
    if shown.obstacle:
        return [spline, sparsest]
    optimum: Curve = {
        "name": "optimum",
        "label": "certified optimum" if shown.is_optimum else "optimum with fewer biases",
        "style": "optimum",
        "lines": [] if solution is None else [_line(solution.spline, units, domain)],
        "knots": [] if solution is None else units.user_x(solution.knots),
        "bends": None if solution is None else bends(solution.spline).size,
        "price": None
        if solution is None
        else _price("best" if shown.is_optimum else "fewer biases", solution.loss, solution.penalty),
    }
    return [optimum, spline, sparsest]


def _price(name: str, misfit: float, charge: float) -> Price | None:
    """None for a network that has diverged."""
    return {"name": name, "misfit": misfit, "charge": charge} if math.isfinite(misfit + charge) else None


def _network_curves(session: Session, domain: Domain) -> list[Curve]:
    """The best network and the others, in the units of the points they were trained on."""
    run = session.run
    best: Curve = {"name": "network", "label": "trained network", "style": "network", "lines": [], "knots": []}
    others: Curve = {"name": "networks", "label": "other restarts", "style": "networks", "lines": [], "knots": []}
    frame = run.frame
    if frame is not None and run.scenario is not None:
        trained_on = baseline(run.scenario)
        units = trained_on.units
        best["lines"] = [_line(frame.view.spline, units, domain)]
        found = bends(frame.view.spline)
        best["knots"], best["bends"] = units.user_x(found), found.size
        misfit = network_loss(trained_on, frame)
        best["price"] = _price("network", misfit, frame.objective - misfit)
        best["is_old"] = not run.shows(session.scenario)
        others["lines"] = [_line(spline, units, domain) for spline in frame.view.others]
    return [best, others]


def _film(session: Session) -> FilmReel | None:
    """None as long as the network belongs to other points; of a training that has begun the address before all else."""
    run, frame = session.run, session.run.frame
    reel = reel_of(run, plays=session.is_first_sight)
    if reel is None or run.awaits_first:
        return reel
    if frame is None or not run.shows(session.scenario):
        return None
    return {**reel, "behind": frame.view.behind}


def _line(spline: LinearSpline, units: Normalization, domain: Domain) -> tuple[Array, Array]:
    """The corners of the drawn curve, from one edge of the chart to the other."""
    low, high = units.unit_x(np.array(domain[:2]))
    inside = spline.knots[(spline.knots > low) & (spline.knots < high)]
    at = np.concatenate([[low], inside, [high]])
    return units.user_x(at), units.user_y(spline(at))


def _band(shown: Baseline, domain: Domain) -> Band:
    units, label = shown.units, _band_label(shown)
    if not shown.is_known:
        return {"label": label, "x": [], "lower": [], "upper": []}
    lower, upper = shown.band
    low, high = units.unit_x(np.array(domain[:2]))
    at = np.unique(np.concatenate([[low, high], lower.knots, upper.knots]))
    return {
        "label": label,
        "x": units.user_x(at),
        "lower": units.user_y(lower(at)),
        "upper": units.user_y(upper(at)),
    }


def _band_label(shown: Baseline) -> str:
    if shown.obstacle:
        return "where all optimal fits through the points lie"
    if not shown.is_optimum:
        return "where all optima with fewer biases lie"
    unique = shown.scenario.loss_function.is_strictly_convex
    return "where all optimal networks lie" if unique else "where optima with the same values lie"


def _certificate(shown: Baseline, domain: Domain) -> CertificatePanel | None:
    certificate = shown.certificate
    if not shown.is_known:
        return {"x": [], "z": [], "c": 0.0, "half_width": 1.0, "touching": []}
    if certificate is None:
        return None
    tube, units = certificate.tube, shown.units
    touching = units.user_x(tube.x[tube.touching()])
    x = units.user_x(tube.x)
    return {
        "x": np.concatenate([[domain[0]], x, [domain[1]]]),
        "z": np.concatenate([[tube.c / 2], tube.z, [-tube.c / 2]]),
        "c": tube.c,
        "half_width": tube.half_width,
        "touching": touching,
    }


def _words(shown: Baseline) -> Words:
    summed = "the residuals" if shown.scenario.loss == "squared" else "how hard each point pulls"
    decay = "β" if shown.scenario.depth == 2 else "effective β"
    return {"decay": decay, "caption": CAPTION.replace("{summed}", summed), "beam": BEAM}


def _model(shown: Baseline) -> Model:
    scenario = shown.scenario
    return {
        "beta": scenario.beta,
        "betas": sorted({*BETAS, scenario.beta}),
        "depth": scenario.depth,
        "loss": scenario.loss,
        "is_squared": scenario.loss == "squared",
        "flat": shown.flat_loss,
    }
