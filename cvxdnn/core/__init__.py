"""What is true: types, checks, exceptions and limits; splines, losses, data; the objective and its certificate.

exceptions, validation, conversion, numerals, limits   what may come in, and how it is refused
reading (tables of any origin), datasets               data
spline, evaluation, losses, loss_terms, projection     functions, and what they cost
tube, rounding, objective, exact                       the certificate, in floating point and in fractions
solution, diagnostics                                  what comes out
"""
