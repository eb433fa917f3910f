"""What no browser of ours says of a widget is not said: the page goes on, with what the widget had."""

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.runtime.state.session_state import SessionState, WStates

from cvxdnn.app.gate.values import look_at_values
from tests.exhibits.test_explore_page import session_of

NAN = float("nan")
ADDRESS = "address_bar_of_"  # and the page's name in Streamlit
EDITOR = ["[", "", "\ufeff{}", "\x00", '"["', "[1]", "7", '{"a":[', f'{{"points": [[0, {"9" * 5_000}]]}}', "[" * 9_000]
EDITOR += [f'{{"visited": {"[" * levels}{"]" * levels}}}' for levels in (20, 500, *range(970, 1_000, 3))]
EDITOR += ['{"points": "\\ud800"}', '{"\\udfff": 1}']
TABLE = [*EDITOR, '{"edited_rows": {"0": {"x": "\\ud800"}}}', '{"edited_rows": 7}', '{"edited_rows": {"x": {}}}']
ODD = [
    *(("explore_editor", {"json_value": text}) for text in EDITOR),
    *(("explore_table_1", {"string_value": text}) for text in TABLE),
    *((ADDRESS, {"json_value": text}) for text in EDITOR),
    *(("explore_seed", value) for value in ({"double_value": NAN}, {"string_value": "x"}, {"json_value": "{"}, {})),
    *(("explore_depth", value) for value in ({"double_array_value": {"data": [NAN]}}, {"int_value": -1}, {})),
    *(("explore_width", value) for value in ({"int_value": 2**62}, {"bytes_value": b"\xff"})),
    ("explore_loss", {"double_value": NAN}),
    ("explore_polish", {"string_value": "x"}),
    ("explore_stop", {"json_value": "{"}),
    ("explore_details_view", {"string_array_value": {"data": []}}),
]
NO_CHANGES = [
    *('{"added_rows": 7}', '{"added_rows": [7]}', '{"edited_rows": {"0": 7}}', '{"edited_rows": {"999": {"x": ""}}}'),
    *('{"edited_rows": {"-1": {"x": "1"}}}', '{"edited_rows": {"0": {"q": "1"}}}', '{"deleted_rows": ["a"]}'),
    *('{"deleted_rows": [999]}', '{"deleted_rows": {"0": 1}}', '{"added_rows": [{"_index": 1}]}'),
]


@pytest.fixture
def page(explore, monkeypatch):
    """A started page of a server, which looks at values, with all of it open."""
    for kind, name in ((WStates, "set_widget_from_proto"), (SessionState, "_set_widget_metadata")):
        monkeypatch.setattr(kind, name, getattr(kind, name))  # as it is now, when the test has ended
    look_at_values()
    app = explore()
    for part in ("explore_table_open", "explore_details_open"):
        app.session_state[part] = True
    return app.run()


def say(app, key, **value):
    """Run the page as if a browser had said this of the widget, and nothing of the others."""
    known = app.session_state._state._state._key_id_mapper
    states = WidgetStates()
    states.widgets.add(id=known.get_id_from_key(key), **value)
    app._run(states)


def is_alive(app):
    """Whether the next word that makes sense is heeded."""
    say(app, "explore_width", double_array_value={"data": [7.0]})
    return not app.exception and session_of(app).scenario.width == 7


@pytest.mark.parametrize(("key", "value"), ODD, ids=[f"{key} {str(value)[:40]}" for key, value in ODD])
def test_what_a_widget_cannot_read_was_not_said(page, caplog, key, value):
    before = session_of(page).scenario
    say(page, key + page.session_state["address_bar"].page if key == ADDRESS else key, **value)
    assert not page.exception
    assert session_of(page).scenario == before
    assert is_alive(page)
    assert not caplog.records


@pytest.mark.parametrize("told", NO_CHANGES)
def test_what_is_no_change_of_the_table_leaves_it_as_it_was(page, told):
    before = session_of(page).scenario
    say(page, "explore_table_1", string_value=told)
    assert not page.exception
    assert session_of(page).scenario == before
    assert [warning.value for warning in page.warning] == [
        "The table is as it was: what your browser told is no change of it."
    ]
    say(page, "explore_table_2", string_value='{"edited_rows": {"0": {"y": "7"}}}')
    assert not page.exception
    assert session_of(page).scenario.points[0][1] == 7


def test_values_that_come_before_their_widget_are_looked_at_when_it_is_drawn(page):
    known = page.session_state._state._state
    state = known._new_widget_state
    seed = known._key_id_mapper.get_id_from_key("explore_seed")
    del state.widget_metadata[seed]
    say(page, "explore_seed", double_value=NAN)
    assert not page.exception
    assert is_alive(page)
