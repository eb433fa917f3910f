/**
 * The points and what they were: the present, and up to 50 steps on either side.
 *
 * A step is remembered before the points change. While a point is dragged the present changes without a step; the one
 * remembered at the end is what there was before.
 */

import { pairs, samePairs, sorted } from "./points.js";

const LENGTH = 50;

/** @typedef {import("./points.js").Point} Point */

export class History {
  /** @type {Point[]} */
  points = [];
  #past = [];
  #future = [];
  #ids = 0;

  get hasPast() {
    return this.#past.length > 0;
  }

  get hasFuture() {
    return this.#future.length > 0;
  }

  /** @param {Point[]} points */
  remember(points) {
    this.#past = [...this.#past, points].slice(-LENGTH);
    this.#future = [];
  }

  /** One step: these points, after those of now. */
  step(points) {
    this.remember(this.points);
    this.points = points;
  }

  /** @returns {boolean} whether there was a step to undo */
  undo() {
    return this.#travel(this.#past, this.#future);
  }

  /** @returns {boolean} whether there was a step to redo */
  redo() {
    return this.#travel(this.#future, this.#past);
  }

  #travel(from, to) {
    if (!from.length) return false;
    to.push(this.points);
    this.points = from.pop();
    return true;
  }

  /**
   * Takes points from outside, as a step if they are others; the first points of all are none.
   * @param {number[][]} given pairs of x and y
   * @returns {boolean} whether it was a step
   */
  replace(given, isFirst) {
    const points = sorted(given.map(([x, y]) => ({ x, y }))).map(({ x, y }, i) =>
      Object.freeze({ id: this.points[i]?.id ?? ++this.#ids, x, y }),
    );
    const isStep = !isFirst && !samePairs(pairs(points), pairs(this.points));
    if (isStep) this.remember(this.points);
    this.points = points;
    return isStep;
  }

  /** @returns {{point: Point, points: Point[]}} a new point, and all with it */
  withNew(x, y) {
    const point = Object.freeze({ id: ++this.#ids, x, y });
    return { point, points: sorted([...this.points, point]) };
  }

  without(id) {
    return this.points.filter((point) => point.id !== id);
  }

  withMoved(id, x, y) {
    return sorted(this.points.map((point) => (point.id === id ? Object.freeze({ id, x, y }) : point)));
  }

  index(id) {
    return this.points.findIndex((point) => point.id === id);
  }
}
