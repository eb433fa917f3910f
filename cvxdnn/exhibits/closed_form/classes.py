"""Classes of unequal size, as the pages about classifiers have them."""

import numpy as np

__all__ = ["class_sizes"]


def class_sizes(classes: int, largest: int, imbalance: int) -> tuple[int, ...]:
    """Samples of each class, from the largest down to one that is `imbalance` times smaller, in equal ratios."""
    shares = imbalance ** (-np.arange(classes) / (classes - 1))
    return tuple(max(1, round(largest * share)) for share in shares.tolist())
