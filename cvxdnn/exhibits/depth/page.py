"""Depth: the landscape of training L layers, the valleys in which networks come to rest, and the jumps between them."""

from collections.abc import Hashable

import streamlit as st

from cvxdnn.app.page import heading, wide_and_narrow
from cvxdnn.app.parts import Parts
from cvxdnn.app.prose import note, prose
from cvxdnn.app.take_home import take_home
from cvxdnn.exhibits.depth import view
from cvxdnn.exhibits.depth.lab import SETTINGS, DepthLab, depth_lab
from cvxdnn.exhibits.depth.take_home import files
from cvxdnn.exhibits.explore.controls import data_controls
from cvxdnn.exhibits.explore.session import session

WHAT_TO_TRY = r"""
With the first data:

- **Turn the weight decay $\beta$ down to 0.05.** The deepest valley is no longer the constant but far to the right, a
  function that reaches for the peak: the optimum has jumped. None of the networks gets there.
- **Go to two layers.** The cusp at 0 is gone and one valley is left. All networks end in it.
- **With five layers, turn $\beta$ up to 0.1.** Only the constant is left, and all networks become it.
"""

THEOREM = (
    r"**Theorem.** For $x \ge 0$ and biases in the last hidden layer only, training $L$ weight layers has the "
    r"same optimum as $\min_r F(r) + \frac{\beta L}{2} r^{2/L}$, where $F(r)$ is the least loss of functions "
    r"with path norm at most $r$. If it bends, it is the two-layer optimum for the effective weight decay "
    r"$\lambda = \beta r^{2/L-1}$."
)


def page() -> None:
    """The page from top to bottom."""
    here = session(SETTINGS)

    def lab() -> DepthLab:
        return depth_lab(here)

    menu = heading(
        "Depth does not change the spline, only how strongly it is held straight.",
        "Each ball is a network in training: how much its function bends, and its objective, the misfit plus the price "
        "of its weights. No network is below the blue landscape. Training rolls into a valley, not always the deepest.",
    )
    if here.problem:
        st.warning(here.problem)

    wide, panel = wide_and_narrow()
    with panel, st.container(border=True):
        data_controls(here)
    if lab().deep.path.beta_max == 0:
        wide.info("A constant fits these points as well as any function, at every weight decay.")
        return

    def poll() -> None:
        lab().training.poll()

    def look() -> Hashable:
        return lab().axes, lab().training.look()

    def setting() -> Hashable:
        return lab().axes, lab().setting

    poll()
    take_home(menu, "depth", lambda: files(lab()))
    parts = Parts(poll, lambda: lab().deep.path.beta_max == 0)

    def is_moving() -> bool:
        return lab().training.is_moving()

    with wide:
        parts.draw("depth_picture", lambda: view.picture(lab()), shows=look, moves=is_moving)
        with st.container(border=True):
            st.markdown("**What to try**")
            prose(WHAT_TO_TRY)
    with panel:
        with st.container(border=True):
            parts.draw("depth_training", lambda: view.buttons(lab()), shows=look, moves=is_moving)
            parts.draw("depth_numbers", lambda: view.numbers(lab()), shows=setting)
        with st.container(border=True):
            prose(THEOREM)
            note(
                "The path norm of a network is that of its function at the points. β and objectives are in normalised "
                "units. The loss is the squared one."
            )

    with wide:
        with st.container(border=True):
            prose("**The same effective weight decay λ, five depths.** Certified.")
            parts.draw("depth_same_effect", lambda: view.equal_effective_weight_decay(lab()), shows=setting)
        with st.container(border=True):
            prose("**Where does the optimum jump?** At each critical weight decay. Exact.")
            parts.draw("depth_jumps", lambda: view.jumps(lab()), shows=setting)
        with st.expander("What do the layers look like? Closed form: exact. Trained: measured."):
            parts.draw("depth_layers", lambda: view.layers(lab()), shows=look)
