"""The dialog "Share": a link to the page as it is, the code of a frame that holds it, and a QR code.

The dialog stays open over runs of the page that training causes, until it is dismissed.
"""

from pathlib import Path

import streamlit as st

from cvxdnn.app.address import here
from cvxdnn.app.admission import admitted
from cvxdnn.app.component import component
from cvxdnn.app.share.link import frame_code, link_to, qr_code
from cvxdnn.app.view import GROUPS

__all__ = ["share_button"]

OPEN = "share_open"
SHOWN_AS = {"page": "whole page", "embed": "frame in another page", "wall": "projector"}
SIZES = {"400 × 380": (400, 380), "800 × 450": (800, 450), "1200 × 760": (1200, 760)}
WHOLE = (1280, 800)  # pixels in which the preview shows what is no frame
_mount = component("share", Path(__file__).parent, "share/index.js")


def share_button() -> None:
    """The button, and the dialog as long as it is open."""
    st.button("Share", icon=":material/share:", key="share_button", on_click=_keep_open, args=(True,))
    if st.session_state.get(OPEN):
        st.dialog("Share this page", width="medium", on_dismiss=lambda: _keep_open(False))(admitted(_dialog))()


def _keep_open(is_open: bool) -> None:
    st.session_state[OPEN] = is_open


def _dialog() -> None:
    shown_as = st.segmented_control(
        "Show it as", list(SHOWN_AS), default="page", required=True, format_func=SHOWN_AS.__getitem__, key="share_as"
    )
    hidden = st.multiselect("Leave out", list(GROUPS), format_func=GROUPS.__getitem__, key="share_hide")
    link = link_to(here(), st.query_params.to_dict(), view=shown_as, hide=hidden)
    size, code = WHOLE, ""
    if shown_as == "embed":
        size = SIZES[st.segmented_control("Size", list(SIZES), default="800 × 450", required=True, key="share_size")]
        code = frame_code(link, *size)
        st.markdown("Code for your page")
        st.code(code, language="html", wrap_lines=True)
    st.markdown("Link")
    st.code(link, language=None, wrap_lines=True)
    _mount(key="share_more", data={"link": link, "code": code, "width": size[0], "height": size[1]})
    _draw_qr_code(link)


def _draw_qr_code(link: str) -> None:
    code = qr_code(link)
    if code is None:
        st.caption("This link is too long for a QR code that a camera can read: fewer points make it shorter.")
    else:
        st.html(f'<img class="qr-code" src="{code}" width="220" height="220" alt="QR code of the link above">')
