/**
 * The outputs of one neuron on two or three samples, and those that a multiplier weighs most.
 *
 * Without biases they are q(u) = (X u)_+ for |u| = 1. Among the u with positive samples S and zero samples A, the product
 * lambda^T q(u) is linear, g^T u with g = sum of lambda_i x_i over S: its maximiser is the normalised projection of g
 * onto the u with x_i^T u = 0 for i in A. Trying all pairs (S, A) finds the largest product exactly.
 *
 * One input with biases: the outputs are those of ramps that bend at a sample, without their means, which the output
 * bias supplies; they have coordinates in the plane of vectors that sum to zero.
 *
 * All vectors have three entries, of which the last is zero where there are only two.
 *
 * @typedef {object} Candidate
 * @property {number} value sign * lambda^T q
 * @property {1 | -1} sign of the output weight
 * @property {number[]} point sign * q
 * @property {number[]} input u;  with biases [direction, kink, 0]
 * @property {number} active bits of the samples where q is positive;  with biases 1 for each ramp: all are tips
 */

import { dot, norm, orthonormal, times, unit, without } from "./vectors.js";

const POSITIVE = 1e-9; // share of the largest output
const SIGNS = [1, -1];
const SUBSETS = [0, 1, 2, 3, 4, 5, 6, 7];

/** Neurons without biases. */
export class Rectified {
  /** @param {number[][]} X (2 or 3, 3) */
  constructor(X) {
    this.X = [...X, [0, 0, 0]].slice(0, 3);
    this.dimension = X.length;
    this.size = Math.max(...this.X.map(norm));
    this.spans = SUBSETS.map((zero) => orthonormal(this.X.filter((_, i) => zero & (1 << i))));
    const used = (1 << X.length) - 1;
    this.pairs = SUBSETS.flatMap((zero) => SUBSETS.map((positive) => [zero, positive])).filter(
      ([zero, positive]) =>
        positive && !(zero & positive) && ((zero | positive) & ~used) === 0 && this.spans[zero].length < 3,
    );
  }

  /** What a neuron of these input weights outputs. */
  output(u) {
    return this.X.map((x) => Math.max(dot(x, u), 0));
  }

  /** @returns {Candidate[]} */
  candidates(multiplier) {
    const found = [];
    const least = 1e-13 * this.size * norm(multiplier);
    const pulls = this.X.map((x, i) => times(multiplier[i], x));
    for (const [zero, positive] of this.pairs) {
      const direction = unit(without(sumOf(pulls, positive), this.spans[zero]), least);
      if (!direction) continue;
      for (const sign of SIGNS) {
        const input = sign > 0 ? direction : times(-1, direction);
        const q = this.output(input);
        found.push({ value: sign * dot(multiplier, q), sign, point: times(sign, q), input, active: activity(q) });
      }
    }
    return found;
  }
}

/** Of those whose bit is set. */
function sumOf(vectors, set) {
  const sum = [0, 0, 0];
  for (let i = 0; i < 3; i++) {
    if (set & (1 << i)) for (let k = 0; k < 3; k++) sum[k] += vectors[i][k];
  }
  return sum;
}

function activity([a, b, c]) {
  const least = POSITIVE * Math.max(a, b, c);
  return (a > least ? 1 : 0) | (b > least ? 2 : 0) | (c > least ? 4 : 0);
}

/** Ramps of one input with biases. */
export class Ramps {
  /** @param {number[]} x (2 or 3) */
  constructor(x) {
    this.x = x;
    this.dimension = 2;
    const kinks = [...new Set(x)].sort((a, b) => a - b);
    this.right = kinks.map((kink) => inPlane(x.map((each) => Math.max(each - kink, 0))));
    this.left = kinks.map((kink) => inPlane(x.map((each) => Math.max(kink - each, 0))));
    this.ramps = [
      ...this.right.slice(0, -1).map((point, k) => ({ point, input: [1, kinks[k], 0] })),
      ...this.left.slice(1).map((point, k) => ({ point, input: [-1, kinks[k + 1], 0] })),
    ];
    this.size = Math.max(...this.ramps.map(({ point }) => norm(point)), 0);
  }

  /** @returns {Candidate[]} */
  candidates(multiplier) {
    return this.ramps.flatMap(({ point, input }) =>
      SIGNS.map((sign) => {
        return { value: sign * dot(multiplier, point), sign, point: times(sign, point), input, active: 1 };
      }),
    );
  }
}

/** Orthonormal vectors of n entries that sum to zero. */
const PLANES = {
  2: [[-Math.SQRT1_2, Math.SQRT1_2]],
  3: [
    [-Math.SQRT1_2, Math.SQRT1_2, 0],
    [-1 / Math.sqrt(6), -1 / Math.sqrt(6), 2 / Math.sqrt(6)],
  ],
};

/** Coordinates of a vector of n entries without their mean. */
export function inPlane(vector) {
  const coordinates = PLANES[vector.length].map((axis) => axis.reduce((sum, each, i) => sum + each * vector[i], 0));
  return [...coordinates, 0, 0].slice(0, 3);
}

/** The vector of n entries that sum to zero that has these coordinates. */
export function fromPlane(coordinates, n) {
  return Array.from({ length: n }, (_, i) => PLANES[n].reduce((sum, axis, k) => sum + axis[i] * coordinates[k], 0));
}

/** The candidate with the largest value; null where every neuron outputs zero. */
export function best(neurons, multiplier) {
  return neurons.candidates(multiplier).reduce((top, each) => (top && top.value >= each.value ? top : each), null);
}
