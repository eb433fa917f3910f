"""Components of Streamlit that are drawn in the browser by modules of ours (`cvxdnn.app.modules`)."""

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from cvxdnn.app.modules import ASSETS, component_script
from cvxdnn.app.view import view

__all__ = ["component"]

FILM_BAR = "<!-- film -->"
"""Where in its elements a component has the bar of a film."""
SHARED = ("common.css", "terms.css")


def component(name: str, folder: Path, module: str, styles: Iterable[Path] = ()) -> Callable[..., Any]:
    """A component of elements and styles that lie in a folder; it is sent the view of the page with its data.

    Parameters
    ----------
    name : str
        Unique in the app.
    folder : path
        With ``<name>.html`` and ``<name>.css``, where the name is that of the folder's; what all components share is
        added.
    module : str
        Its file below `assets`, see `component_script`.
    styles : iterable of path, optional
        More of them, of what the module imports.
    """
    html, css = ((folder / f"{folder.name}.{ending}").read_text(encoding="utf-8") for ending in ("html", "css"))
    more = "".join(path.read_text(encoding="utf-8") for path in styles)
    film_bar, *shared = ((ASSETS / file).read_text(encoding="utf-8") for file in ("film.html", *SHARED))
    mount = st.components.v2.component(
        f"cvxdnn_{name}",
        html=html.replace(FILM_BAR, film_bar),
        css="".join([*shared, css, more]),
        js=component_script(module),
    )

    def mount_in_view(*, data: Mapping[str, Any], **options: Any) -> Any:
        return mount(data=_written({**data, "view": view().sent}), **options)

    return mount_in_view


def _written(data: Mapping[str, Any]) -> bytes:
    """JSON, written once: Streamlit would look for tables in it, and write it twice. `component.js` reads it."""
    return json.dumps(data, separators=(",", ":")).encode()
