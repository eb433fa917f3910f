"""Parts of one page that follow each other, while the page stays as it is.

What moves a point in the chart concerns the numbers beside it, and not the controls below: each part says what it
shows, and whichever part runs has those drawn anew that show something else by now, or that should begin or cease to
move. Only what stands outside all parts needs the whole page, which costs several times as much.

A part is two fragments, one in the other: Streamlit gives a fragment its clock when what is around it runs.

Streamlit lets only callbacks ask for certain fragments by their key, for it ends the run that asks; here that run has
done its work. The names it takes are those of the version that `requirements.txt` pins.
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
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
    """What a part depends on, what it was when it was drawn last, and which fragment is in it; "" before the first."""

    shows: Callable[[], Hashable]
    moves: Callable[[], bool]
    shown: Hashable = None
    inner: str = ""

    def late(self, name: str) -> str:
        """The fragment that has to be drawn anew, the part or only what is in it; "" for none."""
        if self.inner != _inner(name, self.moves()):
            return name
        return "" if self.shows() == self.shown else self.inner


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
        self._run: list[str] = []  # the fragments that are being run without the page
        self._done: set[str] = set()  # the parts that have been drawn in it

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
            part.shown = shows()
            self._follow(name)

        def mount() -> None:
            is_moving = moves()
            part.inner = _inner(name, is_moving)
            if is_moving:
                self._mount_moving(name, newest, every())
            else:
                _fragment(admitted(newest), part.inner)

        def whole() -> None:
            admitted(mount)()
            if _run_alone():
                wait_until_sent()  # else the clock might take off the page what it has not been sent yet

        with st.container():
            _fragment(whole, name)

    def _mount_moving(self, name: str, newest: Callable[[], None], every: float) -> None:
        stretch = pace.stretch
        noted = admitted(pace.measured(newest, (tab().session, name), every))

        def paced() -> None:
            if pace.stretch != stretch and _run_alone():
                _run_again([name])
            noted()

        _fragment(paced, _inner(name, moves=True), run_every=stretch * every)

    def _follow(self, drawn: str) -> None:
        """Have everything drawn that is not up to date, unless this run comes to it."""
        if self._around() != self._drawn:
            st.rerun()
        run = _run_alone()
        if not run:
            return
        if run is not self._run:
            self._run, self._done = run, set()
        self._done.add(drawn)
        late = {name: fragment for name, part in self._parts.items() if (fragment := part.late(name))}
        if not all(self._is_to_come(name, fragment) for name, fragment in late.items()):
            # All of it: what this run would have come to is lost with it.
            _run_again(list(late.values()))

    def _is_to_come(self, name: str, fragment: str) -> bool:
        return name not in self._done and any(each in self._run for each in _ids({name, fragment}))


def _inner(name: str, moves: bool) -> str:
    """The fragment in a part: one that moves must not be taken for the same that stands still, and keep its clock."""
    return f"{name}_moving" if moves else f"{name}_still"


def _fragment(content: Callable[[], None], name: str, run_every: float | None = None) -> None:
    """A fragment whose identity is its name."""

    def run() -> None:
        content()

    run.__qualname__ = name
    st.fragment(run, key=name, run_every=run_every)()


def _run_alone() -> list[str]:
    """The fragments of this run, without the page; none where the page is drawn."""
    context = get_script_run_ctx(suppress_warning=True)
    return (context and context.fragment_ids_this_run) or []


def _ids(names: Iterable[str]) -> list[str]:
    """What Streamlit calls these fragments."""
    context = get_script_run_ctx()
    return [] if context is None else context.fragment_storage.resolve_target(list(names))


def _run_again(names: Sequence[str]) -> None:
    """End this run and draw these parts."""
    context = get_script_run_ctx()
    if context is None or context.script_requests is None:
        return
    again = RerunData(
        query_string=context.query_string,
        page_script_hash=context.page_script_hash,
        fragment_id_queue=_ids(names),
        is_fragment_scoped_rerun=True,
        context_info=context.context_info,
    )
    context.script_requests.request_rerun(again)
    st.empty()  # the next thing drawn: here the runner sees the request
