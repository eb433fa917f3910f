"""What the closed-form pages let a visitor set: data made from a few numbers, a closed form, a training problem.

A setting is a small frozen dataclass; the functions here turn it into everything else, so that a page only shows.
"""
