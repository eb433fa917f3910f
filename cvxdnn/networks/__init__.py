"""Networks: the architecture, its exact linear spline, closed forms, and training.

architectures      `Network`, weights and biases in NumPy
to_spline          the exact piecewise-linear function of a network of any depth
closed_form        optimal networks written down from an optimal spline
units              the data's own units, in which training takes place
layout             where the parameters of all restarts live in one flat array
initialization     first weights: kinks spread over the data, all layers of the same norm
objective_gradient the objective and its gradient for all restarts at once
optimizers         Adam, momentum, gradient descent
schedule           learning rates that fall when the objective stops falling
training           `train`, an iterator of snapshots

Importing this package imports neither torch nor anything else; each module is imported where it is needed.
"""
