r"""The weight decay in the user's own units, and for an optimiser of PyTorch; docs/units.md derives both.

With n points, L weight layers, and u = (x - x_0) / s_x, v = (y - y_0) / s_y (`cvxdnn.core.datasets.Normalization`):

.. math::  \beta_{user} = \beta\, s_y^p \,(s_x / s_y)^{2/L}, \qquad  F_{user} = s_y^p F, \qquad
           \texttt{weight\_decay} = c\,\beta / n

p is the degree of the loss in its misses, 2 for squares and 1 for absolute values; c is 2 for MSELoss, which is twice
the squared loss of this library, and 1 for every other loss.
"""

from cvxdnn.core import validation
from cvxdnn.core.datasets import Normalization

__all__ = ["beta_in_user_units", "torch_weight_decay"]


def torch_weight_decay(beta: float, points: int, *, loss: str = "squared") -> float:
    """The `weight_decay` for the weights of a torch.optim.SGD that minimises the mean of the loss; biases get 0.

    Parameters
    ----------
    beta : float >= 0
    points : int >= 1
    loss : str
        "squared" stands for torch.nn.MSELoss; any other name for the mean of this library's loss.
    """
    beta, points = validation.nonnegative("beta", beta), validation.positive_int("points", points)
    return (2.0 if loss == "squared" else 1.0) * beta / points


def beta_in_user_units(beta: float, units: Normalization, *, depth: int, degree: int = 2) -> float:
    """The weight decay that means the same for x and y as the user has them.

    Parameters
    ----------
    beta : float >= 0
        In normalised units.
    units : Normalization
    depth : int >= 2
        Weight layers.
    degree : {1, 2}
        Of the loss: 2 for squares, 1 for absolute values. (A threshold, as Huber's, has to be scaled with y.)
    """
    beta, depth = validation.nonnegative("beta", beta), validation.depth(depth)
    return float(beta * units.y_scale**degree * (units.x_scale / units.y_scale) ** (2 / depth))
