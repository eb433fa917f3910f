"""The data of the benchmark: a linear spline with six kinks plus Gaussian noise, at random inputs.

The weight decay is given as a share of beta_max, the smallest value at which the best constant is optimal, so that
cases of different size are equally hard.
"""

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

KINKS = (0.1, 0.25, 0.4, 0.55, 0.7, 0.9)
SLOPE_CHANGES = (6.0, -9.0, 7.0, -8.0, 10.0, -7.0)
FIRST_SLOPE = -1.0


@dataclass(frozen=True)
class Case:
    """One problem: `n` points with noise of this standard deviation, weight decay `share` * beta_max."""

    n: int
    share: float = 1e-2
    noise: float = 0.1
    seed: int = 0

    def as_dict(self) -> dict[str, Any]:
        """Its fields, for a child process."""
        return asdict(self)


def points(case: Case) -> "tuple[NDArray[np.float64], NDArray[np.float64]]":
    """Sorted inputs in [0, 1], (n,), and outputs, (n,)."""
    import numpy as np  # here, because the process that starts the measurements must stay small

    rng = np.random.default_rng([case.seed, case.n])
    x = np.sort(rng.uniform(0.0, 1.0, case.n))
    clean = FIRST_SLOPE * x
    for kink, change in zip(KINKS, SLOPE_CHANGES, strict=True):
        clean += change * np.maximum(x - kink, 0.0)
    return x, clean + rng.normal(0.0, case.noise, case.n)
