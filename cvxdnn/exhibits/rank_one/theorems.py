"""What each kind of network on the rank-one page is claimed to do, in symbols, with its conditions."""

from cvxdnn.exhibits.rank_one.case import Kind, RankOneSetting

__all__ = ["CONDITIONS", "theorem_of"]

THEOREMS: dict[Kind, str] = {
    "one_output": r"""
**Theorem.** For inputs $X$ of any kind and one output, every layer of an optimal network has rank one, all norms are
equal, and each layer begins where the one before ends. The product of the layers is a ridge solution
$w=(X^TX+\mu I)^{-1}X^Ty$, of the length that minimises
$\tfrac12\|Xw-y\|^2+\tfrac{\beta L}{2}\|w\|^{2/L}$.
""",
    "whitened": r"""
**Theorem.** Let $X^TX=I$ or $XX^T=I$. Every layer of an optimal network has the singular values
$s_i^{1/L}$, where $s_i$ shrinks the singular value $a_i$ of $X^TY$ on its own:
$\min_s\tfrac12(s-a_i)^2+\tfrac{\beta L}{2}s^{2/L}$. For $L\ge3$ it jumps to zero when $a_i$ falls below a threshold.
""",
    "general": r"""
**Theorem.** Only the product $M$ of the layers counts, and its penalty is
$\tfrac{\beta L}{2}\sum_i\sigma_i(M)^{2/L}$. For $L=2$ this is $\beta\|M\|_*$ and training is a convex problem. For
$L\ge3$ **no closed form is known**: the page shows a stationary network and a proven lower bound.
""",
    "relu": r"""
**Theorem.** Let all samples be multiples $c_i a$ of one vector. If all $c_i\ge0$, an optimal network without biases
is one chain of rank-one layers, and its strength solves
$\min_s\tfrac12(s-s_0)^2+\tfrac{\beta L}{2q}s^{2/L}$, $x=\|a\|c$, $q=\|x\|^2$, $s_0=|x^Ty|/q$. With both signs the
first layer splits the data in two halves: they share a chain if their outputs agree. If they oppose and $L\ge3$, two
chains are the best network found; that they are optimal is **observed, not proved**.
""",
    "relu_bias": r"""
**Theorem.** Let $x=\|a\|c\ge0$, and let the last hidden layer and the output have free biases. Then an optimal network
of any depth is a linear spline with knots at the data:
$\min_f\tfrac12\|f-y\|^2+\tfrac{\beta L}{2}R(f)^{2/L}$, $R$ the path norm. With both signs this holds for $L=2$ and is
**false for $L\ge3$**: a line costs more, a hat at zero costs less. The page then shows an upper and a lower bound.
""",
}

BUDGETED = r"""
**Theorem.** Let $X^TX=I$ or $XX^T=I$, give each of the first $L-2$ layers the norm $t$ at no cost, and let weight decay
act on the last two. A *parallel* network, one chain for each direction, pays $\beta t^{2-L}\sum_i s_i$ for the singular
values $s_i$ of the product: a soft threshold, and the value of the dual. A *standard* network pays
$\beta t^{2-L}\bigl(\sum_i s_i^{2/L}\bigr)^{L/2}$, which is more as soon as two are positive.
"""

CONDITIONS = r"""
**Conditions.** The objective is $\tfrac12\|f-Y\|^2+\tfrac\beta2\sum_l\|W_l\|_F^2$, a sum and not a mean; hidden layers
are at least as wide as the rank that survives.
"""


def theorem_of(setting: RankOneSetting) -> str:
    """The theorem about this kind of network, as Markdown."""
    return THEOREMS[setting.kind] if setting.budget is None else BUDGETED
