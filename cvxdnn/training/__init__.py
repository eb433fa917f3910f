"""Training: gradient methods and exact moves on many networks at once.

training            `train`, an iterator of snapshots
trainer             the training loop
starts              where each restart starts: from a seed, or from a network
initialization      first weights: kinks spread over the data, all layers of the same norm
state               what is trained and where it stands, to be stored and resumed
schedule            when a restart's rate falls, and when it is at rest
descent             the part of training that a method does by itself
methods             the methods by name: first-order ones and L-BFGS
optimizers          what a method is; Adam, momentum, gradient descent
lbfgs               L-BFGS for many functions at once
finish              the exact moves: insertion, and the polish of networks that have come to rest
exact               what the exact moves are made of
rounded_up          the objective of a network, never below its exact value
objective_gradient  the objective and its gradient for all restarts at once
activations         what stands between two layers: nothing, relu, batch normalisation
loss_of_outputs     the data term of the objective, for any loss
loss_curvature      how fast the slopes of a loss change
layout              where the parameters of all restarts live in one flat array
units               the data's own units, in which training takes place
fitting             fits of networks to data of any dimension, for the closed forms

Importing this package does not load torch, and fails where it is not installed; each module is imported where it is
needed.
"""

from cvxdnn.core.exceptions import require

require("torch", extra="train")
