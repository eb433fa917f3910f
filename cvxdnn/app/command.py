"""`cvxdnn app`: the app on this machine, from wherever cvxdnn is installed."""

import argparse
from collections.abc import Sequence

from cvxdnn.core.exceptions import MissingExtraError, require

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> None:
    """Do what a command line asks.

    Parameters
    ----------
    arguments : sequence of str, optional
        ``app --port 8501``, and options of ``streamlit run`` as they are; left out: those of this process.
    """
    parser = argparse.ArgumentParser("cvxdnn", description="See why a deep ReLU network draws a linear spline.")
    commands = parser.add_subparsers(dest="command", required=True)
    app = commands.add_parser("app", help="start the app; other options go to `streamlit run`")
    app.add_argument("--port", type=int, default=8501, help="on which it is reached (default: %(default)s)")
    asked, others = parser.parse_known_args(arguments)
    try:
        for library in ("streamlit", "pandas", "torch"):
            require(library, extra="app")
    except MissingExtraError as error:
        parser.error(str(error))
    serve(asked.port, others)


def serve(port: int, options: Sequence[str] = ()) -> None:
    """Run the app as `streamlit run` does, until it is stopped."""
    from streamlit.web import cli

    from cvxdnn.app.main import TOP

    cli.main(["run", str(TOP / "app.py"), "--server.port", str(port), *options], prog_name="streamlit")
