"""The settings of a page: what each may be, and what it is first. From that come its widgets, its stage and its link.

    SETTINGS = Settings("whitened", widget("classes", range(2, 7), 3), under("beta", BETAS, 0.1))

    follow(SETTINGS)                        before the page is drawn: its link, see `cvxdnn.app.address`
    SETTINGS.slider("classes", "Classes")   draws the widget
    SETTINGS["beta"]                        the value in force

A setting stands in a widget of its own, or under the picture of a stage, where the browser draws it. Chosen values are
kept in the session, also while another page is open: those of the stage as `cvxdnn.app.stage` keeps them, those of
widgets beside them. What is kept and may not be chosen any more, since another setting has changed, is left alone,
and the first value is in force.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from cvxdnn.app import address
from cvxdnn.app.shown import shown
from cvxdnn.app.stage import choose, forget, kept
from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.tasks.choices import Span, in_order, may_be, read, write

__all__ = ["Setting", "Settings", "Span", "under", "widget"]

Values = Sequence[Any] | Span
_NOTHING = object()


@dataclass(frozen=True)
class Setting:
    """One setting.

    name : in the link and, without a key of its own, of its widget
    values : what it may be, or a function that says it of the settings before
    first : at which the page opens, or such a function
    several : whether any number of the values may be chosen, as a tuple
    key : of its widget, without the page's prefix; another one is another widget, which begins with the first value
    stage, control : the key of the stage under whose picture it stands, and its name there; "" for widgets
    """

    name: str
    values: Values | Callable[[], Values]
    first: Any
    several: bool = False
    key: Callable[[], str] | None = None
    stage: str = ""
    control: str = ""

    def offered(self) -> Values:
        """What it may be now."""
        return self.values() if callable(self.values) else self.values

    def default(self) -> Any:
        """What it is first."""
        return self.first() if callable(self.first) else self.first


def widget(
    name: str,
    values: Values | Callable[[], Values],
    first: Any,
    *,
    several: bool = False,
    key: Callable[[], str] | None = None,
) -> Setting:
    """A setting with a widget."""
    return Setting(name, values, first, several, key)


def under(
    name: str, values: Values | Callable[[], Values], first: Any, *, stage: str = "", control: str = ""
) -> Setting:
    """A setting under the picture; of the page's own stage and by its own name if nothing else is said."""
    return Setting(name, values, first, stage=stage, control=control or name)


class Settings:
    """The settings of one page, see the head of the file.

    Parameters
    ----------
    page : str
        Widgets' keys begin with it; its stage is called `page_stage`.
    settings : Setting
        In such an order that what they may be depends on those before.
    """

    def __init__(self, page: str, *settings: Setting) -> None:
        self._page = page
        self._stage = f"{page}_stage"
        self._all = {setting.name: setting for setting in settings}
        self.names = tuple(self._all)

    def __getitem__(self, name: str) -> Any:
        """The value in force."""
        setting = self._all[name]
        told = kept(setting.stage or self._stage).get(setting.control or name, _NOTHING)
        if not setting.control:
            told = st.session_state.get(self._key(setting), told)
        if told is _NOTHING:
            return setting.default()
        offered = setting.offered()
        if setting.several:
            told = in_order(told, offered)
        return told if may_be(told, offered, several=setting.several) else setting.default()

    def values(self, name: str) -> Any:
        """What a setting may be now."""
        return self._all[name].offered()

    def put(self, name: str, value: Any) -> None:
        """Have a setting be this, as if the user had chosen it; before it is drawn."""
        self.reset(name)
        setting = self._all[name]
        choose(setting.stage or self._stage, {setting.control or name: value})

    def reset(self, *names: str) -> None:
        """Have these settings be as they were first; before they are drawn."""
        for setting in map(self._all.__getitem__, names):
            forget(setting.stage or self._stage, [setting.control or setting.name])
            if not setting.control:
                st.session_state.pop(self._key(setting), None)

    # The link

    def texts(self) -> dict[str, str]:
        """Of every setting that is not as it was first, what a link says."""
        now = {name: (self[name], setting) for name, setting in self._all.items()}
        return {name: write(value) for name, (value, setting) in now.items() if value != setting.default()}

    def take(self, texts: dict[str, str]) -> str:
        """Become what a link says; names what cannot be, which is then as it was first."""
        self.reset(*self.names)
        problems = []
        for name, setting in self._all.items():
            if name not in texts:
                continue
            try:
                self.put(name, read(name, texts[name], setting.offered(), several=setting.several))
            except InvalidInputError as error:
                problems.append(f"{error}; {write(setting.default())} is shown instead.")
        return f"In this link {' '.join(problems)}" if problems else ""

    # Widgets

    def shown(self, name: str, *, first: str = "value") -> dict[str, Any]:
        """The options of a setting's widget that make it show the value in force.

        `first` is the option by which Streamlit's function takes the value that a widget begins with.
        """
        setting, value = self._all[name], self[name]
        if value == setting.default():
            forget(self._stage, [name])
        else:
            choose(self._stage, {name: value})
        held = list(value) if setting.several else value
        begin = list(setting.offered()).index(value) if first == "index" else held
        return shown(self._key(setting), held, **{first: begin})

    def slider(self, name: str, label: str, **options: Any) -> Any:
        """A slider from the first to the last of its values; returns the value."""
        values = self.values(name)
        return st.slider(label, values[0], values[-1], **self.shown(name), **options)

    def number(self, name: str, label: str, **options: Any) -> int:
        """A field for a whole number; returns it."""
        values = self.values(name)
        return int(st.number_input(label, values[0], values[-1], step=1, **self.shown(name), **options))

    def select(self, name: str, label: str, words: Callable[[Any], str] = str, **options: Any) -> Any:
        """A selection box; `words` says what a value is called. Returns the value."""
        values = list(self.values(name))
        return st.selectbox(label, values, format_func=words, **self.shown(name, first="index"), **options)

    def radio(self, name: str, label: str, words: Callable[[Any], str] = str, **options: Any) -> Any:
        """All values beside each other, one of them chosen; as `select`."""
        values = list(self.values(name))
        return st.radio(label, values, format_func=words, **self.shown(name, first="index"), **options)

    def _key(self, setting: Setting) -> str:
        name = setting.key() if setting.key is not None else setting.name
        steps = address.steps()
        return f"{self._page}_{name}" + (f"_{steps}" if steps else "")
