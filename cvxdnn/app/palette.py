"""The few colours of the product: blue is certified, orange is measured, grey is given.

Distinguishable with the common kinds of colour blindness (Okabe & Ito, 2008); never the only sign.
"""

CERTIFIED = "#0072B2"
MEASURED = "#D55E00"
GIVEN = "#6E7781"
