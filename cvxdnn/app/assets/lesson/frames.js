/**
 * What moves in a reveal: lists with one entry for each frame, straight between frames; a list of one stands still.
 *
 * Time t goes from 0, the first frame, to 1, the last one.
 */

import { isCalm } from "../common/look.js";
import { clamp } from "../common/numbers.js";

/** Between which frames t is: the one before, and which share of the way to the next. */
function between(count, t) {
  const place = clamp(t, 0, 1) * (count - 1);
  const before = Math.min(Math.floor(place), Math.max(count - 2, 0));
  return [before, place - before];
}

const mix = (one, other, share) => (one === null || other === null ? null : one + share * (other - one));

/**
 * Numbers, or lists of numbers of one length, at a time; lists of other lengths change from frame to frame.
 * @template {number | (number | null)[]} T
 * @param {T[]} frames
 * @param {number} t
 * @returns {T}
 */
export function at(frames, t) {
  const [k, share] = between(frames.length, t);
  const [one, other] = [frames[k], frames[k + 1] ?? frames[k]];
  if (!Array.isArray(one)) return mix(one, other, share);
  return one.length === other.length ? one.map((each, i) => mix(each, other[i], share)) : one;
}

/**
 * The knots of a curve at a time: those that are drawn by then.
 * @param {{x: number[], y: (number | null)[][]}} curve
 * @param {number} t
 * @returns {[number, number][]}
 */
export function knotsOf({ x, y }, t) {
  const heights = at(y, t);
  return x.map((each, k) => [each, heights[k]]).filter(([, height]) => height !== null);
}

/** The nearest frame: of words. */
export const nearest = (frames, t) => frames[Math.round(clamp(t, 0, 1) * (frames.length - 1))];

/**
 * Runs once from 0 to 1 and then stands at `rest`; at once for who wants nothing to move.
 * @param {number} seconds
 * @param {number} rest
 * @param {(t: number) => void} show
 * @returns {() => void} stops it
 */
export function playOnce(seconds, rest, show) {
  if (isCalm() || !(seconds > 0)) {
    show(rest);
    return () => {};
  }
  let frame = 0;
  let begin = null;
  const tick = (now) => {
    begin ??= now;
    const t = (now - begin) / 1000 / seconds;
    show(t < 1 ? t : rest);
    if (t < 1) frame = requestAnimationFrame(tick);
  };
  show(0);
  frame = requestAnimationFrame(tick);
  return () => cancelAnimationFrame(frame);
}
