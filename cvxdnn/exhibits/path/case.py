r"""The regularisation path of a scenario's points, as the page draws and lists it.

Between two breakpoints the optimum's knots stay and its values there are linear in beta, so the pieces say everything:
what is drawn between is exact, wherever it is.

x and y are in the user's units; beta, loss and path norm in normalised ones (x in [0, 1], y centred with range 1).
"""

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np

from cvxdnn.convex import regularization_path
from cvxdnn.convex.active_set import Regime
from cvxdnn.convex.path import Path, Piece
from cvxdnn.core.datasets import Dataset, Normalization
from cvxdnn.core.limits import host_limits
from cvxdnn.core.types import Array, Indices
from cvxdnn.tasks.scenario import Scenario

__all__ = ["Breakpoints", "PathCase", "path_case", "path_of", "takes_long"]

QUICK = 50
"""Points whose path is followed while the page waits: a tenth of a second."""
LOWEST_SHARE = 1e-5
"""Of beta_max: below it nothing is drawn."""
ABOVE = 1.6
"""Times beta_max: where the picture begins."""
DIGITS = 8
"""Of the range of y, to which values are sent."""
MOST_DECIMALS = 300
"""More are beyond a float's exponent."""


@dataclass(frozen=True, eq=False)
class Breakpoints:
    """All of them, arrays (B,) by descending weight decay: what happens there, and the optimum there and below.

    events : in words, "{x}" for what x is called
    knots, freedom : on the piece below, see `cvxdnn.convex.path.Path`;  loss, path_norm : at the breakpoint
    """

    betas: Array
    events: tuple[str, ...]
    knots: Indices
    freedom: Indices
    loss: Array
    path_norm: Array

    def what(self, x: str = "x") -> list[str]:
        """What happens at each, with what x is called."""
        return [event.format(x=x) for event in self.events]


@dataclass(frozen=True, eq=False)
class PathCase:
    """A path.

    gap : the largest certified relative gap at a breakpoint
    drawn : what the picture takes, see `cvxdnn/app/assets/stage/pictures/path_walk.js`
    """

    breakpoints: Breakpoints
    gap: float
    drawn: dict[str, Any]

    @property
    def beta_max(self) -> float:
        """From this weight decay on the best network is a constant; 0 where it always is."""
        return float(self.breakpoints.betas[0])


def takes_long(scenario: Scenario) -> bool:
    """Whether the path should be followed where nobody waits for it."""
    return len(scenario.points) > QUICK


def path_of(scenario: Scenario) -> tuple[Path, Dataset]:
    """The path of the scenario's points in normalised units, and those points."""
    return _path(Scenario(points=scenario.points))


def path_case(scenario: Scenario) -> PathCase:
    """The path of the scenario's points."""
    (path, data), (_, units) = path_of(scenario), scenario.normalized()
    pieces = [path.piece(index) for index in range(path.betas.size - 1)]
    breakpoints = Breakpoints(
        path.betas, _events(pieces, units), path.knot_count, path.degrees_of_freedom, path.loss, path.path_norm
    )
    x, y = zip(*scenario.points, strict=True)
    drawn = {"points": {"x": x, "y": y}, **_drawn(path, pieces, data, units)}
    return PathCase(breakpoints, float(path.relative_gap.max()), drawn)


@lru_cache(maxsize=host_limits().cache)
def _path(scenario: Scenario) -> tuple[Path, Dataset]:
    data, _ = scenario.normalized()
    return regularization_path(data.x, data.y), data


def _drawn(path: Path, pieces: list[Piece], data: Dataset, units: Normalization) -> dict[str, Any]:
    lowest = _lowest(path)
    shown = [piece for piece in pieces if piece.beta_high > lowest]
    ends = slice(len(shown) + 1)
    constant = float(units.user_y(path.fitted(data.x[:1], [path.beta_max]))[0, 0])
    return {
        "x": units.user_x(path.points.x).tolist(),
        "constant": constant,
        "highest": ABOVE * path.beta_max,
        "lowest": lowest,
        "betas": path.betas[ends].tolist(),
        "loss": path.loss[ends].tolist(),
        "pathNorm": path.path_norm[ends].tolist(),
        "freedom": path.degrees_of_freedom[ends].tolist(),
        "breakpoints": path.betas.size,
        "straightest": int(path.knot_count[-1]),
        "gap": float(path.relative_gap.max()),
        "pieces": [_told(piece, path.points.x, units) for piece in shown],
    }


def _lowest(path: Path) -> float:
    """A little below the last breakpoint before 0, where that is not too far down."""
    if path.beta_max == 0:
        return 0.0
    last = float(path.betas[path.betas > 0][-1])
    return max(LOWEST_SHARE * path.beta_max, min(last / 10, path.beta_max / 30))


def _told(piece: Piece, x: Array, units: Normalization) -> dict[str, Any]:
    """The support as indices into x, signs of the slope changes inside it, and values at both ends."""
    decimals = min(DIGITS - int(np.floor(np.log10(units.y_scale))), MOST_DECIMALS)
    return {
        "support": np.searchsorted(x, piece.x).tolist(),
        "signs": piece.signs.astype(int).tolist(),
        "high": np.round(units.user_y(piece.values_high), decimals).tolist(),
        "low": np.round(units.user_y(piece.values_low), decimals).tolist(),
    }


def _events(pieces: list[Piece], units: Normalization) -> tuple[str, ...]:
    """What happens at every breakpoint as the weight decay falls."""
    if not pieces:
        return ("",)
    first = "the constant begins to bend" if pieces[0].signs.size else "the constant begins to tilt"
    between = [_event(above, below, units) for above, below in pairwise(pieces)]
    born = _knots(pieces[0])
    words = [first + _at(f": {_many('knot', born)} born at {{x}} = ", born, units), *between]
    return (*words, "the straight-line spline through the points is reached")


def _event(above: Piece, below: Piece, units: Normalization) -> str:
    before, after = _knots(above), _knots(below)
    born, died = after - before, before - after
    words = [
        _at(f"{_many('knot', born)} born at {{x}} = ", born, units),
        _at(f"{_many('knot', died)} gone at {{x}} = ", died, units),
        _of_the_ends(above.regime, below.regime),
    ]
    return "; ".join(filter(None, words)) or "the optimum turns"


def _of_the_ends(above: Regime, below: Regime) -> str:
    if above is below:
        return ""
    if below is Regime.END:
        return "the ends begin to cost extra"
    if above is Regime.END:
        return "the ends cease to cost extra"
    return "the end slopes are tied" if below is Regime.TIED else "the end slopes come free"


def _knots(piece: Piece) -> set[tuple[float, float]]:
    return set(zip(piece.x[1:-1].tolist(), piece.signs.tolist(), strict=True))


def _many(word: str, some: set[tuple[float, float]]) -> str:
    return word if len(some) == 1 else word + "s"


def _at(words: str, some: set[tuple[float, float]], units: Normalization) -> str:
    places = units.user_x(sorted(x for x, _ in some))
    return words + ", ".join(f"{x:.4g}" for x in places) if some else ""
