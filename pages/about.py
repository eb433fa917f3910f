"""About: what the numbers mean, where the theorems stop, and where they come from."""

from cvxdnn.exhibits.about.page import page

page()
