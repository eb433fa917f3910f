"""Depth: the same spline at every depth."""
