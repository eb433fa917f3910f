"""How cvxdnn is put on a host: files for containers, and the same topology as plain processes."""
