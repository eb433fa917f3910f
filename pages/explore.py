"""Explore: drag points, watch networks train on them, and see how far they are from the certified optimum."""

from cvxdnn.exhibits.explore.page import page

page()
