"""Links to a page in one of its views, the code of a frame that shows one, and its QR code."""

from collections.abc import Iterable, Mapping
from html import escape
from urllib.parse import urlencode, urlsplit

import segno

from cvxdnn.app.view import ENTRIES, GROUPS

__all__ = ["frame_code", "link_to", "qr_code"]

MOST_IN_QR_CODE = 900
"""Characters: more make squares that a camera does not tell apart on a projected slide."""
TITLE = "cvxdnn: networks as splines"


def link_to(url: str, query: Mapping[str, str], *, view: str = "page", hide: Iterable[str] = ()) -> str:
    """The address of a page with its settings, shown in one of the views.

    Parameters
    ----------
    url : str
        Of the page, without entries.
    query : mapping
        The entries of its address; those about how it is shown now are replaced.
    view : {"page", "wall", "embed"}
    hide : iterable of str
        Names of groups to leave out; others than those of `cvxdnn.app.view.GROUPS` are ignored.
    """
    entries = {name: value for name, value in query.items() if name not in ENTRIES}
    if view == "wall":
        entries["view"] = "wall"
    if view == "embed":
        entries["embed"] = "true"
    asked = set(hide)
    hidden = ",".join(name for name in GROUPS if name in asked)
    if hidden:
        entries["hide"] = hidden
    page = f"{url}/" if not urlsplit(url).path else url
    return f"{page}?{urlencode(entries, safe=',')}" if entries else page


def frame_code(link: str, width: int, height: int) -> str:
    """The HTML that shows a link in a frame of so many pixels, narrower where its page is."""
    return (
        f'<iframe src="{escape(link)}" title="{escape(TITLE)}" width="{width}" height="{height}" loading="lazy" '
        f'allow="clipboard-write; web-share" style="border: 0; max-width: 100%"></iframe>'
    )


def qr_code(link: str) -> str | None:
    """The link as a picture for cameras, a `data:` address of an SVG, dark on light; None if it is too long for one."""
    if not link or len(link) > MOST_IN_QR_CODE:
        return None
    return segno.make(link, error="l", boost_error=True, micro=False).svg_data_uri(light="#fff", scale=4, nl=False)
