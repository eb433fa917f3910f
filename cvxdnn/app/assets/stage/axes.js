/**
 * Axes of a plot: from coordinates to pixels and back, grid, labels.
 *
 * @typedef {object} Axis
 * @property {number} low
 * @property {number} high
 * @property {"linear" | "log" | "root"} [kind] what of a coordinate is evenly spaced: itself, its logarithm, its root
 * @property {string} [title]
 * @property {boolean} [isBare] of x: without numbers and title, where another plot below has them
 *
 * @typedef {{left: number, top: number, width: number, height: number}} Box in pixels
 */

import { axisLabels, decimal, powerOfTen, short, ticks } from "../common/numbers.js";
import { path, svg, trace, write } from "../common/svg.js";
import { fit } from "../common/title.js";

const KINDS = {
  linear: [(value) => value, (share) => share],
  log: [Math.log10, (share) => 10 ** share],
  root: [(value) => Math.sqrt(Math.max(value, 0)), (share) => share ** 2],
};
const DECADE = 15; // times the lowest coordinate: shorter logarithmic axes have more than powers of ten
const DIGITS = [10, 15, 20, 30, 50, 70]; // of what is marked on them
const FEW_DIGITS = [10, 20, 50]; // where they are longer, but hold one power of ten only
const LABEL = 16; // pixels from an axis to the middle of its labels
const ASIDE = 56; // from the y axis back to where its title begins, if there is so much

const UPRIGHT = 1.15; // times as high as it is wide

/** Whether the two parts of a picture have more room one below the other than side by side, as on an upright wall. */
export const isUpright = (width, height) => height > UPRIGHT * width;

/** Places of an axis and what stands there. */
function marked({ low, high, kind = "linear" }, count) {
  if (kind !== "log" || high < 2 * low) {
    const found = ticks(low, high, count);
    return { values: found.values, ...axisLabels(found) };
  }
  const [first, last] = [Math.ceil(Math.log10(low) - 1e-9), Math.floor(Math.log10(high) + 1e-9)];
  if (high < DECADE * low) return withinDecade(low, high, DIGITS);
  if (last <= first) return withinDecade(low, high, FEW_DIGITS);
  const every = Math.ceil((last - first + 1) / Math.max(count, 2)); // one number alone is no scale
  const exponents = Array.from({ length: Math.max(last - first + 1, 0) }, (_, k) => first + k);
  const shown = exponents.filter((exponent) => (exponent - first) % every === 0);
  const labels = shown.map((exponent) =>
    Math.abs(exponent) <= 3 ? String(decimal(1, exponent)) : powerOfTen(exponent),
  );
  return { values: shown.map((exponent) => 10 ** exponent), labels, note: "" };
}

function withinDecade(low, high, digits) {
  const first = Math.floor(Math.log10(low));
  const all = [first, first + 1].flatMap((exponent) => digits.map((digit) => decimal(digit, exponent - 1)));
  const values = all.filter((value) => value >= low && value <= high);
  return { values, labels: values.map(short), note: "" };
}

/** From the lowest to the highest of the values, with room around them as a share of their range. */
export function around(values, share) {
  const low = values.reduce((a, b) => Math.min(a, b));
  const high = values.reduce((a, b) => Math.max(a, b));
  const room = share * (high - low) || 0.5;
  return { low: low - room, high: high + room };
}

/** @returns {Box} what margins leave of a picture */
export const within = ({ left, right, top, bottom }, width, height) => {
  return { left, top, width: width - left - right, height: height - top - bottom };
};

export class Axes {
  /**
   * @param {Box} box of the plot, without labels
   * @param {{x: Axis, y: Axis}} axes
   */
  constructor(box, { x, y }) {
    Object.assign(this, { box, axes: { x, y } });
  }

  left(x) {
    return this.box.left + this.#share("x", x) * this.box.width;
  }

  top(y) {
    return this.box.top + (1 - this.#share("y", y)) * this.box.height;
  }

  x(left) {
    return this.#coordinate("x", (left - this.box.left) / this.box.width);
  }

  y(top) {
    return this.#coordinate("y", 1 - (top - this.box.top) / this.box.height);
  }

  #share(name, value) {
    const { low, high, kind = "linear" } = this.axes[name];
    const [to] = KINDS[kind];
    return (to(value) - to(low)) / (to(high) - to(low));
  }

  #coordinate(name, share) {
    const { low, high, kind = "linear" } = this.axes[name];
    const [to, from] = KINDS[kind];
    return from(to(low) + share * (to(high) - to(low)));
  }

  /** The path of a line, cut where it leaves the plot above or below, and broken where there is no number. */
  line(xs, ys) {
    const { top, height } = this.box;
    return path(trace(xs, ys, this, top, top + height));
  }

  /** The path of dots, one at each place. */
  dots(xs, ys) {
    return xs.map((x, k) => `M${this.left(x).toFixed(1)} ${this.top(ys[k]).toFixed(1)}h0`).join("");
  }

  /**
   * Grid, labels, titles.
   * @param {SVGElement} parent emptied
   */
  draw(parent) {
    const { left, top, width, height } = this.box;
    parent.replaceChildren();
    const grid = svg("g", { class: "grid" }, parent);
    const horizontal = marked(this.axes.x, width / 90);
    const vertical = marked(this.axes.y, height / 60);
    horizontal.values.forEach((value, k) => {
      const at = this.left(value);
      svg("line", { x1: at, x2: at, y1: top, y2: top + height }, grid);
      if (!this.axes.x.isBare)
        write(parent, horizontal.labels[k], { x: at, y: top + height + LABEL, "text-anchor": "middle" });
    });
    vertical.values.forEach((value, k) => {
      const at = this.top(value);
      svg("line", { x1: left, x2: left + width, y1: at, y2: at }, grid);
      write(parent, vertical.labels[k], { x: left - 8, y: at + 4, "text-anchor": "end" });
    });
    const [begin, end] = [Math.max(left - ASIDE, 2), left + width];
    const title = (name, note, place) =>
      fit(svg("text", { class: "title", ...place }, parent), name, note, end - begin);
    title(this.axes.y.title, vertical.note, { x: begin, y: top - 8 });
    if (this.axes.x.isBare) return;
    title(this.axes.x.title, horizontal.note, { x: end, y: top + height + 2 * LABEL, "text-anchor": "end" });
  }
}
