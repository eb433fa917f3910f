"""Whitened data: one channel for each class, where that is optimal, and where a deep network does better."""

import streamlit as st

from cvxdnn.app.address import follow
from cvxdnn.app.fit import StagedFit
from cvxdnn.app.page import heading, wide_and_narrow
from cvxdnn.app.parts import Parts
from cvxdnn.app.prose import prose
from cvxdnn.app.take_home import take_home
from cvxdnn.exhibits.whitened.case import WhitenedSetting, whitened_case
from cvxdnn.exhibits.whitened.film import stream_of
from cvxdnn.exhibits.whitened.take_home import files
from cvxdnn.exhibits.whitened.view import SETTINGS, controls, counterexample, facts, picture, setting

WHAT_TO_TRY = r"""
- **Lose a channel.** Make the class sizes unequal and raise $\beta$: the smallest class falls below the threshold and
  loses its frame. With two layers its strength fades to zero, with three or more it jumps.
- **Other neurons, same strengths.** Choose another seed under *Data and network*: other neurons serve each class, and
  each channel is as strong as before.
- **Go below.** Set six layers: training ends below the value of one channel per class.
"""

THEOREM = r"""
**Theorem.** Let $XX^T=I$ and let $Y$ be one-hot, with $n_k$ samples in class $k$. *One channel per class* costs
$\sum_k\min_s\tfrac12(s-\sqrt{n_k})^2+\tfrac{\beta L}{2}s^{2/L}$. This is

- the **optimum** for $L=2$, and for every $L$ if the network is a sum of parallel chains;
- an **upper bound** for a standard network with $L\ge3$. Nothing lower was found for two classes, or for up to
  four classes and four layers. As an optimum it is **false** in general: three classes and five layers suffice.

Class $k$ has a channel only if $\sqrt{n_k}$ exceeds a threshold: $\beta$ for $L=2$, and for $L\ge3$ one at which it
vanishes with a jump.

**Conditions.** At least as many inputs as samples, no biases, the objective
$\tfrac12\|f-Y\|^2+\tfrac\beta2\sum_l\|W_l\|_F^2$ (a sum, not a mean), hidden layers of width at least $K$, or at least
$K$ chains.
"""

RANK_TWO = r"""
Its first three layers have rank two instead of three: the first class lies *between* the other two, and only the fourth
layer tells them apart. Rank is what depth makes expensive, so deep standard networks prefer it low. Ordinary training
finds such networks: with 3 equal classes, 6 layers and $\beta=0.1$ the best of a dozen ends some 8 % below one
channel per class.
"""


def page() -> None:
    """The page from top to bottom."""
    follow(SETTINGS)
    menu = heading(
        "A classifier gives every class neurons of its own, until it is deep.",
        "A line says that a class makes a neuron fire. Training thins the lines out until each neuron serves one "
        "class: its neurons are the channel of that class. Raise the weight decay until the channels are lost.",
    )

    wide, panel = wide_and_narrow()
    with panel, st.container(border=True):
        controls()

    training = StagedFit("whitened", setting, stream_of, WhitenedSetting())

    def show_picture() -> None:
        picture(training.run, setting())

    def show_facts() -> None:
        training.buttons()
        facts(whitened_case(setting()), training.frame)

    def show_lower() -> None:
        counterexample(setting().beta)

    training.poll()
    parts = Parts(training.poll, lambda: None)
    take_home(menu, "whitened", lambda: files(whitened_case(setting()), training.frame))

    with wide:
        parts.draw("whitened_picture", show_picture, shows=training.look, moves=training.is_moving)
    with panel, st.container(border=True):
        parts.draw("whitened_facts", show_facts, shows=training.look, moves=training.is_moving)

    with wide, st.container(border=True):
        st.markdown("**What to try**")
        prose(WHAT_TO_TRY)

    with wide, st.container(border=True):
        prose("**The network that is lower.** Three classes of one sample each, five layers.")
        parts.draw("whitened_lower", show_lower, shows=lambda: setting().beta)
        prose(RANK_TWO)
    with panel, st.container(border=True):
        prose(THEOREM)
