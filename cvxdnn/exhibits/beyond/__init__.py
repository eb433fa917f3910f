"""Beyond the theorem: what happens where a condition is broken."""
