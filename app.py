"""cvxdnn in the browser: the server of the app, started by `streamlit run app.py`."""

import streamlit as st

from cvxdnn.app import gate
from cvxdnn.app.compression import compression
from cvxdnn.app.its_server import its_server
from cvxdnn.app.main import SCRIPT
from cvxdnn.app.routes import routes, stills

app = st.App(
    SCRIPT, routes=routes(), middleware=[*gate.guards(), stills(), compression(), its_server()], lifespan=gate.watch
)
