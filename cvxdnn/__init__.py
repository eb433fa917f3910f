"""See why a weight-decay regularised deep ReLU network draws a linear spline, with a certificate.

The names below are loaded on first use, so that `import cvxdnn` stays light: torch and cvxpy are imported
only by the functions that need them.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cvxdnn import theory as theory
    from cvxdnn.convex import Path as Path
    from cvxdnn.convex import Solver as Solver
    from cvxdnn.convex import critical_betas as critical_betas
    from cvxdnn.convex import regularization_path as regularization_path
    from cvxdnn.convex import solve as solve
    from cvxdnn.datasets import PRESETS as PRESETS
    from cvxdnn.datasets import Dataset as Dataset
    from cvxdnn.datasets import load_preset as load_preset
    from cvxdnn.datasets import read_csv as read_csv
    from cvxdnn.diagnostics import layer_diagnostics as layer_diagnostics
    from cvxdnn.losses import LOSSES as LOSSES
    from cvxdnn.losses import EpsilonInsensitive as EpsilonInsensitive
    from cvxdnn.losses import Huber as Huber
    from cvxdnn.networks.architectures import Network as Network
    from cvxdnn.objective import Certificate as Certificate
    from cvxdnn.objective import beta_max as beta_max
    from cvxdnn.objective import certify as certify
    from cvxdnn.scenario import Scenario as Scenario
    from cvxdnn.solution import Snapshot as Snapshot
    from cvxdnn.solution import Solution as Solution
    from cvxdnn.solution import Status as Status
    from cvxdnn.spline import LinearSpline as LinearSpline
    from cvxdnn.spline import interpolating_spline as interpolating_spline
    from cvxdnn.spline import optimal_band as optimal_band
    from cvxdnn.spline import sparsest_interpolant as sparsest_interpolant
    from cvxdnn.training import train as train

_HOMES = {
    "Certificate": "objective",
    "Dataset": "datasets",
    "EpsilonInsensitive": "losses",
    "Huber": "losses",
    "LOSSES": "losses",
    "LinearSpline": "spline",
    "Path": "convex",
    "Solver": "convex",
    "Network": "networks.architectures",
    "PRESETS": "datasets",
    "Scenario": "scenario",
    "Snapshot": "solution",
    "Solution": "solution",
    "Status": "solution",
    "beta_max": "objective",
    "certify": "objective",
    "critical_betas": "convex",
    "interpolating_spline": "spline",
    "layer_diagnostics": "diagnostics",
    "load_preset": "datasets",
    "optimal_band": "spline",
    "read_csv": "datasets",
    "regularization_path": "convex",
    "solve": "convex",
    "sparsest_interpolant": "spline",
    "train": "training",
}

_PACKAGES = ("theory",)

__all__ = [*_HOMES, *_PACKAGES]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    if name in _PACKAGES:
        return import_module(f"cvxdnn.{name}")
    if name not in _HOMES:
        raise AttributeError(f"module 'cvxdnn' has no attribute {name!r}")
    return getattr(import_module(f"cvxdnn.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
