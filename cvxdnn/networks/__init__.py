"""Networks: the architecture, its exact linear spline, closed forms, and training.

architectures       `Network`, weights and biases in NumPy
to_spline           the exact piecewise-linear function of a network of any depth
closed_form         optimal networks written down from an optimal spline
torch_module        the same network as a torch module
training            `train`, an iterator of snapshots
trainer             the training loop
state               what is trained and where it stands, to be stored and resumed
schedule            learning rates that fall when the objective stops falling
optimizers          Adam, momentum, gradient descent
objective_gradient  the objective and its gradient for all restarts at once
loss_of_outputs     the data term of the objective, for any loss
layout              where the parameters of all restarts live in one flat array
initialization      first weights: kinks spread over the data, all layers of the same norm
units               the data's own units, in which training takes place

Importing this package imports neither torch nor anything else; each module is imported where it is needed.
"""
