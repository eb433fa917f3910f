"""The few colours of the product: blue is certified, orange is measured, grey is given.

Distinguishable with the common kinds of colour blindness (Okabe & Ito, 2008); never the only sign.
"""

from typing import Any

CERTIFIED = "#0072B2"
MEASURED = "#D55E00"
GIVEN = "#6E7781"
ON_BLACK = {CERTIFIED: "#56B4E9", MEASURED: "#E69F00", "#E69F00": MEASURED, GIVEN: "#9AA4AE"}
"""What takes their places on a dark ground, as in assets/common.css; lists of colours stay lists of different ones."""


def on_black(specification: Any) -> Any:
    """A specification of a chart with the colours of a dark ground."""
    if isinstance(specification, dict):
        return {name: on_black(each) for name, each in specification.items()}
    if isinstance(specification, list | tuple):
        return [on_black(each) for each in specification]
    return ON_BLACK.get(specification, specification) if isinstance(specification, str) else specification
