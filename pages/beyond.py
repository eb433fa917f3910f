"""Beyond the theorem: conditions that can be broken, and statements that are repeated more broadly than they hold."""

from cvxdnn.exhibits.beyond.page import page

page()
