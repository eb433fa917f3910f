"""Whitened data: closed forms with vector outputs."""
