"""What was read, and what was left out, in words."""

from cvxdnn.core.reading.choice import Points
from cvxdnn.core.reading.table import Table
from cvxdnn.core.reading.weights import brief

__all__ = ["left_out", "taken"]

LONGEST_FACTOR = 9
"""Characters of a fraction that is written as one."""


def left_out(table: Table) -> str:
    """How many lines were no rows of numbers, such as "2 comments and 1 blank line"; "" for none."""
    return " and ".join(_counted(many, kind) for kind, many in table.skipped.items())


def taken(read: Points) -> str:
    """How many points there are, and what was done to the rows for that."""
    parts = [_counted(len(read.x), "point")]
    if read.dropped:
        parts.append(f"{_counted(read.dropped, 'row')} without a number left out")
    if read.thinned_from:
        parts.append(f"thinned from {read.thinned_from:,}, evenly in the order of x")
    if read.unit:
        parts.append(f"x in {read.unit}")
    if read.weights_times != 1:
        factor = str(read.weights_times)
        factor = factor if len(factor) <= LONGEST_FACTOR else brief(read.weights_times)
        parts.append(f"weights times {factor} (the same function needs a weight decay times {factor})")
    return ", ".join(parts)


def _counted(many: int, kind: str) -> str:
    """Such as "2 lines above the numbers"."""
    first, _, rest = kind.partition(" ")
    plural = kind if many == 1 else f"{first}s {rest}".strip() if first == "line" else f"{kind}s"
    return f"{many:,} {plural}"
