"""Optimal networks in closed form, each statement with its conditions and with what is proved about it.

    shrink, threshold   the scalar problem that every other closed form is made of
    deep_linear         linear networks of any depth
    rank_one            deep ReLU networks on rank-one data, with and without biases
    whitened            deep ReLU networks on whitened data with one-hot labels
    batch_norm          deep networks with batch normalisation before the last ReLU
    neural_collapse     its four signs, measured and predicted
    extreme_points      two-layer networks as geometry: the rectified ellipsoid and the dual that touches it

Everything is loaded on first use.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cvxdnn.theory import batch_norm as batch_norm
    from cvxdnn.theory import deep_linear as deep_linear
    from cvxdnn.theory import extreme_points as extreme_points
    from cvxdnn.theory import neural_collapse as neural_collapse
    from cvxdnn.theory import rank_one as rank_one
    from cvxdnn.theory import whitened as whitened
    from cvxdnn.theory.shrinkage import shrink as shrink
    from cvxdnn.theory.shrinkage import threshold as threshold

_MODULES = ("batch_norm", "deep_linear", "extreme_points", "neural_collapse", "rank_one", "whitened")
_FUNCTIONS = {"shrink": "shrinkage", "threshold": "shrinkage"}

__all__ = [*_MODULES, *_FUNCTIONS]


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(f"{__name__}.{name}")
    if name in _FUNCTIONS:
        return getattr(import_module(f"{__name__}.{_FUNCTIONS[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
