"""cvxdnn in the browser: the server of the app, started by `streamlit run app.py`."""

import streamlit as st

from cvxdnn.app import gate, modules
from cvxdnn.app.main import SCRIPT

app = st.App(SCRIPT, routes=modules.routes(), middleware=gate.guards(), lifespan=gate.watch)
