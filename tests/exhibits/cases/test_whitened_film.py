"""The film of the page on whitened data: every restart at every moment, and at the end the closed form."""

from functools import partial

import numpy as np
import pytest

from cvxdnn.exhibits.whitened.case import WhitenedSetting, whitened_case
from cvxdnn.exhibits.whitened.film import moment, stream_of
from cvxdnn.tasks.first_frames import first_frame_of
from cvxdnn.tasks.moments import Moment
from cvxdnn.tasks.stream import last_frame
from cvxdnn.training.fitting import fit

MEETS = 1e-6  # of the closed form
SERVES = 1e-2  # length of the features that a neuron has left for other classes
SETTINGS = {
    "two layers": WhitenedSetting(depth=2),
    "a class without a channel": WhitenedSetting(largest=6, imbalance=6, beta=0.5),
    "parallel": WhitenedSetting(architecture="parallel"),
    "one real number": WhitenedSetting(real_target=True, classes=2, largest=3),
}


def stills(frame):
    return [(still.numbers, still.arrays) for still in frame.film.stills()]


def assert_meets(setting, frame):
    """The restart that is best in the end has the channels of the closed form, and each neuron serves one of them."""
    solution = whitened_case(setting).solution
    (numbers, arrays), best = stills(frame)[-1], int(frame.best)
    assert numbers["best"] == best
    assert numbers["objective"] == pytest.approx(solution.objective, rel=MEETS)
    assert arrays["targets"] == pytest.approx(solution.targets)
    assert arrays["served"][best] == pytest.approx(solution.strengths, abs=1e-3)
    others = np.sort(arrays["strengths"][best], axis=0)[:-1]
    assert others.max() < SERVES


def test_the_first_sight_is_a_film_that_ends_in_the_closed_form():
    frame = first_frame_of("whitened")
    assert len(frame.film) > 40
    assert_meets(WhitenedSetting(), frame)
    first = stills(frame)[0][1]["strengths"][frame.best]
    assert np.sort(first, axis=0)[-2].max() > 0.1  # where several classes fire one neuron


@pytest.mark.parametrize("name", SETTINGS)
def test_training_ends_in_the_closed_form_and_is_never_below_a_bound(name):
    setting = SETTINGS[name]
    frame = last_frame(stream_of(setting))
    assert_meets(setting, frame)
    bound = whitened_case(setting).optimum.lower_bound
    assert min(arrays["objectives"].min() for _, arrays in stills(frame)) > bound * (1 - MEETS)


def test_a_moment_has_the_features_of_the_best_network():
    case = whitened_case(WhitenedSetting())
    snapshot = next(iter(fit(case.problem)))
    take = partial(moment, problem=case.problem, groups=case.groups)
    still: Moment = take(snapshot)
    lengths = [np.linalg.norm(snapshot.hidden[case.groups == k], axis=0) for k in range(3)]
    assert still.arrays["strengths"][snapshot.best] == pytest.approx(np.array(lengths))
    assert still.numbers["objective"] == still.arrays["objectives"][snapshot.best]
