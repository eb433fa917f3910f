"""Labels: values -1 and +1 that say which of two classes a point belongs to.

Losses for classification know nothing else. Points with other values become labelled by the side of the middle of
their range they lie on.
"""

from cvxdnn.tasks.link import Points

__all__ = ["LEVELS", "are_labels", "labelled"]

LEVELS = (-1.0, 1.0)


def are_labels(points: Points) -> bool:
    """Whether every y is -1 or +1."""
    return all(y in LEVELS for _, y in points)


def labelled(points: Points) -> Points:
    """The points with +1 for values above the middle of their range and -1 for the others."""
    ys = [y for _, y in points]
    middle = min(ys) / 2 + max(ys) / 2
    return tuple((x, 1.0 if y > middle else -1.0) for x, y in points)
