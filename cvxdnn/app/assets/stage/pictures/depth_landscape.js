/**
 * The landscape of training over the path norm r, as `cvxdnn.convex.deep_curve` has it:
 *
 *   objective(r) = F(r) + p(r),   p(r) = (beta L / 2) r^(2/L),
 *
 * F(r) the least misfit of functions of path norm r. F falls with slope -lambda(r), which is linear between the
 * breakpoints of the two-layer path. F depends neither on beta nor on L, so it is sent once.
 *
 * A valley lies where p' - lambda rises through 0. On one piece that is a convex function less a line, so its rising root
 * is between its lowest point and the right end of the piece, where it is bisected.
 *
 * @typedef {object} Curve of breakpoints, from path norm 0 on
 * @property {number[]} betas lambda, descending to 0
 * @property {number[]} norms r, ascending from 0
 * @property {number[]} losses F
 *
 * @typedef {{r: number, objective: number, isDeepest: boolean}} Valley
 */

import { clamp } from "../../common/numbers.js";

const TIE = 1e-11; // share by which valleys that are equally deep may differ

export class Landscape {
  /**
   * @param {Curve} curve
   * @param {number} beta
   * @param {number} depth L
   */
  constructor(curve, beta, depth) {
    Object.assign(this, { curve, beta, depth });
  }

  /** p: the least weight decay that a function of this path norm costs. */
  price(r) {
    return ((this.beta * this.depth) / 2) * r ** (2 / this.depth);
  }

  /** p', infinite at 0 for three layers or more. */
  slope(r) {
    return this.beta * r ** (2 / this.depth - 1);
  }

  /** Where in the curve r is: its piece, and the share of the piece that lies left of it. */
  place(r) {
    const { norms } = this.curve;
    let [low, high] = [0, norms.length - 1];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (norms[middle] <= r) low = middle;
      else high = middle;
    }
    const length = norms[high] - norms[low];
    return { piece: low, share: length > 0 ? clamp((r - norms[low]) / length, 0, 1) : 0 };
  }

  /** F. */
  loss(r) {
    const { betas, norms, losses } = this.curve;
    const { piece, share } = this.place(r);
    const next = Math.min(piece + 1, norms.length - 1);
    const fall = (betas[piece] - betas[next]) * share;
    return losses[piece] - (norms[next] - norms[piece]) * share * (betas[piece] - fall / 2);
  }

  objective(r) {
    return this.loss(r) + this.price(r);
  }

  /** @returns {Valley[]} by ascending path norm */
  valleys() {
    const { betas, norms } = this.curve;
    const found = this.slope(0) >= betas[0] ? [0] : [];
    for (let piece = 0; piece + 1 < norms.length; piece++) {
      const r = this.#valleyOn(piece);
      if (r !== null) found.push(r);
    }
    const heights = found.map((r) => this.objective(r));
    const least = Math.min(...heights);
    return found.map((r, k) => ({
      r,
      objective: heights[k],
      isDeepest: heights[k] <= least + TIE * Math.abs(least),
    }));
  }

  /** Where p' - lambda rises through 0 on a piece; null where it does not. */
  #valleyOn(piece) {
    const { betas, norms } = this.curve;
    const [start, end] = [norms[piece], norms[piece + 1]];
    const [above, below] = [betas[piece], betas[piece + 1]];
    if (this.slope(end) < below) return null;
    if (end === start) return this.slope(start) < above ? end : null;
    const rate = (end - start) / (above - below);
    const excess = (r) => this.slope(r) - (below + (end - r) / rate);
    let [low, high] = [clamp(this.#flattest(rate), start, end), end];
    if (excess(low) >= 0) return null;
    for (let k = 0; k < 200 && high - low > 2 ** -52 * high; k++) {
      const middle = (low + high) / 2;
      if (excess(middle) < 0) low = middle;
      else high = middle;
    }
    return high;
  }

  /** Where p'(r) + r / rate is smallest. */
  #flattest(rate) {
    const exponent = 1 - 2 / this.depth;
    return (this.beta * exponent * rate) ** (1 / (1 + exponent));
  }

  /**
   * The path norm of the last valley; where there is none but the constant, that of the last place where one begins to
   * form. It moves without a jump when beta moves.
   */
  reach() {
    const { betas, norms } = this.curve;
    const exponent = 1 - 2 / this.depth;
    const stationary = betas.map((lambda, k) => lambda * norms[k] ** exponent); // the beta for which a place is one
    const highest = Math.max(...stationary);
    const wanted = Math.min(this.beta, highest);
    const last = stationary.findLastIndex((beta) => beta >= wanted);
    const next = Math.min(last + 1, norms.length - 1);
    const share = next > last ? (stationary[last] - wanted) / (stationary[last] - stationary[next]) : 0;
    return norms[last] + share * (norms[next] - norms[last]);
  }
}
