r"""The regularisation path: the certified two-layer optimum for every weight decay at once.

The optimal function is piecewise linear in :math:`\beta`: between two breakpoints its knots stay where they are and its
values there move along straight lines. So does the path norm R, and because :math:`d\,loss = -\beta\, dR` the loss is
piecewise quadratic. The path starts at beta_max with the best constant (with a skip connection: the best line) and
ends at 0 with the interpolating spline; `cvxdnn.convex.homotopy` follows it.

Degrees of freedom measure how much the fitted values follow the data. They are estimated without bias by the
dimension of the space in which the fit moves: knots + 2, one less while the end slopes are tied.

Source: Tibshirani & Taylor (2012), Annals of Statistics 40, arXiv 1111.0653, for the degrees of freedom.
"""

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from cvxdnn.convex.active_set import Regime
from cvxdnn.convex.certified import interpolation, solution_of
from cvxdnn.convex.homotopy import follow
from cvxdnn.convex.knot_lives import KnotLife, knot_lives
from cvxdnn.convex.polish import Candidate
from cvxdnn.convex.problem import Problem, unit_problem
from cvxdnn.convex.track import JUMP, Track
from cvxdnn.core import validation
from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.core.losses import Loss, Squared, named
from cvxdnn.core.solution import Solution
from cvxdnn.core.spline import MergedPoints, interpolating_spline, merge_points
from cvxdnn.core.types import Array, Indices

__all__ = ["KnotLife", "Path", "Piece", "regularization_path"]


@dataclass(frozen=True, eq=False)
class Piece:
    """The optimum between two neighbouring breakpoints.

    beta_high, beta_low : its ends
    x : (k + 2,) smallest input, knots, largest input;  signs : (k,) of the slope changes
    values_high, values_low : (k + 2,) the function there at both ends, linear in beta between
    regime : which part of the path norm decides
    """

    beta_high: float
    beta_low: float
    x: Array
    signs: Array
    values_high: Array
    values_low: Array
    regime: Regime


@dataclass(frozen=True, eq=False)
class Path:
    """The two-layer optimum as a function of the weight decay; made by `regularization_path`.

    In the units of the data; arrays (B,) have one entry for each breakpoint.

    betas : (B,) strictly descending, beta_max first, 0 last
    loss : (B,) 1/2 sum (f - y)^2, piecewise quadratic between (see `loss_at`)
    path_norm : (B,) R(f), with a skip connection the total variation; piecewise linear between
    knot_count : (B,) knots on the piece below each breakpoint; last, those of the interpolating spline
    degrees_of_freedom : (B,) on the piece below each breakpoint; last, the number of distinct inputs
    points, y : the data, merged, and the outputs as given
    problem, track : the path in the units in which it was followed
    """

    betas: Array
    loss: Array
    path_norm: Array
    knot_count: Indices
    degrees_of_freedom: Indices
    points: MergedPoints = field(repr=False)
    y: Array = field(repr=False)
    problem: Problem = field(repr=False)
    track: Track = field(repr=False)

    @property
    def beta_max(self) -> float:
        """The smallest weight decay at which the best constant (with a skip connection: line) is optimal."""
        return float(self.betas[0])

    @property
    def objective(self) -> Array:
        """(B,) loss + beta R at the breakpoints."""
        return self.loss + self.betas * self.path_norm

    def at(self, beta: float) -> Solution:
        """The optimum for one weight decay, certified like that of `solve`.

        Parameters
        ----------
        beta : float >= 0
            From beta_max on the best constant (with a skip connection: line); 0 gives the interpolating spline.

        Raises
        ------
        InvalidInputError
            When beta is negative or not a finite number.
        """
        beta = validation.nonnegative("beta", beta)
        if beta == 0:
            return interpolation(self.points, self.y, self.problem.skip_connection)
        problem = self.problem.at_beta(beta)
        index = int(self.track.piece_of(problem.beta))
        spline = self.track.piece(index).spline_at(problem.beta)
        answer = Candidate(problem, spline, sums=[self.track.sums(index, problem.beta)])
        return solution_of(answer, self.points, self.y, beta)

    def fitted(self, x: ArrayLike, betas: ArrayLike | None = None) -> Array:
        """Values of the optimal functions, linear in beta between breakpoints.

        Parameters
        ----------
        x : array (p,)
        betas : array (q,), >= 0, optional
            By default the breakpoints.

        Returns
        -------
        array (q, p)

        Raises
        ------
        InvalidInputError
            When x is not finite, or betas holds a negative number.
        """
        x = self.problem.units.unit_x(validation.finite_vector("x", x))
        asked = (self.betas if betas is None else _weight_decays(betas).ravel()) / self._beta_scale
        values, piece_of = np.empty((asked.size, x.size)), self.track.piece_of(asked)
        for index in np.unique(piece_of):
            here = piece_of == index
            values[here] = self.track.piece(int(index)).evaluate(x, asked[here])
        return self.problem.units.user_y(values)

    def path_norm_at(self, betas: ArrayLike) -> Array:
        """R(f) of the optima for weight decays >= 0 of any shape."""
        return np.asarray(np.interp(_weight_decays(betas), self.betas[::-1], self.path_norm[::-1]))

    def loss_at(self, betas: ArrayLike) -> Array:
        """1/2 sum (f - y)^2 of the optima for weight decays >= 0 of any shape."""
        inside = np.minimum(_weight_decays(betas), self.beta_max)
        above = np.searchsorted(-self.betas, -inside, side="right") - 1
        growth = self.path_norm_at(inside) - self.path_norm[above]
        # The integral of -beta dR from the breakpoint above: R is linear, so the mean of both ends counts.
        return np.asarray(self.loss[above] - growth * (self.betas[above] + inside) / 2)

    def piece(self, index: int) -> Piece:
        """The optimum between the breakpoints `index` and `index + 1`, 0 <= index <= B - 2.

        Costs O(n) operations, of which those in Python are few.
        """
        index = validation.positive_int("index", index, minimum=0, maximum=self.betas.size - 2)
        piece, units = self.track.piece(index), self.problem.units
        values_high, values_low = units.user_y(piece.values)
        return Piece(
            beta_high=float(self.betas[index]),
            beta_low=float(self.betas[index + 1]),
            x=self.points.x[piece.support],
            signs=self.track.signs(index),
            values_high=values_high,
            values_low=values_low,
            regime=self.track.table.regimes[_pattern_below(self.track)[index]],
        )

    @cached_property
    def knot_lives(self) -> tuple[KnotLife, ...]:
        """Every knot, with the interval of weight decays in which it exists; the first born first."""
        return knot_lives(self.track, self.points.x, self.betas)

    @cached_property
    def relative_gap(self) -> Array:
        """(B,) the certified relative gap at every breakpoint; takes about as long as following the path."""
        gaps = np.zeros(self.betas.size)
        for index, beta in enumerate(self.track.betas[:-1]):
            problem = replace(self.problem, beta=float(beta))
            spline, sums = self.track.breakpoint(index)
            gaps[index] = problem.certify(spline, [sums]).relative_gap
        return gaps

    @property
    def _beta_scale(self) -> float:
        return self.problem.units.x_scale * self.problem.units.y_scale


def regularization_path(
    x: ArrayLike, y: ArrayLike, *, loss: str | Loss = "squared", skip_connection: bool = False
) -> Path:
    """The two-layer optimum for every weight decay, exactly.

    Parameters
    ----------
    x, y : arrays (n,), n >= 1, any order, in the user's units
        Points of equal x count as one point with a weight.
    loss : "squared"
        The path of Huber's loss has straight pieces, too, but is not followed; those of the others jump or curve.
    skip_connection : bool
        Add an unpenalised linear term to the model: the penalty is then the total variation of the slope.

    Returns
    -------
    Path
        From beta_max, where the best constant is optimal, down to 0, the interpolating spline: some 2n breakpoints,
        each found in O(n) operations.

    Raises
    ------
    InvalidInputError
        On malformed data or another loss.

    Source: Ergen & Pilanci (ICML 2021), arXiv 2002.09773; the method: `cvxdnn.convex.homotopy`.
    """
    points, loss = merge_points(x, y), named(loss)
    skip_connection = validation.boolean("skip_connection", skip_connection)
    if not isinstance(loss, Squared):
        raise InvalidInputError(
            f"loss is {loss.name!r}; the path is followed for 'squared' only: "
            "call solve(x, y, beta=..., loss=...) for the weight decays you want"
        )
    problem = unit_problem(points, 1.0, skip_connection)
    track, units = follow(problem), problem.units
    below = _pattern_below(track)
    last = interpolating_spline(points.x, points.y).significant_knots().size
    tied = np.array([regime is Regime.TIED for regime in track.table.regimes])
    return Path(
        betas=track.betas * (units.x_scale * units.y_scale),
        loss=track.loss * units.y_scale**2 + points.scatter,
        path_norm=track.path_norm * (units.y_scale / units.x_scale),
        knot_count=np.append(track.table.knot_count[below], last),
        degrees_of_freedom=np.append((track.table.knot_count + 2 - tied)[below], points.x.size),
        points=points,
        y=validation.finite_vector("y", y),
        problem=problem,
        track=track,
    )


def _pattern_below(track: Track) -> Indices:
    """The number of the pattern on every piece, (B - 1,); on a jump that of the breakpoint above."""
    return np.where(track.of_piece == JUMP, track.of_breakpoint[:-1], track.of_piece)


def _weight_decays(betas: ArrayLike) -> Array:
    return validation.nonnegatives("betas", betas)
