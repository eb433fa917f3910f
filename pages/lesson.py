"""Lessons: ten questions about networks, each answered before the answer is shown."""

from cvxdnn.exhibits.lessons.page import page

page()
