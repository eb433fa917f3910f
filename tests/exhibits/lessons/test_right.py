"""What the library says is right in each lesson, computed once more without it."""

import itertools

import numpy as np
import pytest

from cvxdnn.convex import DeepPath, regularization_path
from cvxdnn.exhibits.lessons.lesson import LESSONS
from cvxdnn.exhibits.lessons.proof import proof_of
from cvxdnn.exhibits.lessons.reveal import best_curve, gap, revealed, right_answer
from cvxdnn.exhibits.lessons.reveals.beyond import spread_beyond
from cvxdnn.exhibits.lessons.reveals.depth import bends_of
from cvxdnn.exhibits.lessons.reveals.path import vanishing
from cvxdnn.exhibits.lessons.reveals.pull import drag
from cvxdnn.exhibits.lessons.reveals.stuck import arrived
from cvxdnn.exhibits.lessons.trainings import DRAWN, POINTS, RESCUED, SHOWN, STARTS, first
from cvxdnn.tasks.sketch import Sketch
from tests.exhibits.lessons.answers import ANSWERS, dots, of
from tests.exhibits.lessons.reference import bends, best, normalised
from tests.tasks.sketches import gap_of, hinges, least_weights


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
        part = x <= self.lesson.show["until"][option] + 1e-9
        assert np.allclose(hinge["y"][0], base, atol=1e-4)
        for place in np.linspace(0.1, 5.9, 30):
            for side in (1, -1):
                shape = np.maximum(side * (x - place), 0)[:, None]
                _, left, *_ = np.linalg.lstsq(shape[part], (wanted - base)[part])
                least = left[0] if left.size else np.sum((wanted - base)[part] ** 2)
                assert np.sum((wanted - np.array(hinge["y"][rest]))[part] ** 2) <= least + 1e-3

    def test_one_neuron_begins_the_tent_and_goes_on(self):
        shown = revealed(self.lesson, self.lesson.meant.index("local"))
        hinge, tent = (next(each for each in shown["curves"] if each["role"] == role) for role in ("nearest", "you"))
        x, y = np.array(hinge["x"]), np.array(hinge["y"][2])
        apart = np.abs(y - np.interp(x, tent["x"], tent["y"][0]))
        assert apart[x <= 4.2].max() < 1e-4
        assert apart[-1] > 1


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


class TestHowManyBestCurves:
    lesson = of("how_many_best_curves")

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

    def test_the_pull_fills_its_tube_and_bends_are_where_it_touches_in_every_frame(self):
        shown = revealed(self.lesson, [2])
        pull, touches = shown["marks"]
        x = np.arange(8)  # the places of the points, and their numbers
        (curve,) = shown["curves"]
        assert np.ptp(curve["y"][0]) == pytest.approx(0, abs=1e-5)  # flat
        assert np.abs(pull["y"][0]).max() < 0.3
        assert shown["said"][-1].startswith("weight decay 0.02: ")
        assert touches["points"][-1] == right_answer(self.lesson)
        for said, heights, frame, touched, knots in zip(
            shown["said"], curve["y"], pull["y"], touches["points"], shown["knots"], strict=True
        ):
            assert np.abs(frame).max() <= 1 + 1e-5
            assert set(touched) >= set(knots)
            slopes = np.diff(np.interp(x, curve["x"], heights))
            bent = {k + 1 for k in np.flatnonzero(np.abs(np.diff(slopes)) > 1e-3)}
            assert bent <= set(touched)
            assert ("no bend" in said) == (not knots)
        pairs = zip(shown["knots"], shown["knots"][1:], strict=False)
        assert all(one == other for one, other in pairs if len(one) == len(other))  # none slides to another place

    def test_before_the_prediction_no_curve_is_sent_but_that_of_the_example(self):
        sent = self.lesson.before()
        assert "curve" not in sent["proof"]
        assert "touches" not in sent["proof"]
        assert sent["questions"][0]["curve"] == ()
        assert len(sent["example"]["curve"]) == len(self.lesson.example)


class TestStuckAndWhy:
    lesson = of("stuck_and_why")

    def price(self):
        return best(*normalised(self.lesson.points), self.lesson.betas[0]).price

    def test_the_trainings_are_of_these_points(self):
        assert self.lesson.points == STARTS.points
        assert self.lesson.betas == (STARTS.beta,)
        assert STARTS.width == first("starts").objectives.size == 8

    def test_networks_have_either_arrived_or_are_far_away(self):
        """So that nobody can quarrel with the number."""
        above = first("starts").objectives / self.price() - 1
        assert ((above > -1e-9) & (above < 1e-3) | (above > 0.05)).all()
        count = int(np.count_nonzero(above < 0.01))
        assert count == arrived(self.lesson)
        low, high = {0: (8, 8), 1: (5, 7), 2: (1, 4), 3: (0, 0)}[right_answer(self.lesson)]
        assert low <= count <= high

    def test_the_stored_functions_cost_what_is_said(self):
        x, y = normalised(self.lesson.points)
        frame = first("starts")
        for spline, objective in zip(frame.view, frame.objectives, strict=True):
            inside = spline.knots[(spline.knots > 0) & (spline.knots < 1)]
            corners = np.unique(np.r_[0, inside, 1])
            misfit = np.sum((spline(x) - y) ** 2) / 2
            # the function alone costs no more than the network that draws it
            assert misfit + STARTS.beta * least_weights(corners, spline(corners)) <= objective * (1 + 1e-6)

    def test_the_rescue_begins_where_a_start_got_stuck_and_falls_to_the_best(self):
        shown = revealed(self.lesson, 0)
        (bar,) = [each for each in shown["bars"] if each["role"] == "network"]
        prices = np.add(bar["misfit"], bar["charge"])
        assert prices[0] == pytest.approx(first("starts").objectives[RESCUED], rel=1e-9)
        assert prices[0] > 1.05 * self.price()
        assert (np.diff(prices) < 0).all()
        assert prices[-1] == pytest.approx(self.price(), rel=1e-6)

    def test_the_pull_leaves_its_walls_until_the_end(self):
        shown = revealed(self.lesson, 0)
        (pull,) = [each for each in shown["marks"] if each["kind"] == "pull"]
        beyond = np.max(pull["y"], axis=1)
        assert (beyond[:-1] > 1.001).all()
        assert beyond[-1] == pytest.approx(1, abs=1e-4)

    def test_the_pull_is_what_a_neuron_would_gain(self):
        """By a small neuron at each place, to either side, with the bias corrected."""
        x, y = normalised(self.lesson.points)
        shown = revealed(self.lesson, 0)
        (pull,) = [each for each in shown["marks"] if each["kind"] == "pull"]
        (curve,) = [each for each in shown["curves"] if each["role"] == "network"]
        middle, height = np.mean([y for _, y in self.lesson.points]), np.ptp([y for _, y in self.lesson.points])
        residuals = y - (np.interp(x, curve["x"], curve["y"][0]) - middle) / height
        places = np.array(pull["x"])
        columns = hinges(x, places)
        gains = np.abs((columns - columns.mean(axis=0)).T @ residuals).reshape(2, -1).max(axis=0)
        assert pull["y"][0] == pytest.approx(gains / self.lesson.betas[0], abs=0.02)

    def test_its_best_curve_needs_fewer_bends_than_there_are_neurons(self):
        assert len(bends(*normalised(self.lesson.points), self.lesson.betas[0])) < STARTS.width


class TestIsDeeperWigglier:
    lesson = of("is_deeper_wigglier")

    def test_prices_of_all_depths_are_those_of_many_programs_of_two_layers(self):
        """A best deep curve is a best one of two layers at some weight decay: look through many of them."""
        x, y = normalised(self.lesson.points)
        beta, flat = self.lesson.betas[0], np.sum((y - y.mean()) ** 2) / 2
        found = [(each.misfit, (each.price - each.misfit) / decay, len(bends(x, y, decay)))
                 for decay in np.geomspace(0.02, 0.23, 60) for each in [best(x, y, decay)]]  # fmt: skip
        shown = revealed(self.lesson, 0)["bars"][0]
        for place, (depth, count) in enumerate(bends_of(self.lesson).items()):
            bent = [misfit + beta * depth / 2 * norm ** (2 / depth) for misfit, norm, _ in found]
            frame = place * len(shown["misfit"]) // len(bends_of(self.lesson))
            price = shown["misfit"][frame] + shown["charge"][frame]
            assert price == pytest.approx(min(*bent, flat), rel=2e-3)
            assert count == (0 if flat < min(bent) else found[int(np.argmin(bent))][2])

    def test_the_bar_does_not_say_that_the_charge_is_a_multiple_of_bending(self):
        """The curves of two, three and four layers bend alike, up to some percent, and are charged ever more."""
        charges = revealed(self.lesson, 0)["bars"][0]["charge"]
        depths = list(bends_of(self.lesson))
        at = dict(zip(depths, charges[:: len(charges) // len(depths)], strict=True))
        assert at[2] < at[3] < at[4]
        assert self.lesson.before()["charge"] == "what weight decay charges"
        assert {each.before()["charge"] for each in LESSONS if each is not self.lesson} == {"weight decay × bending"}

    def test_no_depth_is_near_its_jump(self):
        """The same depths bend at a weight decay that is some percent smaller or larger."""
        data, _ = self.lesson.scenario().normalized()
        deep = DeepPath(regularization_path(data.x, data.y))
        for beta in (0.97 * self.lesson.betas[0], 1.03 * self.lesson.betas[0]):
            counts = {depth: deep.solve(beta=beta, depth=depth).knots.size for depth in bends_of(self.lesson)}
            assert counts == bends_of(self.lesson)

    def test_the_note_tells_the_depth_of_the_jump(self):
        counts = bends_of(self.lesson)
        assert "one bend" in self.lesson.see[0]
        assert [counts[depth] for depth in (2, 3, 4)] == [1, 1, 1]
        assert "from five layers on" in self.lesson.teacher.background
        assert not any(counts[depth] for depth in counts if depth >= 5)


class TestBeyondTheData:
    lesson = of("beyond_the_data")

    def test_the_points_are_half_a_wave(self):
        x, y = np.array(self.lesson.points).T
        assert y == pytest.approx(np.sin(np.pi * (x / 8 - 0.58)), abs=6e-4)

    def test_the_sine_shown_is_the_one_of_the_points(self):
        shown = revealed(self.lesson, ANSWERS["beyond_the_data"][""])
        wave = next(each for each in shown["curves"] if each["role"] == "given")
        heights = np.interp(np.array(self.lesson.points)[:, 0], wave["x"], wave["y"][-1])
        assert heights == pytest.approx([y for _, y in self.lesson.points], abs=0.01)

    def test_the_best_network_goes_straight_on_and_far_from_the_sine(self):
        x, y = normalised(self.lesson.points)
        program = best(x, y, self.lesson.betas[0])
        slope = (program.values[-1] - program.values[-2]) / (x[-1] - x[-2])
        shown = revealed(self.lesson, ANSWERS["beyond_the_data"][""])
        curve = next(each for each in shown["curves"] if each["role"] == "best")
        across, up = np.array(curve["x"]), curve["y"][-1]
        height = np.ptp([y for _, y in self.lesson.points])
        drawn_slope = (up[-1] - np.interp(8, across, up)) / (across[-1] - 8)
        assert across[-1] == pytest.approx(9.6)
        assert drawn_slope == pytest.approx(slope * height / 8, rel=1e-3)
        assert up[-1] - np.sin(np.pi * (9.6 / 8 - 0.58)) > 0.2 * height

    def test_both_walk_out_together_and_nothing_of_them_moves(self):
        shown = revealed(self.lesson, ANSWERS["beyond_the_data"][""])
        edges = np.linspace(8, 9.6, len(shown["said"]))
        for curve in (each for each in shown["curves"] if each["role"] != "you"):
            for edge, frame in zip(edges, curve["y"], strict=True):
                drawn = [k for k, height in enumerate(frame) if height is not None]
                assert drawn == list(range(len(drawn)))
                assert curve["x"][drawn[-1]] == pytest.approx(edge, abs=1e-4)
                assert [frame[k] for k in drawn] == curve["y"][-1][: len(drawn)]

    def test_all_best_networks_agree_out_there(self):
        assert spread_beyond(self.lesson) == pytest.approx(0, abs=1e-9)
        # no linear part is needed: then a neuron that bends beyond the data would only cost
        values = best(*normalised(self.lesson.points), self.lesson.betas[0]).values
        slopes = np.diff(values) * 8
        assert abs(slopes[0] + slopes[-1]) < np.abs(np.diff(slopes)).sum()


class TestWhoPulls:
    lesson = of("who_pulls")

    def test_curves_are_those_of_the_programs(self):
        found = drag(self.lesson)
        points = np.array(self.lesson.points)
        x, middle, height = points[:, 0] / 12, points[:, 1].mean(), np.ptp(points[:, 1])
        for place in (0, 4, 9):
            y = points[:, 1].copy()
            y[self.lesson.show["dragged"]] = found.heights[place]
            y = (y - middle) / height
            squared, absolute = (best(x, y, self.lesson.betas[0], loss) for loss in ("squared", "absolute"))
            assert (found.squared[place](points[:, 0]) - middle) / height == pytest.approx(squared.values, abs=1e-5)
            curve = (found.absolute[place](points[:, 0]) - middle) / height
            corners = np.union1d(found.absolute[place].knots / 12, [0, 1])
            corners = corners[(corners >= 0) & (corners <= 1)]
            cost = least_weights(corners, (found.absolute[place](corners * 12) - middle) / height)
            assert np.abs(curve - y).sum() + self.lesson.betas[0] * cost == pytest.approx(absolute.price, rel=1e-6)

    def test_one_moves_far_and_the_other_not_at_all(self):
        found = drag(self.lesson)
        assert found.moved[0] > 0.7
        assert found.moved[1] == 0
        assert found.gap < 1e-9

    def test_the_point_ends_ten_times_as_far_from_the_line(self):
        found, dragged = drag(self.lesson), self.lesson.show["dragged"]
        x, y = self.lesson.points[dragged]
        assert found.heights[0] == pytest.approx(y)
        assert found.heights[-1] - 0.1 * x == pytest.approx(10 * (y - 0.1 * x))
        assert f"the point at {x:g} " in self.lesson.see[1]

    def test_ten_points_are_on_the_line_and_the_best_curve_for_absolute_misses_is_that_line(self):
        apart = np.abs([y - 0.1 * x for x, y in self.lesson.points])
        assert np.count_nonzero(apart > 0.3) == 3
        assert np.sort(apart)[-4] < 1e-9
        at = np.arange(13)
        assert drag(self.lesson).absolute[0](at) == pytest.approx(0.1 * at, abs=1e-6)
