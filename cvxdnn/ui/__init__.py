"""The only package that imports streamlit: state, controls, job views, and the point editor.

Streamlit takes a folder called pages for navigation of its older kind until `st.navigation` has run once. The first
visitor after a start of the server who follows a link to an inner page would get that page alone, without `app.py`.
So whoever imports this package first says what is meant, and runs the script again.
"""

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager

if PagesManager.uses_pages_directory:
    PagesManager.uses_pages_directory = False
    st.rerun()
