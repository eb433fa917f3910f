"""Lessons: see, predict, and only then the answer. What each says is a file of `data`; the rest is computed."""
