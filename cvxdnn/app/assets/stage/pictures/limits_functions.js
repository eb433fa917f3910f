/** Points, the function whose value the line is, and that of the best network. */

import { path, svg, trace } from "../../common/svg.js";
import { Axes } from "../axes.js";

const NARROW = 180; // pixels: less has no room for more than a word
const ROOM = 0.35; // share of the range of the outputs, above and below

export class Functions {
  /** @param {SVGElement} parent */
  constructor(parent) {
    this.backdrop = svg("g", {}, parent);
    this.exact = svg("path", {}, parent);
    this.network = svg("path", { class: "best-run" }, parent);
    this.points = svg("path", { class: "data" }, parent);
  }

  /**
   * @param {import("../axes.js").Box} box
   * @param {object} shown
   */
  draw(box, { known: { lines, beside }, moment, isOld }) {
    const { x, y, at, values } = beside;
    const [low, high] = [Math.min(...y), Math.max(...y)];
    const room = ROOM * (high - low);
    const axes = new Axes(box, {
      x: { low: x[0], high: x.at(-1), title: "x" },
      y: { low: low - room, high: high + room },
    });
    axes.draw(this.backdrop);
    const place = { class: "title", x: box.left - 8, y: box.top - 8 };
    const words = box.width < NARROW ? "functions" : "its function, and that of the line";
    svg("text", place, this.backdrop).textContent = words;
    const along = (xs, ys) => path(trace(xs, ys, axes, box.top, box.top + box.height));
    this.exact.setAttribute("class", `limit ${lines[0].style}`);
    this.exact.setAttribute("d", along(at, values));
    const grid = moment ? Array.from(moment.grid, (place) => inside(place, x)) : [];
    this.network.setAttribute("class", `best-run ${isOld ? "old" : ""}`);
    this.network.setAttribute("d", moment ? along(grid, moment.values) : "");
    const dots = x.map((place, k) => `M${axes.left(place).toFixed(1)} ${axes.top(y[k]).toFixed(1)}h0`);
    this.points.setAttribute("d", dots.join(""));
  }
}

/** A place, unless it is beyond the points: a film of other points may be shown until the next comes. */
const inside = (place, x) => (place >= x[0] - 1e-6 && place <= x.at(-1) + 1e-6 ? place : null);
