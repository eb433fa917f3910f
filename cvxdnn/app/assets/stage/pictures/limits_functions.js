/** Points, the function whose value the line is, and that of the best network. */

import { set, svg, write } from "../../common/svg.js";
import { Axes, around } from "../axes.js";

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
    const axes = new Axes(box, { x: { low: x[0], high: x.at(-1), title: "x" }, y: around(y, ROOM) });
    axes.draw(this.backdrop);
    const place = { class: "title", x: box.left - 8, y: box.top - 8 };
    const words = box.width < NARROW ? "functions" : "its function, and that of the line";
    write(this.backdrop, words, place);
    set(this.exact, { class: `limit ${lines[0].style}`, d: axes.line(at, values) });
    const grid = moment ? Array.from(moment.grid, (place) => inside(place, x)) : [];
    set(this.network, { class: `best-run ${isOld ? "old" : ""}`, d: moment ? axes.line(grid, moment.values) : "" });
    this.points.setAttribute("d", axes.dots(x, y));
  }
}

/** A place, unless it is beyond the points: a film of other points may be shown until the next comes. */
const inside = (place, x) => (place >= x[0] - 1e-6 && place <= x.at(-1) + 1e-6 ? place : null);
