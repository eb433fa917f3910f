/**
 * A drawing as a function: a polyline over x whose end pieces go on straight. A drawing that is finished has at most 40
 * knots. Nothing here changes a line in place.
 *
 * @typedef {readonly [number, number]} Knot x and y
 * @typedef {readonly Knot[]} Line x ascending
 * @typedef {{x: [number, number], y: [number, number]}} Frame where it may be drawn
 */

export const MOST_KNOTS = 40;
const LEAST_AREA = 1e-4; // of a triangle, as a share of the frame: a hand shakes by as much
const NOTHING = 1e-9; // of a triangle whose knot lies on the straight line between the others
const NONE = -1; // no triangle is as small
const CLOSE = 0.02; // distance of two corners that a hand meant as one, as a share of the frame's width
const APART = 1e-3; // least distance of neighbouring knots, as a share of the frame's width

export const slopeOf = ([x, y], [u, v]) => (v - y) / (u - x);
export const span = ([low, high]) => high - low;
const within = (value, [low, high]) => Math.min(high, Math.max(low, value));

/**
 * @param {Line} line of at least one knot
 * @returns {number} its height at x
 */
export function heightAt(line, x) {
  if (line.length === 1) return line[0][1];
  const next = line.findIndex((knot) => knot[0] >= x);
  if (next >= 0 && line[next][0] === x) return line[next][1];
  const k = next < 0 ? line.length - 1 : Math.max(next, 1);
  return line[k - 1][1] + slopeOf(line[k - 1], line[k]) * (x - line[k - 1][0]);
}

/** Whether the line reaches from one end of this range to the other, but for a share of it that a hand leaves out. */
export function covers(line, range, share = 0) {
  const slack = share * span(range);
  return line.length > 1 && line[0][0] <= range[0] + slack && line.at(-1)[0] >= range[1] - slack;
}

/**
 * Again and again the knot goes whose triangle with its neighbours is smallest (Visvalingam & Whyatt 1993).
 * @param {Line} line
 * @param {number} least area that is kept
 * @param {number} [most] knots
 * @returns {Line}
 */
export function simplified(line, least, most = MOST_KNOTS) {
  const left = [...line];
  while (left.length > 2) {
    let [smallest, area] = [1, Number.POSITIVE_INFINITY];
    for (let k = 1; k < left.length - 1; k++) {
      const found = triangle(left[k - 1], left[k], left[k + 1]);
      if (found < area) [smallest, area] = [k, found];
    }
    if (area > least && left.length <= most) break;
    left.splice(smallest, 1);
  }
  return left;
}

const triangle = ([a, b], [c, d], [e, f]) => Math.abs((c - a) * (f - b) - (e - a) * (d - b)) / 2;
const area = (frame) => span(frame.x) * span(frame.y);

/** Without what a shaking hand adds. */
export const steadied = (line, frame) => sharpened(simplified(line, LEAST_AREA * area(frame)), frame);

/** With one corner for two close ones, where the pieces before and after them meet: a hand rounds its corners. */
function sharpened(line, frame) {
  const close = CLOSE * span(frame.x);
  for (let k = 1; k + 2 < line.length; k++) {
    const [before, first, second, after] = line.slice(k - 1, k + 3);
    if (second[0] - first[0] > close) continue;
    const meeting = crossing(before, first, second, after);
    const isNear = meeting[0] > first[0] - close / 2 && meeting[0] < second[0] + close / 2;
    const isBetween = meeting[0] > before[0] && meeting[0] < after[0];
    if (isNear && isBetween && meeting[1] >= frame.y[0] && meeting[1] <= frame.y[1]) {
      return sharpened([...line.slice(0, k), meeting, ...line.slice(k + 2)], frame);
    }
  }
  return line;
}

/** Where two lines meet, each through two places; not finite where they are parallel. */
function crossing(a, b, c, d) {
  const [before, after] = [slopeOf(a, b), slopeOf(c, d)];
  const x = (c[1] - after * c[0] - b[1] + before * b[0]) / (before - after);
  return [x, b[1] + before * (x - b[0])];
}

/** Without knots at which it does not bend, and without more than 40. */
export const tidied = (line, frame) => simplified(line, NOTHING * area(frame));

/** One of its knots moved to a place, between its neighbours; the first and the last move up and down only. */
export function pulled(line, index, [x, y], frame) {
  const gap = APART * span(frame.x);
  const isEnd = index === 0 || index === line.length - 1;
  const across = isEnd ? line[index][0] : within(x, [line[index - 1][0] + gap, line[index + 1][0] - gap]);
  return line.with(index, [across, within(y, frame.y)]);
}

/** With a knot at x of this height; where that is one too many, without the knot that matters least. */
export function raised(line, x, y, frame) {
  const knot = [x, within(y, frame.y)];
  const near = line.findIndex(([at]) => Math.abs(at - x) <= APART * span(frame.x));
  if (near >= 0) return line.with(near, [line[near][0], knot[1]]);
  return simplified(
    [...line, knot].sort((a, b) => a[0] - b[0]),
    NONE,
  );
}
