"""Sweep lab: many settings side by side."""
