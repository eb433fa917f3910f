"""cvxdnn in the browser: the server of the app, started by `streamlit run app.py`."""

import streamlit as st

from cvxdnn.app import gate
from cvxdnn.app.main import SCRIPT

app = st.App(SCRIPT, middleware=gate.guards(), lifespan=gate.watch)
