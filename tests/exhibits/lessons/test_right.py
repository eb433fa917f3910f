"""What the library says is right in each lesson, computed once more without it."""

import itertools

import numpy as np
import pytest

from cvxdnn.convex import regularization_path
from cvxdnn.exhibits.lessons.proof import proof_of
from cvxdnn.exhibits.lessons.reveal import best_curve, gap, revealed, right_answer
from cvxdnn.exhibits.lessons.reveals.path import vanishing
from cvxdnn.exhibits.lessons.trainings import DRAWN, POINTS, SHOWN, first
from cvxdnn.tasks.sketch import Sketch
from tests.exhibits.lessons.answers import ANSWERS, dots, of
from tests.exhibits.lessons.reference import bends, best, normalised
from tests.tasks.sketches import gap_of, least_weights


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


class TestThePriceOfABend:
    lesson = of("the_price_of_a_bend")

    def test_the_best_bends_less_and_misses_more_as_bending_gets_dearer(self):
        x, y = normalised(self.lesson.points)
        found = [best(x, y, beta) for beta in self.lesson.betas]
        misfits = [each.misfit for each in found]
        bending = [(each.price - each.misfit) / beta for each, beta in zip(found, self.lesson.betas, strict=True)]
        assert misfits == sorted(misfits)
        assert bending == sorted(bending, reverse=True)
        shown = revealed(self.lesson, ANSWERS["the_price_of_a_bend"][""])
        (bar,) = [each for each in shown["bars"] if each["role"] == "best"]
        assert bar["misfit"][:: len(bar["misfit"]) // 3] == pytest.approx(misfits, rel=1e-5)

    def test_texts_and_weight_decays_agree(self):
        one, two, three = self.lesson.betas
        assert "thirty times" in self.lesson.questions[1].text
        assert two == pytest.approx(30 * one)
        assert "two hundred times" in self.lesson.questions[2].text
        assert three == pytest.approx(200 * one)

    def test_it_is_flat_from_the_weight_decay_that_the_note_tells(self):
        x, y = normalised(self.lesson.points)
        assert "0.29 for these points" in self.lesson.teacher.background
        assert np.ptp(best(x, y, 0.295).values) < 1e-6 < 1e-3 < np.ptp(best(x, y, 0.285).values)

    @pytest.mark.parametrize("question", range(3))
    def test_drawings_are_priced_as_by_programs(self, question):
        knots = ANSWERS["the_price_of_a_bend"]["wiggly"][question]
        scenario = self.lesson.scenario(question)
        price = best(*normalised(self.lesson.points), scenario.beta).price
        expected = gap_of(scenario, Sketch(tuple(map(tuple, knots)))) / price
        assert gap(self.lesson, question, knots) == pytest.approx(expected, rel=1e-4)


class TestTwoWinners:
    lesson = of("two_winners")

    def test_every_mixture_shown_has_the_price_of_the_program(self):
        x, y = normalised(self.lesson.points)
        program = best(x, y, self.lesson.betas[0])
        shown = revealed(self.lesson, right_answer(self.lesson))
        (curve,) = shown["curves"]
        across = np.array(curve["x"]) / 3
        for heights in np.array(curve["y"]):
            up = (heights - np.mean([0, 0, 1, 3])) / 3
            misfit = np.sum((np.interp(x, across, up) - y) ** 2) / 2
            price = misfit + self.lesson.betas[0] * least_weights(across, up)
            assert price == pytest.approx(program.price, rel=1e-4)  # heights are sent with five decimals
        assert np.ptp(curve["y"], axis=0).max() > 0.2

    def test_the_band_is_one_triangle_between_the_two_middle_points(self):
        (triangle,) = revealed(self.lesson, 0)["band"]
        assert len(triangle) == 3
        assert sorted(x for x, _ in triangle)[::2] == [1, 2]


class TestWhichBendDiesFirst:
    lesson = of("which_bend_dies_first")

    def test_bends_vanish_one_at_a_time_and_for_good(self):
        """By a program at many weight decays: the set of bends only ever loses one."""
        x, y = normalised(self.lesson.points)
        gone = sorted(vanishing(self.lesson))
        between = [gone[0] / 2, *np.sqrt(np.multiply(gone[1:], gone[:-1])), gone[-1] * 1.05]
        seen = [bends(x, y, beta) for beta in between]
        assert [len(each) for each in seen] == [4, 3, 2, 1, 0]
        order = [next(iter(more - less)) for more, less in itertools.pairwise(seen)]
        assert all(less < more for more, less in itertools.pairwise(seen))
        assert order == [self.lesson.places[option] for option in right_answer(self.lesson)]

    @pytest.mark.parametrize("place", range(4))
    def test_each_bend_lives_right_below_its_end_and_not_above(self, place):
        x, y = normalised(self.lesson.points)
        end, point = vanishing(self.lesson)[place], self.lesson.places[place]
        assert point in bends(x, y, 0.9 * end)
        assert point not in bends(x, y, 1.1 * end)

    def test_no_bend_comes_back_anywhere_on_the_path(self):
        data, _ = self.lesson.scenario().normalized()
        lives = regularization_path(data.x, data.y).knot_lives
        assert len(lives) == 4
        assert all(life.died == 0 for life in lives)

    def test_options_name_their_places(self):
        for option, place in zip(self.lesson.questions[0].options, self.lesson.places, strict=True):
            assert option.endswith(f" {self.lesson.points[place][0]:g}")


class TestReadTheProof:
    lesson = of("read_the_proof")

    @pytest.mark.parametrize("which", ["question", "example"])
    def test_bends_and_pull_are_those_of_the_program(self, which):
        points = self.lesson.points if which == "question" else self.lesson.example
        beta = self.lesson.betas[0]
        x, y = normalised(points)
        program = best(x, y, beta)
        residuals = y - program.values
        c = residuals @ x
        pull = (np.maximum(np.subtract.outer(x, x), 0).T @ residuals - c / 2) / (beta - abs(c) / 2)
        shown = proof_of(points, beta)
        assert shown.pull == pytest.approx(pull, abs=1e-5)
        assert set(shown.touches) == bends(x, y, beta) == set(np.flatnonzero(np.abs(pull) > 1 - 1e-5).tolist())
        assert np.abs(np.delete(pull, shown.touches)).max() < 0.8  # nothing looks like a touch that is none

    def test_the_right_answer_is_where_the_pull_touches(self):
        assert right_answer(self.lesson) == proof_of(self.lesson.points, self.lesson.betas[0]).touches

    def test_before_the_prediction_no_curve_is_sent_but_that_of_the_example(self):
        sent = self.lesson.before()
        assert "curve" not in sent["proof"]
        assert "touches" not in sent["proof"]
        assert sent["questions"][0]["curve"] == ()
        assert len(sent["example"]["curve"]) == len(self.lesson.example)
