"""Beyond the theorem: conditions that can be broken, and statements that are repeated more broadly than they hold."""

import streamlit as st

from cvxdnn.ui.beyond_closed_forms import closed_form_limits
from cvxdnn.ui.beyond_depth import depth_conditions

st.title("Break a condition of the theorem, and watch training cross its line.")
st.write(
    "While both conditions hold, the orange line stops at the blue one. Give every layer biases, or let the inputs "
    "take both signs, and it goes below, or never gets there."
)
depth_conditions()
closed_form_limits()
