"""Path: the optimal network for every weight decay at once, and how to choose one."""

from cvxdnn.exhibits.path.page import page

page()
