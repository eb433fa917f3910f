/**
 * How far classifier and class means point apart over the steps, measured in three ways, and where each must end.
 *
 * Lengths of differences of two unit vectors: 0 means the same direction, the square root of 2 a right angle.
 */

import { short } from "../../common/numbers.js";
import { set, svg } from "../../common/svg.js";
import { Axes, within } from "../axes.js";
import { whoseIf } from "../tiles.js";
import { SoFar } from "./so_far.js";

const MARGIN = { left: 36, right: 18, top: 26, bottom: 38 };
const HIGHEST = 1.5;
const STYLES = ["first", "second", "third"];
const APART = 15; // pixels between the names of two lines
const ZERO = 1e-4; // below it a measured distance is called that

export default class Distances {
  #soFar = new SoFar();
  #known;

  constructor({ element }) {
    this.picture = svg("svg", { role: "img", class: "distances" }, element);
    this.backdrop = svg("g", {}, this.picture);
    this.limits = STYLES.map((style) => svg("line", { class: `distance ${style} limit-sign` }, this.picture));
    this.measured = svg("g", {}, this.picture);
    this.lines = STYLES.map((style) => svg("path", { class: `distance ${style}` }, this.measured));
    this.names = STYLES.map((style) =>
      svg("text", { class: `distance-name ${style}`, "text-anchor": "end" }, this.picture),
    );
  }

  /** @param {import("../index.js").Shown} shown */
  draw({ model, values, moment, isOld, of, width, height }) {
    this.#known = model.cases[Object.values(values).join(" ")] ?? this.#known;
    const { limits, why } = this.#known;
    const rows = this.#soFar.until(moment);
    const box = within(MARGIN, width, height);
    const x = { low: 0, high: this.#soFar.end(moment, model.steps), kind: "root", title: "step" };
    const axes = new Axes(box, { x, y: { low: 0, high: HIGHEST, title: "distance; 0 means the same direction" } });
    axes.draw(this.backdrop);
    this.measured.setAttribute("class", isOld ? "old" : "");
    const steps = rows.map(({ step }) => step);
    STYLES.forEach((_, k) => {
      const line = rows.map(({ distances }) => distances[k]);
      this.lines[k].setAttribute("d", axes.line(steps, line));
      const at = axes.top(limits[k] ?? 0);
      set(this.limits[k], { x1: box.left, x2: box.left + box.width, y1: at, y2: at });
      this.limits[k].style.display = limits[k] === null ? "none" : "";
    });
    const now = rows.at(-1)?.distances ?? [];
    this.#drawNames(model.names, now, limits, axes);
    const shown = model.names.map((name, k) => `${name}: ${told(now[k])}, closed form ${told(limits[k])}`);
    const says = `Three distances of classifier and class means over the steps. ${shown.join("; ")}.`;
    const whose = whoseIf(isOld, of);
    return { tiles: model.names.map((name, k) => tile(name, STYLES[k], now[k], limits[k], why, whose)), says };
  }

  /** A name above the end of each line, or above the name below it. */
  #drawNames(names, now, limits, axes) {
    const { left, top, width, height } = axes.box;
    const places = names.map((_, k) => ({ k, y: axes.top(now[k] || limits[k] || 0) - 6 })).sort((a, b) => b.y - a.y);
    let ceiling = top + height;
    for (const place of places) {
      const y = Math.min(place.y, ceiling);
      ceiling = y - APART;
      const node = this.names[place.k];
      node.textContent = names[place.k];
      node.setAttribute("x", left + width - 4);
      node.setAttribute("y", y.toFixed(1));
    }
  }
}

const told = (value) => {
  if (value === null || value === undefined || Number.isNaN(value)) return "none";
  return Math.abs(value) < ZERO ? "0" : short(value);
};

function tile(title, style, value, limit, why, whose) {
  const end = limit === null ? why : `closed form ${told(limit)}, exact`;
  return { title, tag: "measured", tone: `distance-${style}`, value: told(value), note: whose || end };
}
