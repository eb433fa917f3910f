"""Data of one's own on the Explore page: pasted, in a file, from a formula; asked about, used, or refused in place."""

import csv
import io

import numpy as np
import pytest

from cvxdnn.exhibits.explore import own_data
from cvxdnn.exhibits.explore import take_home as explore_home
from cvxdnn.exhibits.explore.axes import AXES, ENTRY, heads, letters, named, read_axes, write_axes
from cvxdnn.exhibits.explore.baseline import baseline
from cvxdnn.tasks.comparison import held_out_error
from cvxdnn.tasks.link import LONGER
from cvxdnn.tasks.scenario import MAX_POINTS, Scenario
from tests.core.test_data_files import workbook
from tests.exhibits.conftest import unmarked
from tests.exhibits.test_explore_page import QUICK, session_of

KEY = own_data.KEY


def widget(app, kind, name):
    """The widget of this kind whose key says so, whatever was given before."""
    (found,) = [each for each in getattr(app, kind) if each.key.startswith(f"{KEY}_{name}")]
    return found


def has(app, kind, name):
    return any(each.key and each.key.startswith(f"{KEY}_{name}") for each in getattr(app, kind))


def paste(app, text):
    widget(app, "text_area", "paste").set_value(text).run()
    assert not app.exception


def upload(app, content):
    widget(app, "file_uploader", "file").upload("data.csv", content, "text/csv").run()
    assert not app.exception


def use(app):
    assert not widget(app, "button", "use").disabled
    widget(app, "button", "use").click().run()
    assert not app.exception
    session_of(app).run.pause()
    return session_of(app).scenario.points


def test_what_is_pasted_is_looked_at_and_then_used(explore):
    app = explore(**QUICK)
    before = session_of(app).scenario.points
    paste(app, "# made up\ntime\theight\n0\t0,5\n1\t1,5\n2\t0,25\n")
    assert any("3 rows, 2 columns, separated by tabs. Left out: 1 comment." in each.value for each in app.caption)
    assert session_of(app).scenario.points == before
    assert use(app) == ((0.0, 0.5), (1.0, 1.5), (2.0, 0.25))
    assert app.session_state[own_data.USED] == 1
    assert widget(app, "text_area", "paste").value == ""
    assert session_of(app).axes == ("time", "height")
    assert read_axes("".join(app.query_params["axes"])) == ("time", "height")


@pytest.mark.parametrize(
    ("name", "unit", "title"),
    [
        ("time\n in\ts", "", "time in s"),
        ("t\u202eime", "days since 2024-03-01", "t ime, days since 2024-03-01"),
        ("\u200b", "", "unnamed"),
        ("a name of twenty-five abcd", "", "a name of twenty-five a…"),
    ],
)
def test_a_name_at_an_axis_is_one_short_line_that_a_link_can_have(name, unit, title):
    assert named(name, unit) == title
    assert read_axes(write_axes((title, title))) == (title, title)


@pytest.mark.parametrize(
    ("axes", "columns"),
    [
        (("year", "height, m"), ("year", "height, m")),
        (AXES, ("x", "y")),
        (("dose", "dose"), ("x", "y")),
        (("dose", "curve"), ("x", "y")),
        (("=HYPERLINK(1)", "dose"), ("x", "y")),
        (("dose", "@SUM(1)"), ("x", "y")),
    ],
)
def test_columns_have_the_names_of_the_axes_unless_one_would_be_lost_or_computed(axes, columns):
    assert heads(axes, "curve") == columns
    shown = explore_home.Shown(baseline(Scenario()), Scenario(), None, axes=axes)
    assert next(csv.reader(io.StringIO(explore_home.curves_csv(shown, (0.0, 1.0))))) == ["curve", *columns]
    assert next(csv.reader(io.StringIO(explore_home.knots_csv(shown)))) == ["curve", columns[0], "change of slope"]


@pytest.mark.parametrize(
    ("axes", "words"),
    [(("°C", "x"), ("°C", "x")), (AXES, ("x", "y")), (("dose", "dose"), ("x", "y"))],
)
def test_sentences_call_the_axes_by_their_names_unless_these_say_nothing(axes, words):
    assert letters(axes) == words


def test_the_longest_names_fit_into_a_link():
    name, unit = 25 * "\U0001d465", "seconds since 2024-03-01 14:05:30 UTC"
    assert len(write_axes((named(name, unit), named(name)))) <= LONGER[ENTRY]


def test_other_columns_can_be_chosen(explore):
    app = explore(**QUICK)
    paste(app, "t;a;b\n0;1,5;7\n1;2,5;9\n")
    widget(app, "selectbox", "x").set_value(2).run()
    widget(app, "selectbox", "y").set_value(0).run()
    assert use(app) == ((7.0, 0.0), (9.0, 1.0))


@pytest.mark.parametrize(("weights", "words"), [("21", ""), (("1", "0,5"), "weights times 2")])
def test_a_column_can_say_how_much_a_row_counts(explore, weights, words):
    app = explore(**QUICK)
    paste(app, f"t;a;n\n0;1,5;{weights[0]}\n1;2,5;{weights[1]}\n")
    widget(app, "selectbox", "weights").set_value(2).run()
    assert use(app) == ((0.0, 1.5), (0.0, 1.5), (1.0, 2.5))
    assert words in session_of(app).own_words


def test_weights_that_make_too_many_points_are_refused_in_place_until_others_are_chosen(explore):
    app = explore(**QUICK)
    paste(app, "t;a;n\n0;1,5;0,347\n1;2,5;1\n")
    widget(app, "selectbox", "weights").set_value(2).run()
    assert "'0,347'" in app.warning[0].value
    assert "up to multiples of 0.01" in app.warning[0].value
    widget(app, "selectbox", "weights").set_value(None).run()
    assert not app.warning
    assert use(app) == ((0.0, 1.5), (1.0, 2.5))


def test_a_sheet_is_chosen_by_its_name_where_there_are_several(explore):
    app = explore(**QUICK)
    upload(app, workbook(["x", "y"], [1, 2], [3, 4]))
    assert not has(app, "selectbox", "sheet")
    upload(app, workbook(["t", "U"], [5, 6], [7, 8], title="Run 2", first=[["Read me"]]))
    sheet = widget(app, "selectbox", "sheet")
    assert (sheet.options, sheet.value) == (["Sheet", "Run 2"], 1)
    sheet.set_value(0).run()
    assert "has no rows of numbers; choose another sheet" in app.warning[0].value
    widget(app, "selectbox", "sheet").set_value(1).run()
    assert not app.warning
    assert use(app) == ((5.0, 6.0), (7.0, 8.0))


def test_of_several_sheets_with_numbers_another_can_be_used(explore):
    app = explore(**QUICK)
    upload(app, workbook(["t", "U"], [5, 6], [7, 8], title="Run 2", first=[["x", "y"], [1, 2], [3, 4]]))
    widget(app, "selectbox", "sheet").set_value(1).run()
    assert use(app) == ((5.0, 6.0), (7.0, 8.0))


@pytest.mark.parametrize(("mark", "expected"), [(".", (950, 1000, 1050)), (",", (950, 1, 1.05))])
def test_a_mark_with_two_readings_is_asked_for(explore, mark, expected):
    app = explore(**QUICK)
    upload(app, b"load\tstretch\n950\t1\n1,000\t2\n1,050\t3\n")
    assert widget(app, "button", "use").disabled
    question = widget(app, "radio", "decimal")
    assert (question.value, question.options) == (None, ["1000", "1"])
    question.set_value(mark).run()
    assert tuple(x for x, _ in use(app)) == expected


def test_rows_without_a_number_and_too_many_rows_are_asked_for(explore):
    app = explore(**QUICK)
    rows = [f"{k};{k % 7}" for k in range(1000)]
    upload(app, "\n".join(["t;y", *rows, "1000;NA"]).encode())
    assert widget(app, "button", "use").disabled
    widget(app, "checkbox", "drop").check().run()
    assert widget(app, "button", "use").disabled
    widget(app, "checkbox", "thin").check().run()
    points = use(app)
    assert len(points) == MAX_POINTS
    assert (points[0], points[-1]) == ((0.0, 0.0), (999.0, 999 % 7))
    assert "1 row without a number left out, thinned from 1,000" in session_of(app).own_words
    assert any("thinned from 1,000" in each.value for each in app.caption)


def test_dates_are_named_with_their_unit_until_a_point_is_changed(explore):
    app = explore(**QUICK)
    paste(app, "day,price\n03/01/2024,10.5\n04/01/2024,11\n")
    widget(app, "radio", "day").set_value(False).run()
    assert use(app) == ((0.0, 10.5), (31.0, 11.0))
    assert "days since 2024-03-01" in session_of(app).own_words
    session_of(app).change(points=((0.0, 10.0), (31.0, 11.0)))
    assert session_of(app).own_words == ""


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\x89PNG\r\n\x1a\n\x00\x00", "unchanged: it is binary"),
        (b"x,y\n1,2\n3,four\n", "line 3, second column: 'four' is not a number"),
        (b"PK\x03\x04junk", "workbook"),
        (b"x\n1\n", "only one column"),
    ],
    ids=["binary", "word", "archive", "one column"],
)
def test_a_refused_file_says_why_where_it_was_given_and_leaves_the_points_alone(explore, content, words):
    app = explore()
    before = session_of(app).scenario
    upload(app, content)
    assert session_of(app).scenario == before
    assert words in app.warning[0].value.replace("\\", "")
    assert "your points are unchanged" in app.warning[0].value
    assert session_of(app).problem == ""
    paste(app, "1;2\n3;4\n")  # the later one counts
    assert not app.warning
    upload(app, content)
    assert app.warning


def test_points_that_the_page_cannot_take_leave_all_open(explore):
    app = explore()
    before = session_of(app).scenario
    text = "x;y\n0;1\n1e-120;2\n"
    paste(app, text)
    widget(app, "button", "use").click().run()
    assert session_of(app).scenario == before
    assert "spans only" in app.warning[0].value
    assert app.session_state[own_data.USED] == 0
    assert widget(app, "text_area", "paste").value == text


def test_a_formula_gives_points_and_held_out_ones_whose_error_is_shown(explore):
    app = explore(**QUICK)
    app.segmented_control(key=own_data.SOURCE).set_value(own_data.FORMULA).run()
    app.text_input(key=f"{KEY}_formula").set_value("x^2").run()
    app.number_input(key=f"{KEY}_count").set_value(9).run()
    app.number_input(key=f"{KEY}_noise").set_value(0.0).run()
    points = use(app)
    assert points == tuple((k / 8, (k / 8) ** 2) for k in range(9))
    session = session_of(app)
    x, y = np.array(session.own.held_out).T
    assert y == pytest.approx(x**2, rel=1e-15)
    spline, units = session.baseline.solution.spline, session.baseline.units
    expected = np.sqrt(np.mean((units.user_spline(spline)(x) - y) ** 2))
    assert held_out_error(session.baseline, spline, session.own.held_out) == pytest.approx(expected, rel=1e-9)
    assert any(f"{expected:.3g}" in each.proto.body and "held-out" in each.proto.body for each in app.get("html"))


def test_a_wrong_formula_is_refused_with_its_place(explore):
    app = explore()
    app.segmented_control(key=own_data.SOURCE).set_value(own_data.FORMULA).run()
    app.text_input(key=f"{KEY}_formula").set_value("2x").run()
    assert "place 2" in app.warning[0].value
    assert widget(app, "button", "use").disabled


def test_a_page_in_a_frame_offers_the_box_instead_of_a_file(explore, monkeypatch):
    monkeypatch.setattr(own_data, "is_cookie_withheld", lambda: True)
    app = explore(**QUICK)
    assert not has(app, "file_uploader", "file")
    assert any("paste them into the box above" in each.value for each in app.markdown)
    paste(app, "1;2\n3;4\n")
    assert use(app) == ((1.0, 2.0), (3.0, 4.0))


@pytest.mark.parametrize(
    ("loss", "words"), [("squared", ("MSELoss", "0.000571")), ("huber", ("mean loss", "0.000286"))]
)
def test_the_weight_decay_is_said_in_the_terms_of_pytorch(explore, loss, words):
    app = explore(**QUICK, beta="0.002", preset="spike", loss=loss)  # 7 points, x from 0 to 6, y from 0 to 1
    (html,) = [unmarked(each.proto.body) for each in app.get("html") if "PyTorch</button>" in each.proto.body]
    assert f"weight decay in PyTorch ({words[0]})</td><td>{words[1]}<" in html
    assert ("β in your units</td><td>0.012<" in html) == (loss == "squared")
    session_of(app).run.pause()
