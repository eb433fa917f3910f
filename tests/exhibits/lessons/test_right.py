"""What the library says is right in each lesson, computed once more without it."""

import numpy as np
import pytest

from cvxdnn.exhibits.lessons.reveal import best_curve, gap, revealed, right_answer
from cvxdnn.exhibits.lessons.trainings import DRAWN, POINTS, SHOWN, first
from tests.exhibits.lessons.answers import ANSWERS, dots, of
from tests.exhibits.lessons.reference import best, normalised
from tests.tasks.sketches import gap_of


class TestOneNeuron:
    lesson = of("one_neuron")

    def added(self, option):
        """What an option adds to the curve before, and its slopes, at places that meet all of their corners."""
        base, curve = (np.array(knots).T for knots in (self.lesson.questions[0].curve, self.lesson.curves[option]))
        x = np.union1d(base[0], curve[0])
        added = np.interp(x, *curve) - np.interp(x, *base)
        return np.diff(added) / np.diff(x)

    def test_only_the_right_option_adds_one_hinge(self):
        def is_hinge(slopes):
            changes = np.flatnonzero(np.abs(np.diff(slopes)) > 1e-9)
            return changes.size == 1 and min(abs(slopes[0]), abs(slopes[-1])) < 1e-9

        are = [is_hinge(self.added(option)) for option in range(len(self.lesson.curves))]
        assert are == [option == right_answer(self.lesson) for option in range(len(are))]

    def test_the_curve_before_is_one_of_two_neurons(self):
        slopes = np.diff(np.array(self.lesson.questions[0].curve), axis=0)
        slopes = slopes[:, 1] / slopes[:, 0]
        assert np.count_nonzero(np.diff(slopes)) == 2
        assert slopes[0] == 0  # left of both: so both look to the right

    @pytest.mark.parametrize("option", range(4))
    def test_the_hinge_shown_is_the_nearest_of_many(self, option):
        shown = revealed(self.lesson, option)
        hinge = next(curve for curve in shown["curves"] if curve["role"] == "nearest")
        x, rest = np.array(hinge["x"]), round(shown["rest"] * (len(hinge["y"]) - 1))
        base = np.interp(x, *np.array(self.lesson.questions[0].curve).T)
        wanted = np.interp(x, *np.array(self.lesson.curves[option]).T)
        assert np.allclose(hinge["y"][0], base, atol=1e-4)
        for place in np.linspace(0.1, 5.9, 30):
            for side in (1, -1):
                shape = np.maximum(side * (x - place), 0)[:, None]
                _, (left,), *_ = np.linalg.lstsq(shape, wanted - base)
                assert np.sum((wanted - np.array(hinge["y"][rest])) ** 2) <= left + 1e-3


class TestDrawTheNetwork:
    lesson = of("draw_the_network")

    def test_the_best_curve_all_but_joins_the_dots_and_is_the_only_one(self):
        x, y = normalised(self.lesson.points)
        program = best(x, y, self.lesson.betas[0])
        curve = np.array(best_curve(self.lesson)).T
        heights = np.interp(np.array(self.lesson.points)[:, 0], *curve)
        middle, height = np.mean([y for _, y in self.lesson.points]), np.ptp([y for _, y in self.lesson.points])
        assert (heights - middle) / height == pytest.approx(program.values, abs=1e-6)
        assert np.abs(program.values - y).max() < 0.1
        turns = np.sign(np.diff(np.diff(y)))
        assert (turns[1:] * turns[:-1] == -1).all()  # up, down, up: no gap between two bends of one sign

    @pytest.mark.parametrize("meant", ["", "far", "smooth", "bends"])
    def test_drawings_are_priced_as_by_programs(self, meant):
        from cvxdnn.tasks.sketch import Sketch

        knots = tuple(map(tuple, ANSWERS["draw_the_network"][meant]))
        scenario = self.lesson.scenario()
        price = best(*normalised(self.lesson.points), scenario.beta).price
        assert gap(self.lesson, 0, knots) == pytest.approx(gap_of(scenario, Sketch(knots)) / price, rel=1e-4, abs=1e-6)

    def test_the_film_is_of_these_points_and_ends_at_the_best(self):
        assert self.lesson.points == POINTS
        assert self.lesson.betas == (DRAWN.beta,)
        assert f"{DRAWN.width} neurons" in self.lesson.see[0]
        frame = first("drawn")
        price = best(*normalised(POINTS), DRAWN.beta).price
        assert frame.objectives[SHOWN] == frame.objectives.min()
        assert price <= frame.objective * (1 + 1e-9) <= price * 1.001

    def test_joining_the_dots_is_right(self):
        assert revealed(self.lesson, dots("draw_the_network"))["right"]
