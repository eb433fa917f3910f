"""What the Explore chart shows: the reference and the newest training frame, in the user's units."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cvxdnn.comparison import Reference, network_knots
from cvxdnn.datasets import Normalization
from cvxdnn.experiments import Frame
from cvxdnn.scenario import MAX_POINTS
from cvxdnn.spline import LinearSpline
from cvxdnn.ui.point_editor import Band, CertificatePanel, Curve, point_editor
from cvxdnn.ui.session import Domain, Session

Vector = NDArray[np.float64]

KEY = "explore_editor"
CAPTION = (
    "Why it bends exactly there: the residuals, summed twice, stay inside a tube of half width {wall} and touch "
    "its wall at every knot of the optimum. Where the curve runs along the wall, many networks are optimal."
)


def explore_chart(session: Session) -> None:
    """Mount the editor with everything known about the session's points at this moment."""
    reference, frame = session.reference, session.run.frame
    point_editor(
        session.scenario.points,
        version=session.version,
        domain=session.domain,
        curves=_curves(reference, frame, session.domain),
        band=_band(reference, session.domain),
        certificate=_certificate(reference, session.domain),
        hidden=session.scenario.hidden,
        max_points=MAX_POINTS,
        key=KEY,
        on_points_change=lambda: _take_points(session),
        on_hidden_change=lambda: session.change(hidden=tuple(st.session_state[KEY]["hidden"])),
    )


def _take_points(session: Session) -> None:
    points = tuple((float(x), float(y)) for x, y in st.session_state[KEY]["points"])
    session.change(by_chart=True, points=points)


def _curves(reference: Reference, frame: Frame | None, domain: Domain) -> list[Curve]:
    units, solution = reference.units, reference.solution
    certified = solution is not None
    curves: list[Curve] = [
        {"name": "network", "label": "trained network", "style": "network", "lines": [], "knots": []},
        {"name": "optimum", "label": "certified optimum", "style": "optimum", "lines": [], "knots": []},
        {"name": "spline", "label": "linear spline", "style": "spline", "lines": [], "knots": []},
        {
            "name": "sparsest",
            "label": "fewest knots, optimal" if certified else "fewest knots through the points",
            "style": "sparsest",
            "lines": [_line(reference.sparsest, units, domain)],
            "knots": units.user_x(reference.sparsest.significant_knots()),
        },
        {"name": "networks", "label": "other restarts", "style": "networks", "lines": [], "knots": []},
    ]
    network, optimum, _, _, others = curves
    if solution is not None:
        optimum["lines"] = [_line(solution.spline, units, domain)]
        optimum["knots"] = units.user_x(solution.knots)
    else:
        curves.remove(optimum)
    if frame is not None:
        network["lines"] = [_line(frame.spline, units, domain)]
        network["knots"] = units.user_x(network_knots(frame))
        rest = [spline for i, spline in enumerate(frame.splines) if i != frame.best]
        others["lines"] = [_line(spline, units, domain) for spline in rest]
    return curves


def _line(spline: LinearSpline, units: Normalization, domain: Domain) -> tuple[Vector, Vector]:
    """The corners of the drawn curve, from one edge of the chart to the other."""
    low, high = units.unit_x(np.array(domain[:2]))
    inside = spline.knots[(spline.knots > low) & (spline.knots < high)]
    at = np.concatenate([[low], inside, [high]])
    return units.user_x(at), units.user_y(spline(at))


def _band(reference: Reference, domain: Domain) -> Band:
    units = reference.units
    lower, upper = reference.band
    low, high = units.unit_x(np.array(domain[:2]))
    at = np.unique(np.concatenate([[low, high], lower.knots, upper.knots]))
    label = "all optimal networks" if reference.is_certified else "all optimal fits through the points"
    return {
        "label": label,
        "x": units.user_x(at),
        "lower": units.user_y(lower(at)),
        "upper": units.user_y(upper(at)),
    }


def _certificate(reference: Reference, domain: Domain) -> CertificatePanel | None:
    certificate, solution = reference.certificate, reference.solution
    if certificate is None or solution is None:
        return None
    tube, units = certificate.tube, reference.units
    touching = units.user_x(tube.x[tube.touching()])
    wall = f"β = {tube.half_width:.3g}" if abs(tube.c) < 1e-9 * tube.half_width else f"{tube.half_width:.3g}"
    x = units.user_x(tube.x)
    return {
        "x": np.concatenate([[domain[0]], x, [domain[1]]]),
        "z": np.concatenate([[tube.c / 2], tube.z, [-tube.c / 2]]),
        "half_width": tube.half_width,
        "touching": touching,
        "wall_label": wall,
        "caption": CAPTION.format(wall="β" if "β" in wall else "β − |c|/2"),
    }
