/**
 * The points and what they were: the present, and up to 50 steps on either side.
 *
 * A step is remembered before the points change. While a point is dragged the present changes without a step; the one
 * remembered at the end is what there was before.
 *
 * The tab keeps all of it, over a refresh and a visit to another page. What Python sends first then, which may be of a
 * link or of what another page has made of the points, is a step after what was kept, where it is another.
 */

import { keep, kept } from "../common/tab.js";
import { pairs, samePairs, sorted } from "./points.js";

const LENGTH = 50;
const MOST = 1000; // points, of what is kept: more have not been written here
const KEPT = "cvxdnn-points-1"; // its name in the tab; the number rises with its shape

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
    const isKnown = isFirst ? this.#recall() : true;
    const points = this.#made(given);
    const isStep = isKnown && !samePairs(pairs(points), pairs(this.points));
    if (isStep) this.remember(this.points);
    this.points = points;
    this.keep();
    return isStep;
  }

  /** Points of these pairs; each is who was at its place. */
  #made(given) {
    return sorted(given.map(([x, y]) => ({ x, y }))).map(({ x, y }, i) =>
      Object.freeze({ id: this.points[i]?.id ?? ++this.#ids, x, y }),
    );
  }

  /** Has the tab keep what there is now, where it may. */
  keep() {
    const steps = [this.#past, [this.points], this.#future].map((each) => each.map(pairs));
    keep(KEPT, steps);
  }

  /** Takes over what the tab has kept, if it is nothing but points; whether there was any. */
  #recall() {
    try {
      const [past, now, future] = kept(KEPT).map((each) => each.slice(-LENGTH));
      if (now.length !== 1 || ![...past, ...now, ...future].every(arePoints)) return false;
      [this.points] = now.map((each) => this.#made(each));
      [this.#past, this.#future] = [past, future].map((steps) => steps.map((each) => this.#made(each)));
      return true;
    } catch {
      return false;
    }
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

const arePoints = (given) =>
  given.length > 0 && given.length <= MOST && given.every((pair) => pair.length === 2 && pair.every(Number.isFinite));
