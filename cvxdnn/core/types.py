"""Arrays, by what is in them. Shapes are said where an array is used."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["Array", "Indices", "Integers", "Mask"]

Array = NDArray[np.float64]
Indices = NDArray[np.intp]
Integers = NDArray[np.int64]
Mask = NDArray[np.bool_]
