/**
 * The film of targets that sweep once around: the plane of the best network rolls over the body.
 *
 * Every still is the exact optimum of its targets, computed when it is drawn.
 */

import { cross, norm, plus, times, unit } from "./vectors.js";

const SECONDS = 16;
const PER_SECOND = 16;
const SWING = 0.6; // to both sides of the great circle

/** A film for the player, of shares of the way around. */
export class Sweep {
  perSecond = PER_SECOND;
  length = SECONDS * PER_SECOND + 1;

  at(position) {
    const share = position / (this.length - 1);
    return { step: Math.round(position), share, words: `${Math.round(360 * share)}°` };
  }
}

/**
 * The targets at a share of the way: a closed curve of constant length that begins and ends at y.
 * @param {number[]} y
 * @param {1 | 2 | 3} span how many coordinates may change
 * @param {number} share
 */
export function swept(y, span, share) {
  const along = unit(y);
  if (!along || share === 0 || share === 1) return y;
  const angle = 2 * Math.PI * share;
  if (span === 1) return times(Math.cos(angle), y);
  const side = span === 2 ? [-along[1], along[0], 0] : unit(cross(along, leastAxis(along)));
  const ahead = plus(times(Math.cos(angle), along), times(Math.sin(angle), side));
  if (span === 2) return times(norm(y), ahead);
  return times(norm(y), unit(plus(ahead, times(SWING * Math.sin(2 * angle), cross(along, side)))));
}

function leastAxis(vector) {
  const sizes = vector.map(Math.abs);
  const least = sizes.indexOf(Math.min(...sizes));
  return [0, 1, 2].map((k) => (k === least ? 1 : 0));
}
