"""The film of the Batch norm page: at its end the means are where the closed form has them, and samples are one."""

import numpy as np
import pytest

from cvxdnn.exhibits.batch_norm.case import Setting, case_of
from cvxdnn.exhibits.batch_norm.film import SIGNS, stream_of
from cvxdnn.tasks.first_frames import first_frame_of
from cvxdnn.tasks.stream import last_frame

MEETS = 1e-6  # of the closed form
PLACE = 2e-3  # of a mean, in units of its length: the objective is flat around the optimum
SETTINGS = {
    "two classes": Setting(classes=2),
    "four classes": Setting(classes=4, largest=4, imbalance=2),
    "PyTorch": Setting(scaling="torch"),
    "a class that has vanished": Setting(largest=6, imbalance=6, beta=1.1),
    "three layers": Setting(depth=3),
}


def moments(frame):
    """Numbers of each still, and what it has of the network that is best in the end."""
    best = frame.best
    for still in frame.film.stills():
        arrays = still.arrays
        yield still.numbers, {name: a if name == "counts" else a[best] for name, a in arrays.items()}


def assert_meets(setting, frame):
    case = case_of(setting)
    shape = case.shape
    numbers, network = list(moments(frame))[-1]
    assert numbers["objective"] == pytest.approx(case.exact.lower_bound, rel=MEETS)
    size = np.abs(shape.target).max()
    assert network["means"] == pytest.approx(shape.target, abs=PLACE * size)
    assert network["samples"] == pytest.approx(shape.target[case.labels], abs=PLACE * size)
    assert network["zero"] == pytest.approx(shape.zero, abs=PLACE * size)
    assert network["lengths"] == pytest.approx(shape.lengths, abs=PLACE * size)
    assert network["counts"].tolist() == list(setting.counts)


def test_the_first_sight_is_a_film_in_which_samples_fall_together():
    frame = first_frame_of("batch_norm")
    assert_meets(Setting(), frame)
    nc1 = [network["signs"][SIGNS.index("nc1")] for _, network in moments(frame)]
    assert nc1[0] > 0.1
    assert nc1[-1] < 1e-6
    assert len(nc1) > 30


@pytest.mark.parametrize("name", SETTINGS)
def test_training_ends_at_the_closed_form_and_is_never_below_it(name):
    setting = SETTINGS[name]
    frame = last_frame(stream_of(setting))
    assert_meets(setting, frame)
    bound = case_of(setting).exact.lower_bound
    assert min(still.arrays["objectives"].min() for still in frame.film.stills()) > bound * (1 - MEETS)


def test_signs_of_classes_that_have_all_vanished_are_nothing():
    frame = last_frame(stream_of(Setting(beta=3.6)))
    *_, (_, network) = moments(frame)
    assert np.isnan(network["signs"]).all()
