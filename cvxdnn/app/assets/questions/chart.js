/**
 * A small chart: the points of a question and curves over them, in the pixels that there are. What draws more derives
 * from it, with a `draw` of its own.
 */

import { element } from "../common/elements.js";
import { placeIn } from "../common/look.js";
import { columns, short, ticks } from "../common/numbers.js";
import { path, svg, trace } from "../common/svg.js";

const MARGIN = { left: 16, right: 16, top: 16, bottom: 28 };
const ROOM = 0.35; // above and below the points, as a share of their height: a line may overshoot
const DOT = 6;

export class Chart {
  curves = [];
  pen = null;
  #seen;

  /**
   * @param {[number, number][]} points
   * @param {string} words for who cannot see it
   * @param {[number, number][]} [frame] places that the axes reach over besides the points
   */
  constructor(points, words, frame = []) {
    this.points = points;
    this.element = element("div", { class: "chart" });
    this.canvas = svg("svg", { role: "img", "aria-label": words }, this.element);
    this.span([...points, ...frame]);
    this.resized = () => {};
    this.#seen = new ResizeObserver(() => {
      this.draw();
      this.resized();
    });
    this.#seen.observe(this.element);
  }

  /**
   * Has the axes reach over some places.
   * @param {[number, number][]} places
   */
  span(places) {
    const [xs, ys] = columns(places);
    const height = Math.max(...ys) - Math.min(...ys) || Math.max(1, Math.abs(ys[0]));
    this.x = [Math.min(...xs), Math.max(...xs)];
    if (this.x[0] === this.x[1]) this.x = [this.x[0] - 1, this.x[1] + 1];
    this.y = [Math.min(...ys) - ROOM * height, Math.max(...ys) + ROOM * height];
  }

  /** Pixels between the axes and the edges. */
  get margin() {
    return MARGIN;
  }

  get box() {
    const { clientWidth, clientHeight } = this.element;
    const { left, right, top, bottom } = this.margin;
    return {
      left,
      top,
      width: Math.max(1, clientWidth - left - right),
      height: Math.max(1, clientHeight - top - bottom),
    };
  }

  left(x) {
    return this.box.left + ((x - this.x[0]) / (this.x[1] - this.x[0])) * this.box.width;
  }

  top(y) {
    return this.box.top + ((this.y[1] - y) / (this.y[1] - this.y[0])) * this.box.height;
  }

  /** @returns {[number, number]} coordinates of a pointer, also of one that is outside */
  place(event) {
    const [left, top] = placeIn(this.canvas, event);
    const across = (left - this.box.left) / this.box.width;
    const down = (top - this.box.top) / this.box.height;
    return [this.x[0] + across * (this.x[1] - this.x[0]), this.y[1] - down * (this.y[1] - this.y[0])];
  }

  /** @returns {number} pixels between a pointer and a place */
  distance(event, [x, y]) {
    const [left, top] = placeIn(this.canvas, event);
    return Math.hypot(left - this.left(x), top - this.top(y));
  }

  /**
   * @param {{style: "given" | "best" | "yours", knots: [number, number][]}[]} curves the last one on top
   * @param {?[number, number]} [pen] where the keyboard's pencil is
   */
  show(curves, pen = null) {
    this.curves = curves;
    this.pen = pen;
    this.draw();
  }

  destroy() {
    this.#seen.disconnect();
  }

  /** The path of a curve, cut at the axis. */
  pathOf(knots) {
    const [xs, ys] = columns(knots);
    return path(trace(xs, ys, this, 0, this.box.top + this.box.height));
  }

  drawPoints() {
    for (const [x, y] of this.points) {
      svg("circle", { class: "dot", cx: this.left(x), cy: this.top(y), r: DOT }, this.canvas);
    }
  }

  draw() {
    const { left, top, width, height } = this.box;
    this.canvas.replaceChildren();
    const floor = top + height;
    svg("line", { class: "axis", x1: left, x2: left + width, y1: floor, y2: floor }, this.canvas);
    for (const value of ticks(...this.x, width / 80).values) {
      const attributes = { x: this.left(value), y: floor + 18, "text-anchor": "middle" };
      svg("text", attributes, this.canvas).textContent = short(value);
    }
    for (const { style, knots } of this.curves) {
      svg("path", { class: `curve ${style}`, d: this.pathOf(knots) }, this.canvas);
    }
    this.drawPoints();
    if (this.pen)
      svg("circle", { class: "pen", cx: this.left(this.pen[0]), cy: this.top(this.pen[1]), r: 8 }, this.canvas);
  }
}

/**
 * Names of what a class has been shown.
 * @param {{[style: string]: string}} names by their look: "best", "yours", "ring"
 */
export function legend(names) {
  const entries = Object.entries(names).map(([style, name]) => element("span", { class: style }, null, [name]));
  return element("p", { class: "legend" }, null, entries);
}
