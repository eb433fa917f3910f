"""What a visitor can take home from a page: one menu on every page, in the row of its heading.

    files = lambda: [File("points.csv", "Points", lambda: points_csv(now)), ...]
    take_home(heading(...), "explore", files)

Nothing of it costs anything before it is asked for: what there is is asked when the menu is opened, and a file is
written when its button is pressed. The pictures of the page are saved by the browser that has drawn them
(``assets/figure``).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cvxdnn.app.admission import admitted
from cvxdnn.app.component import component

__all__ = ["File", "take_home"]

KINDS = {".csv": "text/csv", ".json": "application/json", ".py": "text/x-python"}
NOT_YET = "Not there yet: it comes when the training or the optimum is complete."

_figures = component("take_home", Path(__file__).parent, "figure/index.js")


@dataclass(frozen=True)
class File:
    """One of the files of a page.

    name : with the ending that says its kind, one of `KINDS`; the page's name is put before it
    label : what is in it, in a few words
    text : writes it, in a thread of its own: it must not ask the session for anything. None where there is nothing yet
    about : a headline over this and the next files, where a page has several pictures
    """

    name: str
    label: str
    text: Callable[[], str] | None
    about: str = ""


def take_home(place: DeltaGenerator, page: str, files: Callable[[], Sequence[File]]) -> None:
    """The menu.

    Parameters
    ----------
    place : container
        Where it stands, see `cvxdnn.app.page.heading`.
    page : str
        Begins the names of files.
    files : callable
        What there is at the moment when the menu is opened.
    """
    key = f"{page}_take_home"

    def menu() -> None:
        with st.popover("Take it home", icon=":material/download:", key=key, on_change="rerun") as opened:
            if opened.open:
                with st.container(gap="xxsmall", key="take_home"):
                    _figures(key=f"{key}_figures", data={"page": page})
                    for file in files():
                        if file.about:
                            st.caption(file.about)
                        _button(page, file)

    with place:
        st.fragment(admitted(menu))()


def _button(page: str, file: File) -> None:
    ending = Path(file.name).suffix
    kind = "Python" if ending == ".py" else ending[1:].upper()
    st.download_button(
        f"{file.label} ({kind})",
        file.text or "",
        file_name=f"{page}_{file.name}",
        mime=KINDS[ending],
        key=f"{page}_{file.name}",
        on_click="ignore",
        disabled=file.text is None,
        help=NOT_YET if file.text is None else None,
        type="tertiary",
        width="stretch",
    )
