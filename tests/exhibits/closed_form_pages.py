"""Opening a closed-form page in AppTest, moving its controls, and following its training run."""

import json
import time

from tests.exhibits.conftest import go_to, unmarked


def open_page(explore, name):
    app = explore()
    go_to(app, name)
    assert not app.exception
    return app


def widget(app, key):
    """The widget with this key, whatever its kind."""
    for kind in (app.selectbox, app.radio, app.slider, app.select_slider, app.number_input):
        for found in kind:
            if found.key == key:
                return found
    raise KeyError(key)


def move(app, prefix, **values):
    """Set controls, in this order: some appear only after others were set."""
    for name, value in values.items():
        widget(app, prefix + name).set_value(value).run()
        assert not app.exception, (name, value)


def choose(app, key, **values):
    """Set controls under the picture of a stage, as the browser would."""
    app.session_state[f"{key}_chosen"] = values
    app.run()
    assert not app.exception, values


def sent(app):
    """What the picture of the page is drawn from."""
    (stage,) = [each.proto for each in app.get("bidi_component") if "stage" in each.proto.component_name]
    return json.loads(stage.bytes)


def training_of(app, name, seconds=60, wait_for_end=False):
    """The frame of the training that has begun by itself: the first, or the last; it is paused afterwards."""
    return _awaited(app, name, seconds, wait_for_end)


def text_of(app):
    """Everything in the page's own HTML: the headline and the table of numbers."""
    return unmarked(" ".join(element.proto.body for element in app.get("html")))


def train(app, name, seconds=60, wait_for_end=False):
    """Press Train, where it has not begun by itself, and wait for a frame, or for the end; then the run is paused."""
    if not app.session_state["tab"].runs[name].is_running:
        app.button(key=f"{name}_train_play_arrow").click().run()
    return _awaited(app, name, seconds, wait_for_end)


def _awaited(app, name, seconds, wait_for_end):
    run = app.session_state["tab"].runs[name]
    deadline = time.monotonic() + seconds
    while run.frame is None or (wait_for_end and run.is_running):
        assert not run.message, run.message
        assert time.monotonic() < deadline, "no frame arrived"
        time.sleep(0.05)
        run.poll()
    run.pause()
    app.run()
    assert not app.exception
    return run.frame
