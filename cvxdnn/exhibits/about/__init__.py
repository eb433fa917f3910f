"""What the numbers mean, and how this server is doing."""
