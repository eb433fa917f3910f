/**
 * Points, and the linear spline through them. Arrays of points are sorted by x; neither they nor points are ever
 * changed in place.
 *
 * @typedef {Readonly<{id: number, x: number, y: number}>} Point in the user's coordinates
 */

import { atEdges, grouped, slopes } from "../optimum/certificate.js";

const BEND_TOLERANCE = 1e-9; // share of the largest slope: smaller slope changes are rounding

/** Whether one curve can go through all of them. */
export const isFunction = (points) => points.every(({ x, y }, i) => points[i - 1]?.x !== x || points[i - 1].y === y);

export const sorted = (points) => [...points].sort((a, b) => a.x - b.x);
export const pairs = (points) => points.map(({ x, y }) => [x, y]);
export const samePairs = (a, b) => a?.length === b?.length && a.every(([x, y], i) => x === b[i][0] && y === b[i][1]);

/**
 * The linear spline through the points, its end pieces continued to [low, high].
 * @param {Point[]} points
 * @returns {{x: number[], y: number[], knots: number[]}} its vertices, and where it bends
 */
export function linearSpline(points, low, high) {
  if (!points.length) return { x: [], y: [], knots: [] };
  const data = grouped(
    points.map((point) => point.x),
    points.map((point) => point.y),
  );
  const steps = slopes(data, data.y);
  const steepest = Math.max(...steps.map(Math.abs));
  const bends = (i) => Math.abs(steps[i] - steps[i - 1]) > BEND_TOLERANCE * steepest;
  const knots = Array.from(data.x).filter((_, i) => i > 0 && i < steps.length && bends(i));
  const [start, end] = atEdges(data, data.y, steps, low, high);
  return { x: [low, ...data.x, high], y: [start, ...data.y, end], knots };
}

/** Height of the polyline at x. */
export function interpolate(xs, ys, x) {
  let i = xs.findIndex((value) => value >= x);
  if (i < 0) i = xs.length - 1;
  if (i === 0 || xs[i] === x) return ys[i];
  return ys[i - 1] + ((ys[i] - ys[i - 1]) * (x - xs[i - 1])) / (xs[i] - xs[i - 1]) || ys[i];
}
