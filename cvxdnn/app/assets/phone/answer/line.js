/**
 * A drawing as a function: heights on an even grid of x. Going back redraws that part; what is sent is simplified to
 * knots (Visvalingam: again and again the knot goes whose triangle with its neighbours is smallest).
 *
 * @typedef {[number, number]} Knot x and y
 */

const CELLS = 160;
export const MOST_KNOTS = 40;
const LEAST_AREA = 4e-5; // of a triangle, as a share of the drawing's width times its height: below, nobody sees it

export class Line {
  #heights = new Array(CELLS + 1).fill(null);
  #last = null;

  /**
   * @param {[number, number]} x where it may be drawn
   * @param {[number, number]} y how low and how high
   */
  constructor(x, y) {
    Object.assign(this, { x, y });
  }

  get isEmpty() {
    return this.#heights.every((height) => height === null);
  }

  /** Whether it reaches from one end to the other. */
  get isWhole() {
    return this.#heights.every((height) => height !== null);
  }

  /** Draws on from where the pencil was to here. */
  to(x, y) {
    const cell = Math.min(CELLS, Math.max(0, Math.round(((x - this.x[0]) / (this.x[1] - this.x[0])) * CELLS)));
    const height = Math.min(this.y[1], Math.max(this.y[0], y));
    const from = this.#last ?? { cell, height };
    const steps = Math.abs(cell - from.cell);
    for (let k = steps ? 1 : 0; k <= steps; k++) {
      const share = steps ? k / steps : 1;
      this.#heights[from.cell + Math.sign(cell - from.cell) * k] = from.height + share * (height - from.height);
    }
    this.#last = { cell, height };
  }

  /** The pencil is taken off: a hole that is left between two strokes is closed by a straight piece. */
  lift() {
    this.#last = null;
    let before = null;
    this.#heights.forEach((height, cell) => {
      if (height === null) return;
      if (before !== null) {
        const from = this.#heights[before];
        for (let k = before + 1; k < cell; k++) {
          this.#heights[k] = from + ((k - before) / (cell - before)) * (height - from);
        }
      }
      before = cell;
    });
  }

  /** @returns {Knot[]} at most 40 */
  get knots() {
    const drawn = this.#heights.map((height, cell) => [this.#at(cell), height]).filter(([, height]) => height !== null);
    return simplified(drawn, LEAST_AREA * (this.x[1] - this.x[0]) * (this.y[1] - this.y[0]));
  }

  /** @param {Knot[]} knots that were drawn before */
  load(knots) {
    for (const [x, y] of knots) this.to(x, y);
    this.#last = null;
  }

  /** @returns {?number} its height at x; null where nothing is drawn */
  height(x) {
    return this.#heights[Math.round(((x - this.x[0]) / (this.x[1] - this.x[0])) * CELLS)] ?? null;
  }

  #at(cell) {
    return this.x[0] + (cell / CELLS) * (this.x[1] - this.x[0]);
  }
}

/**
 * @param {Knot[]} knots
 * @param {number} least area of a triangle that is kept
 */
export function simplified(knots, least) {
  const left = [...knots];
  while (left.length > 2) {
    let smallest = 1;
    let area = Number.POSITIVE_INFINITY;
    for (let k = 1; k < left.length - 1; k++) {
      const found = triangle(left[k - 1], left[k], left[k + 1]);
      if (found < area) [smallest, area] = [k, found];
    }
    if (area > least && left.length <= MOST_KNOTS) break;
    left.splice(smallest, 1);
  }
  return left;
}

const triangle = ([a, b], [c, d], [e, f]) => Math.abs((c - a) * (f - b) - (e - a) * (d - b)) / 2;
