"""About: what the numbers mean, where the theorems stop, and where they come from."""

import streamlit as st

from cvxdnn.app.glossary import meaning
from cvxdnn.app.page import heading
from cvxdnn.app.prose import prose
from cvxdnn.app.status import status_panel
from cvxdnn.app.view import group

KINDS = "\n".join(f"- **{kind}**: {meaning(kind)}" for kind in ("exact", "certified", "measured"))
MEANING = r"""
Every objective, bound and distance on these pages is of one of three kinds.

{kinds}

The label beside a number says how it is known, its colour whose it is: blue is of the best network, orange of trained
ones. So a gap is orange, and certified.

Rounding is counted against a bound, so it holds for your points as given; ✓ marks answers whose objective and bound
were computed again with fractions, without any rounding. Every other word is in the [glossary](glossary).

## The theorem behind the Explore page
A ReLU network of one input and two weight layers, trained on
$\tfrac12\sum_i (f(x_i)-y_i)^2 + \tfrac\beta2\sum_l\|W_l\|_F^2$ with free biases and at least $n+1$ neurons, has the
same optimum as the convex problem

$$\min_f\ \tfrac12\sum_i (f(x_i)-y_i)^2 + \beta\,R(f),$$

$$R(f)=\max\bigl(TV,\tfrac12(TV+|m_1+m_{n-1}|)\bigr),$$

over linear splines $f$ with knots at the data, where $TV$ is the sum of absolute slope changes and $m_1, m_{n-1}$ are
the first and last slope. As $\beta\to0$ the linear spline through the points is an optimum, often not the only one: the
shaded band holds them all.

## Where it stops
- Training is not convex. A run can stop above the optimum; the gap says by how much.
- For deeper networks the gap is proven when only the last hidden layer has biases and $x \ge 0$. With biases in every
  layer the theorem's value is an upper bound, and training may go below it: see Beyond the theorem.
- Points of equal $x$ count as one point with a weight. Nearly equal ones do not: the curve between them is steep.
- On Spline explorer, Path, Depth and Sweep lab, weight decay and objectives refer to normalised data: $x$ scaled to
  $[0,1]$, $y$ centred with range 1. The other pages take their data as they are.

## Sources
T. Ergen and M. Pilanci, *Revealing the Structure of Deep Neural Networks via Convex Duality*, ICML 2021
(arXiv 2002.09773) · M. Pilanci and T. Ergen, *Neural Networks are Convex Regularizers*, ICML 2020 (arXiv 2002.10553) ·
P. Savarese et al., *How do infinite width bounded norm networks look in function space?*, COLT 2019 ·
B. Hanin, *Ridgeless interpolation with shallow ReLU networks in 1D* (arXiv 2109.12960) ·
T. Debarre et al., *Sparsest piecewise-linear regression of one-dimensional data*, 2022.
"""


def page() -> None:
    """The page from top to bottom."""
    heading("Every number here says how far to trust it.")
    with group("about"):
        prose(MEANING.replace("{kinds}", KINDS))
        st.markdown("## This server")
        status_panel()
