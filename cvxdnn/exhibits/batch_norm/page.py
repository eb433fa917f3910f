"""Batch norm and neural collapse: class means move to the place that a closed form predicts."""

import streamlit as st

from cvxdnn.app.address import follow
from cvxdnn.app.fit import StagedFit
from cvxdnn.app.page import heading, wide_and_narrow
from cvxdnn.app.parts import Parts
from cvxdnn.app.prose import prose
from cvxdnn.app.take_home import take_home
from cvxdnn.exhibits.batch_norm.case import Setting, case_of
from cvxdnn.exhibits.batch_norm.film import stream_of
from cvxdnn.exhibits.batch_norm.take_home import files
from cvxdnn.exhibits.batch_norm.view import SETTINGS, condition, controls, numbers, picture, setting, signs

WHAT_TO_TRY = r"""
- **Outward, then gone.** Set 12 samples in the largest class and $\beta=1.3$, then step through the class sizes: the
  mean of the smallest first moves away from zero, then back, and with $n_k\le\beta^2$ samples it is gone.
- **Everything vanishes.** Raise $\beta$ to its end: every class falls to the grey cross, the largest last.
- **Break the condition.** Give each sample two inputs, under *Network and data*: the closed form is then only a lower
  bound, and the network stays above it.
"""

THEOREM = r"""
**Theorem.** Let the last hidden layer be batch-normalised,
$v_j=\gamma_j\,z_c/\|z_c\|+\alpha_j 1/\sqrt n$ ($z_c$: a neuron's values minus their mean), and let weight decay $\beta$
act on $\gamma,\alpha$ and the output weights only. With one-hot labels, $n_k$ samples in class $k$ and at least $K$
neurons, the optimum at **every** depth is $\sum_k\bigl(\beta\sqrt{n_k}-\beta^2/2\bigr)$ over classes with
$\sqrt{n_k}>\beta$, plus $n_k/2$ for each of the others. Class $k$ uses
$(\gamma_k,\alpha_k)=\sqrt{s_k}\,(\sqrt{1-n_k/n},\sqrt{n_k/n})$, $s_k=(\sqrt{n_k}-\beta)_+$. Its mean has the length
$\sqrt{s_k/n_k}$, which is largest at $n_k=4\beta^2$.

**Condition (span).** Every centred class indicator is a combination of the centred features that feed batch norm. With
PyTorch's own parameters decayed, replace $\beta$ by $\beta/\sqrt n$, and lengths grow by $n^{1/4}$.
"""

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
    follow(SETTINGS)
    menu = heading(
        "Train a classifier, and its classes move to the corners of a simplex.",
        "Small marks are samples, as the last hidden layer sees them; orange is the mean of each class. Training pulls "
        "the samples of a class together and the means to the blue corners, where a formula says they belong.",
    )

    wide, panel = wide_and_narrow()
    with panel, st.container(border=True):
        controls()

    training = StagedFit("batch_norm", setting, stream_of, Setting())

    def show_picture() -> None:
        picture(training.run, setting())

    def show_numbers() -> None:
        training.buttons()
        case, frame = case_of(setting()), training.frame
        numbers(case, frame)
        condition(case, frame)

    def show_signs() -> None:
        signs(case_of(setting()), training.frame)

    training.poll()
    parts = Parts(training.poll, lambda: None)
    take_home(menu, "batch_norm", lambda: files(case_of(setting()), training.frame))

    with wide:
        parts.draw("batch_norm_picture", show_picture, shows=training.look, moves=training.is_moving)
        with st.container(border=True):
            st.markdown("**What to try**")
            prose(WHAT_TO_TRY)
    with panel, st.container(border=True):
        parts.draw("batch_norm_numbers", show_numbers, shows=training.look, moves=training.is_moving)

    with wide, st.container(border=True):
        st.markdown("**The four signs of neural collapse**")
        prose(SIGNS_OF_COLLAPSE)
        with st.expander("All of them, closed form beside the network"):
            parts.draw("batch_norm_signs", show_signs, shows=training.look)
    with panel, st.container(border=True):
        prose(THEOREM)
