"""Batch norm and neural collapse: class means move to the place that a closed form predicts, live."""

from functools import partial

import streamlit as st

from cvxdnn.app.fit import fit_buttons, fit_run
from cvxdnn.app.page import heading, live, wide_and_narrow
from cvxdnn.exhibits.batch_norm.case import case_of
from cvxdnn.exhibits.batch_norm.neural_collapse import means_in_motion, measure_of, progress, signs, signs_over_time
from cvxdnn.exhibits.batch_norm.view import condition, controls, scales, vanished
from cvxdnn.tasks.fits import fit_stream

THEOREM = (
    r"**Theorem.** Let the last hidden layer be batch-normalised, "
    r"$v_j=\gamma_j\,z_c/\|z_c\|+\alpha_j 1/\sqrt n$ ($z_c$: a neuron's values minus their mean), and let "
    r"weight decay $\beta$ act on $\gamma,\alpha$ and the output weights only. With one-hot labels, $n_k$ "
    r"samples in class $k$ and at least $K$ neurons, the optimum at **every** depth is "
    r"$\sum_k\bigl(\beta\sqrt{n_k}-\beta^2/2\bigr)$ over classes with $\sqrt{n_k}>\beta$, plus $n_k/2$ for "
    r"each of the others. Class $k$ uses "
    r"$(\gamma_k,\alpha_k)=\sqrt{s_k}\,(\sqrt{1-n_k/n},\sqrt{n_k/n})$, $s_k=(\sqrt{n_k}-\beta)_+$."
)

SIGNS_OF_COLLAPSE = r"""
- **NC1** is 0 when all samples of a class look the same to the last layer.
- **NC2**: with equal classes the centred class means have equal norms and cosines $-1/(K-1)$, a simplex. With unequal
  classes they stay orthogonal before centring, but norms and angles change; the closed form says to what.
- **NC3**: the classifier points along the class means. It is 0 for equal classes when both are centred, or neither.
  The common form that centres *only the means* cannot reach 0: for equal classes it ends at
  $\sqrt{2-2\sqrt{(K-1)/K}}$, and that is not a failure of training.
- **NC4**: the network decides for the class with the nearest mean. A vanished class is left out of NC1 to NC3.
"""


def page() -> None:
    """The page from top to bottom."""
    run = fit_run("batch_norm")

    heading(
        "Train a classifier and watch its classes move to the corners of a simplex.",
        "Press Train. Every orange mark is the average of one class inside the network; the blue marks are where the "
        "best network has it: for equal classes, corners that are all equally far apart. Then make one class smaller, "
        "and the weight decay larger, until that class vanishes.",
    )

    picture, panel = wide_and_narrow()

    with panel, st.container(border=True):
        setting = controls()

    case = case_of(setting)
    measure = measure_of(case)

    def show_picture() -> None:
        frame = run.frame_of(case.problem)
        fit_buttons(run, case.problem, partial(fit_stream, case.problem, measure))
        motion, numbers = st.columns([1, 1.05], gap="medium")
        with motion:
            means_in_motion(case, frame, turn)
            st.caption(
                "Orange: class means (faint: samples), measured. Blue outlines and dashes: the predicted simplex, "
                "exact. Grey cross: where all outputs are zero and a vanished class ends."
            )
        with numbers:
            signs(case, frame)
            condition(case, frame)
            vanished(case)

    def show_curves() -> None:
        frame = run.frame_of(case.problem)
        st.markdown("**The signs of collapse while it trains.** Measured; 0 at the optimum for equal classes.")
        signs_over_time(frame)
        left, right = st.columns([1.4, 1], gap="medium")
        with left:
            st.markdown("**Objective above the closed form.** Measured.")
            progress(case, frame)
        with right:
            st.markdown("**Scale and shift, class by class**")
            scales(case, frame)
            st.caption("Rings: closed form, exact. Dots: trained, measured.")

    with picture, st.container(border=True):
        turn = 0.0
        if setting.classes == 4:
            turn = st.slider("Turn the tetrahedron (degrees)", 0, 360, 25, key="batch_norm_turn")
        live(run, show_picture)

    trained, theorem = wide_and_narrow()
    with trained, st.container(border=True):
        live(run, show_curves)
    with theorem, st.container(border=True):
        st.markdown(THEOREM)
        st.markdown(
            r"**Condition (span).** Every centred class indicator is a combination of the centred features that feed "
            r"batch norm. With PyTorch's own parameters decayed, replace $\beta$ by $\beta/\sqrt n$."
        )

    with st.container(border=True):
        st.markdown("**How to read the four signs of neural collapse (NC1 to NC4)**")
        st.markdown(SIGNS_OF_COLLAPSE)
