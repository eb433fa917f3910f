"""Beyond the theorem, second part: four statements that are repeated more broadly than they hold.

Each has the statement as it is often made, what is true, and a picture of a training that ends elsewhere. What can be
computed is exact; what was trained is measured, and a number of restarts, however large, proves nothing.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import streamlit as st

from cvxdnn.app.page import halves
from cvxdnn.app.parts import Parts
from cvxdnn.app.prose import prose
from cvxdnn.app.stage import Sign
from cvxdnn.core.types import Array
from cvxdnn.exhibits.beyond.case import collapse_case, gap_case, jump_case, rank_case
from cvxdnn.exhibits.beyond.claim import Claim, Knob
from cvxdnn.exhibits.beyond.film import (
    collapse_moment,
    cosines_of,
    objectives_moment,
    outputs_moment,
    rank_moment,
)
from cvxdnn.tasks.fits import FitView, fit_stream
from cvxdnn.tasks.moments import Moment
from cvxdnn.tasks.stream import Stream
from cvxdnn.training.fitting import FitProblem, FitSnapshot

__all__ = ["STATEMENTS", "draw_statements"]

BETAS = (0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 0.7, 1.0)
NO_GAP = 1e-9
SAME = 1e-6
"""Share by which a network must be below a line to count as below it: films hold numbers of 24 bits."""
RUNS: tuple[Sign, ...] = (
    {"label": "lowest trained network", "style": "best-run"},
    {"label": "the other networks", "style": "other-run"},
)


def draw_statements(parts: Parts) -> None:
    """All four, each with its picture."""
    st.header("Four statements that are often made too broadly", anchor=False)
    st.write(
        "Each is quoted as it is often made, with where it stops being true, and a training that shows it. Move a "
        "slider, and the network is trained anew."
    )
    columns = halves("statements")
    for number, (claim, said, true) in enumerate(STATEMENTS):
        with columns[number % 2], st.container(border=True):
            st.markdown(f"### “{said}”")
            prose(true)
            _part(parts, claim.name, claim, partial(claim.show, title=said))
            _part(parts, f"{claim.name}_training", claim, claim.buttons)


def _part(parts: Parts, name: str, claim: Claim, content: Callable[[], None]) -> None:
    parts.draw(name, content, shows=lambda: claim.training.look(), moves=lambda: claim.training.is_moving())


def _gap(outputs: int, depth: int, beta: float, network: str) -> dict[str, Any]:
    """The dual, which is what parallel networks reach, and the optimum of standard ones."""
    case = gap_case(outputs, depth, beta, network)
    dual, standard = case.values.parallel, case.values.standard
    lines = [{"share": 1.0, "name": "dual: no network is below", "style": "optimum"}]
    gap = standard / dual - 1
    if gap <= NO_GAP:
        why = "two layers" if depth == 2 else "one output" if outputs == 1 else "one singular value survives at most"
        tile = {"title": "duality gap", "value": "none", "tag": "exact", "note": f"{why}; the dual is {dual:.4g}"}
        return {"lines": lines, "tiles": [{**tile, "tone": "certified"}]}
    lines.append({"share": standard / dual, "name": "formula for standard networks", "style": "bound"})
    note = f"standard network {standard:.4g}, an upper bound; dual {dual:.4g}, exact"
    tile = {"title": "duality gap", "value": f"{_percent(gap)} %", "note": note, "tone": "certified"}
    return {"lines": lines, "tiles": [tile]}


def _gap_stream(*setting: Any) -> Stream[FitView]:
    case = gap_case(*setting)
    return _stream(case.problem, partial(objectives_moment, value=case.values.parallel))


def _rank(depth: int, beta: float) -> dict[str, Any]:
    """One channel per class, and the network of rank two where it is written down."""
    case = rank_case(depth, beta)
    name = "one channel per class: " + ("the optimum" if depth == 2 else "an upper bound")
    lines = [{"share": 1.0, "name": name, "style": "optimum" if depth == 2 else "bound"}]
    beside = [{"name": "one channel per class", "style": "", "cosines": _cosines(case.channels)}]
    tile = {"title": "network of rank two", "value": "L = 5 only", "note": "for other depths it is not written down"}
    if depth == 2:
        tile = {"title": "one channel is", "value": "optimal", "note": "proved for two layers", "tone": "certified"}
    if case.better is not None:
        lines.append({"share": case.better / case.one_channel, "name": "network of rank two", "style": "better"})
        beside.append({"name": "network of rank two", "style": "of-rank-two", "cosines": _cosines(case.example)})
        note = f"written down: its objective is {case.better:.4g}"
        tile["value"], tile["note"] = f"−{_percent(1 - case.better / case.one_channel)} %", note
    return {"lines": lines, "tiles": [tile], "beside": beside}


def _rank_stream(*setting: Any) -> Stream[FitView]:
    case = rank_case(*setting)
    return _stream(case.problem, partial(rank_moment, X=case.problem.X, value=case.one_channel))


def _jump(depth: int, beta: float, start: str) -> dict[str, Any]:
    """The browser has the closed form itself; here is how many values the optimum keeps."""
    case = jump_case(depth, beta, start)
    return {
        "beta": beta,
        "depth": depth,
        "targets": case.targets.tolist(),
        "kept": int((case.optimum.minimizer > 0).sum()),
    }


def _jump_stream(*setting: Any) -> Stream[FitView]:
    return _stream(jump_case(*setting).problem, outputs_moment)


def _collapse(*setting: Any) -> dict[str, Any]:
    """Where each distance ends; and why there is none."""
    case = collapse_case(*setting)
    why = "the smallest class has vanished (√n ≤ β)" if case.vanished else ""
    return {"limits": case.limits, "why": why}


def _collapse_stream(*setting: Any) -> Stream[FitView]:
    case = collapse_case(*setting)
    return _stream(case.problem, partial(collapse_moment, labels=case.labels))


def _stream(problem: FitProblem, still: Callable[[FitSnapshot], Moment]) -> Stream[FitView]:
    return fit_stream(problem, still=still)


def _cosines(layers: Sequence[Array]) -> list[list[list[float]]]:
    return [cosines_of(layer).round(3).tolist() for layer in layers]


def _percent(share: float) -> str:
    return f"{100 * share:.2g}" if share < 1 else f"{100 * share:.0f}"


GAP = Claim(
    "beyond_gap",
    "limits",
    (
        Knob("outputs", "outputs K", tuple(range(1, 6)), 3, "K = {}"),
        Knob("depth", "weight layers L", tuple(range(2, 7)), 3, "L = {}"),
        Knob("beta", "weight decay β", BETAS, 0.3, "β = {}"),
        Knob("network", "network", ("standard", "parallel"), "standard", "{}"),
    ),
    _gap,
    _gap_stream,
    {
        "axis": {"title": "objective, in multiples of the dual", "low": 0.93, "high": 3.0},
        "steps": 1500,
        "same": SAME,
        "against": "dual",
        "beside": "",
    },
    RUNS,
)
RANK = Claim(
    "beyond_rank",
    "limits",
    (
        Knob("depth", "weight layers L", tuple(range(2, 9)), 5, "L = {}"),
        Knob("beta", "weight decay β", (0.02, 0.05, 0.1, 0.15, 0.2), 0.1, "β = {}"),
    ),
    _rank,
    _rank_stream,
    {
        "axis": {"title": "objective, in multiples of one channel", "low": 0.96, "high": 1.25},
        "steps": 2500,
        "same": SAME,
        "against": "one channel per class",
        "beside": "cosines",
    },
    RUNS,
)
JUMP = Claim(
    "beyond_jump",
    "shrinkage",
    (
        Knob("depth", "weight layers L", tuple(range(2, 9)), 4, "L = {}"),
        Knob("beta", "weight decay β", BETAS, 0.3, "β = {}"),
        Knob("start", "first weights", ("large", "small"), "large", "{} first weights"),
    ),
    _jump,
    _jump_stream,
    {},
    (
        {"label": "optimum", "style": "limit optimum"},
        {"label": "local minimum", "style": "limit bound"},
        {"label": "soft threshold", "style": "limit nothing"},
        {"label": "trained network", "style": "dots-sign"},
    ),
)
COLLAPSE = Claim(
    "beyond_nc3",
    "distances",
    (
        Knob("classes", "classes K", tuple(range(2, 7)), 3, "K = {}"),
        Knob("smallest", "samples of the last of them", tuple(range(1, 7)), 6, "{} in the last"),
        Knob("beta", "weight decay β", (0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 1.1, 1.6), 0.2, "β = {}"),
    ),
    _collapse,
    _collapse_stream,
    {"names": ("only the means centred", "neither centred", "both centred"), "steps": 1500},
    (
        {"label": "trained", "style": "distance first"},
        {"label": "closed form", "style": "distance first limit-sign"},
    ),
)

STATEMENTS: tuple[tuple[Claim, str, str], ...] = (
    (
        GAP,
        "Deep linear networks have no duality gap.",
        r"The *dual* is a lower bound from convexity; the *duality gap* is what the optimum is above it. With one "
        r"output, or with two layers, there is none. **With several outputs and three or more layers the "
        r"standard network stays above its dual** as soon as two singular values $s_i$ survive: for early layers of "
        r"norm 1 it pays $\beta\,(\sum_i s_i^{2/L})^{L/2}$ where the dual counts $\beta\sum_i s_i$. A *parallel* "
        r"network, in which every branch has layers of its own, closes the gap. That optimal layers are aligned stays "
        r"true. ($X$ is the identity; the targets have singular values from 2 down to 1.)",
    ),
    (
        RANK,
        "An optimal deep classifier has one channel per class.",
        r"One *channel* per class: in every layer each class has neurons that fire for it alone. On whitened inputs "
        r"($XX^T$ the identity) an optimum has that for two layers, and at every depth if the network is "
        r"*parallel*: both are proved. "
        r"**A standard network, whose classes share their layers, can do better.** For three classes and five layers "
        r"the network of rank two, in its first three hidden layers, has the lower objective. Up to four layers "
        r"and four classes nothing better than one channel per class was found; that is not a proof. The squares say "
        r"how alike two classes look in each hidden layer, pale 0, dark 1: rank two puts one class between the others.",
    ),
    (
        JUMP,
        "Weight decay subtracts β from every singular value.",
        r"That is the **soft threshold** $(s_0-\beta)_+$. It holds for two layers, for batch norm, and for parallel "
        r"networks whose early layers have norm 1. With weight decay on all $L\ge 3$ layers the optimum minimises "
        r"$\tfrac12(s-s_0)^2+\tfrac{\beta L}{2}s^{2/L}$ instead: it subtracts $\beta s^{2/L-1}$, little from large "
        r"values, and **jumps to 0 below a threshold** $\tau$. Just below $\tau$ a local minimum remains, and 0 is one "
        r"everywhere: where training ends depends on its first weights. (One linear network learns all values at "
        r"once: $X$ the identity, diagonal targets.)",
    ),
    (
        COLLAPSE,
        "At collapse the classifier points along the centred class means.",
        r"This third sign of neural collapse (NC3) is 0 for equal classes when means **and** classifier are centred, "
        r"or neither. **Centring the means only, as it is often written, ends at** $\sqrt{2-2\sqrt{(K-1)/K}}$: the "
        r"centred means sum to zero and the classifier's rows do not. With unequal classes none of the three is 0, "
        r"and the closed form says what they are. (All classes but the last have six samples; batch norm before the "
        r"last ReLU, no output bias.)",
    ),
)
