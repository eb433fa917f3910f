"""A class: lessons on a projector, answered on phones."""

from cvxdnn.exhibits.lessons.class_view import page

page()
