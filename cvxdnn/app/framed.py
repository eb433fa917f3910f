"""Whether the browser withholds this app's cookie, as it does for a page in a frame of another site.

The server takes an upload only with that cookie: otherwise any site could send one in a visitor's name. A browser
that shows the app inside a page of another site keeps the cookie back, and the upload would end in a bare "403".
"""

from collections.abc import Mapping
from urllib.parse import urlencode

import streamlit as st

__all__ = ["is_cookie_withheld", "say_how_to_do_without_upload"]

COOKIE = "_streamlit_xsrf"
ADVICE = (
    "No file can be sent from here: this page stands in a frame of another site, and there your browser withholds the "
    "cookie without which this app accepts no file. Copy the cells of your spreadsheet and paste them into the box "
    "above, or open the page by itself and send the file there."
)


def is_cookie_withheld() -> bool:
    """Whether a browser is there and has not sent the cookie that it was given with the page."""
    return bool(st.context.headers.to_dict()) and COOKIE not in st.context.cookies.to_dict()


def say_how_to_do_without_upload(query: Mapping[str, str]) -> None:
    """What to do instead, and this very page by itself, as a link with `query`."""
    st.markdown(ADVICE)
    st.link_button("Open this page by itself", f"./?{urlencode(query)}", icon=":material/open_in_new:")
