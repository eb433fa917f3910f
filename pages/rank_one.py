"""Rank one and deep linear: optimal layers line up, and a closed form says how strong each of them is."""

from cvxdnn.exhibits.rank_one.page import page

page()
