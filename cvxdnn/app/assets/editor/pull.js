/**
 * The network's own pull in the tube: what a new neuron would bring, at every place.
 *
 * With residuals l_i = y_i - f(x_i), less their mean since the constant is free, a neuron that bends at t lowers the
 * misfit at the rate |r(t)| or |l(t)| per unit of its slope change, to the right or to the left of t:
 *
 *   r(t) = sum_i l_i (x_i - t)_+ = z(t) + c/2,    l(t) = sum_i l_i (t - x_i)_+ = r(t) - c = z(t) - c/2
 *
 * and is charged beta. Where either is beyond the tube of half width beta a neuron is missing; at the optimum nowhere.
 * A theorem for two layers, here with the squared loss. Derived in docs/training.md.
 *
 * @typedef {object} Pull
 * @property {number[]} x
 * @property {number[]} z at x; straight between
 * @property {number} c
 * @property {number} times the largest of |r| and |l|, as a multiple of beta
 * @property {number} at where that is
 * @property {boolean} isBeyond whether that is more than 1, and to be seen; or where insertion puts a neuron
 */

import { tube } from "../optimum/certificate.js";
import { valueAt } from "./film.js";
import { normalised } from "./preview.js";

const SEEN = 1e-3; // share of beta: gradients end as near
const ROUNDING = 2 ** -23; // ramps are float32

/**
 * Of the network that is shown; null for a deeper one or another loss, where it is no theorem.
 * @param {?import("./film.js").Still} still
 * @param {?import("./preview.js").Model} model
 */
export function pullShown(still, model, points, view) {
  if (!still || model?.depth !== 2 || !model.is_squared || !(model.beta > 0)) return null;
  return pullOf(still, normalised(points), model.beta, view);
}

/**
 * @param {import("./film.js").Still} still
 * @param {{x: {to: (x: number) => number}, data: import("../optimum/certificate.js").Data}} points in normalised units
 * @param {number} beta positive
 * @param {{x0: number, x1: number}} view
 * @returns {Pull} x in the user's units
 */
export function pullOf(still, { x, data }, beta, view) {
  const { z, c, needed } = tube(
    data,
    data.x.map((each) => valueAt(still, each)),
  );
  const enters = Number.isFinite(still.entry);
  const bending = still.ramps.reduce((sum, { change }) => sum + Math.abs(change), 0);
  return {
    x: [view.x0, ...Array.from(data.x, x.to), view.x1],
    z: [c / 2, ...z, -c / 2],
    c,
    times: needed / beta,
    at: x.to(enters ? still.entry : farthest(data.x, z)),
    isBeyond: enters || needed > (1 + SEEN) * beta + ROUNDING * bending * data.x.length,
  };
}

const farthest = (xs, z) => xs[z.reduce((best, value, i) => (Math.abs(value) > Math.abs(z[best]) ? i : best), 0)];

/**
 * The two edges of the pull as drawn where the walls are the optimum's, beta - |c|/2: its r and l, moved by |c|/2 of
 * the optimum towards the middle.
 * @param {Pull} pull
 * @param {number} c of the optimum
 * @returns {((z: number) => number)[]} from z to the upper and to the lower edge
 */
export function edges(pull, c) {
  const excess = (Math.abs(pull.c) - Math.abs(c)) / 2;
  if (excess >= 0) return [(z) => z + excess, (z) => z - excess];
  const shrunk = (z) => Math.sign(z) * Math.max(Math.abs(z) + excess, 0);
  return [shrunk, shrunk];
}
