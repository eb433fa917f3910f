"""The script that Streamlit runs for every page, in a folder of its own.

Streamlit serves a folder `pages` that lies beside the main script by itself, past that script, until `st.navigation`
has run once in the process: the first visitors would get in without settings, seat or turn. And it puts the script's
folder in front of the places that modules are looked for in. So there is nothing else here.

    TOP     where `app.py`, `pages/` and `.streamlit/` lie: the top of the repository, or its copy in a wheel
"""

from pathlib import Path

__all__ = ["PAGES", "SCRIPT", "TOP"]

SCRIPT = Path(__file__).resolve().with_name("script.py")
_COPY = SCRIPT.parents[2] / "site"
TOP = _COPY if _COPY.is_dir() else SCRIPT.parents[3]
PAGES = TOP / "pages"
