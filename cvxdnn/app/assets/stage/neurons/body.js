/**
 * The body of all neurons as triangles and lines: what a neuron can output, with both signs of its output weight, and
 * the hull of that.
 *
 * The hull is the image of a sphere of multipliers: each goes to the point of the body that it weighs most. Every such
 * point is extreme. A triangle whose corners are points of one curved patch is a part of the patch; one between
 * different neurons is a facet of the hull where no neuron is.
 *
 * @typedef {object} Body
 * @property {number} radius of the smallest ball around it
 * @property {Triangle[]} outputs of single neurons, input weights of length one
 * @property {Triangle[]} hull
 * @property {number[][][]} arcs lines of neurons: extreme points, or with biases all ramps
 * @property {number[][]} tips isolated extreme points
 *
 * @typedef {{corners: number[][], isPatch: boolean, sign: 1 | -1}} Triangle corners seen from outside counterclockwise
 */

import { best, Ramps } from "./support.js";
import { minus, norm, plus, times, unit } from "./vectors.js";

const FINE = 14; // steps along an edge of the octahedron that is blown up to the sphere of multipliers
const COARSE = 10;
const CLOSE = 0.04; // share of the radius, below which neighbours on an arc are joined
const SAME = 0.01; // share of their distance, below which what is touched between them is one of them
const NOTHING = [0, 0, 0];

/** @returns {Body} */
export function bodyOf(neurons) {
  const sphere = octahedron(FINE);
  const touched = [];
  sphere.points.forEach((direction, k) => {
    const other = touched[sphere.opposite[k]];
    touched[k] = other === undefined ? best(neurons, direction) : mirrored(other);
  });
  const points = touched.map((each) => each?.point ?? NOTHING);
  const radius = Math.max(...points.map(norm));
  const isPlace = (i, j) => norm(points[i].map((value, k) => value - points[j][k])) <= 1e-7 * radius;
  const hull = [];
  for (const [a, b, c] of sphere.triangles) {
    if (isPlace(a, b) || isPlace(b, c) || isPlace(c, a)) continue;
    const isPatch = sharesPattern(touched[a], touched[b]) && sharesPattern(touched[b], touched[c]);
    hull.push({
      corners: [points[a], points[b], points[c]],
      isPatch: isPatch && bits(touched[a].active) === 3,
      sign: touched[a]?.sign ?? 1,
    });
  }
  const tips = tipsOf(touched, radius);
  if (neurons instanceof Ramps) return { radius, outputs: [], hull, arcs: ramps(neurons), tips };
  const arcs = arcsOf(neurons, sphere.points, touched, radius);
  return { radius, outputs: outputs(neurons), hull, arcs, tips };
}

/**
 * Lines of extreme points that are positive on two samples, in pieces between neighbours. Where no neuron is extreme
 * between two of them, a multiplier between theirs touches one of the two, or something else.
 */
function arcsOf(neurons, directions, touched, radius) {
  const groups = new Map();
  touched.forEach((each, k) => {
    if (!each || bits(each.active) !== 2) return;
    const [i, j] = [0, 1, 2].filter((entry) => each.active & (1 << entry));
    const group = groups.get(each.sign * each.active) ?? [];
    groups.set(each.sign * each.active, group);
    group.push({
      ...each,
      direction: directions[k],
      angle: Math.atan2(Math.abs(each.point[j]), Math.abs(each.point[i])),
    });
  });
  const arcs = [];
  for (const group of groups.values()) {
    group.sort((a, b) => a.angle - b.angle);
    for (let k = 1; k < group.length; k++) {
      const [a, b] = [group[k - 1], group[k]];
      const chord = norm(minus(b.point, a.point));
      const between = best(neurons, plus(a.direction, b.direction));
      const ways = [a, b].map(({ point }) => norm(minus(between.point, point)));
      const isBetween = Math.min(...ways) > SAME * chord && Math.max(...ways) < chord;
      if (chord < CLOSE * radius) arcs.push([a.point, b.point]);
      else if (isBetween && sharesPattern(a, between)) arcs.push([a.point, between.point, b.point]);
    }
  }
  return arcs;
}

/** The point of the body on the other side. */
const mirrored = (touched) => touched && { ...touched, sign: -touched.sign, point: times(-1, touched.point) };

/** Each once. */
function tipsOf(touched, radius) {
  const places = new Map();
  for (const each of touched) {
    if (!each || bits(each.active) !== 1) continue;
    places.set(each.point.map((value) => Math.round((1e6 * value) / radius)).join(), each.point);
  }
  return [...places.values()];
}

const bits = (active) => (active & 1) + ((active >> 1) & 1) + ((active >> 2) & 1);
const sharesPattern = (a, b) => a && b && a.active === b.active && a.sign === b.sign;

/** All neurons with input weights of length one, of either sign. */
function outputs(neurons) {
  const sphere = octahedron(COARSE);
  const points = sphere.points.map((input) => neurons.output(input));
  return [1, -1].flatMap((sign) =>
    sphere.triangles.map((triangle) => {
      return { corners: triangle.map((k) => times(sign, points[k])), isPatch: false, sign };
    }),
  );
}

/** All ramps: between those that bend at neighbouring samples they lie on a straight line. */
function ramps({ right, left }) {
  return [right, left].flatMap((line) => [line, line.map((point) => times(-1, point))]);
}

const known = new Map(); // octahedra by how fine they are

/** The sphere in triangles: an octahedron, each edge of which has so many parts. */
function octahedron(parts) {
  if (known.has(parts)) return known.get(parts);
  const points = [];
  const number = new Map();
  const index = (steps) => {
    const point = steps.map((each) => each || 0);
    const key = point.join();
    if (!number.has(key)) {
      number.set(key, points.length);
      points.push(point);
    }
    return number.get(key);
  };
  const triangles = [];
  for (const x of [1, -1])
    for (const y of [1, -1]) for (const z of [1, -1]) triangles.push(...octant([x, y, z], parts, index));
  const opposite = points.map((point) => number.get(point.map((steps) => -steps || 0).join()));
  const made = { points: points.map((point) => unit(point)), triangles, opposite };
  known.set(parts, made);
  return made;
}

function octant(signs, parts, index) {
  const at = (i, j) => index([i, j, parts - i - j].map((steps, k) => (steps ? signs[k] * steps : 0)));
  const turned = signs[0] * signs[1] * signs[2] < 0;
  const triangles = [];
  for (let i = 0; i < parts; i++) {
    for (let j = 0; i + j < parts; j++) {
      triangles.push([at(i, j), at(i + 1, j), at(i, j + 1)]);
      if (i + j + 1 < parts) triangles.push([at(i + 1, j), at(i + 1, j + 1), at(i, j + 1)]);
    }
  }
  return turned ? triangles.map(([a, b, c]) => [a, c, b]) : triangles;
}
