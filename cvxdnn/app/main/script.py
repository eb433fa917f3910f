"""What every page begins with, whichever way it is entered: configuration, navigation, admission."""

import streamlit as st

from cvxdnn.app.admission import admit
from cvxdnn.app.main import PAGES
from cvxdnn.app.page import configure


def main() -> None:
    """Run the page that the visitor asked for."""
    configure()
    pages = {
        "Explore": [st.Page(PAGES / "explore.py", title="Spline explorer", icon=":material/show_chart:", default=True)],
        "Learn": [st.Page(PAGES / "lesson.py", title="Lessons", icon=":material/school:")],
        "Understand": [
            st.Page(PAGES / "path.py", title="Path", icon=":material/timeline:"),
            st.Page(PAGES / "depth.py", title="Depth", icon=":material/layers:"),
            st.Page(PAGES / "rank_one.py", title="Rank one and deep linear", icon=":material/linear_scale:"),
            st.Page(PAGES / "whitened.py", title="Whitened data", icon=":material/blur_on:"),
            st.Page(PAGES / "batch_norm.py", title="Batch norm and neural collapse", icon=":material/hub:"),
            st.Page(PAGES / "extreme_points.py", title="Extreme points", icon=":material/deployed_code:"),
        ],
        "Question it": [
            st.Page(PAGES / "beyond.py", title="Beyond the theorem", icon=":material/explore_off:"),
            st.Page(PAGES / "sweep.py", title="Sweep lab", icon=":material/grid_on:"),
            st.Page(PAGES / "about.py", title="About", icon=":material/info:"),
            st.Page(PAGES / "glossary.py", title="Glossary", icon=":material/menu_book:"),
            st.Page(PAGES / "class_.py", title="Class", url_path="class", visibility="hidden"),
        ],
    }
    admit(st.navigation(pages).run)


if __name__ == "__main__":  # Streamlit's name for it; a process that only imports this file runs no page
    main()
