/**
 * One movement of a pencil over a line: what it passes is drawn anew, going back draws that part again, and the rest
 * stays as it is. Its steps are at an even grid of x.
 *
 * @typedef {import("./line.js").Line} Line
 * @typedef {import("./line.js").Frame} Frame
 *
 * @typedef {object} Stroke
 * @property {Line} before what was there
 * @property {Line} passed with what has been drawn, not yet simplified
 * @property {?[number, number]} last where the pencil is
 * @property {[number, number]} range of x that it has passed
 */

import { heightAt, span, steadied, tidied } from "./line.js";

const STEPS = 320; // across the frame

/** @returns {Stroke} */
export function begun(before, frame) {
  return {
    before,
    passed: fine(before, frame),
    last: null,
    range: [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  };
}

/** Draws straight on to a place. */
export function onward({ before, passed, last, range }, [x, y], frame) {
  const place = [x, Math.min(frame.y[1], Math.max(frame.y[0], y))];
  const [a, b] = !last || last[0] <= x ? [last ?? place, place] : [place, last];
  const piece = last
    ? stepsBetween(a[0], b[0], frame).map((at) => [at, heightAt([a, b], at)])
    : [nearest(place, frame)];
  if (!piece.length) return { before, passed, last: place, range };
  const [low, high] = [piece[0][0], piece.at(-1)[0]];
  return {
    before,
    passed: [...passed.filter((knot) => knot[0] < low), ...piece, ...passed.filter((knot) => knot[0] > high)],
    last: place,
    range: [Math.min(range[0], low), Math.max(range[1], high)],
  };
}

/**
 * The line that this makes: where the pencil passed without what a shaking hand adds, elsewhere with the knots it had.
 * @param {Stroke} stroke
 * @returns {Line} of at most 40 knots
 */
export function drawn({ before, passed, range }, frame) {
  const step = span(frame.x) / STEPS;
  const [low, high] = [range[0] - 1.5 * step, range[1] + 1.5 * step]; // with a step of what was there on either side
  const inside = passed.filter(([x]) => x >= low && x <= high);
  const outside = (is) => before.filter(([x]) => is(x));
  return tidied([...outside((x) => x < low), ...steadied(inside, frame), ...outside((x) => x > high)], frame);
}

const stepAt = (k, { x: [low, high] }) => low + (k / STEPS) * (high - low);
const share = (x, { x: [low, high] }) => Math.min(Math.max((x - low) / (high - low), 0), 1);
const nearest = ([x, y], frame) => [stepAt(Math.round(share(x, frame) * STEPS), frame), y];

/** The steps on the way from one place to another. */
function stepsBetween(low, high, frame) {
  const [first, last] = [Math.ceil(share(low, frame) * STEPS), Math.floor(share(high, frame) * STEPS)];
  return Array.from({ length: Math.max(last - first + 1, 0) }, (_, k) => stepAt(first + k, frame));
}

/** The same line with a knot at every step between its ends. */
function fine(line, frame) {
  if (line.length < 2) return line;
  const [first, last] = [line[0][0], line.at(-1)[0]];
  const steps = stepsBetween(first, last, frame).filter((x) => x > first && x < last);
  const between = steps.filter((x) => line.every((knot) => knot[0] !== x));
  return [...line, ...between.map((x) => [x, heightAt(line, x)])].sort((a, b) => a[0] - b[0]);
}
