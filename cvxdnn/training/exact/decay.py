"""What weight decay costs a network of depth L, and the two-layer decay it acts like.

A function of path norm r costs at least (beta L / 2) r^(2/L), attained by layers that are aligned and of the same norm
r^(1/L). Its slope in r, the *effective decay* beta r^(2/L - 1), is what one more unit of path norm costs here and now:
to first order a deep network weighs its ramps as a two-layer one with that weight decay does. For L >= 3 the cost is
concave, so that charge is an upper bound: whatever lowers the loss plus that charge lowers the objective.

While the pattern of ramps does not change, the minimum for the charge lambda is a = a0 - lambda d, of path norm r0 -
lambda q. A stationary network needs lambda = beta r^(2/L - 1), one equation for r,

    r + q beta r^(2/L - 1) = r0,

whose left side is convex. Newton's method from r0 falls to its largest root, the local minimum, or finds that there is
none: then nothing on this pattern holds against the pull to r = 0.

Derived in docs/depth.md.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Decay"]

_STEPS = 60


@dataclass(frozen=True)
class Decay:
    """Weight decay `beta` on a network of `depth` weight layers."""

    beta: float
    depth: int

    def cost(self, path_norm: float) -> float:
        """The least penalty for a function of this path norm."""
        return float(self.beta * self.depth / 2 * path_norm ** (2 / self.depth))

    def rate(self, path_norm: float) -> float:
        """The effective decay; infinite at 0 for deep networks."""
        if self.depth == 2 or self.beta == 0:
            return self.beta
        return float(self.beta * path_norm ** (2 / self.depth - 1)) if path_norm > 0 else float("inf")

    def stationary_norm(self, free: float, fall: float) -> float | None:
        """The largest root r of r + fall * rate(r) = free; None where there is none."""
        r, exponent = free, 2 / self.depth - 1
        for _ in range(_STEPS):
            if r <= 0:
                return None
            excess = r + fall * self.rate(r) - free
            slope = 1 + exponent * fall * self.rate(r) / r
            if excess <= 1e-16 * free:
                return r
            if slope <= 0:
                return None
            r -= excess / slope
        return r if r > 0 else None
