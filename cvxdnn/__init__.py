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
    from cvxdnn.core.datasets import PRESETS as PRESETS
    from cvxdnn.core.datasets import Dataset as Dataset
    from cvxdnn.core.datasets import load_preset as load_preset
    from cvxdnn.core.datasets import read_csv as read_csv
    from cvxdnn.core.diagnostics import layer_diagnostics as layer_diagnostics
    from cvxdnn.core.losses import LOSSES as LOSSES
    from cvxdnn.core.losses import EpsilonInsensitive as EpsilonInsensitive
    from cvxdnn.core.losses import Huber as Huber
    from cvxdnn.core.network import Network as Network
    from cvxdnn.core.objective import Certificate as Certificate
    from cvxdnn.core.objective import beta_max as beta_max
    from cvxdnn.core.objective import certify as certify
    from cvxdnn.core.solution import Snapshot as Snapshot
    from cvxdnn.core.solution import Solution as Solution
    from cvxdnn.core.solution import Status as Status
    from cvxdnn.core.spline import LinearSpline as LinearSpline
    from cvxdnn.core.spline import interpolating_spline as interpolating_spline
    from cvxdnn.core.spline import optimal_band as optimal_band
    from cvxdnn.core.spline import sparsest_interpolant as sparsest_interpolant
    from cvxdnn.tasks.scenario import Scenario as Scenario
    from cvxdnn.tasks.training import train as train

_HOMES = {
    "Certificate": "core.objective",
    "Dataset": "core.datasets",
    "EpsilonInsensitive": "core.losses",
    "Huber": "core.losses",
    "LOSSES": "core.losses",
    "LinearSpline": "core.spline",
    "Path": "convex",
    "Solver": "convex",
    "Network": "core.network",
    "PRESETS": "core.datasets",
    "Scenario": "tasks.scenario",
    "Snapshot": "core.solution",
    "Solution": "core.solution",
    "Status": "core.solution",
    "beta_max": "core.objective",
    "certify": "core.objective",
    "critical_betas": "convex",
    "interpolating_spline": "core.spline",
    "layer_diagnostics": "core.diagnostics",
    "load_preset": "core.datasets",
    "optimal_band": "core.spline",
    "read_csv": "core.datasets",
    "regularization_path": "convex",
    "solve": "convex",
    "sparsest_interpolant": "core.spline",
    "train": "tasks.training",
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
