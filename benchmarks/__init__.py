"""Solver benchmark: this library beside public ones, all scored by one certificate (see `benchmarks.solvers`)."""
