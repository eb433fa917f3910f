"""Depth: the certified optimum for L layers, the valleys in which training gets stuck, and the jumps between them."""

from cvxdnn.exhibits.depth.page import page

page()
