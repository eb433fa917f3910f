"""The table of numbers, each marked exact, certified or measured."""

import streamlit as st

from cvxdnn.app.glossary import marked
from cvxdnn.core.solution import Solution
from cvxdnn.core.units import beta_in_user_units, torch_weight_decay
from cvxdnn.exhibits.explore.session import Session
from cvxdnn.tasks.comparison import BAND_TOLERANCE, Comparison, bends, compare, held_out_error

DEGREES = {"squared": 2, "absolute": 1}
MORE = 'Why an upper bound: <a href="beyond" target="_self">Beyond the theorem</a>.'
STYLE = """<style>
.readout { font-size: 0.9rem; line-height: 1.35; }
.readout table { width: 100%; border-collapse: collapse; }
.readout td { padding: 0.22rem 0; border: 0; vertical-align: top; }
.readout td + td { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; width: 8em; }
.readout .tag { font-size: 0.72rem; border-radius: 0.4rem; padding: 0.05rem 0.4rem; margin-left: 0.3rem;
  white-space: nowrap; border: 1px solid; }
.readout .certified, .readout .exact { color: color-mix(in srgb, light-dark(#0072B2, #56B4E9) 75%, currentColor); }
.readout .measured { color: color-mix(in srgb, light-dark(#D55E00, #E69F00) 75%, currentColor); }
</style>"""


def readout(session: Session) -> None:
    """The card of numbers; what is not known yet is a dash, or says when it will be."""
    run = session.run
    fresh = run.frame is not None and run.shows(session.scenario)
    numbers = compare(session.baseline, run.frame) if fresh and run.frame is not None else None
    st.html(STYLE + f'<div class="readout">{_table(session, numbers)}</div>')
    if session.optimum.message:
        st.button("Compute the optimum again", key="explore_optimum_again", on_click=session.optimum.forget)


def _table(session: Session, numbers: Comparison | None) -> str:
    solution = session.baseline.solution
    rows = [
        (f"network{_tag('measured')}", "–" if numbers is None else f"{numbers.objective:.5g}"),
        (
            f"{marked('optimum' if session.baseline.is_optimum else 'upper bound')}{_tag('certified')}",
            "–" if solution is None else f"{solution.objective:.5g}",
        ),
        (
            "proven to",
            "–" if solution is None else _proven(session, solution),
        ),
        *_local_minima(session),
        (marked("bends: network, optimum, spline"), _knots(session, numbers)),
        _fit(session, numbers),
        *_held_out(session, numbers),
        (marked("inside the optimal band"), _inside(session, numbers)),
        *_weight_decay(session),
    ]
    cells = "".join(f"<tr><td>{name}</td><td>{value}</td></tr>" for name, value in rows)
    return f"<table>{cells}</table>{'' if session.baseline.is_optimum else MORE}"


def _proven(session: Session, solution: Solution) -> str:
    """The relative gap, with a mark where it was checked without any rounding."""
    digits = f"{solution.relative_gap:.0e} relative"
    if not session.baseline.is_checked:
        return digits
    return (
        f'<span title="objective and bound computed again in rational arithmetic, without rounding">{digits} ✓</span>'
    )


def _local_minima(session: Session) -> list[tuple[str, str]]:
    """Deeper networks can get stuck: how many places there are."""
    solution = session.baseline.solution
    if session.scenario.depth == 2 or session.baseline.obstacle:
        return []
    found = "–" if solution is None else str(len(solution.local_minima))
    return [('<a href="depth" target="_self">local minima found</a>', found)]


def _fit(session: Session, numbers: Comparison | None) -> tuple[str, str]:
    """How the network relates to the points: for labels those it gets right, for numbers the way to their spline."""
    if session.scenario.loss_function.needs_labels:
        total = len(session.scenario.points)
        return "labels it gets right", "–" if numbers is None else f"{numbers.correct} of {total}"
    return marked("distance to the spline"), "–" if numbers is None else f"{100 * numbers.deviation:.2g} % of range"


def _held_out(session: Session, numbers: Comparison | None) -> list[tuple[str, str]]:
    """How far network and optimum are from points that neither has seen, in the user's units."""
    own, baseline, frame = session.own, session.baseline, session.run.frame
    if own is None or not own.held_out or session.scenario.loss_function.needs_labels:
        return []
    splines = (
        None if numbers is None or frame is None else frame.view.spline,
        None if baseline.solution is None else baseline.solution.spline,
    )
    errors = ["–" if each is None else f"{held_out_error(baseline, each, own.held_out):.3g}" for each in splines]
    return [(f"{marked('held-out error: network, optimum')}{_tag('measured')}", ", ".join(errors))]


def _weight_decay(session: Session) -> list[tuple[str, str]]:
    """What the slider's number is for PyTorch, and for points in the user's own units."""
    scenario, count = session.scenario, len(session.scenario.points)
    name = "MSELoss" if scenario.loss == "squared" else "mean loss"
    rows = [
        (
            marked(f"weight decay in PyTorch ({name})"),
            f"{torch_weight_decay(scenario.beta, count, loss=scenario.loss):.3g}",
        )
    ]
    degree = DEGREES.get(scenario.loss)
    if degree is not None:
        own = beta_in_user_units(scenario.beta, session.baseline.units, depth=scenario.depth, degree=degree)
        rows.append((marked("β in your units"), f"{own:.3g}"))
    return rows


def _knots(session: Session, numbers: Comparison | None) -> str:
    baseline = session.baseline
    network = "–" if numbers is None else str(numbers.knots[0])
    optimum = "–" if baseline.solution is None else str(bends(baseline.solution.spline).size)
    return f"{network}, {optimum}, {bends(baseline.spline).size}"


def _inside(session: Session, numbers: Comparison | None) -> str:
    """Whether the network is; else how far off in the user's units, where, and how little its whole price is above."""
    if numbers is None or numbers.outside is None or numbers.outside_at is None:
        return "–"
    if numbers.is_inside:
        return f"yes, to {100 * BAND_TOLERANCE:g} %"
    units = session.baseline.units
    far = f"no: off by {units.y_scale * numbers.outside:.2g}<br>at x = {float(units.user_x(numbers.outside_at)):.4g}"
    if numbers.relative_gap is None:
        return far
    return f"{far},<br>price {100 * max(numbers.relative_gap, 0):.2g} %<br>above best{_tag('measured')}"


def _tag(kind: str) -> str:
    return f' <span class="tag {kind}">{marked(kind)}</span>'
