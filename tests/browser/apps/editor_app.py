"""The server of `editor_page`: the point editor alone, with its modules."""

from pathlib import Path

import streamlit as st

from cvxdnn.app.routes import routes

app = st.App(Path(__file__).with_name("editor_page.py"), routes=routes())
