"""Wait until the browser has been sent what a run of the page drew.

When a live part runs again, Streamlit drops its older drawings that have not been sent yet. If these came from a run
of the whole page, the browser hears of that run, finds the live part missing in it, and takes it off the page: the
chart is mounted anew in the middle of a drag. So a run of the whole page ends only when all of it is on its way.

Streamlit has no public way to ask for that: the names with an underscore are those of the version that
`requirements.txt` pins.
"""

import threading
import time

from streamlit.runtime import Runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from cvxdnn.app.tab import is_connected

__all__ = ["wait_until_sent"]

PATIENCE = 1.0
"""Seconds after which the run ends all the same."""
LOOK = 0.003


def wait_until_sent() -> None:
    """Return when nothing that this run has drawn waits to be sent, when the browser has gone, or after a second."""
    context = get_script_run_ctx()
    sessions = getattr(Runtime.instance(), "_session_mgr", None) if Runtime.exists() else None
    known = sessions.get_active_session_info(context.session_id) if context and sessions else None
    if known is None:  # the browser has gone, or a test runs the page without a server
        return
    deadline = time.monotonic() + PATIENCE
    handed_over = threading.Event()
    known.session._call_soon_on_event_loop(handed_over.set)
    handed_over.wait(PATIENCE)
    while not known.session._browser_queue.is_empty() and time.monotonic() < deadline:
        if not is_connected(known.session.id):  # nobody empties its queue any more
            return
        time.sleep(LOOK)
