/**
 * The film of a training: its best network at about a hundred moments, each a sum of ramps
 *
 *   f(x) = constant + slope x + sum_j change_j (side_j (x - place_j))_+          in normalised units
 *
 * With two layers each ramp is a neuron, at the same index in every still; with more each is a bend of the function.
 *
 * @typedef {object} Still
 * @property {number} step
 * @property {number} constant
 * @property {number} slope
 * @property {number} misfit
 * @property {number} charge
 * @property {{place: number, change: number, side: number}[]} ramps
 */

import { distinctBends } from "./bends.js";

const COLUMNS = 6; // step, constant, slope, misfit, charge, count of ramps

/**
 * @param {ArrayBuffer} buffer as `cvxdnn.tasks.film.Film.to_bytes` writes it
 * @returns {Still[]}
 */
export function read(buffer) {
  const [count] = new Float64Array(buffer, 0, 1);
  const head = new Float64Array(buffer, 8, count * COLUMNS);
  const body = new Float32Array(buffer, 8 + 8 * head.length);
  let next = 0;
  return Array.from({ length: count }, (_, k) => {
    const [step, constant, slope, misfit, charge, length] = head.subarray(k * COLUMNS, (k + 1) * COLUMNS);
    const ramps = Array.from({ length }, (_, j) => {
      const [place, change, side] = body.subarray(next + 3 * j, next + 3 * j + 3);
      return { place, change, side };
    });
    next += 3 * length;
    return { step, constant, slope, misfit, charge, ramps };
  });
}

/**
 * The film at a place between two stills: a network between theirs where each has the same neurons, else the former.
 * @param {Still[]} stills
 * @param {number} position from 0 to the last index
 */
export function at(stills, position) {
  const k = Math.min(Math.floor(position), stills.length - 1);
  const [a, b] = [stills[k], stills[k + 1]];
  const t = position - k;
  if (!b || t === 0 || !haveSameNeurons(a, b)) return a;
  const mix = (p, q) => p + t * (q - p);
  const between = {};
  for (const name of ["constant", "slope", "misfit", "charge"]) between[name] = mix(a[name], b[name]);
  between.step = Math.round(mix(a.step, b.step));
  between.ramps = a.ramps.map(({ place, change, side }, j) => ({
    place: mix(place, b.ramps[j].place),
    change: mix(change, b.ramps[j].change),
    side,
  }));
  return between;
}

const haveSameNeurons = (a, b) =>
  a.ramps.length === b.ramps.length && a.slope === 0 && a.ramps.every(({ side }, j) => side === b.ramps[j].side);

/** What one ramp adds at x. */
export const rampAt = ({ place, change, side }, x) => change * Math.max(side * (x - place), 0);

/** @param {Still} still */
export function valueAt(still, x) {
  let value = still.constant + still.slope * x;
  for (const ramp of still.ramps) value += rampAt(ramp, x);
  return value;
}

/** The corners [x, f(x)] of the curve from low to high. */
export function corners(still, low, high) {
  const inside = still.ramps.map(({ place }) => place).filter((place) => place > low && place < high);
  const at = [low, ...inside.sort((p, q) => p - q), high];
  return at.map((x) => [x, valueAt(still, x)]);
}

/** The bends inside the data's range that can be told apart. */
export const bends = (still, tolerance) => distinctBends(corners(still, 0, 1), tolerance);
