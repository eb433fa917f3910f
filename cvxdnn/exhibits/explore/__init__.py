"""Explore: points, networks that train on them, the optimum and its certificate."""
