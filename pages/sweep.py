"""Sweep lab: hundreds of trainings over a grid of settings, and which of them reach the certified optimum."""

from cvxdnn.exhibits.sweep.page import page

page()
