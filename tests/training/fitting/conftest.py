"""One small problem for every architecture and form."""

import numpy as np
import pytest

from cvxdnn.training.fitting import FitProblem

FORMS = {
    "linear": {"architecture": "linear", "depth": 3},
    "linear norm-constrained": {"architecture": "linear", "depth": 4, "budget": 1.3},
    "linear parallel": {"architecture": "linear", "depth": 3, "branches": 3},
    "relu of depth 2": {"architecture": "relu", "depth": 2},
    "relu": {"architecture": "relu", "depth": 4},
    "relu parallel": {"architecture": "relu", "depth": 4, "branches": 5},
    "relu parallel of depth 2": {"architecture": "relu", "depth": 2, "branches": 4},
    "relu parallel norm-constrained": {"architecture": "relu", "depth": 4, "branches": 3, "budget": 0.7},
    "relu with biases of depth 2": {"architecture": "relu_bias", "depth": 2},
    "relu with biases": {"architecture": "relu_bias", "depth": 3},
    "batch norm of depth 2": {"architecture": "batch_norm", "depth": 2},
    "batch norm": {"architecture": "batch_norm", "depth": 4},
    "batch norm of torch": {"architecture": "batch_norm_torch", "depth": 3},
}


def small_problem(form, outputs=2, **settings):
    """A problem of 6 samples in 3 dimensions with the settings of `FORMS[form]`."""
    rng = np.random.default_rng(5)
    X, Y = rng.standard_normal((6, 3)), rng.standard_normal((6, outputs))
    chosen = {"beta": 0.1, "width": 4, "restarts": 3, "steps": 60, "polish": 0} | FORMS[form] | settings
    return FitProblem(X, Y, **chosen)


@pytest.fixture(params=FORMS)
def form(request):
    """The name of each form in turn."""
    return request.param
