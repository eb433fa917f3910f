"""Parts of one page that follow each other, while the page stays as it is.

What moves a point in the chart concerns the numbers beside it, and not the controls below: each part says what it
shows, and whichever part runs has those drawn anew that show something else by now, or that should begin or cease to
move. Only what stands outside all parts needs the whole page, which costs several times as much.

A part is two fragments, one in the other: Streamlit gives a fragment its clock when what is around it runs.

Streamlit lets only callbacks ask for certain fragments by their key, for it ends the run that asks; here that run has
done its work. The names it takes are those of the version that `requirements.txt` pins.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

import streamlit as st
from streamlit.runtime.scriptrunner import RerunData, get_script_run_ctx

from cvxdnn.app.admission import admitted
from cvxdnn.app.flush import wait_until_sent
from cvxdnn.app.pace import pace
from cvxdnn.app.tab import tab

__all__ = ["Parts"]


@dataclass
class _Part:
    """What a part depends on and what it was when it was drawn last."""

    shows: Callable[[], Hashable]
    moves: Callable[[], bool]
    shown: Hashable = None
    moved: bool = False

    def late(self, name: str) -> str:
        """The fragment that has to be drawn anew, the part or only what is in it; "" for none."""
        if self.moves() != self.moved:
            return name
        return "" if self.shows() == self.shown else _inner(name, self.moved)

    def take_note(self) -> None:
        self.shown, self.moved = self.shows(), self.moves()


class Parts:
    """The parts of a page, made anew with each run of it.

    Parameters
    ----------
    poll : callable
        Takes over what has been reported since the last look; called before a part is drawn by itself.
    around : callable
        What stands outside all parts: when it changes, the whole page is drawn.
    """

    def __init__(self, poll: Callable[[], None], around: Callable[[], Hashable]) -> None:
        self._poll, self._around = poll, around
        self._drawn = around()
        self._parts: dict[str, _Part] = {}

    def draw(
        self,
        name: str,
        content: Callable[[], None],
        *,
        shows: Callable[[], Hashable],
        moves: Callable[[], bool] = lambda: False,
        every: Callable[[], float] = lambda: 1.0,
    ) -> None:
        """Draw `content` now, whenever what it shows has changed, and again and again while it moves.

        Parameters
        ----------
        name : str
            Unique in the app.
        shows : callable
            What the content depends on.
        moves, every : callable
            Whether it has to be drawn again by itself, and after how many seconds; later while many pages are active,
            see `cvxdnn.app.pace`.
        """
        part = self._parts[name] = _Part(shows, moves)

        def newest() -> None:
            self._poll()
            content()
            self._follow(part)

        def mount() -> None:
            part.take_note()
            if part.moved:
                self._mount_moving(name, newest, every())
            else:
                _fragment(admitted(newest), _inner(name, moves=False))

        def whole() -> None:
            admitted(mount)()
            if _is_alone():
                wait_until_sent()  # else the clock might take off the page what it has not been sent yet

        with st.container():
            _fragment(whole, name)

    def _mount_moving(self, name: str, newest: Callable[[], None], every: float) -> None:
        stretch = pace.stretch
        noted = admitted(pace.measured(newest, (tab().session, name), every))

        def paced() -> None:
            if pace.stretch != stretch and _is_alone():
                _run_again([name])
            noted()

        _fragment(paced, _inner(name, moves=True), run_every=stretch * every)

    def _follow(self, drawn: _Part) -> None:
        """Have everything drawn that is not up to date."""
        drawn.shown = drawn.shows()
        if self._around() != self._drawn:
            st.rerun()
        if not _is_alone():
            return
        late = [fragment for name, part in self._parts.items() if (fragment := part.late(name))]
        for part in self._parts.values():  # they are on their way, and need not be asked for twice
            part.take_note()
        if late:
            _run_again(late)


def _inner(name: str, moves: bool) -> str:
    """The fragment in a part: one that moves must not be taken for the same that stands still, and keep its clock."""
    return f"{name}_moving" if moves else f"{name}_still"


def _fragment(content: Callable[[], None], name: str, run_every: float | None = None) -> None:
    """A fragment whose identity is its name."""

    def run() -> None:
        content()

    run.__qualname__ = name
    st.fragment(run, key=name, run_every=run_every)()


def _is_alone() -> bool:
    """Whether parts run without the page."""
    context = get_script_run_ctx(suppress_warning=True)
    return context is not None and bool(context.fragment_ids_this_run)


def _run_again(names: Sequence[str]) -> None:
    """End this run and draw these parts."""
    context = get_script_run_ctx()
    if context is None or context.script_requests is None:
        return
    again = RerunData(
        query_string=context.query_string,
        page_script_hash=context.page_script_hash,
        fragment_id_queue=context.fragment_storage.resolve_target(list(names)),
        is_fragment_scoped_rerun=True,
        context_info=context.context_info,
    )
    context.script_requests.request_rerun(again)
    st.empty()  # the next thing drawn: here the runner sees the request
