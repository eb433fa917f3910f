"""What pages on closed forms have in common."""
