"""Text of unknown origin, made safe for a message on the page."""

import re

__all__ = ["plain"]

_MARKUP = re.compile(r"([\\`*_\[\]()!<>&#$~|:{}])")


def plain(text: str) -> str:
    """The text as it will be read, whatever of Markdown it holds.

    Messages quote what they are about, for instance a cell of an uploaded file. In Markdown such a cell could be a
    picture from another host, which the browser would fetch. (HTML is shown as text in any case.)
    """
    return _MARKUP.sub(r"\\\1", text)
