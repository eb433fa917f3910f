/**
 * Optimum, certificate and band of points and weight decay that Python has not answered yet, in the user's units.
 *
 * What is drawn as an optimum has a certificate of its own: a relative gap of at most 1e-6. Else the last answer stays,
 * faded.
 *
 * @typedef {object} Model what Python says of the problem
 * @property {number} beta weight decay in normalised units
 * @property {number[]} betas those that can be chosen, ascending
 * @property {number} depth weight layers
 * @property {boolean} is_squared whether the loss is squared, so that the optimum can be computed here
 * @property {number} flat price of the best flat line
 *
 * @typedef {object} Flat
 * @property {number} from the weight decay from which on a flat line is the best network
 * @property {boolean} isExact or else within a few per cent
 */

import { band } from "../optimum/band.js";
import { atEdges, average, loss, mean } from "../optimum/certificate.js";
import { deepOptimum, flatWeightDecay, grouped } from "../optimum/index.js";
import { distinctBends } from "./bends.js";

const DRAWN = 1e-6;
const TOUCHING = 1e-6; // share of the half width within which the curve touches the wall

/** x in [0, 1], y of mean zero and range one: the units in which weight decay is measured. */
function normalisation(points) {
  const [xs, ys] = ["x", "y"].map((axis) => points.map((point) => point[axis]));
  const range = (values) => Math.max(...values) - Math.min(...values) || 1;
  return { x: { offset: Math.min(...xs), scale: range(xs) }, y: { offset: average(ys), scale: range(ys) } };
}

const inUnits = ({ offset, scale }) => ({
  from: (value) => (value - offset) / scale,
  to: (value) => offset + scale * value,
});

/** The last points in normalised units: several parts of one frame ask for the same. */
let known = null;

/** Points in normalised units, and the maps to them and back. */
export function normalised(points) {
  if (known?.points === points) return known;
  const units = normalisation(points);
  const [x, y] = [inUnits(units.x), inUnits(units.y)];
  const data = grouped(
    points.map((point) => x.from(point.x)),
    points.map((point) => y.from(point.y)),
  );
  known = { points, x, y, data };
  return known;
}

/**
 * @param {{points: import("./points.js").Point[], depth: number}} of at least one point
 * @returns {Flat}
 */
function flatFrom({ points, depth }) {
  const { data } = normalised(points);
  return { from: flatWeightDecay(data, depth), isExact: depth === 2 };
}

/**
 * @param {object} of
 * @param {import("./points.js").Point[]} of.points at least one
 * @param {number} of.beta
 * @param {number} of.depth
 * @param {{x0: number, x1: number}} of.view what of the x axis is shown
 * @param {number} of.tolerance within which neighbouring bends count once
 * @returns {?{optimum: object, certificate: object, band: object, flat: number}} as in `Data`; null where nothing is
 *   certified
 */
function preview({ points, beta, depth, view, tolerance }) {
  const { x, y, data } = normalised(points);
  const found = deepOptimum(data, beta, depth);
  if (!(found.gap <= DRAWN * found.twoLayerObjective)) return null;
  const [low, high] = [x.from(view.x0), x.from(view.x1)];
  const edges = band(data.x, found.values, found.slopes, low, high);
  return {
    optimum: {
      ...curve(data, found, low, high, x, y),
      bends: distinctBends(corners(data, found, 0, 1), tolerance).length,
      price: { name: "best", misfit: found.loss, charge: found.objective - found.loss },
    },
    flat: loss(data, new Float64Array(data.x.length).fill(mean(data))),
    band: { x: edges.x.map(x.to), lower: edges.lower.map(y.to), upper: edges.upper.map(y.to) },
    certificate: {
      x: [view.x0, ...Array.from(data.x, x.to), view.x1],
      z: [found.c / 2, ...found.z, -found.c / 2],
      c: found.c,
      half_width: found.halfWidth,
      touching: touching(data.x, found).map(x.to),
    },
  };
}

/** The polyline from one edge of the view to the other, and where it bends. */
function curve(data, found, low, high, x, y) {
  const polyline = corners(data, found, low, high);
  const line = [polyline.map(([at]) => x.to(at)), polyline.map(([, value]) => y.to(value))];
  return { lines: [line], knots: found.knots.map((i) => x.to(data.x[i])) };
}

function corners(data, { values, slopes, knots }, low, high) {
  const [start, end] = atEdges(data, values, slopes, low, high);
  return [[low, start], ...knots.map((i) => [data.x[i], values[i]]), [high, end]];
}

function touching(xs, { z, halfWidth }) {
  return Array.from(xs).filter((_, i) => Math.abs(z[i]) >= halfWidth * (1 - TOUCHING));
}

/** What can be said here of the points that are shown, the last of each kept. */
export class Previews {
  #optimum = null; // with what it is of
  #flat = null;

  /**
   * @param {import("./link.js").Link} link
   * @returns {ReturnType<typeof preview>} null, too, for another loss, or without points
   */
  optimum({ data, beta }, points, view) {
    if (!data.model?.is_squared || !points.length) return null;
    const of = { points, beta, depth: data.model.depth, view, tolerance: data.bend_tolerance };
    if (!isSame(this.#optimum?.of, of)) this.#optimum = { of, found: preview(of) };
    return this.#optimum.found;
  }

  /**
   * From where on the best network is flat.
   * @param {boolean} hasTime or else for two layers only, where it is a formula; else the last one known
   * @returns {?Flat}
   */
  flat({ data }, points, hasTime) {
    if (!data.model?.is_squared || !points.length) return null;
    const of = { points, depth: data.model.depth };
    if ((of.depth === 2 || hasTime) && !isSame(this.#flat?.of, of)) this.#flat = { of, found: flatFrom(of) };
    return this.#flat?.found ?? null;
  }
}

const isSame = (known, wanted) => known && Object.keys(wanted).every((key) => known[key] === wanted[key]);
