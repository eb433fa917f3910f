/**
 * The best two-layer network on two or three samples, with what the dual proves about it.
 *
 *     min_c  1/2 |sum_j c_j p_j - y|^2 + beta sum_j c_j,  c >= 0     over signed outputs p_j = +-q_j of single neurons
 *     max_lambda  lambda^T y - 1/2 |lambda|^2                        with lambda^T p <= beta for all of them
 *
 * Columns are added where lambda = y - f exceeds beta, which are found exactly (`support.js`), until the gap between the
 * two is rounding. Three columns at most are in use (Caratheodory): all sets of so many are tried. Near the optimum of
 * before, its columns are where to start.
 *
 * For feasible lambda the gap is 1/2 |f - y + lambda|^2 + sum_j c_j (beta - lambda^T p_j), a sum of nonnegative terms.
 *
 * @typedef {object} Optimum
 * @property {number} objective of the network
 * @property {number} gap how much lower another could be, at most
 * @property {number[]} dual feasible lambda
 * @property {number[]} fitted f
 * @property {number} total of the weights c
 * @property {boolean} isLoose whether no neuron touches: the network is zero
 * @property {(import("./support.js").Candidate & {weight: number})[]} touched neurons with lambda^T p = beta; weight
 *   zero where one is not needed
 */

import { dot, minus, norm, plus, times } from "./vectors.js";

const MOST_ROUNDS = 80;
const MOST_COLUMNS = 12;
const ROUNDING = 1e-15; // of the objective
const ENOUGH = 1e-9;
const STALLED = 3; // rounds in which a gap that is small enough does not halve: what is left is rounding
const TOUCHES = 1e-6; // share of beta
const SAME = 5e-3; // share of the largest output, below which two neurons are drawn as one

/**
 * @param {import("./support.js").Rectified | import("./support.js").Ramps} neurons
 * @param {number[]} y
 * @param {number} beta
 * @param {import("./support.js").Candidate[]} [start] of these neurons
 * @returns {Optimum}
 */
export function optimum(neurons, y, beta, start = []) {
  let network = cheapest(start, y, beta);
  let best = null;
  let stalled = 0;
  for (let round = 0; round < MOST_ROUNDS && stalled < STALLED; round++) {
    const residual = minus(y, outputOf(network));
    const found = neurons.candidates(residual).sort((a, b) => b.value - a.value);
    const largest = Math.max(found[0]?.value ?? 0, beta);
    const judged = judge(network, y, beta, times(beta / largest, residual));
    stalled = best && judged.gap > best.gap / 2 && best.gap <= ENOUGH * best.objective ? stalled + 1 : 0;
    if (!best || judged.gap < best.gap) best = judged;
    const violated = distinct(
      found.filter(({ value }) => value > beta * (1 + 1e-14)),
      1e-9 * neurons.size,
    );
    if (!violated.length || best.gap <= ROUNDING * best.objective) break;
    network = cheapest([...network.columns, ...violated].slice(0, MOST_COLUMNS), y, beta);
  }
  return cleaned(best, neurons, y, beta);
}

/** The network of those that touch, if it is as good: cutting planes may leave two where one neuron does. */
function cleaned(rough, neurons, y, beta) {
  const { dual } = rough;
  const near = neurons.candidates(dual).filter(({ value }) => value >= beta * (1 - TOUCHES));
  const touching = distinct(
    near.sort((a, b) => b.value - a.value),
    SAME * neurons.size,
  );
  const network = cheapest(touching, y, beta);
  const judged = judge(network, y, beta, dual);
  const { columns, weights, ...numbers } =
    judged.gap <= Math.max(rough.gap, ENOUGH * judged.objective) ? judged : rough;
  const unused = touching.filter((each) => !columns.some((column) => isSame(column, each, SAME * neurons.size)));
  const touched = [
    ...columns.map((column, j) => ({ ...column, weight: weights[j] })),
    ...unused.map((each) => ({ ...each, weight: 0 })),
  ];
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return { ...numbers, touched, total, isLoose: touched.length === 0 };
}

function judge(network, y, beta, dual) {
  const { columns, weights } = network;
  const fitted = outputOf(network);
  const missed = plus(minus(fitted, y), dual);
  const slack = columns.reduce((sum, { point }, j) => sum + weights[j] * Math.max(beta - dot(dual, point), 0), 0);
  return { ...network, fitted, dual, objective: costOf(network, y, beta), gap: 0.5 * dot(missed, missed) + slack };
}

const outputOf = ({ columns, weights }) =>
  columns.reduce((sum, { point }, j) => plus(sum, times(weights[j], point)), [0, 0, 0]);

function costOf(network, y, beta) {
  const missed = minus(outputOf(network), y);
  return 0.5 * dot(missed, missed) + beta * network.weights.reduce((sum, weight) => sum + weight, 0);
}

const isSame = (a, b, close) => a.sign === b.sign && norm(minus(a.point, b.point)) <= close;

/** The first of each place. */
function distinct(candidates, close) {
  const kept = [];
  for (const each of candidates) if (!kept.some((other) => isSame(each, other, close))) kept.push(each);
  return kept;
}

/** Of all networks of at most three of these columns the cheapest. */
function cheapest(columns, y, beta) {
  const products = columns.map(({ point }) => columns.map((other) => dot(point, other.point)));
  const pulls = columns.map(({ point }) => dot(point, y) - beta);
  let best = { columns: [], weights: [] };
  let least = 0.5 * dot(y, y);
  const extend = (chosen, from) => {
    for (let j = from; j < columns.length; j++) {
      const set = [...chosen, j];
      const weights = solved(set, products, pulls);
      if (weights?.every((weight) => weight > 0)) {
        const network = { columns: set.map((k) => columns[k]), weights };
        const cost = costOf(network, y, beta);
        if (cost < least) [best, least] = [network, cost];
      }
      if (weights && set.length < 3) extend(set, j + 1);
    }
  };
  extend([], 0);
  return best;
}

/** Weights with p_i^T sum_j c_j p_j = p_i^T y - beta for all i of a set, by elimination; null where these depend. */
function solved(set, products, pulls) {
  const m = set.length;
  const rows = set.map((i) => [...set.map((j) => products[i][j]), pulls[i]]);
  for (let k = 0; k < m; k++) {
    if (rows[k][k] <= 1e-13 * products[set[k]][set[k]]) return null;
    for (let i = k + 1; i < m; i++) {
      const share = rows[i][k] / rows[k][k];
      for (let j = k; j <= m; j++) rows[i][j] -= share * rows[k][j];
    }
  }
  const weights = new Array(m).fill(0);
  for (let k = m - 1; k >= 0; k--) {
    const known = weights.reduce((sum, weight, j) => (j > k ? sum + rows[k][j] * weight : sum), 0);
    weights[k] = (rows[k][m] - known) / rows[k][k];
  }
  return weights;
}
