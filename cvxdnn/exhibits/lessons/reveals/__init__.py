"""One module a kind of reveal: which answer is right, which misconception a wrong one comes from, and the picture.

Each has `reveal(lesson, answers)`, and `right(lesson)` where there is one right answer and no scale.
"""
