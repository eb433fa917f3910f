"""Beyond the theorem: conditions that can be broken, and statements that are repeated more broadly than they hold."""

import streamlit as st

from cvxdnn.exhibits.beyond.closed_forms import closed_form_limits
from cvxdnn.exhibits.beyond.depth import depth_conditions

st.title("Break a condition of the theorem, and watch training cross its line.")
st.write(
    "The orange line is the objective, what training minimises; the blue line is the lowest it can be, says the "
    "theorem, under two conditions. Give every layer biases, or let the inputs take both signs, and the orange line "
    "may go below the blue one, or stay far above it."
)
depth_conditions()
closed_form_limits()
