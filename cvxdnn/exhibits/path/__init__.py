"""Path: the optimum for every weight decay."""
