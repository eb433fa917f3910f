"""Batch norm and neural collapse: class means move to the place that a closed form predicts, live."""

from cvxdnn.exhibits.batch_norm.page import page

page()
