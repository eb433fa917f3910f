"""What a host says of itself, by environment; what cannot be meant is reported in the log and ignored.

CVXDNN_HOSTS     names that browsers reach this app by, separated by commas: demo.example.org, *.example.org;
                 "*" for every name. This machine's own name, names without a dot and addresses in digits need not
                 be listed. (Streamlit's own browser.serverAddress counts as listed.)
CVXDNN_FRAMES    sites that may show the app in a frame: https://moodle.example.org, https://*.example.org;
                 "none" for nobody. Left out: any site.
"""

import logging
import os
import re
from collections.abc import Callable

from streamlit import config

__all__ = ["frames", "hosts"]

logger = logging.getLogger("cvxdnn.gate")

_LABELS = r"([a-z0-9_]([a-z0-9_-]*[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]*[a-z0-9])?"
_HOST = re.compile(rf"\*|(\*\.)?{_LABELS}")
_SITE = re.compile(rf"https?://(\*\.)?{_LABELS}(:\d{{1,5}})?")


def hosts() -> tuple[str, ...]:
    """The names that this host lists, in lower case."""
    own = str(config.get_option("browser.serverAddress")).lower()
    listed = _listed("CVXDNN_HOSTS", _HOST.fullmatch, "a host name without scheme and port")
    return tuple(dict.fromkeys([*listed, own]))


def frames() -> tuple[str, ...] | None:
    """The sites that may frame the app; None: any."""
    if not os.environ.get("CVXDNN_FRAMES", "").strip():
        return None
    return tuple(
        site
        for site in _listed("CVXDNN_FRAMES", lambda each: each == "none" or _SITE.fullmatch(each), "a site's address")
        if site != "none"
    )


def _listed(variable: str, is_meant: Callable[[str], object], what: str) -> list[str]:
    """The entries of a list in the environment."""
    entries = [entry.strip().lower().rstrip("./") for entry in os.environ.get(variable, "").split(",")]
    for entry in filter(None, entries):
        if not is_meant(entry):
            logger.error("%s holds %.60r, which is not %s; that entry is ignored", variable, entry, what)
    return [entry for entry in entries if is_meant(entry)]
