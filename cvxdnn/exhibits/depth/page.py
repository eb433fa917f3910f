"""Depth: the certified optimum for L layers, the valleys in which training gets stuck, and the jumps between them."""

import streamlit as st

from cvxdnn.app.page import heading, live, wide_and_narrow
from cvxdnn.exhibits.depth import view
from cvxdnn.exhibits.depth.lab import depth_lab
from cvxdnn.exhibits.explore.controls import data_controls
from cvxdnn.exhibits.explore.session import session

THEOREM = (
    r"**Theorem.** For $x \ge 0$ and biases in the last hidden layer only, training $L$ weight layers has the "
    r"same optimum as $\min_r F(r) + \frac{\beta L}{2} r^{2/L}$, where $F(r)$ is the least loss of functions "
    r"with path norm at most $r$. If it bends, it is the two-layer optimum for the effective weight decay "
    r"$\lambda = \beta r^{2/L-1}$."
)


def page() -> None:
    """The page from top to bottom."""
    here = session()
    lab = depth_lab(here.scenario)

    heading(
        "Depth does not change the spline, only how strongly it is held straight.",
        "The blue curve is the lowest objective, what training minimises, of functions that bend so much in total. "
        "Training rolls into one of its valleys, not always the deepest. Move weight decay and depth: from three "
        "layers on, the constant is always a valley, and the deepest one changes abruptly.",
    )
    if here.problem:
        st.warning(here.problem)

    picture, panel = wide_and_narrow()
    with panel:
        with st.container(border=True):
            data_controls(here)
        with st.container(border=True):
            view.numbers(lab)

    if lab.deep.path.beta_max == 0:
        picture.info("A constant fits these points as well as any function, at every view.")
        return

    with picture, st.container(border=True):
        view.settings(lab)
        live(lab.runs, lambda: view.valleys(lab))

    same_beta, same_effect, theorem = st.columns([1.35, 1.35, 1.15], gap="small")
    with same_beta, st.container(border=True):
        st.markdown("**The same weight decay β, five depths.** Certified.")
        view.equal_weight_decay(lab)
        st.caption("The same β acts with another strength at every depth: some bend, others stay flat.")
    with same_effect, st.container(border=True):
        st.markdown("**The same effective weight decay λ, five depths.** Certified.")
        view.equal_effective_weight_decay(lab)
    with theorem, st.container(border=True):
        st.markdown(THEOREM)
        st.caption(
            "Path norm: the sum of all slope changes, or more if the ends are steep. β and objectives are in "
            "normalised units: x in [0, 1], y centred with range 1. The loss is the squared one."
        )

    diagram, matrices = st.columns(2, gap="small")
    with diagram, st.container(border=True):
        st.markdown("**Where does the optimum jump?** Exact.")
        view.jumps(lab)
    with matrices, st.container(border=True):
        st.markdown("**What do the layers look like?** Closed form: exact. Trained: measured.")
        view.layers(lab)
