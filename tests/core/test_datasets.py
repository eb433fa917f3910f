import copy
import io
import itertools
import math
import pickle
import re
from importlib import resources

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from cvxdnn.core.datasets import PRESETS, Dataset, Normalization, load_preset, read_csv
from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.core.spline import LinearSpline, optimal_band

EPS = np.finfo(np.float64).eps
ROUND_TRIP = 1e-12

ordinary = st.floats(-1e6, 1e6)
huge_to_tiny = st.floats(-1e100, 1e100)


def acceptable(pairs: list[tuple[float, float]]) -> bool:
    """Inputs that span less than 1e-100, or lie closer than 1e-100 of their range, are refused by `Dataset`."""
    x = np.unique([x for x, _ in pairs])
    span = float(np.ptp(x))
    return span == 0 or (span >= 1e-100 and bool(np.diff(x).min() >= 1e-100 * span))


def points(numbers: st.SearchStrategy[float], longest: int = 20) -> st.SearchStrategy[Dataset]:
    pairs = st.lists(st.tuples(numbers, numbers), min_size=1, max_size=longest).filter(acceptable)
    return pairs.map(lambda pairs: Dataset(*zip(*pairs, strict=True)))


def resolution(values: np.ndarray) -> float:
    """Spacing of floating-point numbers at the largest of the values."""
    return float(np.spacing(np.abs(values).max()))


# Dataset ---------------------------------------------------------------------------------------------------


def test_a_dataset_keeps_the_points_in_the_order_given():
    data = Dataset([3, 1, 2], [1, 5, 2], "three", "a test")
    assert data.x.tolist() == [3.0, 1.0, 2.0]
    assert data.y.tolist() == [1.0, 5.0, 2.0]
    assert data.x.dtype == data.y.dtype == np.float64
    assert (len(data), data.name, data.source) == (3, "three", "a test")


def test_a_dataset_does_not_share_memory_with_its_input():
    x = np.array([0.0, 1.0])
    data = Dataset(x, x)
    x[0] = 7.0
    assert data.x[0] == data.y[0] == 0.0


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda data: pickle.loads(pickle.dumps(data)), lambda d: d])
def test_a_dataset_and_its_copies_cannot_be_changed(copied):
    data = copied(Dataset([0, 1], [2, 3], "two"))
    assert data == Dataset([0, 1], [2, 3], "two")
    with pytest.raises(ValueError, match="read-only"):
        data.x[0] = 5.0
    with pytest.raises(AttributeError):
        data.y = data.x


def test_datasets_are_equal_when_all_their_parts_are():
    data = Dataset([0, 1], [2, 3], "a", "s")
    assert data == Dataset([0, 1], [2, 3], "a", "s")
    for other in (
        Dataset([0, 2], [2, 3], "a", "s"),
        Dataset([0, 1], [2, 4], "a", "s"),
        Dataset([0, 1], [2, 3], "b", "s"),
        Dataset([0, 1], [2, 3], "a", "t"),
        Dataset([0], [2], "a", "s"),
        "a",
    ):
        assert data != other


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        ([], [], "x is empty"),
        ([1, 2], [1], "x has 2 values and y has 1"),
        ([1, 2, 3, math.nan], [1, 2, 3, 4], r"x\[3\] is nan"),
        ([1, 2], [1, -math.inf], r"y\[1\] is -inf"),
        ([[1, 2], [3, 4]], [1, 2], r"x .*\(2, 2\)"),
        (["one"], [1], r"x\[0\] is 'one'; it must be a number"),
        ([1], [None], "y"),
        ([1e300, 0], [1, 2], r"x\[0\] is 1e\+300"),
        ([0, 1e-200], [1, 2], "x spans only 1e-200"),
    ],
)
def test_a_mistake_is_named_with_its_argument_and_value(x, y, message):
    with pytest.raises(InvalidInputError, match=message):
        Dataset(x, y)


# Normalisation ---------------------------------------------------------------------------------------------


@given(points(huge_to_tiny))
def test_normalised_points_lie_in_the_unit_box(data):
    unit, to_unit = data.normalized()
    assert unit.x.min() == 0.0
    assert unit.x.max() == (1.0 if np.ptp(data.x) > 1e-100 else 0.0)
    assert to_unit.x_scale > 0
    assert to_unit.y_scale > 0
    if np.ptp(data.y) > 1e-100:
        assert np.ptp(unit.y) == pytest.approx(1.0, abs=8 * EPS + 2 * resolution(data.y) / to_unit.y_scale)
        # The mean is zero as exactly as a float64 offset in the user's units can make it.
        assert abs(unit.y.mean()) <= 8 * EPS + 2 * resolution(data.y) / to_unit.y_scale
    else:
        assert not unit.y.any()


@given(points(huge_to_tiny))
def test_the_map_back_is_the_inverse(data):
    unit, to_unit = data.normalized()
    for back, given_values in ((to_unit.user_x(unit.x), data.x), (to_unit.user_y(unit.y), data.y)):
        largest = np.abs(given_values).max()
        np.testing.assert_allclose(back, given_values, rtol=ROUND_TRIP, atol=ROUND_TRIP * largest + 1e-100)


@pytest.mark.parametrize("scale", [1e-12, 1.0, 1e12])
def test_the_unit_box_does_not_depend_on_the_units(scale):
    x, y = np.array([0.3, 0.1, 0.9, 0.5]), np.array([1.0, -1.0, 0.0, 2.0])
    reference, _ = Dataset(x, y).normalized()
    scaled, _ = Dataset(x * scale, y / scale).normalized()
    np.testing.assert_allclose(scaled.x, reference.x, atol=8 * EPS)
    np.testing.assert_allclose(scaled.y, reference.y, atol=8 * EPS)


def test_a_large_offset_costs_no_more_than_the_resolution_of_the_numbers():
    x, y = np.array([0.3, 0.1, 0.9, 0.5]), np.array([1.0, -1.0, 0.0, 2.0])
    reference, _ = Dataset(x, y).normalized()
    shifted, _ = Dataset(x + 1e5, y + 1e5).normalized()
    np.testing.assert_allclose(shifted.x, reference.x, atol=4 * resolution(x + 1e5))
    np.testing.assert_allclose(shifted.y, reference.y, atol=4 * resolution(y + 1e5))


def test_neighbouring_floats_are_still_told_apart():
    x = np.array([1e5, np.nextafter(1e5, np.inf)])
    unit, to_unit = Dataset(x, [0, 1]).normalized()
    assert unit.x.tolist() == [0.0, 1.0]
    assert to_unit.user_x(unit.x).tolist() == x.tolist()


def test_equal_values_are_mapped_to_zero_and_back():
    unit, to_unit = Dataset([5.0, 5.0], [0.1, 0.1]).normalized()
    assert unit.x.tolist() == unit.y.tolist() == [0.0, 0.0]
    assert to_unit == Normalization(5.0, 1.0, 0.1, 1.0)


def test_normalising_keeps_the_order_the_name_and_the_source():
    unit, _ = Dataset([2, 0, 1], [0, 0, 3], "n", "s").normalized()
    assert unit.x.tolist() == [1.0, 0.0, 0.5]
    assert (unit.name, unit.source) == ("n", "s")


@st.composite
def splines(draw):
    knots = draw(st.lists(st.floats(-2, 3), min_size=1, max_size=8, unique=True).map(sorted))
    assume(all(b - a > 1e-3 for a, b in itertools.pairwise(knots)))
    level = st.floats(-10, 10)
    values = draw(st.lists(level, min_size=len(knots), max_size=len(knots)))
    return LinearSpline(np.array(knots), np.array(values), draw(st.none() | level), draw(st.none() | level))


scales = st.sampled_from([1e-12, 0.5, 1.0, 3.0, 1e12])
normalizations = st.builds(Normalization, st.sampled_from([0.0, -2.0, 7.0]), scales, st.floats(-5, 5), scales)


@given(splines(), normalizations)
def test_a_mapped_spline_is_the_same_function_in_other_units(spline, to_unit):
    # Offsets far above the scale leave too few digits to compare values: that case is tested below.
    to_unit = Normalization(
        to_unit.x_offset * to_unit.x_scale,
        to_unit.x_scale,
        to_unit.y_offset * to_unit.y_scale,
        to_unit.y_scale,
    )
    u = np.linspace(-4, 5, 37)
    mapped = to_unit.user_spline(spline)
    size = np.abs(spline(u)).max() + abs(to_unit.y_offset / to_unit.y_scale) + np.abs(spline.slopes).max() * 10
    np.testing.assert_allclose(
        to_unit.unit_y(mapped(to_unit.user_x(u))), spline(u), rtol=0, atol=ROUND_TRIP * size + 1e-14
    )
    np.testing.assert_allclose(
        mapped.slopes[[0, -1]] * to_unit.x_scale / to_unit.y_scale, spline.slopes[[0, -1]], atol=1e-250
    )


def test_a_mapped_spline_survives_a_large_offset():
    spline = LinearSpline(np.array([0.0, 0.25, 1.0]), np.array([0.0, 1.0, -1.0]), 2.0, 0.0)
    to_unit = Normalization(1e5, 1.0, -1e5, 1.0)
    u = np.linspace(-1, 2, 25)
    off = np.abs(to_unit.unit_y(to_unit.user_spline(spline)(to_unit.user_x(u))) - spline(u)).max()
    assert off <= 4 * (1 + np.abs(spline.slopes).max()) * np.spacing(1e5)


def test_knots_that_the_users_units_cannot_tell_apart_become_one():
    spline = LinearSpline(np.array([0.0, 0.5, 0.5 + 1e-9, 1.0]), np.array([0.0, 1.0, 1.0, 0.0]), 2.0, -2.0)
    mapped = Normalization(1e5, 1e-4, 0.0, 1.0).user_spline(spline)
    assert mapped.knots.size == 3
    assert mapped.slopes[[0, -1]].tolist() == pytest.approx([2e4, -2e4])


# Presets ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_is_described_and_written_in_short_numbers(name):
    data = load_preset(name)
    assert data.name == name
    assert data is load_preset(name)
    description = PRESETS[name].description
    assert description.endswith(".")
    assert len(description) <= 150
    for number in (*data.x, *data.y):
        assert number == round(number, 4)


@pytest.mark.parametrize(
    ("name", "size", "distinct"),
    [
        ("zigzag", 10, 10),
        ("many optima", 4, 4),
        ("random smooth", 15, 15),
        ("noisy sine", 60, 60),
        ("motorcycle", 133, 94),
        ("cars", 50, 19),
    ],
)
def test_presets_have_the_size_they_are_known_for(name, size, distinct):
    data = load_preset(name)
    assert len(data) == size
    assert np.unique(data.x).size == distinct


def test_spike_comes_first():
    assert next(iter(PRESETS)) == "spike"


@pytest.mark.parametrize("name", ["zigzag", "many optima"])
def test_the_optimum_is_visibly_not_unique(name):
    data, _ = load_preset(name).normalized()
    lower, upper = optimal_band(data.x, data.y, np.linspace(0, 1, 601))
    assert (upper - lower).max() > 0.15


def test_many_optima_fill_the_triangle_between_one_and_two():
    data = load_preset("many optima")
    at = np.array([0.5, 1.25, 1.5, 1.75, 2.5])
    lower, upper = optimal_band(data.x, data.y, at)
    np.testing.assert_allclose(upper, np.interp(at, data.x, data.y), atol=8 * EPS)
    np.testing.assert_allclose(lower, np.maximum(0, 2 * at - 3), atol=8 * EPS)


def test_two_close_points_jump_across_a_hundredth_of_the_range():
    data, _ = load_preset("two close points").normalized()
    steepest = np.argmax(np.diff(data.y) / np.diff(data.x))
    assert np.diff(data.x)[steepest] <= 0.01
    assert np.diff(data.y)[steepest] == pytest.approx(1.0)


@pytest.mark.parametrize(("name", "source"), [("motorcycle", "Silverman (1985)"), ("cars", "Ezekiel (1930)")])
def test_real_data_name_their_source_in_the_package_and_in_the_file(name, source):
    assert source in load_preset(name).source
    assert source in resources.files("cvxdnn").joinpath("data", f"{name}.csv").read_text("utf-8")


def test_an_unknown_preset_is_answered_with_the_list():
    with pytest.raises(InvalidInputError, match=r"'zigzak'.*'zigzag', 'many optima'.*'cars'"):
        load_preset("zigzak")
    with pytest.raises(InvalidInputError, match="name"):
        load_preset(["zigzag"])


def test_presets_cannot_be_replaced():
    with pytest.raises(TypeError):
        PRESETS["zigzag"] = PRESETS["cars"]


# CSV -------------------------------------------------------------------------------------------------------

TWO_ROWS = ([1.5, 3.0], [2.25, -4.0])


@pytest.mark.parametrize(
    "text",
    [
        "1.5,2.25\n3,-4\n",
        "1.5,2.25\r\n3,-4",
        "1.5,2.25\r3,-4\r",
        "\ufeffx,y\n1.5,2.25\n3,-4\n",
        "\ufeff1.5,2.25\n3,-4\n",
        "x;y\n1,5;2,25\n3;-4\n",
        "1,5\t2,25\n3\t-4\n",
        '# measured by hand\n\nspeed, distance\n\n1.5, 2.25\n   \n#N a "quoted" remark\n3, -4\n\n',
        '"x","y"\n"1.5","2.25"\n"3","-4"\n',
        "a,b,\n1.5,2.25,\n3,-4,\n,,\n",
        "Größe;Länge\n15e-1;+2.25\n.3e1;-4.\n",
    ],
)
def test_every_usual_way_of_writing_two_columns_is_read(text):
    expected = Dataset(*TWO_ROWS)
    assert read_csv(text.encode()) == expected
    assert read_csv(io.BytesIO(text.encode())) == expected
    assert read_csv(io.StringIO(text, newline="")) == expected


def test_a_file_on_disk_gives_the_data_its_name(tmp_path):
    path = tmp_path / "stones.csv"
    path.write_text("x,y\n1.5,2.25\n3,-4\n")
    expected = Dataset(*TWO_ROWS, "stones")
    assert read_csv(path) == read_csv(str(path)) == expected
    with path.open() as text_file, path.open("rb") as binary_file:
        assert read_csv(text_file) == read_csv(binary_file) == expected


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "no rows of numbers"),
        (b"\n\n# nothing\n", "no rows of numbers"),
        (b"x,y\n", "no rows of numbers"),
        (b"x,y\n1,2\n3,4\n5,6\n\n# six\n7,abc\n", "line 7, second column: 'abc' is not a number"),
        (b"1,2\nx,y\n", "line 2, first column: 'x' is not a number"),
        (b"1,2\n,4\n", "line 2, first column: empty"),
        (b"x,y\n3,\n", "line 2, second column: empty"),
        (b"1,2\n2,NaN\n", "line 2, second column: 'NaN' is not a finite number"),
        (b"nan,nan\n1,2\n", "line 1, first column: 'nan' is not a finite number"),
        (b"1,2\n-inf,2\n", "line 2, first column: '-inf' is not a finite number"),
        (b"1,1e999\n", "line 1, second column: '1e999' is not a finite number"),
        (b"NA,NA\n1,2\n", "line 1, first column: 'NA' is not a finite number"),
        (b"x,y\n1,2\n#N/A,4\n", "line 3, first column: '#N/A' is not a finite number"),
        (b"1_0,2\n", "line 1, first column: '1_0' is not a number"),
        (b"1\n2\n", r"line 1: only one column \('1'\); give two"),
        (b"1,2\n3\n", "line 2: only one column"),
        (b"a,b,c\n1,2,3\n", "3 columns \\('a', 'b', 'c'\\); choose two"),
        (b"1,5,2,5\n", "line 1: in '1,5,2,5' commas can separate columns or be decimal marks"),
        (b"1.25;2\n1,5;2\n", "line 2, first column: decimal commas and decimal points are mixed: '1,5'.*'1.25'"),
        (b'1,2\n3,"4\n', "line 2: .*quotation marks"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "binary"),
        (b"PK\x03\x04\x14\0", "workbook"),
        ("x,y\n1,2\n".encode("utf-16")[:-1], "neither utf-16 text; save"),
        ("x,y\n1,2\n".encode("utf-16-le"), "binary"),
        (b"x,y\n1,2\nGr\xf6\xdfe,4\n", "line 3, first column: 'Größe' is not a number"),
        (b"x,y\n1,2\n\x81,4\n", "neither utf-8 nor cp1252 text; save the data as 'CSV UTF-8'"),
        (b"1e200,2\n", "rescale"),
        (b"1,2\n" * 10_001, "more than 10,000 rows"),
        (b"1" * 1_000_001, "larger than 1,000,000 bytes"),
    ],
)
def test_an_unreadable_file_is_answered_with_the_line_and_the_remedy(content, message):
    with pytest.raises(InvalidInputError, match=message):
        read_csv(content)


def test_the_limits_are_inclusive_and_can_be_moved():
    assert len(read_csv(b"1,2\n" * 10_000)) == 10_000
    assert len(read_csv(b"x,y\n1,2\n3,4\n", max_rows=2, max_bytes=12)) == 2
    with pytest.raises(InvalidInputError, match="more than 1 rows"):
        read_csv(b"x,y\n1,2\n3,4\n", max_rows=1)
    with pytest.raises(InvalidInputError, match="larger than 11 bytes"):
        read_csv(b"x,y\n1,2\n3,4\n", max_bytes=11)
    with pytest.raises(InvalidInputError, match="max_rows is 0"):
        read_csv(b"1,2\n", max_rows=0)


class Endless:
    """A file of a line repeated for ever that counts what is taken and returns a little at a time."""

    def __init__(self, line):
        self.line, self.taken = line, 0

    def read(self, size):
        assert size > 0
        piece = (self.line * 100)[: min(size, 300)]
        self.taken += len(piece)
        return piece


@pytest.mark.parametrize("line", [b"1,2\n", "1,2\n"])
def test_an_endless_file_is_left_after_the_limit(line):
    file = Endless(line)
    with pytest.raises(InvalidInputError, match="larger than 1,000 bytes"):
        read_csv(file, max_bytes=1_000)
    assert file.taken == 1_001


@pytest.mark.parametrize(
    ("file", "message"),
    [
        ("no/such/file.csv", "'no/such/file.csv' cannot be read .*pass a path"),
        ("1,2\n3,4\n" * 1000, "cannot be read .*pass a path"),
        ("zero\0byte", "cannot be read"),
        (".", "cannot be read"),
        (None, "file is None; pass a path"),
        (io.TextIOWrapper(io.BytesIO(b"x,\xff\n"), "utf-8"), "not utf-8 text"),
    ],
)
def test_what_is_no_file_is_said_so(file, message):
    with pytest.raises(InvalidInputError, match=message) as caught:
        read_csv(file)
    assert len(str(caught.value)) < 200


def test_messages_stay_short_whatever_the_file_holds():
    for content in (b"1," + b"a" * 100_000, b",".join(b"c%d" % i for i in range(50_000)), b"z" * 200_000):
        with pytest.raises(InvalidInputError) as caught:
            read_csv(content)
        assert len(str(caught.value)) < 500


@given(points(ordinary))
def test_written_points_are_read_back_exactly(data):
    text = "".join(f"{x!r},{y!r}\n" for x, y in zip(data.x.tolist(), data.y.tolist(), strict=True))
    assert read_csv(text.encode()) == data
    semicolons = text.replace(",", ";").replace(".", ",")
    assert read_csv(semicolons.encode()) == data


fragments = st.sampled_from(
    [
        "1",
        "2.5",
        "3,5",
        ",",
        ";",
        "\t",
        "\n",
        "\r",
        '"',
        "#",
        "nan",
        "-",
        "e",
        "x",
        "\0",
        "\ufeff",
        "é",
        " ",
        "\u2028",
    ]
)
csv_like = st.lists(fragments, max_size=30).map("".join)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=200) | csv_like.map(str.encode))
def test_hostile_bytes_give_finite_points_or_an_explained_refusal(content):
    try:
        data = read_csv(content)
    except InvalidInputError as error:
        assert re.match(r"file|x |y ", str(error))  # noqa: PT017  (both outcomes are right)
    else:
        assert np.isfinite(data.x).all()
        assert np.isfinite(data.y).all()
        assert 1 <= len(data) <= content.count(b"\n") + content.count(b"\r") + 1


@given(csv_like)
def test_text_and_bytes_are_read_alike(text):
    def outcome(file):
        try:
            return read_csv(file)
        except InvalidInputError as error:
            return str(error)

    assert outcome(io.StringIO(text, newline="")) == outcome(text.encode())
