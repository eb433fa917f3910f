"""Extreme points: two-layer training as geometry, with samples and targets that one can drag."""

import streamlit as st

from cvxdnn.app.address import follow
from cvxdnn.app.fit import StagedFit
from cvxdnn.app.page import heading, wide_and_narrow
from cvxdnn.app.parts import Parts
from cvxdnn.app.prose import prose
from cvxdnn.app.take_home import take_home
from cvxdnn.exhibits.extreme_points.controls import SETTINGS, beside, chosen
from cvxdnn.exhibits.extreme_points.samples import FIRST, Samples, picture_of, stream_of
from cvxdnn.exhibits.extreme_points.take_home import files
from cvxdnn.exhibits.extreme_points.view import show_neurons, show_picture

WHAT_TO_TRY = r"""
- **Roll the plane.** Drag the point $y$ around the body. Neurons are taken up and let go where the plane touches;
  beside each stands its weight.
- **Hide an arc.** Choose two nearly opposite samples: their spikes hide all neurons between them. Drag the samples
  towards each other until an arc of extreme points comes out.
- **Why splines bend at data.** Choose one input with biases. The corners of the body are the ramps that bend at a
  sample, so there the best network bends, too.
"""

THEOREM = (
    r"**Theorem.** With $Q=\{(Xu)_+ : \|u\|\le 1\}$, squared loss, weight decay $\beta$ and at least $n$ hidden "
    r"neurons, two-layer training equals the convex problem "
    r"$\min_{q_j\in Q}\ \tfrac12\|\sum_j w_jq_j-y\|^2+\beta\sum_j|w_j|$, and its dual "
    r"$\max_\lambda\ \lambda^\top y-\tfrac12\|\lambda\|^2$ subject to $|\lambda^\top q|\le\beta$ on $Q$ has the "
    r"same value. A neuron in use has $\lambda^\top q=\pm\beta$, and can be chosen extreme in the hull of $Q$."
)

PICTURE = (
    r"**The picture** shows $Q$ and $-Q$, for output weights of either sign, so that one plane $\lambda^\top z=\beta$ "
    r"touches all neurons in use. The outputs $f$ of the best network lie in the cone over them, and "
    r"$y-f=\lambda$ is at right angles to the plane."
)

ONE_INPUT = (
    r"**One input with free biases:** $Q$ holds the ramps $(\pm(x-t))_+$, the output bias adds "
    r"$\sum_i\lambda_i=0$, so the picture is without means, and the extreme points are the ramps that bend at data. "
    r"That is why the optimal network is a linear spline with knots at data points."
)


def page() -> None:
    """The page from top to bottom."""
    follow(SETTINGS)
    menu = heading(
        "The best network needs only neurons at the rim of a convex set.",
        "What a neuron outputs on the samples is one point; the body holds those of all neurons. Drag the targets y "
        "and watch the blue plane roll: the best network uses only neurons where it touches the body.",
    )

    wide, panel = wide_and_narrow()
    with panel, st.container(border=True):
        beside()

    def setting() -> tuple[Samples, float]:
        return chosen(), SETTINGS["beta"]

    training = StagedFit("extreme_points", setting, lambda now: stream_of(picture_of(*now)), FIRST)

    def draw_picture() -> None:
        show_picture(training.frame, picture_of(*setting()))

    def draw_neurons() -> None:
        show_neurons(picture_of(*setting()))

    training.poll()
    parts = Parts(training.poll, lambda: None)
    take_home(menu, "extreme_points", lambda: files(picture_of(*setting()), training.frame))
    with wide:
        parts.draw("extreme_points_picture", draw_picture, shows=training.look, moves=training.is_moving)
    with panel, st.container(border=True):
        parts.draw("extreme_points_training", training.buttons, shows=training.look, moves=training.is_moving)
        parts.draw("extreme_points_neurons", draw_neurons, shows=setting)

    with panel, st.container(border=True):
        prose(THEOREM)
        prose(PICTURE)
    with wide, st.container(border=True):
        st.markdown("**What to try**")
        prose(WHAT_TO_TRY)
        prose(ONE_INPUT)
