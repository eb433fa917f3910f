"""Parts of one page that follow each other, while the page stays as it is.

What moves a point in the chart concerns the numbers beside it, and not the controls below: each part says what it
shows, and whichever part runs has those drawn anew that show something else by now, or that should begin or cease to
move. Only what stands outside all parts needs the whole page, which costs several times as much.

A part is one fragment for as long as the page stays, whether it moves or not: what the user does while another takes
its place would be told to one that is gone. So its clock, which Streamlit gives a fragment once and for all, is set
here by the message that Streamlit itself sends.

Streamlit lets only callbacks ask for certain fragments by their key, and ends the run that asks. The browser keeps
everything that a run which was ended might still have drawn: a button that had given way to another stayed beside it.
So fragments are asked for here as the browser asks for them, which waits until the run has come to its end. The names
this takes are those of the version that `requirements.txt` pins.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

import streamlit as st
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.scriptrunner import RerunData, get_script_run_ctx

from cvxdnn.app.admission import admitted
from cvxdnn.app.pace import pace
from cvxdnn.app.tab import tab

__all__ = ["Parts"]


@dataclass
class _Part:
    """What a part depends on, and what it was when it was drawn last."""

    shows: Callable[[], Hashable]
    moves: Callable[[], bool]
    shown: Hashable = None
    moved: bool = False

    @property
    def is_late(self) -> bool:
        """Whether it has to be drawn anew."""
        return self.moves() != self.moved or self.shows() != self.shown


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
            moved, part.moved, seconds = part.moved, moves(), every()
            if part.moved:
                pace.measured(content, (tab().session, name), seconds)()
            else:
                content()
            part.shown = shows()
            # At rest it is drawn once more: where runs follow on each other's heels, the browser may not have cleared
            # away what was not drawn any more.
            _set_clock(name, seconds * pace.stretch if part.moved or moved else None)
            self._follow(name)

        with st.container():
            _fragment(admitted(newest), name)

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
        late = [name for name, part in self._parts.items() if part.is_late and not self._is_to_come(name)]
        if late:
            _run_next(late)

    def _is_to_come(self, name: str) -> bool:
        return name not in self._done and any(each in self._run for each in _ids([name]))


def _fragment(content: Callable[[], None], name: str) -> None:
    """A fragment whose identity is its name."""

    def run() -> None:
        content()

    run.__qualname__ = name
    st.fragment(run, key=name)()


def _set_clock(name: str, seconds: float | None) -> None:
    """Have the browser ask for this fragment every so many seconds from now on, or not any more."""
    context = get_script_run_ctx(suppress_warning=True)
    if context is None:
        return
    message = ForwardMsg()
    for fragment in _ids([name]):
        if seconds is None:
            message.stop_auto_rerun.fragment_ids.append(fragment)
        else:
            message.auto_rerun.fragment_id, message.auto_rerun.interval = fragment, seconds
    context.enqueue(message)


def _run_alone() -> list[str]:
    """The fragments of this run, without the page; none where the page is drawn."""
    context = get_script_run_ctx(suppress_warning=True)
    return (context and context.fragment_ids_this_run) or []


def _ids(names: Sequence[str]) -> list[str]:
    """What Streamlit calls these fragments."""
    context = get_script_run_ctx()
    return [] if context is None else context.fragment_storage.resolve_target(list(names))


def _run_next(names: Sequence[str]) -> None:
    """Have these parts drawn as soon as the run has ended."""
    context = get_script_run_ctx()
    if context is None or context.script_requests is None:
        return
    context.script_requests.request_rerun(
        RerunData(
            query_string=context.query_string,
            page_script_hash=context.page_script_hash,
            fragment_id_queue=_ids(names),
            context_info=context.context_info,
        )
    )
