"""cvxdnn in the browser: page configuration and navigation, nothing else."""

import streamlit as st

from cvxdnn.ui.admission import admit
from cvxdnn.ui.page import configure


def main() -> None:
    """Run the page that the visitor asked for."""
    configure()
    pages = {
        "Explore": [st.Page("pages/explore.py", title="Spline explorer", icon=":material/show_chart:", default=True)],
        "Understand": [
            st.Page("pages/path.py", title="Path", icon=":material/timeline:"),
            st.Page("pages/depth.py", title="Depth", icon=":material/layers:"),
            st.Page("pages/rank_one.py", title="Rank one and deep linear", icon=":material/linear_scale:"),
            st.Page("pages/whitened.py", title="Whitened data", icon=":material/blur_on:"),
            st.Page("pages/batch_norm.py", title="Batch norm and neural collapse", icon=":material/hub:"),
            st.Page("pages/extreme_points.py", title="Extreme points", icon=":material/deployed_code:"),
        ],
        "Question it": [
            st.Page("pages/beyond.py", title="Beyond the theorem", icon=":material/explore_off:"),
            st.Page("pages/sweep.py", title="Sweep lab", icon=":material/grid_on:"),
            st.Page("pages/about.py", title="About", icon=":material/info:"),
        ],
    }
    admit(st.navigation(pages).run)


if __name__ == "__main__":  # worker processes must be able to import this file without running the app
    main()
