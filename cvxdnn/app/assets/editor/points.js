/**
 * Points, and the linear spline through them. Arrays of points are sorted by x; neither they nor points are ever
 * changed in place.
 *
 * @typedef {Readonly<{id: number, x: number, y: number}>} Point in the user's coordinates
 */

const BEND_TOLERANCE = 1e-9; // share of the largest slope: smaller slope changes are rounding

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
  const groups = [];
  points.forEach((point, i) => {
    if (i && point.x === points[i - 1].x) groups.at(-1).push(point);
    else groups.push([point]);
  });
  // Averaging the offsets from the first member keeps exact duplicates exact.
  const mean = (group, axis) =>
    group[0][axis] + group.reduce((sum, point) => sum + (point[axis] - group[0][axis]), 0) / group.length;
  const x = groups.map((group) => mean(group, "x"));
  const y = groups.map((group) => mean(group, "y"));
  const slopes = x.slice(1).map((right, i) => (y[i + 1] - y[i]) / (right - x[i]));
  if (!slopes.length) slopes.push(0);
  const steepest = Math.max(...slopes.map(Math.abs));
  const bends = (i) => Math.abs(slopes[i] - slopes[i - 1]) > BEND_TOLERANCE * steepest;
  const knots = x.filter((_, i) => i > 0 && i < x.length - 1 && bends(i));
  const start = y[0] + slopes[0] * (low - x[0]);
  const end = y.at(-1) + slopes.at(-1) * (high - x.at(-1));
  return { x: [low, ...x, high], y: [start, ...y, end], knots };
}

/** Height of the polyline at x. */
export function interpolate(xs, ys, x) {
  let i = xs.findIndex((value) => value >= x);
  if (i < 0) i = xs.length - 1;
  if (i === 0 || xs[i] === x) return ys[i];
  return ys[i - 1] + ((ys[i] - ys[i - 1]) * (x - xs[i - 1])) / (xs[i] - xs[i - 1]) || ys[i];
}
