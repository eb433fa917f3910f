/**
 * The film of a training: its best network at about a hundred moments, each a sum of ramps
 *
 *   f(x) = constant + slope x + sum_j change_j (side_j (x - place_j))_+          in normalised units
 *
 * With two layers each ramp is a neuron, at the same index in every still; with more each is a bend of the function.
 * Insertion adds one from a still to the next: it falls to its place, and grows there until the next still is reached.
 *
 * @typedef {object} Still
 * @property {number} step
 * @property {number} constant
 * @property {number} slope
 * @property {number} misfit
 * @property {number} charge
 * @property {number} entry where insertion puts the ramp that the next still has in addition; NaN where it does not
 * @property {Ramp[]} ramps
 * @property {number[][][]} [behind] of a deeper network at its end: what `FilmReel` in Python says of each ramp
 * @property {{ramp: Ramp, index: number, fallen: number}} [entering] that ramp while it falls: 0 at the top, 1 arrived
 *
 * @typedef {{place: number, change: number, side: number}} Ramp
 */

import { distinctBends } from "./bends.js";

const COLUMNS = 7; // step, constant, slope, misfit, charge, entry, count of ramps
const FALL = 0.45; // of the time between two stills in which a ramp enters

const PER_SECOND = 16; // stills
const BUILT_PER_SECOND = 1; // of insertion: neurons

/** A film for the player. */
export class RampFilm {
  /** @param {Still[]} stills */
  constructor(stills) {
    this.stills = stills;
    this.length = stills.length;
    this.perSecond = stills.some(enters) ? BUILT_PER_SECOND : PER_SECOND;
  }

  /** @param {number} position from 0 to the last index */
  at(position) {
    return at(this.stills, position);
  }

  /** How far the objective is above a bound at every still, as a share of it. */
  gaps(bound) {
    return this.stills.map(({ misfit, charge }) => (misfit + charge) / bound - 1);
  }
}

/** @param {ArrayBuffer} buffer as `cvxdnn.tasks.ramps.RampFilm.to_bytes` writes it */
export function read(buffer) {
  const [count] = new Float64Array(buffer, 0, 1);
  const head = new Float64Array(buffer, 8, count * COLUMNS);
  const body = new Float32Array(buffer, 8 + 8 * head.length);
  let next = 0;
  const stills = Array.from({ length: count }, (_, k) => {
    const [step, constant, slope, misfit, charge, entry, length] = head.subarray(k * COLUMNS, (k + 1) * COLUMNS);
    const ramps = Array.from({ length }, (_, j) => {
      const [place, change, side] = body.subarray(next + 3 * j, next + 3 * j + 3);
      return { place, change, side };
    });
    next += 3 * length;
    return { step, constant, slope, misfit, charge, entry, ramps };
  });
  return new RampFilm(stills);
}

const enters = ({ entry }) => Number.isFinite(entry);

/**
 * The film at a place between two stills: a network between theirs where each has the same neurons or one enters, else
 * the former.
 * @param {Still[]} stills
 * @param {number} position from 0 to the last index
 */
function at(stills, position) {
  const k = Math.min(Math.floor(position), stills.length - 1);
  const [a, b] = [stills[k], stills[k + 1]];
  const t = position - k;
  if (!b || t === 0) return a;
  if (enters(a)) return t < FALL ? entering(a, b, t / FALL) : mixed(a, b, (t - FALL) / (1 - FALL), united(a, b));
  return haveSameNeurons(a, b) ? mixed(a, b, t, zipped(a, b)) : a;
}

function mixed(a, b, t, pairs) {
  const mix = (p, q) => p + t * (q - p);
  const between = { entry: Number.NaN };
  for (const name of ["constant", "slope", "misfit", "charge"]) between[name] = mix(a[name], b[name]);
  between.step = Math.round(mix(a.step, b.step));
  between.ramps = pairs.map(([p, q]) => ({
    place: mix(p.place, q.place),
    change: mix(p.change, q.change),
    side: p.side,
  }));
  return between;
}

function entering(a, b, share) {
  const index = b.ramps.findIndex((ramp) => !a.ramps.some(isLike(ramp)));
  return { ...a, entering: { ramp: b.ramps[index], index, fallen: share ** 2 } };
}

const isLike = (ramp) => (other) => ramp.place === other.place && ramp.side === other.side;

const zipped = (a, b) => a.ramps.map((ramp, j) => [ramp, b.ramps[j]]);

/** Ramps in either, each with what it is in both: one that is absent changes nothing. */
function united(a, b) {
  const counterpart = (ramp, { ramps }) => ramps.find(isLike(ramp)) ?? { ...ramp, change: 0 };
  const leaving = a.ramps.filter((ramp) => !b.ramps.some(isLike(ramp)));
  return [
    ...b.ramps.map((ramp) => [counterpart(ramp, a), ramp]),
    ...leaving.map((ramp) => [ramp, { ...ramp, change: 0 }]),
  ];
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
