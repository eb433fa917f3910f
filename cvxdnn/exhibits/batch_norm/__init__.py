"""Batch norm and neural collapse."""
