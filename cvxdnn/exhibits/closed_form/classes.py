"""Classes of unequal size, as the pages about classifiers have them."""

import numpy as np

__all__ = ["class_sizes", "distinct_imbalances"]


def class_sizes(classes: int, largest: int, imbalance: int) -> tuple[int, ...]:
    """Samples of each class, from the largest down to one that is `imbalance` times smaller, in equal ratios."""
    shares = imbalance ** (-np.arange(classes) / (classes - 1))
    return tuple(max(1, round(largest * share)) for share in shares.tolist())


def distinct_imbalances(classes: int, largest: int, most: int) -> tuple[int, ...]:
    """The imbalances up to `most` that give other class sizes than any smaller one."""
    first: dict[tuple[int, ...], int] = {}
    for imbalance in range(1, most + 1):
        first.setdefault(class_sizes(classes, largest, imbalance), imbalance)
    return tuple(first.values())
