"""Widgets that show a value: the browser is told what it did not say itself, and nothing else."""

from streamlit.testing.v1 import AppTest


def page():
    import streamlit as st

    from cvxdnn.app.shown import shown

    def keep(depth, several):
        st.session_state.kept = depth, several

    depth, several = st.session_state.setdefault("kept", (3, [10, 20]))
    for change in [lambda: keep(st.session_state.depth, st.session_state.widths)]:
        st.slider("depth", 1, 6, on_change=change, **shown("depth", depth, value=depth))
        st.multiselect("widths", [5, 10, 20], on_change=change, **shown("widths", several, default=several))
    st.button("Back", on_click=keep, args=(3, [10, 20]))


def told(app):
    """Whether each widget is told its value, and what a browser that knows nothing would begin with."""
    slider, choice = app.slider[0], app.multiselect[0]
    return slider.proto.set_value, choice.proto.set_value, list(slider.proto.default), list(choice.proto.default)


def test_a_browser_is_told_a_value_first_and_whenever_somebody_else_has_changed_it():
    app = AppTest.from_function(page).run()
    assert told(app)[:2] == (True, True)
    app.slider[0].set_value(5).run()
    assert (app.slider[0].value, app.multiselect[0].value) == (5, [10, 20])
    assert told(app) == (False, False, [5], [1, 2])
    app.multiselect[0].set_value([5]).run()
    assert (app.slider[0].value, app.multiselect[0].value) == (5, [5])
    assert told(app) == (False, False, [5], [0])
    app.button[0].click().run()
    assert (app.slider[0].value, app.multiselect[0].value) == (3, [10, 20])
    assert told(app)[:2] == (True, True)
