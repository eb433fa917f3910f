"""Films of anything: at every moment the same numbers and arrays, by name.

The browser draws a moment between two stills from numbers between theirs, so an array has the same shape in all of
them, and its entries mean the same throughout.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from cvxdnn.core.types import Array

__all__ = ["Moment", "Moments"]


@dataclass(frozen=True, eq=False)
class Moment:
    """One still.

    step : optimiser steps taken
    numbers : by name, kept to the last digit; "objective" among them has its curve above the bar of the film
    arrays : by name, any shape, kept as float32; NaN where there is nothing
    """

    step: int
    numbers: Mapping[str, float]
    arrays: Mapping[str, Array]

    @property
    def size(self) -> int:
        """How many numbers the arrays hold."""
        return sum(array.size for array in self.arrays.values())

    def differs_from(self, other: Moment) -> bool:
        """Whether any number or array differs."""
        return self.to_bytes() != other.to_bytes()

    @staticmethod
    def film(stills: Sequence[Moment], *, grows: bool = False) -> Moments:
        """A film of them."""
        return Moments(
            {
                "step": np.array([still.step for still in stills], dtype=np.float64),
                **{name: np.array([still.numbers[name] for still in stills]) for name in stills[0].numbers},
            },
            {name: np.array([still.arrays[name] for still in stills], dtype=np.float32) for name in stills[0].arrays},
        )

    def to_bytes(self) -> bytes:
        """As a film of one."""
        return Moment.film([self]).to_bytes()


@dataclass(frozen=True, eq=False)
class Moments:
    """Some moments in order.

    numbers : by name (f,), "step" among them;  arrays : by name (f, ...)
    """

    numbers: Mapping[str, Array]
    arrays: Mapping[str, np.ndarray[tuple[int, ...], np.dtype[np.float32]]]

    def __len__(self) -> int:
        return len(self.numbers["step"])

    @property
    def edition(self) -> int:
        """Another number for other stills."""
        return zlib.crc32(b"".join(values.tobytes() for values in self.numbers.values()))

    def stills(self) -> list[Moment]:
        """One by one."""
        return [
            Moment(
                int(self.numbers["step"][k]),
                {name: float(values[k]) for name, values in self.numbers.items() if name != "step"},
                {name: values[k].astype(np.float64) for name, values in self.arrays.items()},
            )
            for k in range(len(self))
        ]

    def to_bytes(self) -> bytes:
        """The length of a head in bytes, as one float64; the head; the numbers as float64, the arrays as float32.

        The head is JSON of a length that is a multiple of eight: how many stills there are, the names of the numbers,
        and of each array its name and the shape that it has in one still. Little-endian.
        """
        shapes = [[name, list(values.shape[1:])] for name, values in self.arrays.items()]
        head = json.dumps({"count": len(self), "numbers": list(self.numbers), "arrays": shapes}).encode()
        head += b" " * (-len(head) % 8)
        return b"".join(
            [
                np.array([len(head)], dtype="<f8").tobytes(),
                head,
                *(values.astype("<f8").tobytes() for values in self.numbers.values()),
                *(values.astype("<f4").tobytes() for values in self.arrays.values()),
            ]
        )
