"""Rank one and deep linear networks."""
