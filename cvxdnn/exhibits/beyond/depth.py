"""Beyond the theorem, first part: break a condition of the theorem about depth, and train against its value."""

from functools import cache

import pandas as pd
import streamlit as st

from cvxdnn.app.page import live, wide_and_narrow
from cvxdnn.app.process import runner
from cvxdnn.app.run import Run, own_run
from cvxdnn.core.solution import Solution
from cvxdnn.core.spline import LinearSpline
from cvxdnn.exhibits.beyond.classifiers import (
    EXAMPLES,
    SAME,
    STEPS,
    Experiment,
    Standing,
    crossing,
    runs_below,
    share_above,
)
from cvxdnn.exhibits.beyond.depth_charts import crossing_chart, functions_chart
from cvxdnn.tasks.deep_runs import WIDTH, DeepRunsFrame
from cvxdnn.tasks.scenario import LIMITS

__all__ = ["depth_conditions"]

PREFIX = "beyond_depth_"
DEEPEST = min(5, LIMITS["depth"][1])
BIASES = {"last_hidden": "last hidden layer", "all": "every layer"}
SIGNS = {False: "0 or larger", True: "of both signs"}
MEANING = {
    Standing.OPTIMUM: "**Both conditions hold.** The blue line is the optimum: no network can cross it.",
    Standing.UPPER_BOUND: (
        "**Biases in every layer.** The blue line is an *upper bound*, not the optimum: such networks can do all that "
        "those of the theorem can, and more. An early layer can now bend, and a bend made there is paid for once and "
        "shared by every unit above it."
    ),
    Standing.NO_BOUND: (
        "**Inputs of both signs.** The blue line is *no bound at all*. The first layer splits x into a positive and a "
        "negative part, which share no unit. A ramp that runs through both is paid for twice. A tent over 0 is one "
        "single unit that subtracts both parts from a constant, and costs less."
    ),
}
STYLE = """<style>
.st-key-beyond_depth_verdict { min-height: 4.4rem; }
.st-key-beyond_depth_progress { min-height: 2.8rem; }
@media (max-width: 640px) {
  .st-key-beyond_depth_verdict { min-height: 6.3rem; }
  .st-key-beyond_depth_progress { min-height: 5.8rem; }
}
</style>"""
"""What is said while it trains may grow by a line; the charts below stay where they are."""
TWO_LAYERS = "**Two layers.** There are no early layers, so neither condition matters: the blue line is the optimum."


class Lab:
    """One tab's experiment and its training."""

    def __init__(self) -> None:
        self.experiment = Experiment.first("eight points")
        self.runs: Run[DeepRunsFrame] = own_run("beyond", runner)
        self.begin()

    @property
    def frame(self) -> DeepRunsFrame | None:
        """The newest frame of this experiment."""
        return self.runs.frame_of(self.experiment)

    def begin(self) -> None:
        """Train the experiment's networks."""
        self.runs.start(self.experiment.task(), self.experiment)

    def choose(self) -> None:
        """Another example, in the setting that shows what it is for."""
        self._take(Experiment.first(st.session_state[PREFIX + "example"]))

    def change(self) -> None:
        """Another setting of the same example."""
        biases, signed, depth = (st.session_state[PREFIX + name] for name in ("biases", "signed", "depth"))
        self._take(Experiment(self.experiment.example, depth, biases, signed))

    def _take(self, experiment: Experiment) -> None:
        # A run of the page that another one interrupts calls back twice.
        if experiment != self.experiment:
            self.experiment = experiment
            self.begin()


def depth_conditions() -> None:
    """The whole section."""
    lab = _lab()
    st.html(STYLE)
    picture, panel = wide_and_narrow()
    with panel, st.container(border=True):
        st.markdown(
            r"**Theorem.** If every $x \ge 0$, only the last hidden layer and the output have biases, and that layer "
            r"has at least $n+1$ neurons for $n$ points, training $L$ weight layers has the same optimum as (DEEP):"
        )
        st.latex(r"\min_f\ \mathrm{loss}(f) + \tfrac{\beta L}{2} R(f)^{2/L}")
        st.caption(
            "The loss is half the sum of squares; R, the path norm, is how much f bends in total, or more where "
            "its end slopes cost extra. Certified: the value "
            "of (DEEP), as the solution of this problem. Measured: what training reached. β and the objectives belong "
            "to the points as they are."
        )
    with picture, st.container(border=True):
        _settings(lab)
        live(lab.runs, lambda: _results(lab))


def _lab() -> Lab:
    """This tab's experiment; the first one begins at once."""
    if PREFIX + "lab" not in st.session_state:
        st.session_state[PREFIX + "lab"] = Lab()
    lab: Lab = st.session_state[PREFIX + "lab"]
    return lab


def _settings(lab: Lab) -> None:
    experiment = lab.experiment
    for name in ("example", "biases", "signed", "depth"):
        st.session_state[PREFIX + name] = getattr(experiment, name)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.segmented_control("Points", list(EXAMPLES), key=PREFIX + "example", on_change=lab.choose, required=True)
        st.button("Train again", key=PREFIX + "again", on_click=lab.begin, disabled=lab.runs.is_running)
    biases, signs, layers = st.columns([1.2, 1, 1.4], gap="medium")
    biases.radio("Biases in", list(BIASES), key=PREFIX + "biases", format_func=BIASES.__getitem__, on_change=lab.change)
    signs.radio("Inputs x", list(SIGNS), key=PREFIX + "signed", format_func=SIGNS.__getitem__, on_change=lab.change)
    layers.slider("Depth L (weight layers)", 2, DEEPEST, key=PREFIX + "depth", on_change=lab.change)


def _results(lab: Lab) -> None:
    experiment, frame, theorem = lab.experiment, lab.frame, _theorem(lab.experiment)
    st.markdown(MEANING[experiment.standing] if experiment.depth > 2 else TWO_LAYERS)
    with st.container(key=PREFIX + "verdict"):
        st.markdown(f"#### {_verdict(lab, theorem.objective)}")
    history = None if frame is None else frame.history
    over_steps, over_x = st.columns(2)
    with over_steps:
        crossed = None if history is None else crossing(history, theorem.objective)
        columns, specification = crossing_chart(history, theorem.objective, steps=STEPS, crossed=crossed)
        st.vega_lite_chart(pd.DataFrame(columns), specification, key=PREFIX + "crossing")
    with over_x:
        columns, specification = functions_chart(experiment.x, experiment.y, _shifted(theorem, experiment), frame)
        st.vega_lite_chart(pd.DataFrame(columns), specification, key=PREFIX + "functions")
    with st.container(key=PREFIX + "progress"):
        st.caption(_progress(lab, theorem.objective))


def _verdict(lab: Lab, value: float) -> str:
    """What was measured, in one sentence that never claims more."""
    frame = lab.frame
    if frame is None:
        return "Training …" if lab.runs.is_running else "Not trained yet"
    share, step = share_above(frame, value), crossing(frame.history, value)
    runs = frame.objectives.size
    if step is not None:
        below = runs_below(frame, value)
        return f"{_percent(-share)} below the value: crossed by step {step:,}, by {below} of {runs} networks"
    if share > SAME:
        return f"{_percent(share)} above the value: none of {runs} networks has reached it"
    return f"At the value, to {_percent(max(share, 1e-6))}: none of {runs} networks has crossed it"


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %" if share >= SAME else f"{100 * share:.1g} %"


def _progress(lab: Lab, value: float) -> str:
    frame = lab.frame
    if lab.runs.message or lab.runs.standing:
        return lab.runs.message or lab.runs.standing
    if frame is None:
        return "starting a worker"
    state = "training" if lab.runs.is_running else "training ended"
    return (
        f"{state} · step {frame.step:,} · smallest objective {frame.objective:.5g}, measured · value of (DEEP) "
        f"{value:.5g}, certified · β = {lab.experiment.beta:g} · Adam, {WIDTH} neurons in each layer"
        " · diamond: the first crossing"
    )


@cache
def _theorem(experiment: Experiment) -> Solution:
    return experiment.theorem()


def _shifted(solution: Solution, experiment: Experiment) -> LinearSpline:
    """The function of (DEEP), moved with the inputs."""
    spline = solution.spline
    left, right = spline.slopes[[0, -1]].tolist()
    return LinearSpline(spline.knots - experiment.offset, spline.values, left, right)
