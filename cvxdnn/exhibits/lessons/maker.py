"""A dialog that makes a lesson of points somebody has placed: a link, and nothing else (`own`).

The dialog stays open over runs of the page that training causes, until it is dismissed.
"""

from urllib.parse import urljoin

import streamlit as st

from cvxdnn.app.address import here
from cvxdnn.app.admission import admitted
from cvxdnn.app.share.link import link_to, qr_code
from cvxdnn.app.text import plain
from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.exhibits.lessons.own import KINDS, LONGEST_TITLE, Own
from cvxdnn.tasks import link
from cvxdnn.tasks.scenario import Scenario

__all__ = ["MOST_CHARACTERS", "lesson_link", "lesson_maker"]

KEY = "lesson_maker"
OPEN = f"{KEY}_open"
MOST_CHARACTERS = 2_000
"""Of the link: longer ones are cut by some mail programs."""
LONGEST_QUESTION, LONGEST_OPTIONS = 300, 600
WHAT = (
    "Your points, weight decay, depth and loss become a lesson: whoever opens the link predicts first, and then sees "
    "the best curve. The link holds all of it; nothing is stored here."
)


def lesson_maker(scenario: Scenario) -> None:
    """The button, and the dialog as long as it is open."""
    st.button(
        "Make a lesson of these points",
        icon=":material/school:",
        key=f"{KEY}_button",
        on_click=_keep_open,
        args=(True,),
    )
    if st.session_state.get(OPEN):
        shown = st.dialog("A lesson of your own", width="medium", on_dismiss=lambda: _keep_open(False))
        shown(admitted(lambda: _dialog(scenario)))()


def lesson_link(url: str, own: Own) -> str:
    """The address of a lesson.

    Parameters
    ----------
    url : str
        Of the explorer, without entries.
    own : Own

    Raises
    ------
    InvalidInputError
        If its points have no best curve, or there is too much in it for one link.
    """
    if own.obstacle:
        raise InvalidInputError(own.obstacle)
    address = link_to(urljoin(f"{url.rstrip('/')}/", "lesson"), link.pack(own.texts()))
    if len(address) > MOST_CHARACTERS:
        raise InvalidInputError(
            f"the link has {len(address):,} characters, and some mail programs cut one at {MOST_CHARACTERS:,}; "
            "use fewer points or words"
        )
    return address


def _keep_open(is_open: bool) -> None:
    st.session_state[OPEN] = is_open


def _dialog(scenario: Scenario) -> None:
    st.markdown(WHAT)
    title = st.text_input("Title", "My lesson", max_chars=LONGEST_TITLE, key=f"{KEY}_title")
    question = st.text_input(
        "Question", "What does the best network draw?", max_chars=LONGEST_QUESTION, key=f"{KEY}_question"
    )
    kind = st.segmented_control(
        "Predicted by", list(KINDS), default="sketch", required=True, format_func=KINDS.__getitem__, key=f"{KEY}_kind"
    )
    options: tuple[str, ...] = ()
    if kind == "choice":
        lines = st.text_area("Options, one on each line", max_chars=LONGEST_OPTIONS, key=f"{KEY}_options").splitlines()
        options = tuple(each.strip() for each in lines if each.strip())
    try:
        address = lesson_link(here(), Own(title.strip(), question.strip(), kind, scenario, options))
    except InvalidInputError as error:
        st.warning(plain(f"There is no such lesson: {error}."))
        return
    st.markdown("Link")
    st.code(address, language=None, wrap_lines=True)
    st.link_button("Try it", address, icon=":material/play_arrow:")
    if code := qr_code(address):
        st.html(f'<img class="qr-code" src="{code}" width="220" height="220" alt="QR code of the link above">')
