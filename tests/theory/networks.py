"""Plain evaluation of networks in NumPy, independent of the package: the objective that closed forms must reproduce."""

import numpy as np


def outputs(X, weights, biases=None, relu=True):
    """f(X) for layers W_1..W_L, with biases if there are any."""
    features = np.asarray(X, dtype=float)
    for layer, matrix in enumerate(weights):
        features = features @ matrix + (0 if biases is None else biases[layer])
        if relu and layer < len(weights) - 1:
            features = np.maximum(features, 0)
    return features


def squared_norm(weights):
    return sum(float((matrix**2).sum()) for matrix in weights)


def objective(X, Y, weights, beta, biases=None, relu=True):
    """1/2 ||f - Y||^2 + beta/2 sum ||W_l||^2."""
    residual = outputs(X, weights, biases, relu) - np.reshape(Y, (len(Y), -1))
    return 0.5 * float((residual**2).sum()) + 0.5 * beta * squared_norm(weights)


def parallel_objective(X, Y, branches, beta):
    """The same for a sum of ReLU chains."""
    residual = sum(outputs(X, branch) for branch in branches) - np.reshape(Y, (len(Y), -1))
    return 0.5 * float((residual**2).sum()) + 0.5 * beta * sum(squared_norm(branch) for branch in branches)


def whitened_rows(rng, n, d, scale=1.0):
    """X (n, d) with X X^T = scale^2 I."""
    return scale * np.linalg.qr(rng.normal(size=(d, n)))[0].T
