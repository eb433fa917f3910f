"""cvxdnn in the browser: page configuration and navigation, nothing else."""

import streamlit as st

from cvxdnn.ui.page import configure


def main() -> None:
    """Run the page that the visitor asked for."""
    configure()
    pages = {
        "Explore": [st.Page("pages/explore.py", title="Spline explorer", icon=":material/show_chart:", default=True)],
        "Understand": [st.Page("pages/path.py", title="Path", icon=":material/timeline:")],
        "Question it": [st.Page("pages/about.py", title="About", icon=":material/info:")],
    }
    st.navigation(pages).run()


if __name__ == "__main__":  # worker processes must be able to import this file without running the app
    main()
