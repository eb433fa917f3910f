"""Whitened data: one channel for each class, where that is optimal, and where a deep network does better."""

from cvxdnn.exhibits.whitened.page import page

page()
