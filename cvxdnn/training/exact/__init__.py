"""Moves that need no learning rate: solve exactly for what can be solved for, and look at the certificate for the rest.

nodes          the data's distinct inputs, ramps that bend there, and the tube
quadratic      a convex quadratic of the outputs, with linear pieces for the loss of Huber
lasso          amplitudes of given ramps, by an active set
decay          what weight decay costs a network of any depth, and the two-layer decay it acts like
ramps          a function as a list of ramps; the exact correction of all amplitudes
ramp_network   networks read as ramps, and ramps written as balanced networks
insertion      a neuron enters where the tube is left, until the tube holds
gauss_newton   a second-order finish for networks that are not ramps: biases in every layer

Derived in docs/training.md.
"""
