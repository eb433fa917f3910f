/**
 * What a drawn line costs: misfit, and what weight decay charges the cheapest network that draws it.
 *
 *   R(f)     of its slopes between the first and the last point, see optimum/certificate.js
 *   charge   beta R(f) for two weight layers, and (beta L / 2) R(f)^(2/L) for L of them (docs/depth.md)
 *
 * Line and points are in the units in which weight decay is measured.
 */

import { pathNorm } from "../optimum/certificate.js";
import { heightAt, slopeOf } from "./line.js";

const THRESHOLD = 0.1; // of the Huber and the epsilon-insensitive loss
const huber = (size) => (size <= THRESHOLD ? size ** 2 / 2 : THRESHOLD * (size - THRESHOLD / 2));

/** Each of a value f and of y; the names and thresholds are those of `cvxdnn.core.losses`. */
const LOSSES = {
  squared: (f, y) => (f - y) ** 2 / 2,
  absolute: (f, y) => Math.abs(f - y),
  huber: (f, y) => huber(Math.abs(f - y)),
  epsilon_insensitive: (f, y) => Math.max(Math.abs(f - y) - THRESHOLD, 0),
  logistic: (f, y) => Math.max(-f * y, 0) + Math.log1p(Math.exp(-Math.abs(f * y))),
  hinge: (f, y) => Math.max(1 - f * y, 0),
};

/**
 * @param {import("./line.js").Line} line of at least two knots
 * @param {{x: number[], y: number[]}} points at least one, in any order
 * @param {{beta: number, depth: number, loss: keyof LOSSES}} model
 * @returns {{misfit: number, charge: number, bending: number}} `bending`: R(f)
 */
export function priced(line, { x, y }, { beta, depth, loss }) {
  const bending = bendingBetween(line, Math.min(...x), Math.max(...x));
  const misfit = x.reduce((sum, each, i) => sum + LOSSES[loss](heightAt(line, each), y[i]), 0);
  return { misfit, bending, charge: ((beta * depth) / 2) * bending ** (2 / depth) };
}

/** R of the line between two places: what it does beyond them costs nothing. */
function bendingBetween(line, low, high) {
  if (!(low < high)) return 0;
  const corners = line.filter(([x]) => x > low && x < high);
  const inside = [[low, heightAt(line, low)], ...corners, [high, heightAt(line, high)]];
  return pathNorm(inside.slice(1).map((knot, k) => slopeOf(inside[k], knot)));
}
